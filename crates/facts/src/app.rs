//! What is this app: its manifests, lockfiles, Procfile and app.json?
//!
//! Only the app's root is read here; the whole tree is [`super::tree`]'s business.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::encoding::Mark;
use super::{Malformed, Parsed};
use crate::beneath::{self, leads_out};
use crate::formats::procfile;
pub use crate::formats::procfile::Process;
use slugsmith_ecosystems::graph;
use slugsmith_ecosystems::recognise::Look;

/// The root of an app, read once.
#[derive(Debug, Clone)]
pub struct App {
    pub root: PathBuf,
    /// Names in the root folder, as [`names`] lists them.
    pub names: Vec<String>,
    pub package_json: Parsed<Value>,
    pub app_json: Parsed<Value>,
    /// Empty when there is no Procfile.
    pub procfile: Vec<Process>,
    /// The byte order mark that the Procfile begins with.
    pub procfile_mark: Option<Mark>,
}

impl App {
    /// Whether the root folder has an entry of this name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.names
            .binary_search_by(|probe| probe.as_str().cmp(name))
            .is_ok()
    }

    /// The Procfile's process of this type.
    #[must_use]
    pub fn process(&self, name: &str) -> Option<&Process> {
        self.procfile.iter().find(|process| process.name == name)
    }

    /// Files that should parse and don't.
    pub fn broken(&self) -> impl Iterator<Item = &Malformed> {
        [&self.package_json, &self.app_json]
            .into_iter()
            .filter_map(|parsed| match parsed {
                Parsed::Broken(malformed) => Some(malformed),
                Parsed::Missing | Parsed::Good(_) => None,
            })
    }
}

/// Whether there is nothing at all in the folder; a folder that can't be listed is not
/// known to be empty.
#[must_use]
pub fn is_empty(root: &Path) -> bool {
    fs_err::read_dir(root).is_ok_and(|mut entries| entries.next().is_none())
}

/// Names in the root folder, sorted; names that are not UTF-8 are left out, and what is no file and no folder.
#[must_use]
pub fn names(root: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs_err::read_dir(root)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| !is_irregular(entry))
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort_unstable();
    names
}

/// Whether an entry is a device, a pipe or a socket, or leads to one. It announces no project: the tool that is
/// called for it (`build.gradle -> /dev/zero`) would read without an end. A link to nothing is none of these.
fn is_irregular(entry: &fs_err::DirEntry) -> bool {
    let Ok(kind) = entry.file_type() else {
        return false;
    };
    let kind = if kind.is_symlink() {
        fs_err::metadata(entry.path()).map(|metadata| metadata.file_type())
    } else {
        Ok(kind)
    };
    kind.is_ok_and(|kind| !kind.is_file() && !kind.is_dir())
}

/// Larger files are read by nobody as a whole, in bytes.
const TEXT_LIMIT: u64 = 20_000_000;

/// The text of a regular file of the app, if it is one of a usual size.
#[must_use]
pub fn text(root: &Path, path: &str) -> Option<String> {
    let path = root.join(path);
    let found = fs_err::metadata(&path).ok()?;
    let bytes = (found.is_file() && found.len() <= TEXT_LIMIT).then(|| beneath::read(&path))?;
    Some(String::from_utf8_lossy(&bytes.ok()?).into_owned())
}

/// An app on disk, for questions of ecosystems.
#[derive(Debug, Clone, Copy)]
pub struct OnDisk<'a>(pub &'a Path);

impl Look for OnDisk<'_> {
    fn names(&self, folder: &str) -> Vec<String> {
        // What a link leads to outside is no part of the app.
        if leads_out(self.0, Path::new(folder)) {
            return Vec::new();
        }
        names(&self.0.join(folder))
    }

    fn text(&self, path: &str) -> Option<String> {
        text(self.0, path)
    }
}

/// The Procfile as it is now; empty where there is none.
#[must_use]
pub fn procfile(root: &Path) -> Vec<Process> {
    processes(&beneath::read_in(root, "Procfile").unwrap_or_default())
}

fn processes(bytes: &[u8]) -> Vec<Process> {
    std::str::from_utf8(bytes)
        .map(procfile::read)
        .unwrap_or_default()
}

/// Reads the root of an app. Never fails: what is missing or broken is a fact.
#[must_use]
pub fn read(root: &Path) -> App {
    let bytes = beneath::read_in(root, "Procfile").unwrap_or_default();
    App {
        root: root.to_owned(),
        names: names(root),
        package_json: json(root, slugsmith_ecosystems::javascript::MANIFEST),
        app_json: json(root, "app.json"),
        procfile: processes(&bytes),
        procfile_mark: Mark::of(&bytes),
    }
}

/// Reads a JSON file of the app.
#[must_use]
pub fn json(root: &Path, name: &str) -> Parsed<Value> {
    let broken = |line, column, reason| {
        let path = name.to_owned();
        Parsed::Broken(Malformed {
            path,
            line,
            column,
            reason,
        })
    };
    let text = match beneath::text_in(root, name) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Parsed::Missing,
        Err(error) => return broken(0, 0, error.to_string()),
    };
    match graph::json(&text) {
        Ok(value) => Parsed::Good(value),
        Err(error) => broken(error.line, error.column, error.reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_link_leads_to_outside_is_no_part_of_the_app() {
        let folder = tempfile::tempdir().unwrap();
        let app = folder.path().join("app");
        fs_err::create_dir_all(app.join("own")).unwrap();
        fs_err::write(app.join("own/a.zig"), "").unwrap();
        fs_err::create_dir(folder.path().join("other")).unwrap();
        fs_err::write(folder.path().join("other/b.zig"), "").unwrap();
        std::os::unix::fs::symlink("../other", app.join("out")).unwrap();
        std::os::unix::fs::symlink("own", app.join("near")).unwrap();
        let look = OnDisk(&app);
        assert_eq!(look.names("near"), ["a.zig"]);
        assert!(look.names("out").is_empty());
    }

    #[test]
    fn broken_json_says_where() {
        let folder = tempfile::tempdir().unwrap();
        fs_err::write(
            folder.path().join("package.json"),
            "{\n  \"a\": 1\n  \"b\": 2\n}",
        )
        .unwrap();
        let app = read(folder.path());
        let broken = app.broken().next().unwrap();
        assert_eq!((broken.path.as_str(), broken.line), ("package.json", 3));
        assert!(app.has("package.json"));
    }

    #[test]
    fn devices_pipes_and_sockets_announce_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::os::unix::fs::symlink("/dev/zero", at("build.gradle")).unwrap();
        std::os::unix::fs::symlink("gone", at("pom.xml")).unwrap();
        std::os::unix::fs::symlink("go.mod", at("go.sum")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(at("Gemfile")).unwrap();
        fs_err::write(at("go.mod"), "module a\n").unwrap();
        assert_eq!(names(folder.path()), ["go.mod", "go.sum", "pom.xml"]);
    }
}
