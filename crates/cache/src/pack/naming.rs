//! Which packed files name the folder that the app was built in?
//!
//! Found on the way, while a frame is in memory. Only text, and programs that look for libraries
//! by an absolute path, can be written anew; other binary files are left alone.

use std::path::{Path, PathBuf};

use memchr::memmem::Finder;

use super::index::{Item, Slice};
use crate::inputs::read_regular;
use slugsmith_facts::tree::Tree;

/// What is looked for.
#[derive(Default)]
pub struct Names(Vec<Finder<'static>>);

/// How a program begins (System V ABI, "ELF Identification").
const ELF: &[u8] = b"\x7fELF";

impl Names {
    /// Looks for these folders.
    #[must_use]
    pub fn of(folders: &[String]) -> Self {
        let folders = folders.iter().filter(|folder| folder.len() > 1);
        Self(
            folders
                .map(|folder| Finder::new(folder.as_bytes()).into_owned())
                .collect(),
        )
    }

    fn are_in(&self, content: &[u8]) -> bool {
        self.0.iter().any(|name| name.find(content).is_some())
            && (content.starts_with(ELF) || memchr::memchr(0, content).is_none())
    }

    /// The files of a frame that hold a name, by their numbers.
    pub(super) fn in_frame(&self, raw: &[u8], slices: &[Slice]) -> Vec<usize> {
        // Most frames hold none: one search over all of it.
        if !self.0.iter().any(|name| name.find(raw).is_some()) {
            return Vec::new();
        }
        let mut rest = raw;
        let mut found = Vec::new();
        for slice in slices {
            let length = usize::try_from(slice.length).unwrap_or(rest.len());
            let (content, after) = rest.split_at(length.min(rest.len()));
            rest = after;
            if self.are_in(content) {
                found.push(slice.item);
            }
        }
        found
    }

    /// The same for trees that are not packed.
    #[must_use]
    pub fn in_trees(&self, app: &Path, roots: &[PathBuf]) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for root in roots.iter().filter(|_| !self.0.is_empty()) {
            let full = app.join(root);
            let below = Tree::read(&full);
            let files = below.entries().iter().map(|entry| root.join(entry.path()));
            for path in std::iter::once(root.clone()).chain(files) {
                let is_file =
                    fs_err::symlink_metadata(app.join(&path)).is_ok_and(|one| one.is_file());
                if is_file && read_regular(&app.join(&path)).is_ok_and(|text| self.are_in(&text)) {
                    found.push(path);
                }
            }
        }
        found
    }
}

/// The paths of these entries.
pub(super) fn paths(items: &[Item], numbers: &[usize]) -> Vec<PathBuf> {
    let items = numbers.iter().filter_map(|number| items.get(*number));
    let mut paths: Vec<_> = items.map(|item| item.path.clone()).collect();
    paths.dedup();
    paths
}
