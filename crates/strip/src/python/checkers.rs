//! Does the app use a program that reads the types of installed packages?
//!
//! Type checkers, completion and documentation read `.pyi` files, packages that have nothing else (`requests-stubs`),
//! `py.typed` and the sources themselves of whatever they are asked about. As a tool of developers such a program is
//! installed, too; it counts where the app's own code or a process names it.

use memchr::memmem;

use crate::catalogue::python::split;
use crate::index::{self, Index};
use crate::packages::in_packages;
use crate::start::{self, Command};
use crate::texts::Texts;
use slugsmith_ecosystems::python as ecosystems;

/// Modules, and the names by which code and commands use them.
const CHECKERS: &[(&str, &[&str])] = &[
    ("mypy", &["mypy", "dmypy", "stubtest"]),
    ("pyright", &["pyright", "pyright-langserver"]),
    ("basedpyright", &["basedpyright", "basedpyright-langserver"]),
    ("pytype", &["pytype"]),
    ("pyre_check", &["pyre", "pyre_check"]),
    ("monkeytype", &["monkeytype"]),
    (
        "jedi",
        &[
            "jedi",
            "jedi_language_server",
            "jedi-language-server",
            "pylsp",
            "ipython",
            "jupyter",
            "ipykernel",
            "bpython",
            "ptpython",
        ],
    ),
    ("sphinx", &["sphinx", "sphinx-build", "sphinx-autobuild"]),
];
/// Larger sources are data, in bytes.
const MAX_TEXT: u64 = 2_000_000;

/// Whether it does.
pub(crate) fn are_used<'r>(
    index: &Index<'_>,
    roots: impl Iterator<Item = &'r String>,
    commands: &[Command],
    texts: &dyn Texts,
) -> bool {
    let roots: Vec<&String> = roots.collect();
    let installed = |module: &str| {
        let mut roots = roots.iter();
        roots.any(|root| index.find(&format!("{root}/{module}")).is_some())
    };
    let installed = CHECKERS.iter().filter(|(module, _)| installed(module));
    let names: Vec<&str> = installed.flat_map(|(_, names)| *names).copied().collect();
    if names.is_empty() {
        return false;
    }
    let in_command = |command: &Command| {
        let mut words = start::words(&command.text);
        words.any(|word| names.contains(&index::name(word)))
    };
    commands.iter().any(in_command)
        || own(index).any(|path| {
            let text = texts.text(path).unwrap_or_default();
            names.iter().any(|name| uses(&text, name))
        })
}

/// Whether a name is one that code uses a checker by; such names are part of what an environment was stripped for.
#[must_use]
pub fn is_name(name: &str) -> bool {
    CHECKERS.iter().any(|(_, names)| names.contains(&name))
}

/// The app's own sources and scripts, but for those of its developers.
fn own<'i>(index: &'i Index<'_>) -> impl Iterator<Item = &'i str> {
    const OF_DEVELOPERS: &[&str] = &["conftest.py", "noxfile.py", ecosystems::SETUP_PY, "conf.py"];
    let is_test = |path: &str| path.split('/').any(|part| matches!(part, "test" | "tests"));
    (0..index.entries().len())
        .filter(|number| index.is_file(*number))
        .filter(|number| {
            let entry = index.entry(*number);
            entry.is_some_and(|entry| entry.size() < MAX_TEXT)
        })
        .filter_map(|number| index.path(number))
        .filter(|path| [".py", ".sh"].iter().any(|end| path.ends_with(end)))
        .filter(|path| !in_packages(path) && split(path).is_none() && !path.starts_with(".git/"))
        .filter(move |path| !is_test(path) && !OF_DEVELOPERS.contains(&index::name(path)))
}

/// Whether a text has a word in it outside of a comment: `# mypy: ignore-errors` uses nothing.
fn uses(text: &[u8], word: &str) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    memmem::find_iter(text, word).any(|at| {
        let before = text.get(..at).unwrap_or_default();
        let after = text.get(at + word.len()..).unwrap_or_default();
        let line = before.rsplit(|byte| *byte == b'\n').next();
        let is_comment = line.is_some_and(|line| line.contains(&b'#'));
        let is_whole = !before.last().is_some_and(is_part) && !after.first().is_some_and(is_part);
        is_whole && !is_comment
    })
}

#[cfg(test)]
mod tests {
    use super::uses;

    #[test]
    fn a_comment_uses_nothing() {
        for text in ["from mypy import api", "[sys.executable, '-m', 'mypy']"] {
            assert!(uses(text.as_bytes(), "mypy"), "{text}");
        }
        for text in ["x = 1  # mypy: ignore", "import mypy_extensions", "x"] {
            assert!(!uses(text.as_bytes(), "mypy"), "{text}");
        }
    }
}
