//! Which commands do the folders of PATH offer that belong to no layer?
//!
//! During a build these are the build image's, a stand-in for the run image, which can't
//! be seen from here.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::contents::{Executable, executables, programs_in};
use super::libraries::{self, Library};
use super::{Buildpack, EnvDir};
use crate::beneath;

/// One folder of PATH and its commands.
#[derive(Debug, Clone, Default)]
pub struct PathFolder {
    pub folder: PathBuf,
    pub executables: Vec<Executable>,
}

/// One folder of `LD_LIBRARY_PATH` and its libraries.
#[derive(Debug, Clone, Default)]
pub struct LibraryFolder {
    pub folder: PathBuf,
    pub libraries: Vec<Library>,
}

impl LibraryFolder {
    /// Reads the folder as it lies on this machine.
    #[must_use]
    pub fn read(folder: PathBuf, disk: &Path) -> Self {
        let libraries = libraries::read(disk);
        Self { folder, libraries }
    }
}

/// Lists the absolute folders of a PATH that are not below `layers`, each once.
#[must_use]
pub fn read(path: &OsStr, layers: &Path) -> Vec<PathFolder> {
    let mut found: Vec<PathFolder> = Vec::new();
    for folder in std::env::split_paths(path) {
        let known = found.iter().any(|one| one.folder == folder);
        if folder.is_absolute() && !folder.starts_with(layers) && !known {
            found.push(PathFolder {
                executables: executables(&folder),
                folder,
            });
        }
    }
    found
}

/// Lists folders below `root` that environment files put on PATH besides layers' `bin`; `disk`
/// is where the layers are read.
#[must_use]
pub fn inside(root: &Path, disk: &Path, group: &[Buildpack]) -> Vec<PathFolder> {
    let named = named(root, group, "PATH").into_iter();
    named
        .map(|inside| PathFolder {
            executables: programs_in(&disk.join(&inside)),
            folder: root.join(inside),
        })
        .collect()
}

/// Lists folders below `root` that environment files put on `LD_LIBRARY_PATH` besides layers'
/// `lib`.
#[must_use]
pub fn libraries_inside(root: &Path, disk: &Path, group: &[Buildpack]) -> Vec<LibraryFolder> {
    let named = named(root, group, "LD_LIBRARY_PATH").into_iter();
    named
        .map(|inside| LibraryFolder::read(root.join(&inside), &disk.join(&inside)))
        .collect()
}

/// Folders, relative to `root`, that environment files name in a list, each once.
fn named(root: &Path, group: &[Buildpack], variable: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    let is_file_of = |name: &OsStr| {
        let rest = name.as_bytes().strip_prefix(variable.as_bytes());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"."))
    };
    for layer in group.iter().flat_map(|buildpack| &buildpack.layers) {
        let folders = [&layer.env, &layer.env_build, &layer.env_launch];
        let files = folders
            .into_iter()
            .chain(layer.env_process.values())
            .flat_map(EnvDir::files)
            .filter(|file| is_file_of(&file.name));
        for value in files.filter_map(|file| file.value.as_ref().ok()) {
            for folder in std::env::split_paths(value) {
                let inside = folder.strip_prefix(root).ok().map(Path::to_owned);
                found.extend(inside.filter(|inside| !found.contains(inside)));
            }
        }
    }
    found
}

/// Reads a file of `NAME=value` lines or records separated by NUL, as `env` and `env -0`
/// print them.
///
/// # Errors
/// Those of reading the file.
pub fn base_file(path: &Path) -> std::io::Result<Vec<(OsString, OsString)>> {
    use std::os::unix::ffi::OsStringExt;
    let bytes = beneath::read(path)?;
    let separator = if bytes.contains(&0) { 0 } else { b'\n' };
    Ok(bytes
        .split(|byte| *byte == separator)
        .filter_map(|record| {
            let equals = record.iter().position(|byte| *byte == b'=')?;
            let (name, value) = record.split_at(equals);
            Some((
                OsString::from_vec(name.to_vec()),
                OsString::from_vec(value.get(1..)?.to_vec()),
            ))
        })
        .collect())
}
