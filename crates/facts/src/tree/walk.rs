//! How is a folder walked as fast as the system allows?
//!
//! The cost is one `stat` per file and nothing else: folders are recognised by the type in
//! the listing, names are resolved relative to their open folder, and both cores work.
//! Each folder is one job; the files of a very large folder are several. Jobs are spawned,
//! never nested, so the depth of a tree costs no stack. Folders come back in any order and
//! are put together, sorted, at the end.

use std::ffi::OsString;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::{AtFlags, FileType, RawDir, Stat};
use rustix::io::Errno;

use super::{Entry, EntryKind, Tree, kind_of};
use crate::Unread;
use crate::beneath::open_folder;
use slugsmith_finding::work;

/// Files that one job stats; larger folders are shared by several jobs.
const CHUNK: usize = 1024;

/// Bytes per `getdents64` call: most folders need one call and the one that says "end".
const LISTING_BUFFER: usize = 64 * 1024;

/// What the jobs share.
struct Walk<'a> {
    root: &'a Path,
    /// Whether a folder of this path is looked into.
    enters: &'a (dyn Fn(&Path) -> bool + Sync),
    found: Mutex<Found>,
    step: work::Step<'a>,
}

/// What was found so far, by folder, in the order of arrival.
#[derive(Default)]
struct Found {
    folders: Vec<Folder>,
    unread: Vec<Unread>,
}

/// What one folder holds.
#[derive(Default)]
struct Folder {
    /// Its own entry; `None` for the root, and for a folder that vanished.
    own: Option<Entry>,
    files: Vec<Entry>,
    /// Places of its folders in [`Found::folders`].
    below: std::ops::Range<usize>,
}

/// The names in one folder, as paths from the root.
#[derive(Default)]
struct Listing {
    folders: Vec<Box<Path>>,
    files: Vec<Box<Path>>,
}

pub(super) fn read(root: &Path, enters: &(dyn Fn(&Path) -> bool + Sync)) -> Tree {
    let walk = Walk {
        root,
        enters,
        found: Mutex::new(Found {
            folders: vec![Folder::default()],
            unread: Vec::new(),
        }),
        step: work::files("reading the tree", 0),
    };
    rayon::scope(|scope| {
        walk.folder(scope, Path::new(""), 0);
    });
    let found = walk
        .found
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    let mut unread = found.unread;
    unread.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Tree {
        root: root.to_owned(),
        entries: in_order(found.folders),
        unread,
    }
}

impl Walk<'_> {
    fn found(&self) -> std::sync::MutexGuard<'_, Found> {
        // A job that panicked leaves whole values behind: they are pushed in one step.
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lists one folder, stats its files and spawns a job for each folder in it.
    fn folder<'s>(&'s self, scope: &rayon::Scope<'s>, path: &Path, place: usize) {
        let fd = match open_folder(&self.root.join(path), place == 0) {
            Ok(fd) => fd,
            Err(Errno::NOENT) if place != 0 => return self.own(place, None),
            Err(error) => return self.miss(path, error),
        };
        if place != 0 {
            self.own(
                place,
                rustix::fs::fstat(&fd)
                    .ok()
                    .map(|stat| entry(path.into(), &stat)),
            );
        }
        let mut listing = self.list(&fd, path);
        let first = self.reserve(&listing.folders, place);
        for (path, place) in std::mem::take(&mut listing.folders)
            .into_iter()
            .zip(first..)
        {
            scope.spawn(move |scope| self.folder(scope, &path, place));
        }
        if listing.files.len() <= CHUNK {
            self.files(fd.as_fd(), listing.files, place);
            return;
        }
        let fd = Arc::new(fd);
        while !listing.files.is_empty() {
            let rest = listing.files.len().saturating_sub(CHUNK);
            let chunk = listing.files.split_off(rest);
            let fd = Arc::clone(&fd);
            scope.spawn(move |_| self.files(fd.as_fd(), chunk, place));
        }
    }

    fn list(&self, fd: &OwnedFd, path: &Path) -> Listing {
        let mut listing = Listing::default();
        let mut buffer = Vec::with_capacity(LISTING_BUFFER);
        let mut entries = RawDir::new(fd, spare(&mut buffer));
        while let Some(entry) = entries.next() {
            match entry {
                Ok(entry) => {
                    let name = entry.file_name().to_bytes();
                    if name == b"." || name == b".." {
                        continue;
                    }
                    let full = join(path, name);
                    // Some file systems do not give types in listings.
                    let kind = match entry.file_type() {
                        FileType::Unknown => type_of(fd.as_fd(), name),
                        known => known,
                    };
                    if kind == FileType::Directory {
                        if (self.enters)(&full) {
                            listing.folders.push(full);
                        }
                    } else {
                        listing.files.push(full);
                    }
                }
                // Removed while it is read.
                Err(Errno::NOENT) => break,
                Err(error) => {
                    self.miss(path, error);
                    break;
                }
            }
        }
        listing
    }

    /// Makes room for the folders of a folder; returns the place of the first.
    fn reserve(&self, folders: &[Box<Path>], parent: usize) -> usize {
        let mut found = self.found();
        let first = found.folders.len();
        found.folders.extend(folders.iter().map(|path| Folder {
            own: Some(Entry::new(path.to_path_buf(), EntryKind::Directory, 0)),
            ..Folder::default()
        }));
        let below = first..found.folders.len();
        if let Some(parent) = found.folders.get_mut(parent) {
            parent.below = below;
        }
        first
    }

    fn own(&self, place: usize, own: Option<Entry>) {
        if let Some(folder) = self.found().folders.get_mut(place) {
            folder.own = own;
        }
    }

    /// Stats files and links, relative to their open folder.
    fn files(&self, folder: BorrowedFd<'_>, paths: Vec<Box<Path>>, place: usize) {
        let mut entries = Vec::with_capacity(paths.len());
        self.step.done(paths.len() as u64);
        for path in paths {
            let name = name_of(&path);
            match rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) => entries.push(entry(path, &stat)),
                // Gone between listing and stat: it is not part of the tree any more.
                Err(Errno::NOENT) => {}
                Err(error) => self.miss(&path, error),
            }
        }
        let mut found = self.found();
        if let Some(folder) = found.folders.get_mut(place) {
            if folder.files.is_empty() {
                folder.files = entries;
            } else {
                folder.files.append(&mut entries);
            }
        }
    }

    fn miss(&self, path: &Path, error: Errno) {
        self.found().unread.push(Unread {
            path: path.to_owned(),
            reason: std::io::Error::from(error).to_string(),
        });
    }
}

/// The spare room of an empty buffer.
fn spare(buffer: &mut Vec<u8>) -> &mut [MaybeUninit<u8>] {
    buffer.spare_capacity_mut()
}

/// A path in exactly the memory that it needs, since there are so many.
fn join(folder: &Path, name: &[u8]) -> Box<Path> {
    let folder = folder.as_os_str().as_bytes();
    let mut path = Vec::with_capacity(folder.len() + 1 + name.len());
    if !folder.is_empty() {
        path.extend_from_slice(folder);
        path.push(b'/');
    }
    path.extend_from_slice(name);
    PathBuf::from(OsString::from_vec(path)).into_boxed_path()
}

/// What stands after the last slash, without the normalising of `Path::file_name`.
fn name_of(path: &Path) -> &[u8] {
    let bytes = path.as_os_str().as_bytes();
    let slash = bytes.iter().rposition(|byte| *byte == b'/');
    slash
        .and_then(|slash| bytes.get(slash + 1..))
        .unwrap_or(bytes)
}

fn type_of(folder: BorrowedFd<'_>, name: &[u8]) -> FileType {
    rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW).map_or(FileType::Unknown, |stat| {
        FileType::from_raw_mode(stat.st_mode)
    })
}

/// Stats one entry anew; false if it is gone.
pub(super) fn reread(root: &Path, old: &mut Entry) -> bool {
    let full = root.join(old.path());
    match rustix::fs::statat(rustix::fs::CWD, full, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => {
            let path = std::mem::replace(&mut old.path, Path::new("").into());
            *old = entry(path, &stat);
        }
        Err(Errno::NOENT) => return false,
        // What was known stays: the folder around it was read a moment ago.
        Err(_) => {}
    }
    true
}

fn nanoseconds(stat: &Stat) -> u64 {
    let seconds = u64::try_from(stat.st_ctime).unwrap_or(0);
    let rest = stat.st_ctime_nsec;
    seconds.saturating_mul(1_000_000_000).saturating_add(rest)
}

fn entry(path: Box<Path>, stat: &Stat) -> Entry {
    let file_type = FileType::from_raw_mode(stat.st_mode);
    let kind = kind_of(file_type);
    let device = stat.st_dev;
    Entry {
        path,
        size: match kind {
            EntryKind::File | EntryKind::Symlink => u64::try_from(stat.st_size).unwrap_or(0),
            EntryKind::Directory | EntryKind::Special => 0,
        },
        inode: stat.st_ino,
        changed: nanoseconds(stat),
        device: rustix::fs::major(device) << 20 | rustix::fs::minor(device) & 0xf_ffff,
        links: u32::try_from(stat.st_nlink).unwrap_or(u32::MAX),
        modified: u32::try_from(stat.st_mtime).unwrap_or(0),
        mode: (stat.st_mode & 0o7777) as u16,
        kind,
        socket: file_type == FileType::Socket,
    }
}

/// What is still to be written, last first.
enum Next {
    File(Entry),
    Folder(usize),
}

/// Puts the folders together: byte order of names, parents before children.
fn in_order(mut folders: Vec<Folder>) -> Vec<Entry> {
    let total = folders.iter().map(|folder| folder.files.len() + 1).sum();
    let mut entries = Vec::with_capacity(total);
    let mut pending = vec![Next::Folder(0)];
    while let Some(next) = pending.pop() {
        match next {
            Next::File(entry) => entries.push(entry),
            Next::Folder(place) => {
                let Some(folder) = folders.get_mut(place).map(std::mem::take) else {
                    continue;
                };
                if folder.own.is_none() && place != 0 {
                    continue;
                }
                entries.extend(folder.own);
                unfold(
                    &folders,
                    folder.files,
                    folder.below,
                    &mut entries,
                    &mut pending,
                );
            }
        }
    }
    entries
}

/// Writes the files before the first folder and leaves the rest to do.
fn unfold(
    folders: &[Folder],
    mut files: Vec<Entry>,
    below: std::ops::Range<usize>,
    entries: &mut Vec<Entry>,
    pending: &mut Vec<Next>,
) {
    // All are in one folder, so whole paths sort as names do.
    files.sort_unstable_by(|a, b| a.path_bytes().cmp(b.path_bytes()));
    let name = |place: usize| folders.get(place)?.own.as_ref().map(Entry::path_bytes);
    let mut below: Vec<_> = below.filter(|place| name(*place).is_some()).collect();
    if below.is_empty() {
        entries.append(&mut files);
        return;
    }
    below.sort_unstable_by(|a, b| name(*a).cmp(&name(*b)));
    let mut files = files.into_iter().rev().peekable();
    for place in below.into_iter().rev() {
        while let Some(file) = files.next_if(|file| Some(file.path_bytes()) > name(place)) {
            pending.push(Next::File(file));
        }
        pending.push(Next::Folder(place));
    }
    let first = files.collect::<Vec<_>>();
    entries.extend(first.into_iter().rev());
}
