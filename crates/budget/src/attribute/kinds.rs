//! What kind of file is it, by its name alone?

use slugsmith_facts::tree::{Entry, EntryKind};

/// Endings, most specific first.
const ENDINGS: &[(&str, &[&str])] = &[
    ("source maps", &[".map"]),
    (
        "type declarations",
        &[".d.ts", ".d.mts", ".d.cts", ".pyi", ".flow"],
    ),
    (
        "debug symbols",
        &[".debug", ".dbg", ".pdb", ".dsym", ".dwp"],
    ),
    (
        "native code",
        &[
            ".node", ".so", ".dylib", ".dll", ".exe", ".a", ".o", ".lib", ".wasm", ".rlib",
        ],
    ),
    ("JavaScript", &[".js", ".mjs", ".cjs", ".jsx"]),
    (
        "TypeScript and styles before compilation",
        &[
            ".ts", ".tsx", ".mts", ".cts", ".scss", ".sass", ".less", ".vue", ".svelte", ".coffee",
        ],
    ),
    ("styles and pages", &[".css", ".html", ".htm", ".xhtml"]),
    ("Python", &[".py", ".pyx", ".pxd"]),
    ("compiled Python", &[".pyc", ".pyo"]),
    ("Ruby", &[".rb", ".rbs", ".gemspec", ".erb", ".rake"]),
    ("PHP", &[".php", ".phtml"]),
    ("Java archives", &[".jar", ".war", ".class"]),
    (
        "C and C++ sources",
        &[
            ".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".gyp", ".gypi",
        ],
    ),
    (
        "documentation",
        &[".md", ".markdown", ".rst", ".txt", ".adoc"],
    ),
    (
        "images, sound and video",
        &[
            ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".ico", ".svg", ".bmp", ".tiff",
            ".mp3", ".mp4", ".webm", ".ogg", ".wav", ".mov", ".psd",
        ],
    ),
    ("fonts", &[".woff", ".woff2", ".ttf", ".otf", ".eot"]),
    (
        "archives",
        &[
            ".zip", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".br", ".whl", ".gem", ".7z", ".tar",
        ],
    ),
    (
        "models and data",
        &[
            ".onnx",
            ".pt",
            ".pth",
            ".safetensors",
            ".h5",
            ".pb",
            ".tflite",
            ".npy",
            ".npz",
            ".parquet",
            ".csv",
            ".tsv",
            ".sqlite",
            ".db",
            ".bin",
            ".dat",
            ".pkl",
        ],
    ),
    (
        "JSON, YAML and the like",
        &[
            ".json", ".json5", ".yml", ".yaml", ".toml", ".xml", ".ini", ".lock", ".po", ".mo",
        ],
    ),
];

/// Folders that say more than the endings in them.
const FOLDERS: &[(&str, &[&str])] = &[
    (
        "tests",
        &[
            "test",
            "tests",
            "__tests__",
            "spec",
            "specs",
            "__mocks__",
            "testdata",
            "fixtures",
        ],
    ),
    (
        "caches",
        &[
            ".cache",
            "__pycache__",
            ".npm",
            ".pnpm-store",
            ".yarn",
            ".turbo",
            ".parcel-cache",
        ],
    ),
    (
        "documentation",
        &["doc", "docs", "man", "examples", "example"],
    ),
    ("version control", &[".git", ".hg", ".svn"]),
];

/// Every kind's name, for budgets that name one.
pub(crate) fn is_name(name: &str) -> bool {
    let listed = ENDINGS.iter().chain(FOLDERS).any(|(kind, _)| *kind == name);
    listed || [LINKS, PROGRAMS, OTHER].contains(&name)
}

/// Every kind's name, each once and always in the same order.
#[must_use]
pub fn names() -> Vec<&'static str> {
    let listed = ENDINGS.iter().chain(FOLDERS).map(|(kind, _)| *kind);
    let mut names: Vec<_> = listed.chain([LINKS, PROGRAMS, OTHER]).collect();
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(*name));
    names
}

const LINKS: &str = "links";
const PROGRAMS: &str = "programs and scripts";
const OTHER: &str = "other";

/// The kind of an entry.
pub(crate) fn of(entry: &Entry) -> &'static str {
    match entry.kind() {
        EntryKind::Directory | EntryKind::Special => return OTHER,
        EntryKind::Symlink => return LINKS,
        EntryKind::File => {}
    }
    let path = entry.path_bytes();
    let (folders, name) = match path.iter().rposition(|byte| *byte == b'/') {
        Some(slash) => path.split_at(slash),
        None => (&path[..0], path),
    };
    let name = name.strip_prefix(b"/").unwrap_or(name);
    let ending = ENDINGS
        .iter()
        .find(|(_, endings)| endings.iter().any(|ending| ends_with(name, ending)));
    // Source maps stay what they are, wherever they lie; the rest of a test folder is tests.
    if let Some((kind @ ("source maps" | "type declarations" | "debug symbols"), _)) = ending {
        return kind;
    }
    for folder in folders.split(|byte| *byte == b'/') {
        let found = FOLDERS
            .iter()
            .find(|(_, names)| names.iter().any(|name| name.as_bytes() == folder));
        if let Some((kind, _)) = found {
            return kind;
        }
    }
    match ending {
        Some((kind, _)) => kind,
        None if is_versioned_library(name) => "native code",
        None if entry.mode() & 0o111 != 0 => PROGRAMS,
        None => OTHER,
    }
}

fn ends_with(name: &[u8], ending: &str) -> bool {
    name.len()
        .checked_sub(ending.len())
        .and_then(|from| name.get(from..))
        .is_some_and(|tail| tail.eq_ignore_ascii_case(ending.as_bytes()))
}

/// `libvips-cpp.so.42`, `libssl.so.1.1`.
fn is_versioned_library(name: &[u8]) -> bool {
    name.windows(4).any(|part| part == b".so.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_kind() {
        for (path, kind) in [
            ("a/dist/x.js.map", "source maps"),
            ("node_modules/a/test/x.js", "tests"),
            ("node_modules/a/test/x.js.map", "source maps"),
            ("a/b.d.ts", "type declarations"),
            ("a/b.ts", "TypeScript and styles before compilation"),
            ("lib/libvips.so.42", "native code"),
            ("a/__pycache__/b.pyc", "caches"),
            ("a/LOGO.PNG", "images, sound and video"),
            ("Procfile", "other"),
        ] {
            assert_eq!(of(&Entry::new(path, EntryKind::File, 1)), kind, "{path}");
        }
        let program = Entry::new("bin/server", EntryKind::File, 1).with_mode(0o755);
        assert_eq!(of(&program), "programs and scripts");
        assert!(is_name("source maps") && !is_name("node_modules"));
    }
}
