//! Writing into folders of ours (caches, layers, temporary folders), for whoever keeps something:
//! a name there is never a link or a pipe that somebody else put in the file's place.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use rustix::fs::{Mode, OFlags};

use super::described;
use super::read::{IRREGULAR, inside};

/// Writes a file, new or in place of an old one.
///
/// # Errors
/// Those of the disk, or the name is a link, a pipe or a device.
pub fn write(path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> io::Result<()> {
    let path = path.as_ref();
    let mut file = create(path)?;
    file.write_all(content.as_ref())
        .map_err(|error| described(path, error))
}

/// Writes a report where the user wants it, be that a pipe, a device or what a link leads to.
///
/// # Errors
/// Those of the disk.
pub fn output(path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> io::Result<()> {
    fs_err::write(path.as_ref(), content)
}

/// As [`write()`], for a file of an app: not where a link of the app leads out of it.
///
/// # Errors
/// As [`write()`], or the path leads out of `root`.
pub fn write_in(root: &Path, path: &Path, content: impl AsRef<[u8]>) -> io::Result<()> {
    write(inside(root, path)?, content)
}

/// Opens an empty file for writing, new or in place of an old one.
///
/// # Errors
/// As [`write()`].
pub fn create(path: impl AsRef<Path>) -> io::Result<File> {
    let file = open(path.as_ref(), OFlags::CREATE)?;
    file.set_len(0)
        .map_err(|error| described(path.as_ref(), error))?;
    Ok(file)
}

/// Copies a regular file, mode included, into a folder of ours, to a name that nothing has yet.
///
/// The source is opened here, without following a link, and copied by that: what is put in its place meanwhile is not
/// read. The copy itself is `fs_extra`'s, which refuses to overwrite.
///
/// # Errors
/// As [`handle()`] and [`write()`], or the name is taken.
pub fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut source = handle(from)?;
    let opened = format!("/proc/self/fd/{}", source.as_raw_fd());
    if !Path::new(&opened).exists() {
        // Another system than Linux, or one without /proc.
        let mut copy = create(to)?;
        io::copy(&mut source, &mut copy)?;
        return copy.set_permissions(source.metadata()?.permissions());
    }
    let done = fs_extra::file::copy(opened, to, &fs_extra::file::CopyOptions::new());
    done.map(drop).map_err(|error| match error.kind {
        fs_extra::error::ErrorKind::Io(error) => described(from, error),
        _ => described(from, io::Error::other(error.to_string())),
    })
}

/// Opens a file to write at its end.
///
/// # Errors
/// As [`write()`].
pub fn append(path: impl AsRef<Path>) -> io::Result<File> {
    open(path.as_ref(), OFlags::CREATE | OFlags::APPEND)
}

/// Opens a file or a folder to set its times or to bring it to the disk.
///
/// # Errors
/// It can't be opened, or the name is a link, a pipe or a device.
pub fn handle(path: impl AsRef<Path>) -> io::Result<File> {
    let path = path.as_ref();
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let opened = rustix::fs::open(path, flags, Mode::empty());
    let file = opened
        .map(File::from)
        .map_err(|error| described(path, error.into()))?;
    let metadata = file.metadata()?;
    if metadata.is_file() || metadata.is_dir() {
        Ok(file)
    } else {
        Err(described(path, io::Error::other(IRREGULAR)))
    }
}

/// Gives a file or folder of ours another name.
///
/// # Errors
/// Those of the disk.
pub fn rename(from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<()> {
    fs_err::rename(from.as_ref(), to.as_ref())
}

/// Makes a folder that is not there.
///
/// # Errors
/// Those of the disk, or it is there.
pub fn create_folder(path: impl AsRef<Path>) -> io::Result<()> {
    fs_err::create_dir(path.as_ref())
}

/// Makes a folder that is not there and that nobody else may look into.
///
/// # Errors
/// As [`create_folder`].
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    std::fs::DirBuilder::new().mode(0o700).create(path)
}

/// Makes a link that is not there.
///
/// # Errors
/// Those of the disk, or the name is there.
pub fn link(target: &Path, path: &Path) -> io::Result<()> {
    fs_err::os::unix::fs::symlink(target, path)
}

/// Makes a folder and those above it.
///
/// # Errors
/// Those of the disk.
pub fn create_folders(path: impl AsRef<Path>) -> io::Result<()> {
    fs_err::create_dir_all(path.as_ref())
}

fn open(path: &Path, how: OFlags) -> io::Result<File> {
    // Without NONBLOCK a FIFO would hold us until somebody reads from it.
    let flags = how | OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let opened = rustix::fs::open(path, flags, Mode::from_raw_mode(0o666));
    let file = opened
        .map(File::from)
        .map_err(|error| described(path, error.into()))?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(described(path, io::Error::other(IRREGULAR)))
    }
}
