//! Configuration of tools that run before a release.

/// Whether a file is one.
pub(crate) fn is_tooling(path: &str) -> bool {
    const STARTS: &[&str] = &[
        "webpack.",
        "rollup.",
        "vite.",
        "vitest.",
        "jest.",
        "karma.",
        "gulpfile",
        "gruntfile",
        "babel.",
        ".babelrc",
        ".eslintrc",
        "eslint.",
        "prettier.",
        ".prettierrc",
        "tailwind.",
        "postcss.",
        "cypress.",
        "playwright.",
        "commitlint.",
        "tsup.",
        "esbuild.",
        ".mocharc",
        "metro.",
        "svelte.config",
        "astro.config",
        "lint-staged",
        "stylelint",
    ];
    let name = crate::index::name(path).to_ascii_lowercase();
    STARTS.iter().any(|start| name.starts_with(start))
}
