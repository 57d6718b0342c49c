//! Which files belong to the app although they are not on disk?
//!
//! A cache may leave out of its unpack what strip removed last time. Strip decides as if
//! those files were there, so that its answer depends on the app alone and never on what
//! was left out; what it keeps has to be brought back.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::facts::Texts;
use slugsmith_facts::tree::{Entry, Tree};

/// Files that are elsewhere. None of them is a link or a package.json.
pub trait Absent: Sync {
    /// Files, and folders that hold nothing else; paths are relative to the app.
    fn entries(&self) -> Vec<Entry>;

    /// Whether this path, relative to the app, is such a file.
    fn has(&self, path: &Path) -> bool;

    /// The content of one of them.
    fn text(&self, path: &str) -> Option<Vec<u8>>;

    /// The file itself, to read a part of it; `None` where it lies in an archive.
    fn open(&self, _path: &str) -> Option<std::fs::File> {
        None
    }

    /// What is remembered of a tree, where strip is the only one that looks at it: all that was
    /// packed, whose contents are known without being read.
    fn packed(&self) -> Option<&Packed> {
        None
    }

    /// What [`super::memory::Memory::encode`] gave after the last strip.
    fn remembered(&self) -> Option<Vec<u8>> {
        None
    }

    /// Makes these files in the app.
    ///
    /// # Errors
    /// The disk is full, or the archive that holds them is gone.
    fn bring_back(&self, paths: &[&Path]) -> std::io::Result<()>;
}

/// A tree that was packed as it is, or was just unpacked. Without roots nothing was packed.
#[derive(Debug, Default)]
pub struct Packed {
    /// Relative to the app.
    pub roots: Vec<PathBuf>,
    /// Of all that is in it.
    pub digest: String,
    /// Everything in it, whether on disk or not.
    pub entries: Vec<Entry>,
    /// Files of it that were written anew since, such as those that name the folder of the build:
    /// what is on disk counts.
    pub rewritten: HashSet<PathBuf>,
}

/// Everything is on disk.
#[derive(Debug, Clone, Copy)]
pub struct Nothing;

impl Absent for Nothing {
    fn entries(&self) -> Vec<Entry> {
        Vec::new()
    }
    fn has(&self, _path: &Path) -> bool {
        false
    }
    fn text(&self, _path: &str) -> Option<Vec<u8>> {
        None
    }
    fn bring_back(&self, _paths: &[&Path]) -> std::io::Result<()> {
        Ok(())
    }
}

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
