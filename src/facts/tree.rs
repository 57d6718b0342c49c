//! Which files are there, and how big is each?
//!
//! One walk serves strip, budget and report: the tree is read once per phase. Sizes are
//! apparent sizes (what an archive stores, not disk blocks); links are never followed
//! and count as links; what can't be read is collected, not dropped, because it taints
//! every total. Entries come in byte order of their paths, parents before children.

use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::Unread;

/// What an entry is, without following links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    File,
    Directory,
    Symlink,
    /// FIFO, device or socket: refused in caches, never read.
    Special,
}

/// One file, folder or link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    path: PathBuf,
    kind: EntryKind,
    size: u64,
    mode: u32,
    links: u64,
    inode: (u64, u64),
}

impl Entry {
    /// Relative to the tree's root; any bytes but NUL and `/` in its names.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
    #[must_use]
    pub fn kind(&self) -> EntryKind {
        self.kind
    }
    /// Apparent size in bytes: a file's length, a link's target length, 0 for folders.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }
    /// Permission bits.
    #[must_use]
    pub fn mode(&self) -> u32 {
        self.mode
    }
    /// How many names this file has.
    #[must_use]
    pub fn links(&self) -> u64 {
        self.links
    }
    /// Device and inode: equal for two names of one file.
    #[must_use]
    pub fn inode(&self) -> (u64, u64) {
        self.inode
    }
}

/// Numbers of files and bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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
    /// Walks `root`. Never fails: what can't be read is in [`Tree::unread`].
    #[must_use]
    pub fn read(root: &Path) -> Self {
        let mut tree = Self {
            root: root.to_owned(),
            ..Self::default()
        };
        let mut pending = vec![PathBuf::new()];
        while let Some(folder) = pending.pop() {
            tree.read_folder(&folder, &mut pending);
        }
        tree.entries.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        tree
    }

    fn read_folder(&mut self, folder: &Path, pending: &mut Vec<PathBuf>) {
        let listing = match fs_err::read_dir(self.root.join(folder)) {
            Ok(listing) => listing,
            Err(error) => return self.miss(folder, &error),
        };
        for entry in listing {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.miss(folder, &error);
                    continue;
                }
            };
            let path = folder.join(entry.file_name());
            let metadata = match entry.metadata() {
                Ok(metadata) => metadata,
                // Gone between listing and stat: it is not part of the tree any more.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => {
                    self.miss(&path, &error);
                    continue;
                }
            };
            let kind = kind_of(metadata.file_type());
            if kind == EntryKind::Directory {
                pending.push(path.clone());
            }
            self.entries.push(Entry {
                path,
                kind,
                size: match kind {
                    EntryKind::File | EntryKind::Symlink => metadata.len(),
                    EntryKind::Directory | EntryKind::Special => 0,
                },
                mode: metadata.mode() & 0o7777,
                links: metadata.nlink(),
                inode: (metadata.dev(), metadata.ino()),
            });
        }
    }

    fn miss(&mut self, path: &Path, error: &std::io::Error) {
        self.unread.push(Unread {
            path: path.to_owned(),
            reason: error.to_string(),
        });
    }

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

    #[must_use]
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for entry in &self.entries {
            totals += entry;
        }
        totals
    }
}

fn kind_of(file_type: std::fs::FileType) -> EntryKind {
    if file_type.is_dir() {
        EntryKind::Directory
    } else if file_type.is_symlink() {
        EntryKind::Symlink
    } else if file_type.is_fifo()
        || file_type.is_socket()
        || file_type.is_block_device()
        || file_type.is_char_device()
    {
        EntryKind::Special
    } else {
        EntryKind::File
    }
}

#[cfg(test)]
mod tests {
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
}
