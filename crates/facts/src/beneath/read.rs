//! Reading of regular files, with a limit: never a FIFO, a device or a file without an end.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{Mode, OFlags, ResolveFlags};

use super::described;

/// No file that is read as a whole is larger, in bytes: lockfiles of the largest monorepos
/// have 30 MB.
pub const LARGEST_FILE: u64 = 200_000_000;

/// The content of a regular file of at most [`LARGEST_FILE`] bytes. Links are followed; for
/// files of the app see [`super::Beneath::read`].
///
/// # Errors
/// It can't be opened, is no regular file, or is larger.
pub fn read(path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
    read_at_most(path.as_ref(), LARGEST_FILE)
}

/// As [`read`], with another limit.
///
/// # Errors
/// As [`read`].
pub fn read_at_most(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    bounded(&open_any(path)?, path, most)
}

/// Opens a regular file for reading.
///
/// # Errors
/// It can't be opened, or is no regular file.
pub fn open(path: &Path) -> io::Result<File> {
    let file = open_any(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(described(path, io::Error::other(IRREGULAR)))
    }
}

/// Without NONBLOCK a FIFO would hold us until somebody writes to it.
fn open_any(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let opened = rustix::fs::open(path, flags, Mode::empty());
    opened
        .map(File::from)
        .map_err(|error| described(path, error.into()))
}

/// Opens what is at a path, itself: never what a link leads to, and never waiting for a FIFO's writer. For who reads no
/// more of it than the tree says it has.
///
/// # Errors
/// It can't be opened, or is a link.
pub fn open_itself(path: &Path) -> rustix::io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    rustix::fs::open(path, flags, Mode::empty())
}

/// Opens a folder to list it; only one that the caller trusts may be reached through a link.
///
/// # Errors
/// It can't be opened, or is no folder.
pub fn open_folder(path: &Path, is_trusted: bool) -> rustix::io::Result<OwnedFd> {
    let mut flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    flags.set(OFlags::NOFOLLOW, !is_trusted);
    rustix::fs::open(path, flags, Mode::empty())
}

pub(super) const IRREGULAR: &str = "it is not a regular file";

/// The content of what the user named: also a pipe, as in `--base <(env)`, but never more than
/// `most` bytes of it.
///
/// # Errors
/// It can't be opened or has more.
pub fn given(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    if named(path)?.take(most + 1).read_to_end(&mut content)? as u64 > most {
        let most = slugsmith_finding::units::size(most);
        let why = format!("it has more than the {most} that are read");
        return Err(described(path, io::Error::other(why)));
    }
    Ok(content)
}

/// Opens what the user named, to read it piece by piece: also a pipe.
///
/// # Errors
/// It can't be opened.
pub fn named(path: &Path) -> io::Result<fs_err::File> {
    fs_err::File::open(path)
}

/// As [`read`], for text; bytes that are no UTF-8 are an error.
///
/// # Errors
/// As [`read`].
pub fn text(path: impl AsRef<Path>) -> io::Result<String> {
    utf8(read(path)?)
}

/// The content of a file of an app: as [`read`], and not what a link leads to outside of it.
///
/// # Errors
/// As [`read`], or the path leads out of `root`.
pub fn read_in(root: impl AsRef<Path>, path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
    let (root, path) = (root.as_ref(), path.as_ref());
    match within(root, path) {
        Some(file) => bounded(&file, path, LARGEST_FILE),
        None => read(inside(root, path)?),
    }
}

/// Opens a path whose links, if it has any, stay below `root`: one question to the kernel instead of one for each
/// part of the path. `None` where the kernel has no answer; whoever looks at each part has one, or says why not.
fn within(root: &Path, path: &Path) -> Option<File> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let folder = rustix::fs::open(root, flags, Mode::empty()).ok()?;
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let how = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
    let opened = rustix::fs::openat2(&folder, path, flags, Mode::empty(), how);
    opened.ok().map(File::from)
}

/// As [`text_in`], with another limit.
///
/// # Errors
/// As [`read_in`].
pub fn text_in_at_most(root: &Path, path: &Path, most: u64) -> io::Result<String> {
    utf8(read_at_most(&inside(root, path)?, most)?)
}

/// As [`read_in`], for text.
///
/// # Errors
/// As [`read_in`].
pub fn text_in(root: impl AsRef<Path>, path: impl AsRef<Path>) -> io::Result<String> {
    utf8(read_in(root, path)?)
}

/// Where a path of an app or an image really is. Most have no link at all, which is looked at first.
///
/// # Errors
/// It isn't there, or leads out of `root`.
pub fn inside(root: &Path, path: &Path) -> io::Result<PathBuf> {
    let full = root.join(path);
    let is_link = |at: &Path| {
        let metadata = fs_err::symlink_metadata(root.join(at));
        metadata.is_ok_and(|metadata| metadata.is_symlink())
    };
    let is_plain = |part| matches!(part, Component::Normal(_) | Component::CurDir);
    let mut parts = path.ancestors().filter(|at| !at.as_os_str().is_empty());
    if path.components().all(is_plain) && !parts.any(is_link) {
        return Ok(full);
    }
    let real = fs_err::canonicalize(&full)?;
    if real.starts_with(fs_err::canonicalize(root)?) {
        Ok(real)
    } else {
        let why = io::Error::new(
            io::ErrorKind::PermissionDenied,
            "it is a link that leads out of the app",
        );
        Err(described(path, why))
    }
}

/// Whether what would be written to this path of the app would land outside of it, because
/// a folder on the way is a link.
#[must_use]
pub fn leads_out(app: &Path, path: &Path) -> bool {
    let Ok(root) = fs_err::canonicalize(app) else {
        return false;
    };
    let mut at = app.to_owned();
    for part in path.components() {
        at.push(part);
        match fs_err::symlink_metadata(&at) {
            Ok(found) if found.is_symlink() => {
                return !fs_err::canonicalize(&at).is_ok_and(|real| real.starts_with(&root));
            }
            Ok(_) => {}
            Err(_) => return false,
        }
    }
    false
}

/// Bytes as text.
///
/// # Errors
/// They are no UTF-8.
pub fn utf8(content: Vec<u8>) -> io::Result<String> {
    String::from_utf8(content)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.utf8_error()))
}

pub(super) fn bounded(file: &File, path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let metadata = file.metadata()?;
    let refused = |why: String| Err(described(path, io::Error::other(why)));
    if metadata.is_dir() {
        return Err(described(path, io::ErrorKind::IsADirectory.into()));
    }
    if !metadata.is_file() {
        return refused(IRREGULAR.to_owned());
    }
    if metadata.len() > most {
        let (is, most) = (
            slugsmith_finding::units::size(metadata.len()),
            slugsmith_finding::units::size(most),
        );
        return refused(format!("it has {is}, more than the {most} that are read"));
    }
    let mut content = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default());
    // A file that grows meanwhile must not outgrow the limit.
    let read = file.take(most + 1).read_to_end(&mut content)?;
    if read as u64 > most {
        return refused("it grows while it is read".to_owned());
    }
    Ok(content)
}
