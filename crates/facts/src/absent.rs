//! Files that belong to an app although they are not on disk: the trait by which strip asks a cache for them.
//!
//! A cache may leave out of its unpack what strip removed last time. Strip decides as if
//! those files were there, so that its answer depends on the app alone and never on what
//! was left out; what it keeps has to be brought back. The trait is here since neither of the two knows the other.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::tree::Entry;

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

    /// What strip gave to be kept, as it gave it.
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
