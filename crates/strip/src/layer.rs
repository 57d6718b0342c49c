//! What in a virtual environment outside of the app will never run?
//!
//! A layer of ours holds the environment, but only the app says what it needs of it. So strip
//! decides as if the environment lay in the app, as `.venv`, and what goes is removed from the
//! layer before that is kept.
//!
//! The layer outlives this build, and later ones don't see its files at all. Therefore only
//! kinds of files go whose guards ask for names of modules and programs, and every such name in
//! the app ([`names`]) is an input of the layer's key: when one comes or goes, the environment is
//! installed anew. Where `verify` commands decide it stays whole: what they find missing could not
//! be put back into a layer that later builds reuse.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::catalogue::python::{INSTALLERS, SOURCES, STUBS, TESTS, installer};
use super::entries::ENTRIES;
use super::journal::FileChange;
use super::python::checkers;
use super::reading::python::reach;
use super::start::Command;
use super::{Input, apply, python, run_with};
use slugsmith_config::{Config, StripLevel};
use slugsmith_facts::absent::Absent;
use slugsmith_facts::beneath;
use slugsmith_facts::environment::Environment;
use slugsmith_facts::tree::{Entry, EntryKind, Tree};
use slugsmith_finding::layer::Stripped;

/// Where the environment would lie in the app.
const PLACE: &str = ".venv";

/// Adds what an entry of the catalogue removed.
fn add_to(stripped: &mut Stripped, entry: &str, bytes: u64) {
    stripped.files += 1;
    stripped.bytes += bytes;
    let entry = ENTRIES.iter().find(|one| one.id == entry);
    let reason = entry.map_or("", |entry| entry.reason);
    let mut known = stripped.by_reason.iter_mut();
    match known.find(|(known, _)| *known == reason) {
        Some((_, sum)) => *sum += bytes,
        None => stripped.by_reason.push((reason, bytes)),
    }
}

/// Strips the environment at `folder` for `app`, and gives what was removed.
///
/// # Errors
/// A file can't be removed; nothing was, then.
pub fn run(
    app: &Path,
    folder: &Path,
    config: &Config,
    environment: &Environment,
    commands: Vec<Command>,
) -> slugsmith_finding::error::Result<Stripped> {
    if fs_err::symlink_metadata(app.join(PLACE)).is_ok() {
        // It is not clear which of the two the app runs in.
        return Ok(Stripped::default());
    }
    let mut config = config.clone();
    config.strip.level.value = StripLevel::Safe;
    let beside = Beside { folder };
    let decided = run_with(&Input {
        app,
        config: &config,
        environment,
        commands,
        absent: &beside,
        dry_run: true,
    })?;
    let report = decided.report;
    let kinds = [&INSTALLERS, &SOURCES, &STUBS, &TESTS].map(|entry| entry.id);
    let removed = report
        .manifest
        .iter()
        .filter(|removed| kinds.contains(&removed.entry))
        .map(|removed| (removed, FileChange::Remove as fn(PathBuf) -> FileChange));
    let shrunk = report.shrunk.iter();
    let shrunk = shrunk.map(|one| (one, FileChange::Replace as fn(PathBuf) -> FileChange));
    let mut stripped = Stripped::default();
    let mut changes = Vec::new();
    for (one, change) in removed.chain(shrunk) {
        if let Ok(inside) = one.path.strip_prefix(PLACE) {
            add_to(&mut stripped, one.entry, one.bytes);
            changes.push(change(inside.to_owned()));
        }
    }
    let done = apply::recall(folder, changes)
        .map_err(|error| slugsmith_finding::error::io("stripping", folder, &error))?;
    stripped
        .by_reason
        .sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    Ok(if done { stripped } else { Stripped::default() })
}

/// Every name in the app that may keep something of an environment: modules of tests and what
/// may be the folder of some, the installers, and what reads types. Words of any text that Python or a shell
/// may read count, comments included.
#[must_use]
pub fn names(app: &Path) -> BTreeSet<String> {
    let tree = Tree::read(app);
    let mut names = BTreeSet::new();
    for entry in tree.entries().iter().filter(|entry| is_read(entry)) {
        let Ok(text) = beneath::read_in(app, entry.path()) else {
            continue;
        };
        let text = String::from_utf8_lossy(&text);
        python::imports(&text, |name| add(name, &mut names));
        let words = text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.')));
        words.for_each(|word| add(word, &mut names));
        if entry
            .path()
            .extension()
            .is_some_and(|extension| extension == "py")
        {
            names.extend(reach::reached(&text));
        }
    }
    names
}

fn add(name: &str, names: &mut BTreeSet<String>) {
    let name = name.trim_matches('.');
    let mut parts = name.split('.');
    let is_test =
        name.contains('.') && name.split('.').any(|part| matches!(part, "test" | "tests"));
    let is_installer = parts.next().is_some_and(|first| {
        let first = first.trim_end_matches(|c: char| c.is_ascii_digit());
        installer(first).is_some() || matches!(first, "distutils" | "easy_install")
    });
    let is_checker = checkers::is_name(name.split('.').next().unwrap_or_default());
    if is_test || is_installer || is_checker {
        names.insert(name.to_owned());
    }
}

/// A larger file that is no Python source is data, in bytes.
const MOST: u64 = 1_000_000;

fn is_read(entry: &Entry) -> bool {
    let path = entry.path();
    let in_packages = || {
        path.components()
            .any(|part| part.as_os_str() == "node_modules")
    };
    let extension = path.extension().map(|extension| extension.to_str());
    let text = match extension {
        Some(Some("py")) => true,
        Some(Some("cfg" | "ini" | "json" | "sh" | "toml" | "yaml" | "yml")) | None => {
            entry.size() <= MOST
        }
        Some(_) => false,
    };
    entry.kind() == EntryKind::File && text && !entry.is_of_repository() && !in_packages()
}

/// The files of an environment, as if they lay in the app.
struct Beside<'a> {
    folder: &'a Path,
}

impl Beside<'_> {
    fn place(&self, path: &Path) -> Option<PathBuf> {
        Some(self.folder.join(path.strip_prefix(PLACE).ok()?))
    }
}

impl Absent for Beside<'_> {
    fn entries(&self) -> Vec<Entry> {
        let tree = Tree::read(self.folder);
        let inside = tree.entries().iter().filter(|entry| {
            matches!(entry.kind(), EntryKind::File | EntryKind::Directory)
                && entry
                    .path()
                    .file_name()
                    .is_none_or(|name| name != slugsmith_ecosystems::javascript::MANIFEST)
        });
        let place = Path::new(PLACE);
        std::iter::once(Entry::new(place, EntryKind::Directory, 0))
            .chain(inside.map(|entry| entry.clone().within(place)))
            .collect()
    }

    fn has(&self, path: &Path) -> bool {
        path.starts_with(PLACE)
    }

    fn text(&self, path: &str) -> Option<Vec<u8>> {
        beneath::read(self.place(Path::new(path))?).ok()
    }

    fn open(&self, path: &str) -> Option<std::fs::File> {
        beneath::open(&self.place(Path::new(path))?).ok()
    }

    /// They are where they belong.
    fn bring_back(&self, _paths: &[&Path]) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{app, environment, left};
    use super::*;

    const SITE: &str = "lib/python3.11/site-packages";

    fn layer() -> tempfile::TempDir {
        let files = [
            "a/__init__.py",
            "a/__init__.pyi",
            "a/tests/__init__.py",
            "a/tests/test_a.py",
            "pip/__init__.py",
            "pip-24.0.dist-info/METADATA",
        ]
        .map(|file| (format!("{SITE}/{file}"), ""));
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| (path.as_str(), *text))
            .collect();
        let folder = app(&files);
        std::os::unix::fs::symlink("/usr/bin/python3", folder.path().join("python")).unwrap();
        folder
    }

    fn strip(source: &str) -> (Stripped, Vec<String>) {
        let (app, layer) = (app(&[("app.py", source)]), layer());
        let config = slugsmith_config::parse("", &environment()).unwrap();
        let stripped = run(
            app.path(),
            layer.path(),
            &config,
            &environment(),
            Vec::new(),
        )
        .unwrap();
        assert_eq!(left(app.path()), ["app.py"]);
        (stripped, left(layer.path()))
    }

    #[test]
    fn what_the_app_does_not_need_leaves_the_layer() {
        let (stripped, left) = strip("import a\n");
        assert_eq!(stripped.files, 4);
        // Whether a distribution is there is asked by its metadata, which stays.
        let metadata = format!("{SITE}/pip-24.0.dist-info/METADATA");
        let source = format!("{SITE}/a/__init__.py");
        assert_eq!(left, [source, metadata, "python".to_owned()]);
    }

    #[test]
    fn what_the_app_names_stays_and_changes_the_key() {
        let (_, left) = strip("import pip\nfrom a.tests import test_a\n");
        assert!(
            left.contains(&format!("{SITE}/pip/__init__.py")),
            "{left:?}"
        );
        assert!(
            left.contains(&format!("{SITE}/a/tests/test_a.py")),
            "{left:?}"
        );
        let app = app(&[
            ("app.py", "import pip, testing\nfrom a import (\n  tests)\n"),
            ("Procfile", "web: python -m pip3 list && pytest\n"),
            ("node_modules/x/setup.py", "import setuptools"),
            ("settings.py", "X = 'b.tests.runner'"),
            (
                "load.py",
                "import_module(f'c.{x}.plugin')\nX = files('d') / x / 'a.json'",
            ),
            ("check.py", "from mypy import api"),
        ]);
        let names: Vec<_> = names(app.path()).into_iter().collect();
        let reached = ["site-packages/c/tests", "site-packages/d/tests"];
        let modules = [
            "a.tests",
            "b.tests.runner",
            "mypy",
            "mypy.api",
            "pip",
            "pip3",
        ];
        assert_eq!(names, [&modules[..], &reached].concat());
    }
}
