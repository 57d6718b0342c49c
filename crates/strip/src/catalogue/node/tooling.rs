//! Which files of a package configure tools of its developers?

use slugsmith_ecosystems as ecosystems;

pub(super) fn is_tooling(path: &str, lower: &str) -> bool {
    const NAMES: &[&str] = &[
        ".editorconfig",
        ".gitattributes",
        ".gitignore",
        ".gitmodules",
        ".npmignore",
        ".npmrc",
        ".nvmrc",
        ".jshintrc",
        ".jshintignore",
        ".jscsrc",
        ".jscs.json",
        ".travis.yml",
        ".taprc",
        ".nycrc",
        ".coveralls.yml",
        ".codeclimate.yml",
        ".zuul.yml",
        ".airtap.yml",
        ".dockerignore",
        "appveyor.yml",
        ".appveyor.yml",
        "circle.yml",
        "karma.conf.js",
        "gulpfile.js",
        "gruntfile.js",
        "makefile",
        "gnumakefile",
        "rakefile",
        "bower.json",
        "component.json",
        "tslint.json",
        "tsdoc-metadata.json",
        "api-extractor.json",
        "jsdoc.json",
        "typedoc.json",
        ecosystems::javascript::YARN_LOCK,
        ecosystems::javascript::PACKAGE_LOCK,
        ecosystems::javascript::SHRINKWRAP,
        ecosystems::javascript::PNPM_LOCK,
        "lerna.json",
        ".ds_store",
        "thumbs.db",
        "npm-debug.log",
        "yarn-error.log",
        ".yarn-integrity",
        ".mailmap",
        ".watchmanconfig",
        ".flowconfig",
        "rollup.config.js",
        "rollup.config.mjs",
        "webpack.config.js",
        "jest.config.js",
        "vitest.config.ts",
        "renovate.json",
        ".release-please-manifest.json",
        "release-please-config.json",
    ];
    const STARTS: &[&str] = &[
        ".eslintrc",
        ".eslintignore",
        ".prettierrc",
        ".prettierignore",
        ".babelrc",
        ".mocharc",
        ".swcrc",
        ".stylelintrc",
        ".markdownlint",
        ".releaserc",
        ".c8rc",
        "tsconfig.",
        ".tsbuildinfo",
    ];
    const FOLDERS: &[&str] = &[
        ".github",
        ".circleci",
        ".vscode",
        ".idea",
        ".husky",
        ".changeset",
        ".nyc_output",
        ".git",
        ".hg",
        ".svn",
    ];
    NAMES.contains(&lower)
        || STARTS.iter().any(|start| lower.starts_with(start))
        || lower.ends_with(".tsbuildinfo")
        || lower.ends_with(".orig")
        || lower.ends_with(".swp")
        || lower.ends_with('~')
        || path.split('/').any(|part| FOLDERS.contains(&part))
}
