//! Which shared libraries does a layer bring, and which ones does the image have?

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::elf::{self, Elf};
use crate::beneath;

/// Where the loader looks when nothing else says so (ld.so(8)).
const USUAL: &[&str] = &["/lib", "/usr/lib", "/lib64", "/usr/lib64"];
/// The loader itself, which programs name as a library, too: C++ programs need its symbols.
/// Its place is fixed by the ABI of each architecture, and every image with a C library has it.
const LOADERS: &[&str] = &[
    "/lib64/ld-linux-x86-64.so.2",
    "/lib/ld-linux-aarch64.so.1",
    "/lib/ld-musl-x86_64.so.1",
    "/lib/ld-musl-aarch64.so.1",
];
/// More folders (ldconfig(8)).
const CONFIGURED: &str = "/etc/ld.so.conf.d";

/// A library directly in a layer's `lib`, where `LD_LIBRARY_PATH` leads.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Library {
    pub name: OsString,
    /// Bytes, links followed.
    pub size: u64,
    pub elf: Option<Elf>,
    /// Taken only when another layer has the same name and size.
    pub digest: Option<[u8; 32]>,
}

impl Library {
    /// What other files ask for: its own name for itself, else the file's.
    #[must_use]
    pub fn key(&self) -> &OsStr {
        let own = self.elf.as_ref().and_then(|elf| elf.soname.as_deref());
        own.map_or(self.name.as_os_str(), OsStr::new)
    }
}

/// The libraries of one folder, in byte order.
pub(super) fn read(folder: &Path) -> Vec<Library> {
    let mut found: Vec<Library> = fs_err::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| is_library(&entry.file_name()))
        .filter_map(|entry| {
            let metadata = fs_err::metadata(entry.path()).ok()?;
            metadata.is_file().then(|| Library {
                name: entry.file_name(),
                size: metadata.len(),
                elf: elf::read(&entry.path()),
                digest: None,
            })
        })
        .collect();
    found.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    found
}

/// `libssl.so`, `libssl.so.3`.
pub(super) fn is_library(name: &OsStr) -> bool {
    let bytes = name.as_bytes();
    bytes.starts_with(b"lib")
        && (bytes.ends_with(b".so") || bytes.windows(4).any(|window| window == b".so."))
}

/// Names of all libraries that the loader of this image finds by itself. In a build that is
/// the build image, a stand-in for the run image.
#[must_use]
pub fn of_image() -> BTreeSet<OsString> {
    let mut names = BTreeSet::new();
    let mut folders: Vec<PathBuf> = USUAL.iter().map(PathBuf::from).collect();
    for entry in fs_err::read_dir(CONFIGURED).into_iter().flatten().flatten() {
        let text = beneath::text(entry.path()).unwrap_or_default();
        let lines = text.lines().map(str::trim);
        folders.extend(
            lines
                .filter(|line| line.starts_with('/'))
                .map(PathBuf::from),
        );
    }
    names.extend(
        LOADERS
            .iter()
            .filter(|path| Path::new(path).exists())
            .filter_map(|path| {
                let name = Path::new(path).file_name()?;
                Some(name.to_owned())
            }),
    );
    for folder in folders {
        let entries = fs_err::read_dir(folder).into_iter().flatten().flatten();
        names.extend(
            entries
                .map(|entry| entry.file_name())
                .filter(|name| is_library(name)),
        );
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_libraries() {
        for (name, is) in [
            ("libssl.so.3", true),
            ("libz.so", true),
            ("libfoo.source", false),
            ("ssl.so", false),
            ("libssl.a", false),
        ] {
            assert_eq!(is_library(OsStr::new(name)), is, "{name}");
        }
    }

    #[test]
    fn the_c_library_and_the_loader_are_the_images() {
        let image = of_image();
        assert!(image.contains(OsStr::new("libc.so.6")));
        let is_loader = |name: &OsString| name.to_string_lossy().starts_with("ld-");
        assert!(image.iter().any(is_loader), "{image:?}");
    }
}
