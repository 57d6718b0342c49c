//! Which caches of build tools does a running app never read?
//!
//! They were kept for the next build before anything is stripped (`slugsmith_cache`); in a
//! slug they are dead weight, often the largest part of it (`.next/cache` of a grown app:
//! gigabytes). A folder of `node_modules/.cache` goes by its name only, since some of its
//! neighbours hold browsers, models and databases that run.

use super::{Entry, Guard};

/// Caches of build tools.
pub static CACHES: Entry = Entry {
    id: "build-caches",
    reason: "caches of build tools",
    guard: Guard::Reachable,
    evidence: "Compilers, bundlers, linters and test tools write them for their own next run, or to show where the \
        last one spent its time, and make them anew where they are missing.",
    tell_kept: true,
};

/// Folders by the last names of their path; whatever lies in them is cache.
///
/// Not here: `.next/cache/images` and `.next/cache/fetch-cache`, which a running Next.js reads
/// (its "Self-Hosting" page, "Caching and ISR"); `.nuxt`, from which Nuxt 2 serves;
/// `tmp/cache/bootsnap`, which makes Rails boot faster.
const FOLDERS: &[&[&str]] = &[
    &[".angular", "cache"],
    &[".mypy_cache"],
    &[".next", "cache", "eslint"],
    &[".next", "cache", "swc"],
    &[".next", "cache", "turbopack"],
    &[".next", "cache", "webpack"],
    // What a build measured of itself, another in each: only `next build` and its uploader read it
    // (Next.js 15, `dist/trace/report/to-json.js`, `dist/diagnostics/build-diagnostics.js`).
    &[".next", "diagnostics"],
    &[".nx", "cache"],
    &[".nx", "workspace-data"],
    &[".parcel-cache"],
    &[".pytest_cache"],
    &[".ruff_cache"],
    &[".turbo"],
    &["node_modules", ".vite"],
    &["node_modules", ".vite-temp"],
    &["tmp", "cache", "assets"],
];

/// Files of `.next` that a build appends its times to; a server that starts does no more than that.
const TRACES: &[&str] = &["trace", "trace-build"];

/// Folders of `node_modules/.cache`.
const IN_MODULES: &[&str] = &[
    "@babel",
    "babel-loader",
    "cache-loader",
    "css-loader",
    "default-development",
    "default-production",
    "eslint",
    "eslint-loader",
    "eslint-webpack-plugin",
    "gh-pages",
    "hard-source",
    "jest",
    "jiti",
    "nx",
    "prettier",
    "rollup-plugin-typescript2",
    "rpt2",
    "sb-manager",
    "storybook",
    "swc",
    "terser-webpack-plugin",
    "thread-loader",
    "ts-loader",
    "turbo",
    "uglifyjs-webpack-plugin",
    "vite",
    "vue-loader",
    "webpack",
];

/// Whether a file is in such a cache, or is one.
#[must_use]
pub fn classify(path: &str) -> Option<&'static Entry> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let parts: Vec<&str> = folder.split('/').collect();
    let is_trace = || parts.last() == Some(&".next") && TRACES.contains(&name);
    let is_file = name.ends_with(".tsbuildinfo")
        || matches!(name, ".eslintcache" | ".stylelintcache")
        || is_trace();
    let holds = |names: &[&str]| parts.windows(names.len()).any(|window| window == names);
    let in_modules = || {
        let mut folders = parts.windows(3);
        folders.any(|window| match window {
            ["node_modules", ".cache", name] => IN_MODULES.contains(name),
            _ => false,
        })
    };
    let in_cache = || FOLDERS.iter().any(|names| holds(names)) || in_modules();
    (is_file || in_cache()).then_some(&CACHES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_caches_are_candidates() {
        for cache in [
            ".next/cache/webpack/client-production/0.pack",
            "web/.parcel-cache/data.mdb",
            "node_modules/.cache/babel-loader/a.json",
            "packages/web/node_modules/.vite/deps/react.js",
            "tsconfig.tsbuildinfo",
            ".eslintcache",
            ".next/trace",
            "apps/web/.next/trace-build",
            ".next/diagnostics/build-diagnostics.json",
        ] {
            assert!(classify(cache).is_some(), "{cache}");
        }
        for runs in [
            ".next/cache/images/a.webp",
            ".next/cache/fetch-cache/1",
            ".next/server/app.js",
            ".next/server/trace",
            "src/trace",
            "node_modules/.cache/puppeteer/chrome/linux/chrome",
            "node_modules/.cache/mongodb-memory-server/mongod",
            "node_modules/.cache/_ns_cache/public/bundle.js",
            "tmp/cache/bootsnap/load-path-cache",
            ".turbo",
            "src/tmp/cache.js",
        ] {
            assert!(classify(runs).is_none(), "{runs}");
        }
    }
}
