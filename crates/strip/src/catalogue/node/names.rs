//! What do the names of files and folders in a package say of them?

use super::Package;

pub(super) fn extension(name: &str) -> &str {
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
pub(super) fn is_compiler_library(lower: &str) -> bool {
    lower.starts_with("lib.") && lower.ends_with(".d.ts") || lower == "lib.d.ts"
}

/// A source map rather than some other map (tile maps and the like).
pub(super) fn is_map(lower: &str) -> bool {
    let stem = lower.strip_suffix(".map").unwrap_or(lower);
    [
        "js", "cjs", "mjs", "css", "ts", "mts", "cts", "jsx", "tsx", "min", "es", "wasm",
    ]
    .contains(&extension(stem))
}

/// Files that tell people about a package, by their names in lower case.
#[must_use]
pub fn is_documentation(lower: &str) -> bool {
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

/// Where packages keep sources that they write into other projects.
pub(super) const TEMPLATE_FOLDERS: &[&str] = &[
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
pub(super) fn is_native_source(path: &str, extension: &str, package: Package) -> bool {
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

pub(super) fn in_test_folder(path: &str) -> bool {
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

pub(super) fn is_test_file(lower: &str) -> bool {
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
