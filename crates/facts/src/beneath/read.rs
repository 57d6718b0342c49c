//! Reading of regular files, with a limit: never a FIFO, a device or a file without an end.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use rustix::fs::{Mode, OFlags};

use super::described;

/// No file that is read as a whole is larger, in bytes: lockfiles of the largest monorepos
/// have 30 MB.
pub const LARGEST_FILE: u64 = 200_000_000;

/// The content of a regular file of at most [`LARGEST_FILE`] bytes. Links are followed; for
/// files of the app see [`super::Beneath::read`].
///
/// # Errors
/// It can't be opened, is no regular file, or is larger.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    read_at_most(path, LARGEST_FILE)
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

pub(super) const IRREGULAR: &str = "it is not a regular file";

/// As [`read`], for text; bytes that are no UTF-8 are an error.
///
/// # Errors
/// As [`read`].
pub fn text(path: &Path) -> io::Result<String> {
    String::from_utf8(read(path)?)
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
