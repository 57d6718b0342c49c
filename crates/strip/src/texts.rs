//! Texts of files, for what decides without reading the disk itself.

use std::borrow::Cow;
use std::path::Path;

use slugsmith_facts::beneath;

/// Files that are read before what they refer to is kept: all references of a large app at
/// once would take hundreds of megabytes.
pub(crate) const AT_A_TIME: usize = 256;

/// Texts of files of the app, by path relative to it.
pub trait Texts: Sync {
    /// The content of a file, by its path from the app; `None` where it can't be read.
    fn text(&self, path: &str) -> Option<Vec<u8>>;

    /// The file itself, to read a part of it; `None` where it is not on disk.
    fn open(&self, _path: &str) -> Option<std::fs::File> {
        None
    }
}

/// A text with replacement characters for what is no UTF-8. Nearly all are, which is told several times faster than
/// where one is not.
pub(crate) fn lossy(text: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(text) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(text),
    }
}

/// Texts on disk.
#[derive(Debug, Clone, Copy)]
pub struct OnDisk<'a> {
    pub root: &'a Path,
}

impl Texts for OnDisk<'_> {
    fn text(&self, path: &str) -> Option<Vec<u8>> {
        // What can't be read is kept and refers to nothing; the tree's own reader
        // reports it.
        beneath::read_in(self.root, path).ok()
    }

    fn open(&self, path: &str) -> Option<std::fs::File> {
        beneath::open(&self.root.join(path)).ok()
    }
}
