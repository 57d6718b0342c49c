//! Are Go's sources still needed once the program is built?
//!
//! A Go program has everything in it; what its sources name was compiled or embedded. They
//! are needed where a command of a dyno compiles, where an interpreter of Go is linked in,
//! or where the program reads sources by name.

use std::path::Path;

use memchr::memmem;
use rayon::prelude::*;

use super::catalogue::{Entry, Guard};
use super::index::{self, Index};
use super::start::{self, Command};
use slugsmith_facts::beneath;

pub(super) static SOURCES: Entry = Entry {
    id: "go-sources",
    reason: "Go sources, compiled into the program",
    guard: Guard::Reachable,
    evidence: "A program built from them is in bin, no command runs the go tool, no interpreter of Go is linked \
        in, and no source names a .go file; go:embed copied its files when it was built (pkg.go.dev/embed).",
    tell_kept: true,
};

/// Commands that compile when they start.
const COMPILING: &[&str] = &[
    "go",
    "air",
    "dlv",
    "gow",
    "reflex",
    "realize",
    "CompileDaemon",
    "gin",
    "modd",
];
/// Modules that interpret or load Go sources when a program runs.
const INTERPRETERS: &[&str] = &[
    "traefik/yaegi",
    "containous/yaegi",
    "cosmos72/gomacro",
    "x/tools/go/packages",
];
/// Larger sources are generated tables; they are read no further, in bytes.
const MAX_SOURCE: u64 = 32_000_000;

/// Whether the sources are idle: see [`SOURCES`].
pub(super) fn is_built(root: &Path, index: &Index<'_>, commands: &[Command]) -> bool {
    if !index.has_file(slugsmith_ecosystems::go::MANIFEST) {
        return false;
    }
    let compiles = commands.iter().any(|command| {
        start::words(&command.text).any(|word| COMPILING.contains(&index::name(word)))
    });
    let interprets = beneath::text_in(root, slugsmith_ecosystems::go::MANIFEST)
        .is_ok_and(|text| INTERPRETERS.iter().any(|name| text.contains(name)));
    !compiles && !interprets && has_program(root, index) && !reads_sources(root, index)
}

/// The buildpacks for Go leave programs in `bin`.
fn has_program(root: &Path, index: &Index<'_>) -> bool {
    index.below_path("bin").any(|number| {
        let (Some(entry), Some(path)) = (index.entry(number), index.path(number)) else {
            return false;
        };
        index.is_file(number) && entry.mode() & 0o111 != 0 && is_go_program(&root.join(path))
    })
}

/// An ELF file with the mark that Go's linker leaves for `go version`.
fn is_go_program(path: &Path) -> bool {
    const MARK: &[u8] = b"\xff Go buildinf:";
    let data = beneath::read(path).unwrap_or_default();
    data.starts_with(b"\x7fELF") && memmem::find(&data, MARK).is_some()
}

fn reads_sources(root: &Path, index: &Index<'_>) -> bool {
    let own: Vec<&str> = (0..index.entries().len())
        .filter(|number| {
            index
                .entry(*number)
                .is_some_and(|entry| entry.size() <= MAX_SOURCE)
        })
        .filter_map(|number| index.path(number).filter(|_| index.is_file(number)))
        .filter(|path| path.ends_with(".go") && !path.ends_with("_test.go"))
        .filter(|path| !path.starts_with("vendor/"))
        .collect();
    own.into_par_iter().any(|path| {
        let text = beneath::read_in(root, path).unwrap_or_default();
        [b".go\"".as_slice(), b".go`"]
            .iter()
            .any(|end| memmem::find(&text, end).is_some())
    })
}

/// Whether a file of the app is one of those sources.
pub(super) fn is_source(path: &str) -> bool {
    const VENDORED: &[&str] = &[
        "go", "s", "c", "cc", "cpp", "h", "hh", "hpp", "m", "mod", "sum", "proto",
    ];
    let extension = index::name(path)
        .rsplit_once('.')
        .map_or("", |(_, end)| end);
    if path.starts_with("vendor/") {
        return VENDORED.contains(&extension);
    }
    extension == "go"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_of_go_is_a_source() {
        for (path, expected) in [
            ("main.go", true),
            ("internal/a/b_test.go", true),
            ("go.mod", false),
            ("vendor/github.com/a/b/asm.s", true),
            ("vendor/github.com/a/b/LICENSE", false),
            ("vendor/github.com/a/b/page.html", false),
            ("native/x.c", false),
        ] {
            assert_eq!(is_source(path), expected, "{path}");
        }
    }
}
