//! Which folders of tests, installers and data does a Python source need?

mod open;
pub(crate) mod reach;

use std::collections::BTreeMap;

use memchr::memmem;
use slugsmith_ecosystems::python as ecosystems;

use crate::catalogue::python::{split, test_folder};
use crate::facts::Facts;
use crate::index::{self, parent};
use crate::python;
use crate::references;
use crate::texts::lossy;
use crate::trace;

/// Calls that take the name of a module.
const IMPORTERS: &[&str] = &["import_module(", "__import__(", "find_spec(", "run_module("];
/// What reads files of a package by its name, and has [`RESOURCE`] in it or not.
const OTHER_RESOURCES: &[&str] = &["get_data(", "PackageLoader("];
const RESOURCE: &str = "resource";
const RESOURCES: &[&str] = &[
    "importlib.resources",
    "importlib_resources",
    "import resources",
    "resources.files(",
    "resource_filename",
    "resource_string",
    "resource_stream",
    "resource_listdir",
];

pub(super) fn is_python(path: &str) -> bool {
    path.ends_with(".py") || path.ends_with("/entry_points.txt")
}

/// Whether a file of an installed package is for those who build and test that package: pytest and installers read it
/// in a checkout of its sources.
pub(super) fn is_for_its_developers(path: &str) -> bool {
    const NAMES: &[&str] = &[
        "conftest.py",
        "noxfile.py",
        "pytest.ini",
        "tox.ini",
        ecosystems::PYPROJECT,
        ecosystems::SETUP_CFG,
        ecosystems::SETUP_PY,
    ];
    NAMES.contains(&index::name(path))
        && split(path).is_some_and(|(_, inside)| inside.contains('/'))
}

/// Whether a file belongs to a package that installs others, which runs pip where it does so.
fn is_installers(path: &str) -> bool {
    let top = split(path).and_then(|(_, inside)| inside.split('/').next());
    matches!(top, Some("pip" | "pkg_resources" | "setuptools" | "wheel"))
}

/// The folders that a Python source or an `entry_points.txt` needs, and where it says so.
pub(super) fn read(
    facts: &Facts<'_>,
    path: &str,
    text: &[u8],
    modules: &mut BTreeMap<String, usize>,
) {
    let text = lossy(text);
    let mut needed: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str| {
        python::needed(facts, path, name, &mut |folder| {
            needed.push((name.to_owned(), folder));
        });
    };
    if path.ends_with(".py") {
        if python::imports_may_need(path, &text) {
            python::imports(&text, &mut add);
        }
    } else {
        text.split(|c: char| c.is_whitespace() || matches!(c, '=' | ':'))
            .filter(|word| !word.is_empty())
            .for_each(&mut add);
    }
    // Examples in documentation look like statements, so those that count are looked at.
    let parses = path.ends_with(".py") && !needed.is_empty();
    let statements = parses.then(|| trace::statements(&text)).flatten();
    for (name, folder) in needed {
        let line = match &statements {
            Some(statements) => statements.get(&name).copied(),
            None => Some(1),
        };
        if let Some(line) = line {
            let at = references::start_of_line(text.as_bytes(), line);
            modules.entry(folder).or_insert(at);
        }
    }
    // A test module that others use, and that reads files beside itself.
    if let Some((root, inside)) = split(path)
        && let Some(tests) = test_folder(inside)
        && ["__file__", "pkgutil", "resources"]
            .iter()
            .any(|mark| has(&text, mark))
    {
        modules.insert(format!("{root}/{tests}"), 0);
    }
    // Stubs that are read at run time (lazy_loader).
    if has(&text, "attach_stub") {
        modules.insert(parent(path).to_owned(), 0);
    }
    if path.ends_with(".py") {
        computed(facts, path, &text, modules);
        open::folders(facts, path, &text, &mut |folder, at| {
            modules.entry(folder).or_insert(at);
        });
    }
}

/// What names and paths that are made at run time need, as far as their parts show.
fn computed(facts: &Facts<'_>, path: &str, text: &str, modules: &mut BTreeMap<String, usize>) {
    let mut needs = |name: &str, at: usize| {
        python::needed(facts, path, name, &mut |folder| {
            modules.entry(folder).or_insert(at);
        });
    };
    // Every name of this kind has it, and few files have.
    let has_tests = has(text, ".test");
    // `f"{package}.tests.helper"`, `"%s.tests" % package`
    for mark in ["}.test", "%s.test"].into_iter().filter(|_| has_tests) {
        for at in places(text, mark) {
            let rest = text
                .get(at + mark.len() - ".test".len()..)
                .unwrap_or_default();
            let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.')));
            let rest = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            for dots in 0..4 {
                needs(&format!("{}{rest}", ".".repeat(dots)), at);
            }
        }
    }
    for at in places(text, "-m").filter(|at| may_run(path, text, *at)) {
        let rest = text.get(at + 2..).unwrap_or_default();
        let rest = rest.trim_start_matches(['"', '\'', ',', ' ', '\n']);
        let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.')));
        let module = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        if !module.is_empty() {
            needs(module, at);
            needs(&format!("{module}.__main__"), at);
        }
    }
    if IMPORTERS.iter().any(|call| has(text, call)) {
        for name in [
            "tests",
            "test",
            "pip",
            "setuptools",
            "wheel",
            "pkg_resources",
        ] {
            if let Some(at) = quoted(text, name) {
                needs(name, at);
                if name.starts_with("test") {
                    needs(&format!(".{name}"), at);
                    needs(&format!("..{name}"), at);
                }
            }
        }
    }
    for (folder, at) in walked(facts, path, text)
        .into_iter()
        .chain(joined(facts, path, text))
        .chain(reach::tests(facts, path, text))
    {
        modules.entry(folder).or_insert(at);
    }
    if has_tests && reads_resources(text.as_bytes()) {
        references::literals(text.as_bytes(), |literal| {
            let inside = literal.text.replace('.', "/");
            let tests =
                python::is_dotted(literal.text) && test_folder(&format!("{inside}/x")).is_some();
            for root in facts.python_roots.iter().filter(|_| tests) {
                modules
                    .entry(format!("{root}/{inside}"))
                    .or_insert(literal.at);
            }
        });
    }
}

/// What starts programs.
const RUNNERS: &[&str] = &[
    "subprocess",
    "os.system",
    "popen",
    "Popen",
    "os.exec",
    "os.spawn",
    "check_call",
    "check_output",
];

/// Whether a file runs the module behind a `-m`. What the app's own code says counts however it is said.
fn may_run(path: &str, text: &str, at: usize) -> bool {
    let is_own = split(path).is_none();
    let follows = text
        .get(at + 2..)
        .is_some_and(|rest| rest.starts_with(['"', '\'', ' ']));
    follows && (is_own || is_run(text, at) && !is_installers(path))
}

/// Whether a `-m` is an interpreter's option in a command: `[sys.executable, "-m", "pip"]`, `"python3 -m pip"`,
/// `f"{sys.executable} -m pip"`; what tells a person to run it is none: `"Run python -m pip install x."`, a line of
/// documentation.
fn is_run(text: &str, at: usize) -> bool {
    let (before, after) = (text.get(..at), text.get(at + 2..));
    let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
    if after.starts_with(['"', '\'']) {
        return before.ends_with(['"', '\'']);
    }
    let line = before.rsplit('\n').next().unwrap_or(before);
    let mut literal = None;
    for (index, character) in line.char_indices() {
        match (literal, character) {
            (None, '"' | '\'') => literal = Some((index + 1, character)),
            (Some((_, quote)), character) if character == quote => literal = None,
            _ => {}
        }
    }
    if !RUNNERS.iter().any(|runner| has(text, runner)) {
        return false;
    }
    // Triple quotes open, close and open again; a text over several lines has none on its own.
    let Some((start, _)) = literal.filter(|_| after.starts_with(' ')) else {
        return false;
    };
    // Behind what a shell does first: `cd x && python3 -m pip`, `PIP_QUIET=1 python3 -m pip`.
    let command = line.get(start..).unwrap_or_default();
    let command = command
        .rsplit(['&', ';', '|', '('])
        .next()
        .unwrap_or_default();
    let mut words = command.split_whitespace();
    let program = words.next_back().unwrap_or_default();
    let is_program = ["python", "executable", "{", "%s"]
        .iter()
        .any(|mark| program.contains(mark));
    let is_prose = |character: char| matches!(character, '"' | '\'' | '`');
    let is_before =
        |word: &str| word.contains('=') || matches!(word, "env" | "exec" | "nohup" | "sudo");
    program.is_empty() || is_program && !program.contains(is_prose) && words.all(is_before)
}

fn has(text: &str, mark: &str) -> bool {
    memmem::find(text.as_bytes(), mark.as_bytes()).is_some()
}

/// Whether a text reads files of a package by its name.
fn reads_resources(text: &[u8]) -> bool {
    let has = |mark: &&str| memmem::find(text, mark.as_bytes()).is_some();
    has(&RESOURCE) && RESOURCES.iter().any(has) || OTHER_RESOURCES.iter().any(has)
}

/// Where a text has a mark.
fn places<'t>(text: &'t str, mark: &'t str) -> impl Iterator<Item = usize> + 't {
    memmem::find_iter(text.as_bytes(), mark)
}

fn quoted(text: &str, word: &str) -> Option<usize> {
    let found =
        |quote: char| memmem::find(text.as_bytes(), format!("{quote}{word}{quote}").as_bytes());
    found('"').or_else(|| found('\''))
}

/// Tests that a package imports because it imports whatever is in it; one that leaves them out
/// says their name.
fn walked(facts: &Facts<'_>, path: &str, text: &str) -> Vec<(String, usize)> {
    let call = ["walk_packages(", "iter_modules("]
        .into_iter()
        .find_map(|call| memmem::find(text.as_bytes(), call.as_bytes()));
    let Some(at) = call.filter(|_| has(text, "__path__") && !has(text, "test")) else {
        return Vec::new();
    };
    let Some((root, inside)) = split(path).filter(|(_, inside)| test_folder(inside).is_none())
    else {
        return Vec::new();
    };
    let folder = format!("{root}/{}", parent(inside));
    let below = facts.index.below_path(&folder);
    let folders = below.filter(|number| facts.index.is_folder(*number));
    let tests = folders.filter_map(|number| facts.index.path(number));
    let tests = tests.filter(|path| matches!(index::name(path), "test" | "tests"));
    tests.map(|path| (path.to_owned(), at)).collect()
}

/// `ROOT / "tests"`, `join(root, "tests", name)`: a path into the package's own tests.
fn joined(facts: &Facts<'_>, path: &str, text: &str) -> Vec<(String, usize)> {
    let own = split(path).filter(|(_, inside)| test_folder(inside).is_none());
    let Some((root, inside)) = own.filter(|_| index::name(path) != "conftest.py") else {
        return Vec::new();
    };
    let top = inside.split('/').next().unwrap_or_default();
    // Who starts pytest on them does so where that is.
    let has_pytest = facts.index.find(&format!("{root}/pytest")).is_some();
    if !has_pytest && has(text, "pytest") {
        return Vec::new();
    }
    let bases = [parent(path).to_owned(), format!("{root}/{top}")];
    let mut found = Vec::new();
    for mark in ["\"tests", "\"test", "'tests", "'test"] {
        let (quote, name) = mark.split_at(1);
        for at in places(text, mark) {
            let after = text.get(at + mark.len()..).unwrap_or_default();
            let before = text.get(..at).unwrap_or_default().trim_end();
            let ends = after.starts_with(quote) || after.starts_with('/');
            if ends && is_joined(before) && !is_held_against(text, before) {
                let folders = bases.iter().map(|base| format!("{base}/{name}"));
                let folders = folders.filter(|folder| facts.index.find(folder).is_some());
                found.extend(folders.map(|folder| (folder, at)));
            }
        }
    }
    found
}

/// Whether the path gets a name that is only ever the argument of `startswith`, to know callers by their files.
fn is_held_against(text: &str, before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let name = line.split_once('=').map(|(name, _)| name.trim());
    name.is_some_and(|name| is_only_compared(text, name, 2))
}

/// Whether a name is used in comparisons alone, also by so many other names for it.
fn is_only_compared(text: &str, name: &str, names: usize) -> bool {
    let is_letter = |c: char| c.is_alphanumeric() || c == '_';
    if name.is_empty() || !name.chars().all(is_letter) {
        return false;
    }
    let mut is_compared = false;
    for (at, _) in text.match_indices(name) {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        let line = before.rsplit('\n').next().unwrap_or_default().trim_start();
        let rest = after.split('\n').next().unwrap_or_default().trim_start();
        if before.ends_with(is_letter) || after.starts_with(is_letter) {
            continue;
        }
        let is_set = line.is_empty() && (rest.starts_with('=') || rest.starts_with(':'));
        let other = line.strip_suffix('=').or_else(|| line.strip_suffix("= "));
        if before.ends_with("startswith(") {
            is_compared = true;
        } else if let Some(other) = other.filter(|_| rest.is_empty() && names > 0) {
            if !is_only_compared(text, other.trim(), names - 1) {
                return false;
            }
            is_compared = true;
        } else if !is_set && !rest.starts_with("is ") && !line.starts_with("global ") {
            return false;
        }
    }
    is_compared
}

/// Whether what follows is joined to a path.
fn is_joined(before: &str) -> bool {
    if before.ends_with('/') && !before.ends_with("//") || before.ends_with("joinpath(") {
        return true;
    }
    let line = before.rsplit('\n').next().unwrap_or_default();
    let call = line.rfind("join(").and_then(|at| line.get(at..));
    before.ends_with(',')
        && call.is_some_and(|call| call.matches('(').count() > call.matches(')').count())
}

/// The top folder of a package that reads its files by its name.
pub(super) fn resources(path: &str, text: &[u8]) -> Option<String> {
    let (root, inside) = split(path).filter(|(_, inside)| inside.contains('/'))?;
    reads_resources(text).then(|| {
        let top = inside.split('/').next().unwrap_or_default();
        format!("{root}/{top}")
    })
}
