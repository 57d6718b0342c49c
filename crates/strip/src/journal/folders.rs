//! Which folders of the app may be written to, and which are empty?

use std::io;
use std::path::{Component, Path, PathBuf};

use super::FOLDER;

/// Folders that are known to be real ones, so that no link leads us out of the app.
#[derive(Default)]
pub(super) struct Folders {
    last: Option<PathBuf>,
}

impl Folders {
    pub(super) fn check(&mut self, app: &Path, path: &Path) -> io::Result<()> {
        let refused = |why: &str| Err(io::Error::other(format!("{}: {why}", path.display())));
        let parts = path.components().collect::<Vec<_>>();
        let plain = parts
            .iter()
            .all(|part| matches!(part, Component::Normal(_)));
        if !plain || parts.is_empty() || path.starts_with(FOLDER) {
            return refused("is no path inside the app");
        }
        let Some(parent) = path.parent() else {
            return refused("has no folder");
        };
        if self.last.as_deref() == Some(parent) {
            return Ok(());
        }
        let mut at = app.to_owned();
        for part in parent.components() {
            at.push(part);
            if !fs_err::symlink_metadata(&at)?.is_dir() {
                return refused("a folder above it is a link");
            }
        }
        self.last = Some(parent.to_owned());
        Ok(())
    }
}

/// Removes folders that hold nothing any more, the deepest first. Not being able to is
/// no harm: an empty folder weighs nothing.
pub(super) fn remove_empty_folders<'p>(app: &Path, paths: impl Iterator<Item = &'p Path>) {
    let mut folders: Vec<&Path> = paths
        .flat_map(|path| path.ancestors().skip(1))
        .filter(|folder| !folder.as_os_str().is_empty())
        .collect();
    folders.sort_unstable_by_key(|folder| std::cmp::Reverse(folder.as_os_str().len()));
    folders.dedup();
    let mut links = Folders::default();
    for folder in folders {
        if links.check(app, folder).is_ok() {
            let _ = fs_err::remove_dir(app.join(folder));
        }
    }
}
