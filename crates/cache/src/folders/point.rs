//! The app as it was before its scripts, so that they can run once more as if they had not run.
//!
//! A script that failed, or whose work can't stay, has made and changed files outside of what it was given:
//! `mkdir build && mkdir dist && tsc` would find its own `build`. What it added goes; what it changed or removed is put
//! back from a copy. Packages are not copied, and nothing is where the app has too much: then only what was added goes.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use crate::files;
use slugsmith_facts::beneath::{Beneath, own};
use slugsmith_facts::tree::{Entry, EntryKind, Tree};

/// Bytes of files that are copied at most: the time of a second at most.
const MOST: u64 = 200_000_000;
/// Not copied: the trees of packages and the repository.
const NOT_COPIED: &[&str] = &["node_modules", "vendor", ".venv", ".git", ".heroku"];

pub(super) struct Point {
    entries: BTreeMap<PathBuf, Entry>,
    links: BTreeMap<PathBuf, PathBuf>,
    /// Removed with it.
    copies: Option<tempfile::TempDir>,
    /// Cache folders, which are looked after elsewhere.
    outside: Vec<PathBuf>,
}

impl Point {
    /// Looks at the app, and copies what a script may change.
    pub(super) fn of(app: &Path, outside: Vec<PathBuf>) -> Self {
        let mut point = Self {
            entries: BTreeMap::new(),
            links: BTreeMap::new(),
            copies: None,
            outside,
        };
        point.entries = point.look(app);
        let copied: Vec<&Entry> = point
            .entries
            .values()
            .filter(|entry| is_copied(entry.path()))
            .collect();
        let bytes: u64 = copied.iter().map(|entry| entry.size()).sum();
        let copies = tempfile::tempdir().ok().filter(|_| bytes <= MOST);
        point.copies = copies.filter(|copies| {
            copied
                .iter()
                .all(|entry| copy(app, copies.path(), entry).is_ok())
        });
        let links = copied
            .iter()
            .filter(|entry| entry.kind() == EntryKind::Symlink);
        point.links = links
            .filter_map(|link| {
                let target = fs_err::read_link(app.join(link.path())).ok()?;
                Some((link.path().to_owned(), target))
            })
            .collect();
        point
    }

    /// Makes the app what it was. What can't be is as the scripts left it, and they may fail over it as they did.
    pub(super) fn go_back(&self, app: &Path) {
        let Ok(beneath) = Beneath::open(app) else {
            return;
        };
        let now = self.look(app);
        let is_same_kind = |entry: &Entry| {
            let before = self.entries.get(entry.path());
            before.is_some_and(|before| before.kind() == entry.kind())
        };
        // Innermost first, and no folder that holds what is not ours.
        for entry in now.values().rev().filter(|entry| !is_same_kind(entry)) {
            let holds_other = self
                .outside
                .iter()
                .any(|path| path.starts_with(entry.path()) && app.join(path).exists());
            if !holds_other {
                let _ = beneath.remove(entry.path());
            }
        }
        for entry in self.entries.values() {
            let now = now.get(entry.path());
            let is_same = now.is_some_and(|now| files::is_untouched(entry, now));
            if !is_same && is_copied(entry.path()) {
                let _ = self.put_back(&beneath, app, entry);
            }
        }
    }

    fn put_back(&self, beneath: &Beneath, app: &Path, entry: &Entry) -> io::Result<()> {
        let path = entry.path();
        match (entry.kind(), &self.copies, self.links.get(path)) {
            (EntryKind::Directory, _, _) => {
                beneath.create_folders(path)?;
                beneath.set_mode(path, entry.mode())
            }
            (EntryKind::File, Some(copies), _) => {
                beneath.remove(path)?;
                own::copy(&copies.path().join(path), &app.join(path))
            }
            (EntryKind::Symlink, _, Some(target)) => {
                beneath.remove(path)?;
                beneath.symlink(target, path)
            }
            _ => Ok(()),
        }
    }

    fn look(&self, app: &Path) -> BTreeMap<PathBuf, Entry> {
        let tree = Tree::read(app);
        let entries = tree.entries().iter().filter(|entry| {
            let path = entry.path();
            !files::is_ours(path) && !self.outside.iter().any(|outside| path.starts_with(outside))
        });
        entries
            .map(|entry| (entry.path().to_owned(), entry.clone()))
            .collect()
    }
}

fn is_copied(path: &Path) -> bool {
    !path
        .iter()
        .any(|part| NOT_COPIED.iter().any(|name| part == *name))
}

fn copy(app: &Path, to: &Path, entry: &Entry) -> io::Result<()> {
    match entry.kind() {
        EntryKind::Directory => own::create_folders(to.join(entry.path())),
        EntryKind::File => own::copy(&app.join(entry.path()), &to.join(entry.path())),
        EntryKind::Symlink | EntryKind::Special => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_scripts_did_is_undone() {
        let folder = tempfile::tempdir().unwrap();
        let app = folder.path();
        let put = |path: &str, text: &str| crate::tests::put(app, path, text);
        let has = |path: &str| app.join(path).exists();
        let read = |path: &str| fs_err::read_to_string(app.join(path)).unwrap();
        for path in [
            "src/a",
            "src/moved",
            "gone/deep/b",
            "same",
            "dist/old",
            "node_modules/p/x",
            "file",
        ] {
            put(path, "1");
        }
        std::os::unix::fs::symlink("same", app.join("link")).unwrap();
        let point = Point::of(
            app,
            vec![PathBuf::from("dist"), PathBuf::from("new/.cache")],
        );
        put("src/a", "2");
        fs_err::rename(app.join("src/moved"), app.join("src/there")).unwrap();
        fs_err::remove_dir_all(app.join("gone")).unwrap();
        fs_err::remove_file(app.join("link")).unwrap();
        fs_err::remove_file(app.join("file")).unwrap();
        for path in [
            "build/x/y",
            "dist/new",
            "new/.cache/kept",
            "new/made",
            "node_modules/.gen/a",
            "file/below",
        ] {
            put(path, "2");
        }
        point.go_back(app);
        for path in ["build", "src/there", "new/made", "node_modules/.gen"] {
            assert!(!has(path), "{path}");
        }
        for path in [
            "dist/new",
            "dist/old",
            "new/.cache/kept",
            "node_modules/p/x",
        ] {
            assert!(has(path), "{path}");
        }
        for path in ["src/a", "src/moved", "gone/deep/b", "same", "link", "file"] {
            assert_eq!(read(path), "1", "{path}");
        }
    }
}
