//! Which modules does a Python source import?
//!
//! Statements anywhere in the file count, also inside functions and `try`; so do dotted
//! names in strings, because Django's settings and `importlib` take modules by name.

pub mod checkers;

use memchr::memmem;
use slugsmith_ecosystems::python::modules;

use super::catalogue::python;
use super::facts::Facts;
use super::index::{self, join, parent};

/// Calls `found` with each module name of an import statement; relative ones begin with
/// dots. `from a import b` gives `a` and `a.b`. Build tools that are asked for only where
/// they are (`try: import setuptools`) do not count: nothing is built on a dyno.
pub fn imports(text: &str, mut found: impl FnMut(&str)) {
    let mut lines = Lines { rest: text };
    if memmem::find(text.as_bytes(), b"setuptools").is_none() {
        // No build tool is asked for: only lines with an import count.
        while let Some(at) = memmem::find(lines.rest.as_bytes(), b"import") {
            let start = lines.rest[..at]
                .rfind('\n')
                .map_or(0, |newline| newline + 1);
            lines.rest = &lines.rest[start..];
            if let Some(line) = lines.next() {
                statement(line, &mut lines, &mut found);
            }
        }
        return;
    }
    let mut guard = 0_u8;
    let asks = memmem::find(text.as_bytes(), b"in sys.modules").is_some();
    while let Some(line) = lines.next() {
        let bare = line.trim();
        if bare.starts_with("try:") || asks && bare.contains("in sys.modules") {
            guard = 4;
        } else if !bare.is_empty() && !bare.starts_with('#') {
            guard = guard.saturating_sub(1);
        }
        let optional = guard > 0 && line.starts_with([' ', '\t']);
        if optional
            && ["import setuptools", "from setuptools"]
                .iter()
                .any(|start| bare.starts_with(start))
        {
            continue;
        }
        statement(line, &mut lines, &mut found);
    }
}

/// The lines of a text, as `str::lines` has them, and what is left of it.
struct Lines<'t> {
    rest: &'t str,
}

impl<'t> Iterator for Lines<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        if self.rest.is_empty() {
            return None;
        }
        let (line, rest) = match self.rest.split_once('\n') {
            Some((line, rest)) => (line.strip_suffix('\r').unwrap_or(line), rest),
            None => (self.rest, ""),
        };
        self.rest = rest;
        Some(line)
    }
}

/// The names that one line imports, which may go on over further lines.
fn statement(line: &str, lines: &mut Lines<'_>, found: &mut impl FnMut(&str)) {
    let line = line.trim_start().trim_start_matches(">>> ");
    if let Some(names) = line.strip_prefix("import ") {
        for name in names.split(',') {
            found(first_word(name));
        }
    } else if let Some((module, names)) = line
        .strip_prefix("from ")
        .and_then(|rest| rest.split_once(" import"))
    {
        let module = module.trim();
        found(module);
        let mut names = names.trim_start_matches([' ', '(']).to_owned();
        if line.contains('(') && !line.contains(')') {
            for more in lines.by_ref() {
                names.push(',');
                names.push_str(more);
                if more.contains(')') {
                    break;
                }
            }
        }
        let dot = if module.ends_with('.') { "" } else { "." };
        for name in names
            .split(',')
            .map(first_word)
            .filter(|name| !name.is_empty())
        {
            found(&format!("{module}{dot}{name}"));
        }
    }
}

/// Whether an import statement of a source can need any folder of candidates; see [`needed`].
#[must_use]
pub fn imports_may_need(file: &str, text: &str) -> bool {
    const NAMES: &[&str] = &[
        "test",
        "setuptools",
        "pip",
        "pkg_resources",
        "distutils",
        "wheel",
    ];
    let has = |text: &str, name: &str| memmem::find(text.as_bytes(), name.as_bytes()).is_some();
    has(file, "test") || NAMES.iter().any(|name| has(text, name))
}

fn first_word(text: &str) -> &str {
    text.trim()
        .split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.')))
        .next()
        .unwrap_or_default()
}

/// Whether a literal may be a dotted module name.
#[must_use]
pub fn is_dotted(literal: &str) -> bool {
    literal.contains('.')
        && literal
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
}

/// Whether a literal may be a dotted module name that needs any folder of candidates; see [`needed`].
#[must_use]
pub fn may_need(file: &str, literal: &str) -> bool {
    if memchr::memchr(b'.', literal.as_bytes()).is_none() {
        return false;
    }
    let rest = literal.trim_start_matches('.');
    can_need(file, literal.len() - rest.len(), rest) && is_dotted(literal)
}

/// The folders of candidates that importing `module` from `file` needs as a whole.
pub fn needed(facts: &Facts<'_>, file: &str, module: &str, found: &mut dyn FnMut(String)) {
    let dots = module.bytes().take_while(|byte| *byte == b'.').count();
    let rest = module.trim_start_matches('.');
    if !can_need(file, dots, rest) {
        return;
    }
    if let Some((folder, rest)) = modules::relative(file, module) {
        whole_folders(facts, folder, &rest, file, found);
        return;
    }
    let rest = rest.replace('.', "/");
    for root in &facts.python_roots {
        whole_folders(facts, root, &rest, file, found);
    }
}

/// Whether a module can need anything at all, which few do and every import asks: only tests and
/// installers are candidates, and relative names stay in their own package.
fn can_need(file: &str, dots: usize, rest: &str) -> bool {
    let top = rest.split('.').next().unwrap_or_default();
    let has_test = |text: &str| memmem::find(text.as_bytes(), b"test").is_some();
    has_test(rest)
        || dots > 0 && has_test(file)
        || dots == 0 && (top == "distutils" || python::installer(top).is_some())
}

fn whole_folders(
    facts: &Facts<'_>,
    folder: &str,
    rest: &str,
    file: &str,
    found: &mut dyn FnMut(String),
) {
    let Some(path) = join(folder, rest) else {
        return;
    };
    let Some((root, inside)) = python::split(&path) else {
        return;
    };
    let from = python::split(file).map_or("", |(_, inside)| inside);
    if let Some(installer) = installer_of(inside, root)
        && python::installer(from) != Some(installer)
        && is_there(facts, root, inside)
    {
        for top in installer_folders(installer) {
            found(format!("{root}/{top}"));
        }
    }
    // `x/tests/helper` or `x/tests` itself.
    if let Some(tests) = python::test_folder(&format!("{inside}/x")) {
        let folder = format!("{root}/{tests}");
        if facts.index.find(&folder).is_none() {
            return;
        }
        // `test` is a name for helpers as much as for tests; `tests` holds tests, of which
        // a module or two are used elsewhere.
        if !folder.ends_with("/tests") {
            if !file.starts_with(&format!("{folder}/")) {
                found(folder);
            }
            return;
        }
        test_module(facts, &folder, &path, found);
    }
}

/// Whether all packages of a dotted name are there, its last part aside: `pip.commands`
/// went long ago, and importing from it fails whether pip is there or not.
fn is_there(facts: &Facts<'_>, root: &str, inside: &str) -> bool {
    let index = &facts.index;
    let mut above = parent(inside);
    while above.contains('/') {
        let path = format!("{root}/{above}");
        if index.find(&path).is_none() && index.find(&format!("{path}.py")).is_none() {
            return false;
        }
        above = parent(above);
    }
    true
}

/// A module of a folder of tests: its file, its byte code, and what makes its folders
/// packages. What it imports in turn is followed like any file's.
fn test_module(facts: &Facts<'_>, tests: &str, path: &str, found: &mut dyn FnMut(String)) {
    let mut at = path.to_owned();
    while at.len() >= tests.len() {
        for module in modules::files(&at) {
            if facts.index.find(&module).is_some() {
                keep_module(&module, found);
            }
        }
        at = parent(&at).to_owned();
    }
}

fn keep_module(module: &str, found: &mut dyn FnMut(String)) {
    let name = index::name(module).trim_end_matches(".py");
    found(format!("{}/__pycache__/{name}.", parent(module)));
    found(module.to_owned());
}

/// setuptools provides distutils since Python 3.12 (PEP 632); before, Python has its own.
fn has_distutils(root: &str) -> bool {
    let version = root.split("python3.").nth(1).unwrap_or_default();
    let minor = version.split('/').next().unwrap_or_default();
    minor.parse::<u32>().is_ok_and(|minor| minor < 12)
}

fn installer_of(inside: &str, root: &str) -> Option<&'static str> {
    let top = inside.split('/').next().unwrap_or_default();
    match top {
        "distutils" => Some("setuptools").filter(|_| !has_distutils(root)),
        _ => python::installer(top),
    }
}

/// Everything that must stay together; setuptools' own metadata begins with its name.
fn installer_folders(installer: &str) -> &'static [&'static str] {
    match installer {
        "pip" => &["pip", "pip-"],
        "wheel" => &["wheel", "wheel-"],
        _ => &[
            "setuptools",
            "setuptools-",
            "pkg_resources",
            "_distutils_hack",
            "distutils-precedence.pth",
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<String> {
        let mut names = Vec::new();
        imports(text, |name| names.push(name.to_owned()));
        names
    }

    #[test]
    fn import_statements_give_names() {
        assert_eq!(all("import a.b as c, d\n"), ["a.b", "d"]);
        assert_eq!(all("    from .x import y as z, w"), [".x", ".x.y", ".x.w"]);
        assert_eq!(all("from . import tests"), [".", ".tests"]);
        assert_eq!(
            all("from a import (\n  b,\n  tests,\n)\nimport e"),
            ["a", "a.b", "a.tests", "e"]
        );
        assert!(all("important = from_here").is_empty());
        // Where no build tool is named, only the lines of statements are looked at.
        let text = "x = 1\r\nfrom a import (b,\r\n  import_c\n)\nimportant\n>>> import d\nfrom e\nimport f";
        let names = ["a", "a.b", "a.import_c", "d", "f"];
        assert_eq!(all(text), names);
        assert_eq!(all(&format!("{text}\n# setuptools")), names);
        for text in ["a.tests", "pip.main", "..test", "distutils"] {
            assert_eq!(may_need("a/b.py", text), text.contains('.'), "{text}");
        }
        assert!(!may_need("a/b.py", "a.b") && !may_need("a/b.py", "see a.tests"));
        let asked = "try:\n    # first\n    import setuptools\nexcept Exception:\n    pass\n";
        assert!(all(asked).is_empty());
        assert_eq!(all("try:\n    import pkg_resources"), ["pkg_resources"]);
        assert_eq!(all("import setuptools"), ["setuptools"]);
    }
}
