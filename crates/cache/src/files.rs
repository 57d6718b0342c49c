//! The files of the app that a command could read, by content: an input that names what changed.
//!
//! A key holds one digest of all of them. The list itself is kept beside the stored tree, so that
//! the next miss can say which file it was.

use slugsmith_facts::beneath::{self, own};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::inputs::{digest, inside, read_regular};
use slugsmith_facts::tree::{Entry, EntryKind, Tree};

/// The input's name in a key where every file of the app counts.
pub(super) const ALL: &str = "files of the app";
/// The same, where only some folders do.
pub(super) const SOME: &str = "packages of the app";
/// File in a cache's folder that holds the list.
const FILE: &str = "files.zst";
/// More than any app has; a broken file must not fill the memory.
const MOST_BYTES: usize = 64_000_000;
/// Files named in a reason; the rest is counted.
const NAMED: usize = 3;

/// Whether an input stands for files that can be named one by one.
pub(super) fn is_input(name: &str) -> bool {
    [ALL, SOME].contains(&name)
}

/// Whether a path relative to the app belongs to slugsmith's own work on it.
pub(super) fn is_ours(path: &Path) -> bool {
    let bytes = path.as_os_str().as_encoded_bytes();
    bytes.starts_with(b".slugsmith-")
}

/// Whether nothing has happened to an entry since it was looked at; what a folder holds does not count.
pub(super) fn is_untouched(before: &Entry, now: &Entry) -> bool {
    let state = |entry: &Entry| (entry.inode(), entry.size(), entry.changed());
    before.kind() == now.kind()
        && (before.kind() == EntryKind::Directory || state(before) == state(now))
}

/// Path relative to the app → digest of content and executable bit. Folders count where they are empty:
/// a script that lists a folder sees them, and no file stands for them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Files(BTreeMap<PathBuf, String>);

impl Files {
    /// Every file below one of the `folders` (the app itself is the empty path) that `is_app`
    /// accepts, and what links in them lead to.
    pub(super) fn of(tree: &Tree, folders: &[PathBuf], is_app: impl Fn(&Path) -> bool) -> Self {
        Self::read(tree, folders, is_app, |_, _| ()).0
    }

    /// What the caller knows of each path.
    pub(super) fn named(files: impl Iterator<Item = (PathBuf, String)>) -> Self {
        Self(files.collect())
    }

    /// The same, with what is to be known of each file's content while it is in memory.
    pub(super) fn read<T: Send>(
        tree: &Tree,
        folders: &[PathBuf],
        is_app: impl Fn(&Path) -> bool,
        look: impl Fn(&Path, &[u8]) -> T + Sync,
    ) -> (Self, Vec<T>) {
        let folders = followed(tree, folders);
        let (root, entries) = (tree.root(), tree.entries());
        // Sorted: what a folder holds follows it, where the tree was looked into.
        let next = entries.iter().skip(1).map(Some).chain([None]);
        let wanted: Vec<&Entry> = entries
            .iter()
            .zip(next)
            .filter(|(entry, next)| {
                let is_in = |next: &Entry| next.path().starts_with(entry.path());
                entry.kind() != EntryKind::Directory || !next.is_some_and(is_in)
            })
            .map(|(entry, _)| entry)
            .filter(|entry| folders.iter().any(|one| entry.path().starts_with(one)))
            .filter(|entry| is_app(entry.path()))
            .filter(|entry| {
                entry.kind() != EntryKind::Directory || is_empty(&root.join(entry.path()))
            })
            .collect();
        let read = |entry: &&Entry| {
            let (digest, text) = content(root, entry);
            ((entry.path().to_owned(), digest), look(entry.path(), &text))
        };
        let (files, looks): (Vec<_>, Vec<_>) = wanted.par_iter().map(read).unzip();
        (Self(files.into_iter().collect()), looks)
    }

    /// Those of them below one of the `folders`, and what links in these lead to.
    pub(super) fn below(&self, tree: &Tree, folders: &[PathBuf]) -> Self {
        let folders = followed(tree, folders);
        let files = self.0.iter();
        let files = files.filter(|(path, _)| folders.iter().any(|one| path.starts_with(one)));
        Self(
            files
                .map(|(path, digest)| (path.clone(), digest.clone()))
                .collect(),
        )
    }

    /// The digest of one file, if it was there.
    pub(super) fn get(&self, path: &Path) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// The list as a value of a key.
    pub(super) fn digest(&self) -> String {
        digest(self.text().as_bytes())
    }

    #[allow(clippy::unnecessary_debug_formatting)] // see below
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for (path, digest) in &self.0 {
            // Debug form: a name may hold a line break, or bytes that are no text.
            let _ = writeln!(text, "{digest} {path:?}");
        }
        text
    }

    /// Keeps the list in a cache's folder.
    pub(super) fn keep(&self, folder: &Path) -> std::io::Result<()> {
        let text = zstd::bulk::compress(self.text().as_bytes(), 3)?;
        own::write(folder.join(FILE), text)
    }

    /// `src/main.rs changed`, for what differs from the list that was kept. `None` where there
    /// is none that can be used.
    pub(super) fn changes(&self, folder: &Path) -> Option<Vec<String>> {
        let stored = read_regular(&folder.join(FILE)).ok()?;
        let text = String::from_utf8(zstd::bulk::decompress(&stored, MOST_BYTES).ok()?).ok()?;
        self.changes_since(&text)
    }

    /// The same, for a list that was kept as text.
    pub(super) fn changes_since(&self, text: &str) -> Option<Vec<String>> {
        let old: BTreeMap<&str, &str> = text.lines().filter_map(split).collect();
        let new = self.text();
        let new: BTreeMap<&str, &str> = new.lines().filter_map(split).collect();
        let mut changes = Vec::new();
        for (path, digest) in &new {
            match old.get(path) {
                Some(before) if before == digest => {}
                Some(_) => changes.push(format!("{} changed", shown(path))),
                None => changes.push(format!("{} is new", shown(path))),
            }
        }
        let removed = old.keys().filter(|path| !new.contains_key(*path));
        changes.extend(removed.map(|path| format!("{} is removed", shown(path))));
        let more = changes.len().saturating_sub(NAMED);
        if more > 0 {
            changes.truncate(NAMED);
            let files = slugsmith_finding::units::counted(more as u64, "more file");
            changes.push(format!("{files} changed"));
        }
        (!changes.is_empty()).then_some(changes)
    }
}

fn is_empty(folder: &Path) -> bool {
    fs_err::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

/// The path and the digest of a line.
fn split(line: &str) -> Option<(&str, &str)> {
    let (digest, path) = line.split_once(' ')?;
    Some((path, digest))
}

fn shown(path: &str) -> &str {
    path.trim_matches('"')
}

/// The folders, and whatever in the app they and links below them lead to: who copies a folder
/// reads through its links.
fn followed(tree: &Tree, folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = folders.to_vec();
    if found.iter().any(|folder| folder.as_os_str().is_empty()) {
        return found;
    }
    let root = tree.root();
    let mut links: Vec<&Path> = tree
        .entries()
        .iter()
        .filter(|entry| entry.kind() == EntryKind::Symlink)
        .map(Entry::path)
        .collect();
    let mut pending: Vec<PathBuf> = folders.to_vec();
    while let Some(folder) = pending.pop() {
        let (below, others): (Vec<_>, Vec<_>) = links
            .into_iter()
            .partition(|link| link.starts_with(&folder));
        links = others;
        // The folder itself may be reached through a link.
        for path in below.into_iter().chain([folder.as_path()]) {
            let Some(target) = target(root, path) else {
                continue;
            };
            if !found.iter().any(|folder| target.starts_with(folder)) {
                found.push(target.clone());
                pending.push(target);
            }
        }
    }
    found
}

/// Where a path of the app really is, relative to the app, if it is in it.
fn target(root: &Path, path: &Path) -> Option<PathBuf> {
    let real = inside(root, path).ok()?;
    let root = fs_err::canonicalize(root).ok()?;
    real.strip_prefix(root).ok().map(Path::to_owned)
}

/// Digest of what a reader gets (the content, the target of a link, the executable bit), and the
/// content itself; of a link that of the file in the app that it leads to.
pub(super) fn content(root: &Path, entry: &Entry) -> (String, Vec<u8>) {
    let full = root.join(entry.path());
    match entry.kind() {
        EntryKind::Symlink => {
            let target = fs_err::read_link(&full).unwrap_or_default();
            let text = beneath::read_in(root, entry.path()).unwrap_or_default();
            (digest(target.as_os_str().as_encoded_bytes()) + ">", text)
        }
        EntryKind::File => {
            let read = read_regular(&full);
            let content = match &read {
                Ok(content) => digest(content),
                Err(error) => format!("!{:?}", error.kind()),
            };
            let is_program = entry.mode() & 0o111 != 0;
            let content = content + if is_program { "x" } else { "" };
            (content, read.unwrap_or_default())
        }
        EntryKind::Directory | EntryKind::Special => ("-".to_owned(), Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let app = folder.path().join("app");
        fs_err::create_dir_all(app.join("src")).unwrap();
        let files = || Files::of(&Tree::read(&app), &[PathBuf::new()], |path| path != "out");
        for name in ["src/a", "b", "c", "out"] {
            fs_err::write(app.join(name), "1").unwrap();
        }
        let old = files();
        old.keep(folder.path()).unwrap();
        assert_eq!(files(), old);
        assert_eq!(old.changes(folder.path()), None);
        fs_err::write(app.join("src/a"), "2").unwrap();
        fs_err::write(app.join("out"), "2").unwrap();
        fs_err::remove_file(app.join("b")).unwrap();
        fs_err::write(app.join("d e"), "1").unwrap();
        let new = files();
        assert_ne!(new.digest(), old.digest());
        let changes = new.changes(folder.path()).unwrap();
        assert_eq!(changes, ["d e is new", "src/a changed", "b is removed"]);
    }

    #[test]
    fn an_empty_folder_counts_and_one_that_holds_something_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let app = folder.path();
        for path in ["kept/a", "kept.d/a", "made/tree/a"] {
            crate::tests::put(app, path, "1");
        }
        let is_app = |path: &Path| !path.starts_with("made/tree");
        let everything = [PathBuf::new()];
        let list = || Files::of(&Tree::read(app), &everything, is_app).text();
        let first = list();
        assert_eq!(first.lines().count(), 2, "{first}");
        let looked_into = Tree::read_where(app, is_app);
        assert_eq!(Files::of(&looked_into, &everything, is_app).text(), first);
        for path in ["kept/empty", "zz"] {
            fs_err::create_dir(app.join(path)).unwrap();
            assert!(list().contains(path), "{path}");
        }
        fs_err::write(app.join("zz/a"), "1").unwrap();
        assert!(list().contains("zz/a") && !list().contains("\"zz\""));
    }

    #[test]
    fn what_links_lead_to_in_the_app_counts() {
        let folder = tempfile::tempdir().unwrap();
        let app = folder.path();
        for path in [
            "libs/a/x",
            "shared/deep/word",
            "shared/other",
            "elsewhere/b/y",
            "c",
        ] {
            fs_err::create_dir_all(app.join(path).parent().unwrap()).unwrap();
            fs_err::write(app.join(path), "1").unwrap();
        }
        let link = |to: &str, at: &str| std::os::unix::fs::symlink(to, app.join(at)).unwrap();
        link("../../shared/deep", "libs/a/deep");
        link("../../c", "shared/deep/c");
        link("elsewhere", "near");
        link("/etc/hostname", "libs/a/outside");
        let folders = ["libs/a".into(), "near/b".into()];
        let digest = || Files::of(&Tree::read(app), &folders, |_| true).digest();
        let first = digest();
        fs_err::write(app.join("shared/other"), "2").unwrap();
        assert_eq!(digest(), first);
        for path in ["shared/deep/word", "elsewhere/b/y", "c"] {
            let before = digest();
            fs_err::write(app.join(path), "2").unwrap();
            assert_ne!(digest(), before, "{path}");
        }
    }
}
