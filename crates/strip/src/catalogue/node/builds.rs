//! Which names do packages give to builds for browsers, bundlers and other runtimes?

/// Builds that Node does not pick by itself: for browsers, bundlers, other runtimes, or
/// the ES-module twin that only the `module` field names.
pub(super) fn is_other_build(path: &str, lower: &str, extension: &str) -> bool {
    const FOLDERS: &[&str] = &[
        "esm",
        "es",
        "es6",
        "es5",
        "es2015",
        "es2017",
        "es2019",
        "es2020",
        "es2022",
        "esnext",
        "dist-es",
        "dist-esm",
        "dist-web",
        "dist-browser",
        "_esm5",
        "_esm2015",
        "esm5",
        "esm2015",
        "esm2020",
        "fesm5",
        "fesm2015",
        "fesm2020",
        "fesm2022",
        "umd",
        "amd",
        "iife",
        "browser",
        "web",
        "bundles",
        "module",
        "modules-es",
        "react-native",
        "native",
        "lib-esm",
        "lib-es",
        "build-esm",
        "esm-browser",
        "esm-node",
        "commonjs-browser",
        "dist-src",
        "deno",
        "bun",
        "cjs",
        "commonjs",
        "dist-cjs",
    ];
    // Folders of code in general: data in them may be read in ways that code doesn't show.
    const CODE: &[&str] = &[
        "dist", "build", "builds", "bundle", "min", "src", "source", "global",
    ];
    if extension == "mjs" {
        return true;
    }
    if !matches!(extension, "js" | "cjs" | "json") {
        return false;
    }
    let marks = [
        ".min.js",
        ".umd.js",
        ".umd.cjs",
        ".browser.js",
        ".esm.js",
        ".esm-bundler.js",
        ".iife.js",
        ".amd.js",
        ".global.js",
        ".browser.cjs",
        ".native.js",
        ".es.js",
        ".module.js",
        ".production.js",
        ".development.js",
        ".bundle.js",
        ".legacy.js",
    ];
    if marks.iter().any(|mark| lower.ends_with(mark)) {
        return true;
    }
    path.split('/')
        .rev()
        .skip(1)
        .any(|part| FOLDERS.contains(&part) || (extension != "json" && CODE.contains(&part)))
}
