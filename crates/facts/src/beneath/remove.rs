//! Removing trees by descriptors.

use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::{Beneath, described};

/// Folders that are open at once; what is deeper is moved up first, so that a tree of any
/// depth goes with few descriptors.
const DEEPEST: usize = 64;

impl Beneath {
    /// Removes a file, a link or a whole folder; links are not followed. Nothing is there
    /// afterwards but an empty folder that is a mount point, or an error says why.
    ///
    /// # Errors
    /// A folder above it is a link, or the system says no.
    pub fn remove(&self, path: &Path) -> io::Result<()> {
        let (parent, name) = match self.parent(path) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        let name = CString::new(name.as_encoded_bytes())?;
        remove(parent.as_fd(), &name).map_err(|error| described(path, error.into()))
    }

    /// Removes what is in a folder and leaves the folder itself, as a mount point needs it.
    ///
    /// # Errors
    /// As [`Beneath::remove`].
    pub fn empty(&self, path: &Path) -> io::Result<()> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY;
        let folder = self.resolve(path, flags, Mode::empty())?;
        let mut number = 0;
        empty(&folder, folder.as_fd(), 0, &mut number)
            .map_err(|error| described(path, error.into()))
    }

    /// Removes a folder if it is empty.
    ///
    /// # Errors
    /// It isn't, or the system says no.
    pub fn remove_empty_folder(&self, path: &Path) -> io::Result<()> {
        self.in_parent(path, |parent, name| {
            rustix::fs::unlinkat(parent, name, AtFlags::REMOVEDIR)
        })
    }

    /// Names in a folder, in no order.
    ///
    /// # Errors
    /// It is no folder, or can't be read.
    pub fn names(&self, path: &Path) -> io::Result<Vec<std::ffi::OsString>> {
        use std::os::unix::ffi::OsStringExt;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY;
        let folder = self.resolve(path, flags, Mode::empty())?;
        let names = names(&folder).map_err(|error| described(path, error.into()))?;
        let names = names.into_iter().map(CString::into_bytes);
        Ok(names.map(std::ffi::OsString::from_vec).collect())
    }
}

pub(super) fn remove(parent: BorrowedFd<'_>, name: &CStr) -> rustix::io::Result<()> {
    // The folder that it is in is the caller's: its mode is not ours to change.
    let folder = match rustix::fs::unlinkat(parent, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => return Ok(()),
        Err(Errno::ISDIR) => open(parent, name)?,
        Err(Errno::ACCESS | Errno::PERM) if is_folder(parent, name) => open(parent, name)?,
        Err(other) => return Err(other),
    };
    let mut number = 0;
    empty(&folder, folder.as_fd(), 0, &mut number)?;
    match rustix::fs::unlinkat(parent, name, AtFlags::REMOVEDIR) {
        // A mount point stays; it holds nothing any more.
        Err(Errno::BUSY) => Ok(()),
        other => other,
    }
}

fn is_folder(parent: BorrowedFd<'_>, name: &CStr) -> bool {
    rustix::fs::statat(parent, name, AtFlags::SYMLINK_NOFOLLOW)
        .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Directory)
}

/// Removes all that is in `folder`. What is too deep goes to `top` under a name of its own,
/// where the first call finds it.
fn empty(
    folder: &OwnedFd,
    top: BorrowedFd<'_>,
    depth: usize,
    number: &mut u64,
) -> rustix::io::Result<()> {
    loop {
        let before = *number;
        for name in &names(folder)? {
            match unlink(folder.as_fd(), name) {
                Ok(()) | Err(Errno::NOENT) => continue,
                Err(Errno::ISDIR | Errno::PERM) => {}
                Err(other) => return Err(other),
            }
            if depth >= DEEPEST {
                *number += 1;
                let aside = CString::new(format!(".slugsmith-removed-{number}"))
                    .map_err(|_| Errno::INVAL)?;
                rustix::fs::renameat(folder, name.as_c_str(), top, &aside)?;
                continue;
            }
            let below = open(folder.as_fd(), name)?;
            empty(&below, top, depth + 1, number)?;
            rmdir(folder.as_fd(), name)?;
        }
        if depth > 0 || before == *number {
            return Ok(());
        }
    }
}

/// Opens a folder, also one that nobody may read until it is told otherwise.
fn open(parent: BorrowedFd<'_>, name: &CStr) -> rustix::io::Result<OwnedFd> {
    let common = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let read = |flags| rustix::fs::openat(parent, name, flags | common, Mode::empty());
    match read(OFlags::RDONLY) {
        Err(Errno::ACCESS) => {
            let handle = read(OFlags::PATH)?;
            set_mode(handle.as_fd(), Mode::RWXU).map_err(|_| Errno::ACCESS)?;
            read(OFlags::RDONLY)
        }
        other => other,
    }
}

/// Unlinks, also from a folder that may not be written to; [`Errno::ISDIR`] for a folder.
fn unlink(parent: BorrowedFd<'_>, name: &CStr) -> rustix::io::Result<()> {
    let remove = || rustix::fs::unlinkat(parent, name, AtFlags::empty());
    match remove() {
        Err(Errno::ACCESS | Errno::PERM) if !is_folder(parent, name) => {
            writable(parent)?;
            remove()
        }
        Err(Errno::ACCESS | Errno::PERM) => Err(Errno::ISDIR),
        other => other,
    }
}

fn rmdir(parent: BorrowedFd<'_>, name: &CStr) -> rustix::io::Result<()> {
    let remove = || rustix::fs::unlinkat(parent, name, AtFlags::REMOVEDIR);
    match remove() {
        Err(Errno::ACCESS) => {
            writable(parent)?;
            remove()
        }
        Err(Errno::NOENT | Errno::BUSY) => Ok(()),
        other => other,
    }
}

/// Makes a folder writable that is being removed.
fn writable(folder: BorrowedFd<'_>) -> rustix::io::Result<()> {
    set_mode(folder, Mode::RWXU).map_err(|_| Errno::ACCESS)
}

/// Sets the mode of what a descriptor stands for, `O_PATH` descriptors included, which
/// fchmod(2) refuses.
pub(super) fn set_mode(opened: BorrowedFd<'_>, mode: Mode) -> io::Result<()> {
    let path = format!("/proc/self/fd/{}", opened.as_raw_fd());
    let permissions = std::fs::Permissions::from_mode(mode.as_raw_mode());
    fs_err::set_permissions(path, permissions)
}

fn names(folder: &OwnedFd) -> rustix::io::Result<Vec<CString>> {
    let mut names = Vec::new();
    for entry in Dir::read_from(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if !matches!(name.to_bytes(), b"." | b"..") {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}
