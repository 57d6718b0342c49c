//! Which commands do the folders of PATH offer that belong to no layer?
//!
//! During a build these are the build image's, a stand-in for the run image, which can't
//! be seen from here.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::contents::{Executable, executables};
use super::{Buildpack, EnvDir};
use crate::beneath;

/// One folder of PATH and its commands.
#[derive(Debug, Clone, Default)]
pub struct PathFolder {
    pub folder: PathBuf,
    pub executables: Vec<Executable>,
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
    let mut found: Vec<PathFolder> = Vec::new();
    for layer in group.iter().flat_map(|buildpack| &buildpack.layers) {
        let folders = [&layer.env, &layer.env_build, &layer.env_launch];
        let files = folders
            .into_iter()
            .chain(layer.env_process.values())
            .flat_map(EnvDir::files)
            .filter(|file| file.name == "PATH" || file.name.as_bytes().starts_with(b"PATH."));
        for value in files.filter_map(|file| file.value.as_ref().ok()) {
            for folder in std::env::split_paths(value) {
                let known = found.iter().any(|one| one.folder == folder);
                let inside = folder.strip_prefix(root).ok().filter(|_| !known);
                if let Some(inside) = inside {
                    found.push(PathFolder {
                        executables: executables(&disk.join(inside)),
                        folder,
                    });
                }
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
