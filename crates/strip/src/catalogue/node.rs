//! What in a package of `node_modules` does Node never load?

mod builds;
mod names;
mod tooling;

pub use names::{is_documentation, is_licence};

use super::{Entry, Guard};
use builds::is_other_build;
use names::{
    TEMPLATE_FOLDERS, extension, in_test_folder, is_compiler_library, is_map, is_native_source,
    is_test_file,
};
use tooling::is_tooling;

/// Source maps.
pub static SOURCE_MAPS: Entry = Entry {
    id: "source-maps",
    reason: "source maps",
    guard: Guard::Named,
    evidence: "Node reads them only with --enable-source-maps or source-map-support; a sourceMappingURL comment \
        without its file is ignored.",
    tell_kept: false,
};
/// Type declarations.
pub static DECLARATIONS: Entry = Entry {
    id: "type-declarations",
    reason: "type declarations",
    guard: Guard::Named,
    evidence: "Declarations are read by type checkers; the guards look for a TypeScript compiler at start.",
    tell_kept: false,
};
/// TypeScript, Flow and CoffeeScript sources.
pub static TYPESCRIPT: Entry = Entry {
    id: "typescript-sources",
    reason: "TypeScript, Flow and CoffeeScript sources",
    guard: Guard::Reachable,
    evidence: "Node refuses to strip types below node_modules (ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING); the \
        guards look for a compiler at start.",
    tell_kept: false,
};
/// Tests, docs, examples.
pub static TESTS: Entry = Entry {
    id: "package-tests",
    reason: "tests, docs, examples",
    guard: Guard::Reachable,
    evidence: "Folders of tests, examples and documentation inside packages that nothing kept refers to.",
    tell_kept: true,
};
/// Readmes and changelogs.
pub static DOCS: Entry = Entry {
    id: "package-docs",
    reason: "readmes and changelogs",
    guard: Guard::Named,
    evidence: "Markdown is text for people; licences and notices are never removed.",
    tell_kept: true,
};
/// Native sources.
pub static NATIVE_SOURCES: Entry = Entry {
    id: "native-sources",
    reason: "native sources",
    guard: Guard::Named,
    evidence: "The package's addon is built or comes prebuilt for this platform; node-gyp alone reads its sources \
        and objects.",
    tell_kept: false,
};
/// Prebuilt binaries for other platforms.
pub static PREBUILDS: Entry = Entry {
    id: "other-platforms",
    reason: "prebuilt binaries for other platforms",
    guard: Guard::Never,
    evidence: "The file's name or folder says a platform, architecture or libc that this machine is not, and one \
        for this machine is beside it.",
    tell_kept: false,
};
/// Builds for browsers and bundlers.
pub static OTHER_BUILDS: Entry = Entry {
    id: "other-builds",
    reason: "builds for browsers and bundlers",
    guard: Guard::Reachable,
    evidence: "No entry that Node can pick and nothing kept leads to this build of the package.",
    tell_kept: false,
};
/// Configuration of development tools.
pub static TOOLING: Entry = Entry {
    id: "package-tooling",
    reason: "configuration of development tools",
    guard: Guard::Named,
    evidence: "Linters, formatters, test runners, CI and package publishing read it, all of them before a release.",
    tell_kept: false,
};

/// Never reached from the app's entry points.
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
    /// So may those of CoffeeScript.
    pub coffee: bool,
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
    if is_licence(&lower)
        || lower == slugsmith_ecosystems::javascript::MANIFEST
        || is_compiler_library(&lower)
    {
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
    // Web pages with editors get declarations from there.
    let is_served = path
        .split('/')
        .any(|part| matches!(part, "public" | "static" | "www" | "htdocs"));
    if declaration {
        return (!package.typescript && !is_served).then_some(&DECLARATIONS);
    }
    if is_documentation(&lower) && !is_served {
        let only_licence =
            lower.starts_with("readme") && !package.has_licence && !path.contains('/');
        // What is in a folder of documentation or of tests stays and goes with the folder.
        let entry = if in_test_folder(path) { &TESTS } else { &DOCS };
        return (!only_licence).then_some(entry);
    }
    if is_tooling(path, &lower) {
        return Some(&TOOLING);
    }
    let extension = extension(&lower);
    if is_native_source(path, extension, package) {
        return Some(&NATIVE_SOURCES);
    }
    let is_template = path.split('/').any(|part| TEMPLATE_FOLDERS.contains(&part));
    let compiled = match extension {
        "ts" | "tsx" | "mts" | "cts" => !package.typescript,
        "coffee" | "litcoffee" => !(package.typescript || package.coffee),
        _ => false,
    };
    if compiled && !is_template && !is_served {
        return Some(&TYPESCRIPT);
    }
    if in_test_folder(path) || is_test_file(&lower) {
        return Some(&TESTS);
    }
    (!package.bundles && is_other_build(path, &lower, extension)).then_some(&OTHER_BUILDS)
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
            ("docs/a.md", Some("package-tests")),
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
