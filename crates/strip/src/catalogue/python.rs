//! What in `site-packages` does Python never import at run time?
//!
//! Byte code (`.pyc`) stays: without it every dyno start compiles again. `dist-info`
//! stays, because `importlib.metadata` reads it.

use memchr::memmem;

use super::{Entry, Guard};

/// Tests of Python packages.
pub static TESTS: Entry = Entry {
    id: "python-tests",
    reason: "tests of Python packages",
    guard: Guard::Named,
    evidence: "Folders test and tests of packages that no module outside them imports, by statement, dotted name \
        in a string, entry point, a name made at run time or by walking the package, that none joins to a \
        path, and of whose parent folder no code opens or imports a part by a name that comes from elsewhere.",
    tell_kept: true,
};
/// Type stubs.
pub static STUBS: Entry = Entry {
    id: "python-stubs",
    reason: "type stubs",
    guard: Guard::Named,
    evidence: "Type checkers, completion and documentation read .pyi; kept where the app's own code or a process uses \
        one that is installed (mypy, pyright, pytype, pyre, monkeytype, jedi, sphinx), and in packages that load stubs \
        lazily (attach_stub).",
    tell_kept: false,
};
/// Native sources and headers of Python packages.
pub static SOURCES: Entry = Entry {
    id: "python-sources",
    reason: "native sources and headers of Python packages",
    guard: Guard::Named,
    evidence: "C, C++, Fortran and Cython compile them into the extension modules that are beside them; kept \
        where a compiler for extensions is installed that works at run time (pythran, pyximport, weave, \
        cppimport).",
    tell_kept: false,
};
/// Pip, setuptools and wheel.
pub static INSTALLERS: Entry = Entry {
    id: "python-installers",
    reason: "installers of Python packages that nothing imports",
    guard: Guard::Named,
    evidence: "They install packages; each one that something kept imports, or a command runs, stays.",
    tell_kept: false,
};

/// The part of a path inside `site-packages` and the folder that is on Python's path.
#[must_use]
pub fn split(path: &str) -> Option<(&str, &str)> {
    // Asked of every path, of which most have neither.
    memmem::find(path.as_bytes(), b"-packages/")?;
    ["site-packages/", "dist-packages/"]
        .iter()
        .find_map(|mark| {
            let at = memmem::find_iter(path.as_bytes(), mark).last()?;
            let whole = at == 0 || path.as_bytes().get(at - 1) == Some(&b'/');
            whole.then(|| (&path[..at + mark.len() - 1], &path[at + mark.len()..]))
        })
}

/// The folder of the import package that a file of `site-packages` is in: `site-packages/numpy`.
#[must_use]
pub fn top_folder(path: &str) -> Option<&str> {
    let (root, inside) = split(path)?;
    let top = inside.find('/')?;
    path.get(..root.len() + 1 + top)
}

/// The folder of tests that a path is in, seen from `site-packages`.
#[must_use]
pub fn test_folder(inside: &str) -> Option<&str> {
    let mut at = 0;
    for part in inside.split('/') {
        let end = at + part.len();
        // A distribution may itself be called `test`: only folders inside one count.
        if at > 0 && end < inside.len() && matches!(part, "test" | "tests") {
            return inside.get(..end);
        }
        at = end + 1;
    }
    None
}

/// The installer that a path belongs to: its top folder or its metadata.
#[must_use]
pub fn installer(inside: &str) -> Option<&'static str> {
    let top = inside.split('/').next().unwrap_or_default();
    let name = top.split('-').next().unwrap_or_default();
    match (top, name) {
        ("pip", _) => Some("pip"),
        ("wheel", _) => Some("wheel"),
        ("setuptools" | "pkg_resources" | "_distutils_hack" | "distutils-precedence.pth", _) => {
            Some("setuptools")
        }
        (_, "pip") if top.ends_with(".dist-info") => Some("pip"),
        (_, "wheel") if top.ends_with(".dist-info") => Some("wheel"),
        (_, "setuptools") if top.ends_with(".dist-info") => Some("setuptools"),
        _ => None,
    }
}

/// The entry that a file of `site-packages` falls under.
#[must_use]
pub fn classify(inside: &str) -> Option<&'static Entry> {
    const SOURCES_END: &[&str] = &[
        ".pyx", ".pxd", ".pxi", ".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".hxx", ".cu",
        ".cuh", ".f", ".f90", ".f95", ".a", ".o", ".lib",
    ];
    let lower = super::super::index::name(inside).to_ascii_lowercase();
    if installer(inside).is_some() {
        // Which distributions are there is asked by name and version, whether they are used or not.
        return (lower != "metadata").then_some(&INSTALLERS);
    }
    if super::node::is_licence(&lower) || inside.contains(".dist-info/") {
        return None;
    }
    if test_folder(inside).is_some() {
        return Some(&TESTS);
    }
    if [".js.map", ".css.map"]
        .iter()
        .any(|end| lower.ends_with(end))
    {
        return Some(&super::node::SOURCE_MAPS);
    }
    if lower.ends_with(".pyi") {
        return Some(&STUBS);
    }
    let compiles = RUNTIME_COMPILERS
        .iter()
        .any(|name| inside.split('/').next() == Some(name));
    (!compiles && SOURCES_END.iter().any(|end| lower.ends_with(end))).then_some(&SOURCES)
}

/// Packages that compile extensions when the app runs, with headers of their own and of
/// others.
pub const RUNTIME_COMPILERS: &[&str] = &[
    "pythran",
    "cppimport",
    "weave",
    "torch",
    "triton",
    "cupy",
    "pycuda",
    "jaxlib",
    "tensorflow",
    "pybind11",
    "nanobind",
    "Cython",
    "cffi",
    "pystan",
    "cmdstanpy",
];

/// A command of an installer in the `bin` folder of an environment: `bin/pip3.12`.
#[must_use]
pub fn is_installer_command(path: &str) -> bool {
    let Some((folder, name)) = path.rsplit_once('/') else {
        return false;
    };
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-'));
    let first = folder.rsplit('/').next();
    first == Some("bin") && matches!(name, "pip" | "wheel" | "easy_install")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_fall_under_their_entry() {
        let id = |path| classify(path).map(|entry| entry.id);
        assert_eq!(id("pandas/tests/io/a.py"), Some("python-tests"));
        assert_eq!(id("pandas/tests/__pycache__/a.pyc"), Some("python-tests"));
        assert_eq!(id("tests/a.py"), None);
        assert_eq!(id("pip/_internal/a.py"), Some("python-installers"));
        assert_eq!(id("pip-24.0.dist-info/RECORD"), Some("python-installers"));
        assert_eq!(id("pipdeptree/a.py"), None);
        assert_eq!(id("numpy/a.pyi"), Some("python-stubs"));
        assert_eq!(id("numpy/core/a.h"), Some("python-sources"));
        assert_eq!(id("torch/include/a.h"), None);
        assert!(is_installer_command(".venv/bin/pip3.11"));
        assert!(!is_installer_command(".venv/bin/pipenv"));
        assert_eq!(id("flask-3.dist-info/RECORD"), None);
        assert_eq!(test_folder("django/test/client.py"), Some("django/test"));
    }
}
