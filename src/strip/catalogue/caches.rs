//! Which caches of build tools does a running app never read?
//!
//! They were kept for the next build before anything is stripped ([`crate::cache`]); in a
//! slug they are dead weight, often the largest part of it (`.next/cache` of a grown app:
//! gigabytes). A folder of `node_modules/.cache` goes by its name only, since some of its
//! neighbours hold browsers, models and databases that run.

use super::{Entry, Guard};

/// Caches of build tools.
pub static CACHES: Entry = Entry {
    id: "build-caches",
    reason: "caches of build tools",
    guard: Guard::Reachable,
    evidence: "Compilers, bundlers, linters and test tools write them for their own next run, and make them anew where they are missing.",
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
    &[".nx", "cache"],
    &[".nx", "workspace-data"],
    &[".parcel-cache"],
    &[".pytest_cache"],
    &[".ruff_cache"],
    &[".turbo"],
    &["node_modules", ".cache", "@babel"],
    &["node_modules", ".cache", "babel-loader"],
    &["node_modules", ".cache", "cache-loader"],
    &["node_modules", ".cache", "css-loader"],
    &["node_modules", ".cache", "default-development"],
    &["node_modules", ".cache", "default-production"],
    &["node_modules", ".cache", "eslint"],
    &["node_modules", ".cache", "eslint-loader"],
    &["node_modules", ".cache", "eslint-webpack-plugin"],
    &["node_modules", ".cache", "gh-pages"],
    &["node_modules", ".cache", "hard-source"],
    &["node_modules", ".cache", "jest"],
    &["node_modules", ".cache", "jiti"],
    &["node_modules", ".cache", "nx"],
    &["node_modules", ".cache", "prettier"],
    &["node_modules", ".cache", "rollup-plugin-typescript2"],
    &["node_modules", ".cache", "rpt2"],
    &["node_modules", ".cache", "sb-manager"],
    &["node_modules", ".cache", "storybook"],
    &["node_modules", ".cache", "swc"],
    &["node_modules", ".cache", "terser-webpack-plugin"],
    &["node_modules", ".cache", "thread-loader"],
    &["node_modules", ".cache", "ts-loader"],
    &["node_modules", ".cache", "turbo"],
    &["node_modules", ".cache", "uglifyjs-webpack-plugin"],
    &["node_modules", ".cache", "vite"],
    &["node_modules", ".cache", "vue-loader"],
    &["node_modules", ".cache", "webpack"],
    &["node_modules", ".vite"],
    &["node_modules", ".vite-temp"],
    &["tmp", "cache", "assets"],
];

/// Whether a file is in such a cache, or is one.
#[must_use]
pub fn classify(path: &str) -> Option<&'static Entry> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_file =
        name.ends_with(".tsbuildinfo") || matches!(name, ".eslintcache" | ".stylelintcache");
    let parts: Vec<&str> = folder.split('/').collect();
    let in_cache = || {
        FOLDERS
            .iter()
            .any(|names| parts.windows(names.len()).any(|window| window == *names))
    };
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
        ] {
            assert!(classify(cache).is_some(), "{cache}");
        }
        for runs in [
            ".next/cache/images/a.webp",
            ".next/cache/fetch-cache/1",
            ".next/server/app.js",
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
