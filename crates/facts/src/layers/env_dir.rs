//! Which environment files does a layer hold?
//!
//! Read as the lifecycle does (its `env/env.go`): files in byte order, raw content, links
//! followed, folders skipped; a dangling link stops the launch. Never blocks: FIFOs and
//! devices are not opened.

use crate::beneath;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;

/// Bytes read of one file. The kernel refuses variables of 128 KiB and more
/// (`MAX_ARG_STRLEN`, execve(2)), so more would not change any verdict.
const READ_LIMIT: u64 = 1 << 20;

/// One file of an environment folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvFile {
    pub name: OsString,
    /// Raw content, or why it can't be read: the lifecycle stops there.
    pub value: Result<OsString, String>,
}

/// An environment folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum EnvDir {
    #[default]
    Absent,
    /// There, but not to be listed: the lifecycle stops.
    Fails(String),
    /// In byte order of names.
    Files(Vec<EnvFile>),
}

impl EnvDir {
    /// What was read; nothing where it can't be.
    #[must_use]
    pub fn files(&self) -> &[EnvFile] {
        match self {
            Self::Files(files) => files,
            Self::Absent | Self::Fails(_) => &[],
        }
    }
}

/// Reads an environment folder. Never fails.
#[must_use]
pub fn read(folder: &Path) -> EnvDir {
    let listing = match fs_err::read_dir(folder) {
        Ok(listing) => listing,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return EnvDir::Absent,
        Err(error) => return EnvDir::Fails(error.to_string()),
    };
    let mut files: Vec<EnvFile> = listing
        .flatten()
        .filter_map(|entry| {
            let kind = entry.file_type().ok()?;
            if kind.is_dir() {
                return None;
            }
            let value = match fs_err::metadata(entry.path()) {
                Ok(target) if target.is_dir() => return None,
                Ok(target) if target.is_file() => content(&entry.path()),
                Ok(_) => Err("is a FIFO, socket or device".to_owned()),
                Err(_) if kind.is_symlink() => Err("is a link to nothing".to_owned()),
                Err(error) => Err(error.to_string()),
            };
            Some(EnvFile {
                name: entry.file_name(),
                value,
            })
        })
        .collect();
    files.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    EnvDir::Files(files)
}

fn content(path: &Path) -> Result<OsString, String> {
    use std::io::Read;
    let file = beneath::open(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    file.take(READ_LIMIT)
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    Ok(OsString::from_vec(bytes))
}

/// Folders inside an environment folder, by name: the process types it speaks of.
/// Links to folders count, since the launcher opens them by path.
#[must_use]
pub fn folders(folder: &Path) -> Vec<OsString> {
    let mut names: Vec<OsString> = fs_err::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name())
        .collect();
    names.sort_unstable();
    names
}
