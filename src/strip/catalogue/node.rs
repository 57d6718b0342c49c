//! What in a package of `node_modules` does Node never load?

use super::{Entry, Guard};

pub static SOURCE_MAPS: Entry = Entry {
    id: "source-maps",
    reason: "source maps",
    guard: Guard::Named,
    evidence: "Node reads them only with --enable-source-maps or source-map-support; a sourceMappingURL comment without its file is ignored.",
    tell_kept: false,
};
pub static DECLARATIONS: Entry = Entry {
    id: "type-declarations",
    reason: "type declarations",
    guard: Guard::Named,
    evidence: "Declarations are read by type checkers; the guards look for a TypeScript compiler at start.",
    tell_kept: false,
};
pub static TYPESCRIPT: Entry = Entry {
    id: "typescript-sources",
    reason: "TypeScript, Flow and CoffeeScript sources",
    guard: Guard::Reachable,
    evidence: "Node refuses to strip types below node_modules (ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING); the guards look for a compiler at start.",
    tell_kept: false,
};
pub static TESTS: Entry = Entry {
    id: "package-tests",
    reason: "tests, docs, examples",
    guard: Guard::Reachable,
    evidence: "Folders of tests, examples and documentation inside packages that nothing kept refers to.",
    tell_kept: true,
};
pub static DOCS: Entry = Entry {
    id: "package-docs",
    reason: "readmes and changelogs",
    guard: Guard::Named,
    evidence: "Markdown is text for people; licences and notices are never removed.",
    tell_kept: true,
};
pub static NATIVE_SOURCES: Entry = Entry {
    id: "native-sources",
    reason: "native sources",
    guard: Guard::Named,
    evidence: "The package's addon is built or comes prebuilt for this platform; node-gyp alone reads its sources and objects.",
    tell_kept: false,
};
pub static PREBUILDS: Entry = Entry {
    id: "other-platforms",
    reason: "prebuilt binaries for other platforms",
    guard: Guard::Never,
    evidence: "The file's name or folder says a platform, architecture or libc that this machine is not, and one for this machine is beside it.",
    tell_kept: false,
};
pub static OTHER_BUILDS: Entry = Entry {
    id: "other-builds",
    reason: "builds for browsers and bundlers",
    guard: Guard::Reachable,
    evidence: "No entry that Node can pick and nothing kept leads to this build of the package.",
    tell_kept: false,
};
pub static TOOLING: Entry = Entry {
    id: "package-tooling",
    reason: "configuration of development tools",
    guard: Guard::Named,
    evidence: "Linters, formatters, test runners, CI and package publishing read it, all of them before a release.",
    tell_kept: false,
};

pub static UNREACHED: Entry = Entry {
    id: "unreached",
    reason: "never reached from the app's entry points",
    guard: Guard::Reachable,
    evidence: "level = \"trace\": no reference of the app's own code leads here, directly or through other packages.",
    tell_kept: false,
};

/// What is known about the package that a file is in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)] // independent facts, each a guard of its own
pub struct Package {
    /// An addon for this machine is there (built or prebuilt), or the package has no
    /// addon at all and every other package of the tree has its own built.
    pub addon_ready: bool,
    /// node-gyp builds the package.
    pub has_gyp: bool,
    /// Sources may be compiled at start.
    pub typescript: bool,
    /// Maps may be read at start.
    pub source_maps: bool,
    /// Bundlers may run at start.
    pub bundles: bool,
    /// The package has a licence file of its own.
    pub has_licence: bool,
}

/// The entry that a file falls under. `path` is relative to its package.
#[must_use]
pub fn classify(path: &str, package: Package) -> Option<&'static Entry> {
    let name = super::super::index::name(path);
    let lower = name.to_ascii_lowercase();
    if is_licence(&lower) || lower == "package.json" || is_compiler_library(&lower) {
        return None;
    }
    if lower.ends_with(".map") && !package.source_maps && is_map(&lower) {
        return Some(&SOURCE_MAPS);
    }
    let declaration = [".d.ts", ".d.mts", ".d.cts"]
        .iter()
        .any(|end| lower.ends_with(end))
        || lower.ends_with(".flow")
        || (lower.contains(".d.") && lower.ends_with(".ts"));
    if declaration {
        return (!package.typescript).then_some(&DECLARATIONS);
    }
    if is_documentation(&lower) {
        let only_licence =
            lower.starts_with("readme") && !package.has_licence && !path.contains('/');
        return (!only_licence).then_some(&DOCS);
    }
    if is_tooling(path, &lower) {
        return Some(&TOOLING);
    }
    let extension = extension(&lower);
    if is_native_source(path, extension, package) {
        return Some(&NATIVE_SOURCES);
    }
    let is_template = path.split('/').any(|part| TEMPLATE_FOLDERS.contains(&part));
    if !package.typescript
        && !is_template
        && matches!(
            extension,
            "ts" | "tsx" | "mts" | "cts" | "coffee" | "litcoffee"
        )
    {
        return Some(&TYPESCRIPT);
    }
    if in_test_folder(path) || is_test_file(&lower) {
        return Some(&TESTS);
    }
    (!package.bundles && is_other_build(path, &lower, extension)).then_some(&OTHER_BUILDS)
}

fn extension(name: &str) -> &str {
    name.rfind('.').map_or("", |dot| &name[dot + 1..])
}

/// Licences, notices and credits: removing them would break the packages' terms.
#[must_use]
pub fn is_licence(lower: &str) -> bool {
    const STEMS: &[&str] = &[
        "license",
        "licence",
        "unlicense",
        "copying",
        "copyright",
        "notice",
        "patents",
        "authors",
        "thirdparty",
        "third-party",
        "third_party",
        "credits",
        "eula",
        "legal",
    ];
    STEMS.iter().any(|stem| lower.starts_with(stem))
        || lower.contains("-license")
        || lower.contains("-licence")
        || lower.contains(".license")
        || lower.ends_with("license.md")
        || lower.ends_with("license.txt")
        || lower.ends_with("licenses.txt")
}

/// TypeScript's own declarations, which its compiler loads by computed names.
fn is_compiler_library(lower: &str) -> bool {
    lower.starts_with("lib.") && lower.ends_with(".d.ts") || lower == "lib.d.ts"
}

/// A source map rather than some other map (tile maps and the like).
fn is_map(lower: &str) -> bool {
    let stem = lower.strip_suffix(".map").unwrap_or(lower);
    [
        "js", "cjs", "mjs", "css", "ts", "mts", "cts", "jsx", "tsx", "min", "es", "wasm",
    ]
    .contains(&extension(stem))
}

fn is_documentation(lower: &str) -> bool {
    const NAMES: &[&str] = &[
        "changelog",
        "changes",
        "history",
        "contributing",
        "contributors",
        "readme",
        "upgrading",
        "migration",
        "security",
        "code_of_conduct",
        "roadmap",
        "todo",
        "release-notes",
        "releasenotes",
    ];
    match extension(lower) {
        "md" | "markdown" | "mkd" | "mdown" | "mdx" => true,
        "txt" | "rst" | "adoc" | "html" | "" => {
            NAMES.contains(&lower.split('.').next().unwrap_or_default())
        }
        _ => false,
    }
}

fn is_tooling(path: &str, lower: &str) -> bool {
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
        "yarn.lock",
        "package-lock.json",
        "npm-shrinkwrap.json",
        "pnpm-lock.yaml",
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

/// Where packages keep sources that they write into other projects.
const TEMPLATE_FOLDERS: &[&str] = &[
    "template",
    "templates",
    "files",
    "schematics",
    "generators",
    "skeleton",
    "boilerplate",
    "stubs",
];

/// Sources and objects that only node-gyp reads. Packages without a binding.gyp hold
/// headers for others' builds at most.
fn is_native_source(path: &str, extension: &str, package: Package) -> bool {
    const SOURCES: &[&str] = &["c", "cc", "cpp", "cxx", "h", "hh", "hpp", "hxx"];
    const BUILD: &[&str] = &[
        "c++", "inl", "ipp", "tcc", "m", "mm", "o", "a", "obj", "lo", "la", "gyp", "gypi", "mk",
        "asm", "s", "cmake", "am", "in", "ac", "m4", "vcxproj", "sln", "filters", "rs", "pdb",
        "ilk", "d", "stamp", "tlog", "recipe",
    ];
    const LOADABLE: &[&str] = &["js", "cjs", "mjs", "json", "node", "so", "wasm"];
    if !package.addon_ready {
        return false;
    }
    if !package.has_gyp {
        return SOURCES.contains(&extension);
    }
    let intermediate = ["/obj.target/", "/.deps/", "/Release/obj/", "node_gyp_bins/"]
        .iter()
        .any(|folder| path.contains(folder) && path.starts_with("build"));
    let vendored = path.starts_with("deps/") && !LOADABLE.contains(&extension);
    intermediate
        || vendored
        || path == "build/Makefile"
        || SOURCES.contains(&extension)
        || BUILD.contains(&extension)
}

fn in_test_folder(path: &str) -> bool {
    const FOLDERS: &[&str] = &[
        "test",
        "tests",
        "__tests__",
        "__test__",
        "__mocks__",
        "__fixtures__",
        "__snapshots__",
        "spec",
        "specs",
        "test-d",
        "e2e",
        "fixtures",
        "example",
        "examples",
        "sample",
        "samples",
        "demo",
        "demos",
        "doc",
        "docs",
        "website",
        "benchmark",
        "benchmarks",
        "bench",
        "coverage",
        ".storybook",
        "storybook",
        "powered-test",
        "man",
        "images",
        "screenshots",
    ];
    let mut parts = path.split('/').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_some() && FOLDERS.contains(&part) {
            return true;
        }
    }
    false
}

fn is_test_file(lower: &str) -> bool {
    let marks = [
        ".test.",
        ".spec.",
        "-test.",
        "_test.",
        ".bench.",
        ".stories.",
        ".test-d.",
    ];
    let code = matches!(
        extension(lower),
        "js" | "cjs" | "mjs" | "jsx" | "json" | "snap"
    );
    code && (marks.iter().any(|mark| lower.contains(mark))
        || matches!(
            lower,
            "test.js"
                | "test.cjs"
                | "test.mjs"
                | "tests.js"
                | "example.js"
                | "benchmark.js"
                | "bench.js"
        ))
}

/// Builds that Node does not pick by itself: for browsers, bundlers, other runtimes, or
/// the ES-module twin that only the `module` field names.
fn is_other_build(path: &str, lower: &str, extension: &str) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(path: &str) -> Option<&'static str> {
        let package = Package {
            addon_ready: true,
            has_gyp: true,
            has_licence: true,
            ..Package::default()
        };
        classify(path, package).map(|entry| entry.id)
    }

    #[test]
    fn files_fall_under_their_entry() {
        for (path, expected) in [
            ("dist/index.js.map", Some("source-maps")),
            ("data/world.map", None),
            ("index.d.mts", Some("type-declarations")),
            ("lib/lib.es2015.d.ts", None),
            ("README.md", Some("package-docs")),
            ("LICENSE.md", None),
            ("THIRD-PARTY-NOTICES.txt", None),
            ("src/addon.cc", Some("native-sources")),
            ("src/index.ts", Some("typescript-sources")),
            ("templates/app.ts", None),
            ("test/a.js", Some("package-tests")),
            ("lib/doc/workbook.js", Some("package-tests")),
            ("dist-es/index.js", Some("other-builds")),
            ("lib/index.js", None),
            ("package.json", None),
        ] {
            assert_eq!(reason(path), expected, "{path}");
        }
    }

    #[test]
    fn guards_of_the_package_are_obeyed() {
        let kept = Package {
            typescript: true,
            source_maps: true,
            bundles: true,
            ..Package::default()
        };
        for path in [
            "a.d.ts",
            "a.js.map",
            "a.ts",
            "esm/a.js",
            "README.md",
            "a.cc",
        ] {
            assert_eq!(classify(path, kept), None, "{path}");
        }
    }
}
