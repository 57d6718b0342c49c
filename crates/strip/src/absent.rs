//! The app as it would be with every file on disk: what a cache left out is read from where it is.

use std::path::Path;

use super::facts::Texts;
use slugsmith_facts::absent::Absent;
use slugsmith_facts::tree::Tree;

/// The app as it would be with everything on disk.
pub(super) fn whole(tree: Tree, absent: &dyn Absent) -> Tree {
    let more = absent.entries();
    if more.is_empty() {
        return tree;
    }
    let root = tree.root().to_owned();
    let unread = tree.unread().to_vec();
    let entries = tree.entries().iter().cloned().chain(more).collect();
    Tree::from_entries(root, entries, unread)
}

/// Texts of files, wherever they are.
pub(super) struct Everywhere<'a, T> {
    pub on_disk: T,
    pub absent: &'a dyn Absent,
}

impl<T: Texts> Texts for Everywhere<'_, T> {
    fn text(&self, path: &str) -> Option<Vec<u8>> {
        if self.absent.has(Path::new(path)) {
            self.absent.text(path)
        } else {
            self.on_disk.text(path)
        }
    }

    fn open(&self, path: &str) -> Option<std::fs::File> {
        if self.absent.has(Path::new(path)) {
            self.absent.open(path)
        } else {
            self.on_disk.open(path)
        }
    }
}
