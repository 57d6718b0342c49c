//! Which files are there, and how big is each?
//!
//! One walk serves strip, budget and report: the tree is read once per phase. Sizes are
//! apparent sizes (what an archive stores, not disk blocks); links are never followed
//! and count as links; what can't be read is collected, not dropped, because it taints
//! every total. Entries come in byte order of their paths, parents before children.

mod entry;
mod walk;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use rustix::fs::FileType;

pub use self::entry::{Entry, EntryKind};
use super::Unread;

/// Numbers of files and bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Totals {
    /// Files and links; folders are not counted.
    pub files: u64,
    /// Apparent bytes, every name of a hard link counted, as a slug stores them.
    pub bytes: u64,
}

impl std::ops::AddAssign<&Entry> for Totals {
    fn add_assign(&mut self, entry: &Entry) {
        if entry.kind != EntryKind::Directory {
            self.files += 1;
            self.bytes += entry.size;
        }
    }
}

/// A folder, walked once.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    root: PathBuf,
    entries: Vec<Entry>,
    unread: Vec<Unread>,
}

impl Tree {
    /// Walks `root` with all cores. Never fails: what can't be read is in [`Tree::unread`].
    #[must_use]
    pub fn read(root: &Path) -> Self {
        walk::read(root, &|_| true)
    }

    /// As [`Tree::read`], without folders that `enters` refuses, given their paths below `root`.
    #[must_use]
    pub fn read_where(root: &Path, enters: impl Fn(&Path) -> bool + Sync) -> Self {
        walk::read(root, &enters)
    }

    /// A tree from parts: from an archive, or in a test. Entries are put in order.
    #[must_use]
    pub fn from_entries(root: PathBuf, mut entries: Vec<Entry>, unread: Vec<Unread>) -> Self {
        entries.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Self {
            root,
            entries,
            unread,
        }
    }

    /// The tree as it would be without these files; folders that only held such files
    /// are left out as well.
    #[must_use]
    pub fn without(&self, removed: &HashSet<&Path>) -> Self {
        let stays = self.staying(removed);
        let kept = self.entries.iter().zip(stays);
        Self {
            root: self.root.clone(),
            entries: kept
                .filter(|(_, stays)| *stays)
                .map(|(entry, _)| entry.clone())
                .collect(),
            unread: self.unread.clone(),
        }
    }

    /// As [`Tree::without`], and nothing is copied.
    #[must_use]
    pub fn into_without(mut self, removed: &HashSet<&Path>) -> Self {
        if !removed.is_empty() {
            let mut stays = self.staying(removed).into_iter();
            self.entries.retain(|_| stays.next().unwrap_or(true));
        }
        self
    }

    /// By entry, whether it is left when these files are gone.
    fn staying(&self, removed: &HashSet<&Path>) -> Vec<bool> {
        let mut stays = vec![true; self.entries.len()];
        // Children stand behind their parents, so that backwards every folder is met
        // after all that it holds.
        let mut filled: HashSet<&Path> = HashSet::new();
        let mut emptied: HashSet<&Path> = HashSet::new();
        for (entry, stays) in self.entries.iter().zip(&mut stays).rev() {
            let path = entry.path();
            let leaves =
                removed.contains(path) || (emptied.contains(path) && !filled.contains(path));
            *stays = !leaves;
            if let Some(parent) = path.parent() {
                if leaves {
                    emptied.insert(parent);
                } else {
                    filled.insert(parent);
                }
            }
        }
        stays
    }

    /// Looks at these paths again, because their files were written since the walk. What
    /// is not in the tree is not added, and what is gone is left out.
    pub fn reread(&mut self, written: &HashSet<&Path>) {
        if written.is_empty() {
            return;
        }
        let root = &self.root;
        self.entries
            .retain_mut(|entry| !written.contains(entry.path()) || walk::reread(root, entry));
    }

    /// Adds files that were written since the walk, with the folders that they are in, and
    /// looks again at those that it knew.
    pub fn look_for(&mut self, written: &[PathBuf]) {
        let mut paths: HashSet<&Path> = HashSet::new();
        for path in written {
            let above = path.ancestors();
            paths.extend(above.filter(|path| !path.as_os_str().is_empty()));
        }
        self.reread(&paths);
        let known: HashSet<&Path> = self.entries.iter().map(Entry::path).collect();
        let new = paths.into_iter().filter(|path| !known.contains(path));
        let new: Vec<Entry> = new
            .map(|path| Entry::new(path, EntryKind::File, 0))
            .filter_map(|mut entry| walk::reread(&self.root, &mut entry).then_some(entry))
            .collect();
        self.entries.extend(new);
        self.entries.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    }

    /// The folder that was walked.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// All entries in byte order of their paths, the root itself left out.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What could not be read; totals are lower bounds when this is not empty.
    #[must_use]
    pub fn unread(&self) -> &[Unread] {
        &self.unread
    }

    /// Files and apparent bytes of all entries.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for entry in &self.entries {
            totals += entry;
        }
        totals
    }
}

/// What the mode's type bits say.
fn kind_of(file_type: FileType) -> EntryKind {
    match file_type {
        FileType::RegularFile => EntryKind::File,
        FileType::Directory => EntryKind::Directory,
        FileType::Symlink => EntryKind::Symlink,
        _ => EntryKind::Special,
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[test]
    fn links_are_not_followed_and_count_as_links() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs_err::create_dir_all(root.join("a/b")).unwrap();
        fs_err::write(root.join("a/b/file"), "12345").unwrap();
        std::os::unix::fs::symlink(".", root.join("a/loop")).unwrap();
        let tree = Tree::read(root);
        let paths: Vec<_> = tree
            .entries()
            .iter()
            .map(|e| e.path().display().to_string())
            .collect();
        assert_eq!(paths, ["a", "a/b", "a/b/file", "a/loop"]);
        assert_eq!(tree.totals(), Totals { files: 2, bytes: 6 });
        assert!(tree.unread().is_empty());
    }

    #[test]
    fn files_that_were_written_later_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for name in ["a/b.py", "a-1/b.py"] {
            fs_err::create_dir_all(root.join(name).parent().unwrap()).unwrap();
            fs_err::write(root.join(name), "1").unwrap();
        }
        let mut tree = Tree::read(root);
        fs_err::create_dir_all(root.join("a/c/d")).unwrap();
        fs_err::write(root.join("a/c/d/e"), "12").unwrap();
        fs_err::write(root.join("a/b.py"), "123").unwrap();
        tree.look_for(&["a/c/d/e", "a/b.py", "gone"].map(PathBuf::from));
        assert_eq!(tree.entries(), Tree::read(root).entries());
    }

    /// The obvious walk, to compare with.
    fn plain(folder: &Path, prefix: &Path, out: &mut Vec<(PathBuf, EntryKind, u64)>) {
        for entry in fs_err::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let metadata = entry.metadata().unwrap();
            let path = prefix.join(entry.file_name());
            if metadata.is_dir() {
                out.push((path.clone(), EntryKind::Directory, 0));
                plain(&entry.path(), &path, out);
            } else if metadata.is_symlink() {
                out.push((path, EntryKind::Symlink, metadata.len()));
            } else {
                out.push((path, EntryKind::File, metadata.len()));
            }
        }
    }

    #[test]
    fn order_and_content_equal_those_of_a_plain_walk() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for name in [
            "a", "a-b", "a.b", "b/c/d", "b/c-d", "b/c.d/e", "z
z", "empty",
        ] {
            fs_err::create_dir_all(root.join(name)).unwrap();
        }
        for number in 0..3000 {
            fs_err::write(root.join(format!("b/c/{number}")), "x".repeat(number % 7)).unwrap();
        }
        let odd = OsStr::from_bytes(b"b/\xff\xfe\n");
        for name in ["a/f", "a-b/f", "a.b/f", "b/c-", "b/c/d/f", "z\nz/f", "b/z"] {
            fs_err::write(root.join(name), name).unwrap();
        }
        fs_err::write(root.join(odd), "?").unwrap();
        std::os::unix::fs::symlink("/nowhere", root.join("b/c.d/link")).unwrap();
        let mut expected = Vec::new();
        plain(root, Path::new(""), &mut expected);
        expected.sort_by(|a, b| a.0.cmp(&b.0));
        let tree = Tree::read(root);
        let got: Vec<_> = tree
            .entries()
            .iter()
            .map(|entry| (entry.path().to_owned(), entry.kind(), entry.size()))
            .collect();
        assert_eq!(got, expected);
    }

    #[test]
    fn a_hundred_thousand_files_in_one_folder_are_all_found_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let name = |number: u32| folder.path().join(format!("file-{number}"));
        fs_err::write(name(0), "x").unwrap();
        for number in 1..100_000 {
            // A name costs a third of a file, and the walk knows no difference.
            if number % 60_000 == 0 {
                fs_err::write(name(number), "x").unwrap();
            } else {
                fs_err::hard_link(name(number / 60_000 * 60_000), name(number)).unwrap();
            }
        }
        let tree = Tree::read(folder.path());
        let totals = tree.totals();
        assert_eq!((totals.files, totals.bytes), (100_000, 100_000));
        let is_sorted = tree.entries().is_sorted_by(|a, b| a.path() < b.path());
        assert!(is_sorted);
    }

    #[test]
    fn what_can_not_be_read_is_collected() {
        let tree = Tree::read(Path::new("/nowhere/at/all"));
        assert_eq!(tree.unread().len(), 1);
        assert!(tree.entries().is_empty());
    }

    #[test]
    fn a_root_that_is_a_link_is_followed_and_inodes_are_those_of_stat() {
        use std::os::unix::fs::MetadataExt;
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().join("real");
        fs_err::create_dir(&real).unwrap();
        fs_err::write(real.join("one"), "1").unwrap();
        fs_err::hard_link(real.join("one"), real.join("two")).unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("real", &link).unwrap();
        let tree = Tree::read(&link);
        let metadata = fs_err::metadata(real.join("one")).unwrap();
        for entry in tree.entries() {
            assert_eq!(entry.inode(), (metadata.dev(), metadata.ino()));
            assert_eq!(entry.links(), 2);
            assert_eq!(entry.mode(), metadata.mode() & 0o7777);
        }
        assert_eq!(tree.totals(), Totals { files: 2, bytes: 2 });
    }

    #[test]
    fn a_tree_without_files_loses_the_folders_that_only_held_them() {
        let file = |path: &str| Entry::new(path, EntryKind::File, 1);
        let folder = |path: &str| Entry::new(path, EntryKind::Directory, 0);
        let entries = vec![
            folder("a"),
            folder("a/b"),
            file("a/b/gone"),
            file("a/stays"),
            folder("empty"),
        ];
        let tree = Tree::from_entries(PathBuf::from("/"), entries, Vec::new());
        let removed = HashSet::from([Path::new("a/b/gone")]);
        let left = tree.without(&removed);
        let paths: Vec<_> = left.entries().iter().map(Entry::path).collect();
        assert_eq!(
            paths,
            [Path::new("a"), Path::new("a/stays"), Path::new("empty")]
        );
    }
}
