//! Which modules are there, in which environment, and which byte code lies beside them?

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::interpreter::{self, Interpreter};
use super::pyc::{self, State};
use crate::Input;
use slugsmith_facts::beneath::Beneath;
use slugsmith_facts::environment::World;
use slugsmith_facts::tree::{Entry, EntryKind, Totals, Tree};

/// What is known before anything is compiled.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub places: Vec<Place>,
    /// Byte code of interpreters that run nothing here.
    pub foreign: Totals,
    /// The tags of those.
    pub foreign_tags: Vec<String>,
}

/// Modules that one interpreter imports from one place.
#[derive(Debug)]
pub(crate) struct Place {
    /// `.venv`, `the app`.
    pub name: String,
    /// `None`: nothing here can compile for it.
    pub interpreter: Option<Interpreter>,
    /// What lies in it is installed, and nothing changes it after the build.
    pub is_installed: bool,
    pub modules: Vec<Module>,
}

/// A source that a process can import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Module {
    /// Relative to the root.
    pub source: PathBuf,
    pub level: u8,
    /// Where its byte code belongs, relative to the root.
    pub target: PathBuf,
    /// What lies there.
    pub state: Option<State>,
}

/// A folder with an interpreter and packages.
struct Home {
    /// Relative to the root; empty for the root itself.
    folder: PathBuf,
    /// Versions whose `lib/python3.12` is in it, with that folder.
    libraries: Vec<(String, PathBuf)>,
}

/// Folders whose Python sources are none of the app's modules.
const LEFT_OUT: &[&str] = &["node_modules", "__pycache__", "tests", "__pypackages__"];

pub(crate) fn read(input: &Input<'_>) -> Facts {
    let root = input.root;
    let homes = homes(input.tree);
    let mut facts = Facts::default();
    let mut app = None;
    for home in &homes {
        for (version, library) in &home.libraries {
            let programs = interpreter::candidates(&root.join(&home.folder), input.environment);
            let found = interpreter::first(&programs, Some(version), input.environment);
            app = app.or_else(|| found.clone());
            let sources = input.tree.entries().iter().filter(|entry| {
                let inside = entry.path().strip_prefix(library);
                is_source(entry) && inside.is_ok_and(is_importable)
            });
            let name = home.folder.display().to_string();
            facts.places.push(place(name, found, sources, true, input));
        }
    }
    for folder in input.outside {
        let programs = interpreter::candidates(folder, input.environment);
        app = app.or_else(|| interpreter::first(&programs, None, input.environment));
    }
    if app.is_none() && input.runs_python {
        let programs = interpreter::candidates(root, input.environment);
        app = interpreter::first(&programs, None, input.environment);
    }
    if let (true, Some(app)) = (input.is_app, app) {
        let own = input.tree.entries().iter().filter(|entry| {
            let path = entry.path();
            is_source(entry)
                && is_own(path)
                && !homes.iter().any(|home| path.starts_with(&home.folder))
        });
        let place = place("the app".to_owned(), Some(app), own, false, input);
        facts.places.push(place);
    }
    foreign(&mut facts, input.tree);
    facts
}

/// Environments: `pyvenv.cfg` marks one (PEP 405), and classic buildpacks have their own place.
fn homes(tree: &Tree) -> Vec<Home> {
    let mut homes: BTreeMap<PathBuf, Vec<(String, PathBuf)>> = BTreeMap::new();
    for entry in tree.entries() {
        let path = entry.path();
        if entry.kind() == EntryKind::File && path.ends_with("pyvenv.cfg") {
            homes.entry(parent(path)).or_default();
        }
        if path == Path::new(".heroku/python") && entry.kind() == EntryKind::Directory {
            homes.entry(path.to_owned()).or_default();
        }
    }
    for entry in tree.entries() {
        let path = entry.path();
        if entry.kind() != EntryKind::Directory {
            continue;
        }
        let name = path.file_name().and_then(|name| name.to_str());
        let version = name.and_then(|name| name.strip_prefix("python"));
        let version = version.filter(|version| version.starts_with("3."));
        let above = parent(path);
        if let (Some(version), true) = (version, above.ends_with("lib"))
            && let Some(libraries) = homes.get_mut(&parent(&above))
        {
            libraries.push((version.to_owned(), path.to_owned()));
        }
    }
    let homes = homes.into_iter();
    homes
        .map(|(folder, libraries)| Home { folder, libraries })
        .collect()
}

fn parent(path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("")).to_owned()
}

fn is_source(entry: &Entry) -> bool {
    let path = entry.path();
    entry.kind() == EntryKind::File
        && path.extension().is_some_and(|extension| extension == "py")
        // The list for the compiler has a path per line.
        && path
            .to_str()
            .is_some_and(|path| path == path.trim() && !path.contains(['\n', '\r']))
}

/// Whether every name on the way from a folder of modules can be part of a module's name.
/// Tests are left out: no process imports them.
fn is_importable(inside: &Path) -> bool {
    // Python's own tests.
    if inside.starts_with("test") {
        return false;
    }
    let mut parts = inside.components().peekable();
    while let Some(part) = parts.next() {
        let name = part.as_os_str().to_string_lossy();
        let (name, is_root) = if parts.peek().is_none() {
            (name.strip_suffix(".py").unwrap_or(&name), false)
        } else {
            (&*name, matches!(&*name, "site-packages" | "dist-packages"))
        };
        if !is_root && (!is_identifier(name) || LEFT_OUT.contains(&name)) {
            return false;
        }
    }
    true
}

/// The app may run in any of its folders, so that only the file's own name counts.
fn is_own(path: &Path) -> bool {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let mut above = path.components().rev().skip(1);
    is_identifier(&stem)
        && above.all(|part| {
            let name = part.as_os_str().to_string_lossy();
            !name.starts_with('.') && !LEFT_OUT.contains(&&*name)
        })
}

fn is_identifier(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c == '_' || c.is_alphanumeric())
}

fn place<'e>(
    name: String,
    interpreter: Option<Interpreter>,
    sources: impl Iterator<Item = &'e Entry>,
    is_installed: bool,
    input: &Input<'_>,
) -> Place {
    let there: HashMap<&Path, &Entry> = input
        .tree
        .entries()
        .iter()
        .filter(|entry| entry.path().extension().is_some_and(|end| end == "pyc"))
        .map(|entry| (entry.path(), entry))
        .collect();
    let sources: Vec<&Entry> = sources.collect();
    let beneath = Beneath::open(input.root).ok();
    let of = |(entry, level): (&&Entry, u8)| {
        let (beneath, interpreter) = (beneath.as_ref()?, interpreter.as_ref()?);
        let target = target(entry.path(), &interpreter.tag, level)?;
        // Files of an image get a time of years ago, and so does byte code of others.
        let times_stay = input.environment.world != World::CloudNative;
        let source = pyc::Source {
            size: entry.size(),
            modified: times_stay.then(|| entry.modified()),
        };
        let state = there.contains_key(target.as_path()).then(|| {
            let header = header(beneath, &target).unwrap_or_default();
            pyc::state(&header, interpreter.magic, source)
        });
        Some(Module {
            source: entry.path().to_owned(),
            level,
            target,
            state,
        })
    };
    let levels = &input.levels;
    let modules = sources
        .par_iter()
        .flat_map_iter(|entry| levels.iter().filter_map(move |level| of((entry, *level))))
        .collect();
    Place {
        name,
        interpreter,
        is_installed,
        modules,
    }
}

/// PEP 3147 and PEP 488: `a/__pycache__/b.cpython-312.opt-1.pyc`.
fn target(source: &Path, tag: &str, level: u8) -> Option<PathBuf> {
    let stem = source.file_stem()?.to_str()?;
    let name = match level {
        0 => format!("{stem}.{tag}.pyc"),
        level => format!("{stem}.{tag}.opt-{level}.pyc"),
    };
    Some(parent(source).join("__pycache__").join(name))
}

fn header(beneath: &Beneath, path: &Path) -> std::io::Result<Vec<u8>> {
    use std::io::Read;
    let mut header = Vec::new();
    let file = beneath.file(path)?;
    file.take(pyc::HEADER as u64).read_to_end(&mut header)?;
    Ok(header)
}

/// Byte code whose tag is that of no interpreter here.
fn foreign(facts: &mut Facts, tree: &Tree) {
    let used = facts.places.iter().filter_map(|place| {
        let interpreter = place.interpreter.as_ref()?;
        Some(interpreter.tag.as_str())
    });
    let used: Vec<&str> = used.collect();
    if used.is_empty() {
        return;
    }
    let (mut totals, mut tags) = (Totals::default(), Vec::new());
    for entry in tree.entries() {
        let path = entry.path();
        if !parent(path).ends_with("__pycache__") || entry.kind() != EntryKind::File {
            continue;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let stem = name.strip_suffix(".pyc").unwrap_or_default();
        let stem = stem.split(".opt-").next().unwrap_or_default();
        let Some((_, tag)) = stem.rsplit_once('.') else {
            continue;
        };
        // pytest has its own: `test_a.cpython-312-pytest-8.pyc`.
        if !used.contains(&tag) {
            totals += entry;
            let tag = tag.to_owned();
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
    }
    tags.sort_unstable();
    (facts.foreign, facts.foreign_tags) = (totals, tags);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_imported_is_a_module() {
        let installed = |path: &str| is_importable(Path::new(path));
        assert!(installed("site-packages/django/db/models/__init__.py"));
        assert!(installed("json/decoder.py"));
        assert!(!installed("site-packages/pandas/tests/test_a.py"));
        assert!(!installed("site-packages/x/{{cookiecutter.name}}/a.py"));
        assert!(!installed("site-packages/x/my-script.py"));
        let own = |path: &str| is_own(Path::new(path));
        assert!(own("my-service/app.py"));
        assert!(!own("node_modules/node_gyp/gyp/a.py"));
        assert!(!own(".ci/release.py"));
        assert!(!own("2022-import.py"));
    }

    #[test]
    fn byte_code_has_the_name_that_python_looks_for() {
        let name = |level| {
            let path = target(Path::new("a/b.py"), "cpython-312", level).unwrap();
            path.display().to_string()
        };
        assert_eq!(name(0), "a/__pycache__/b.cpython-312.pyc");
        assert_eq!(name(2), "a/__pycache__/b.cpython-312.opt-2.pyc");
    }
}
