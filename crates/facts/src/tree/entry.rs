//! What is known of one file, folder or link?

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// What an entry is, without following links.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EntryKind {
    File,
    Directory,
    Symlink,
    /// FIFO, device or socket: refused in caches, never read.
    Special,
}

/// One file, folder or link. 56 bytes and its path: a tree has a million of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub(super) path: Box<Path>,
    pub(super) size: u64,
    pub(super) inode: u64,
    /// Last change of content, mode or names (`ctime`): nanoseconds since 1970, cut to what fits.
    pub(super) changed: u64,
    /// Major number << 20 | minor number, the width that Linux gives them.
    pub(super) device: u32,
    pub(super) links: u32,
    /// Seconds since 1970, cut to what fits.
    pub(super) modified: u32,
    pub(super) mode: u16,
    pub(super) kind: EntryKind,
    pub(super) socket: bool,
}

impl Entry {
    /// An entry that was never on a disk: from an archive, or in a test. Permissions
    /// are 644 (755 for folders), one name, no inode.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, kind: EntryKind, size: u64) -> Self {
        Self {
            path: path.into().into_boxed_path(),
            size,
            inode: 0,
            changed: 0,
            device: 0,
            links: 1,
            modified: 0,
            mode: if kind == EntryKind::Directory {
                0o755
            } else {
                0o644
            },
            kind,
            socket: false,
        }
    }

    /// The same entry with these permission bits.
    #[must_use]
    pub fn with_mode(mut self, mode: u32) -> Self {
        self.mode = (mode & 0o7777) as u16;
        self
    }

    /// The same file, seen from a root that has its tree in `folder`.
    #[must_use]
    pub fn within(mut self, folder: &Path) -> Self {
        self.path = folder.join(&self.path).into_boxed_path();
        self
    }

    /// Relative to the tree's root; any bytes but NUL and `/` in its names.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
    /// What it is, links not followed.
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
        u32::from(self.mode)
    }
    /// How many names this file has.
    #[must_use]
    pub fn links(&self) -> u64 {
        u64::from(self.links)
    }
    /// Device and inode: equal for two names of one file.
    #[must_use]
    pub fn inode(&self) -> (u64, u64) {
        (
            rustix::fs::makedev(self.device >> 20, self.device & 0xf_ffff),
            self.inode,
        )
    }
    /// Time of the last change of the content, seconds since 1970 (0 if before).
    #[must_use]
    pub fn modified(&self) -> u64 {
        u64::from(self.modified)
    }

    /// Time of the last change of the content, the mode or the names, in nanoseconds. Unlike
    /// [`Entry::modified`] no program can set it back.
    #[must_use]
    pub fn changed(&self) -> u64 {
        self.changed
    }

    /// Whether it belongs to the repository at the root: `.git`, be it the folder or the file of
    /// a worktree.
    #[must_use]
    pub fn is_of_repository(&self) -> bool {
        self.path.starts_with(".git")
    }

    /// True for sockets, which no archive holds.
    #[must_use]
    pub fn is_socket(&self) -> bool {
        self.socket
    }

    /// The bytes of [`Entry::path`].
    #[must_use]
    pub fn path_bytes(&self) -> &[u8] {
        self.path.as_os_str().as_bytes()
    }
}
