//! Is a tree in the app complete, or did a killed run leave it behind?

use std::path::{Path, PathBuf};

use crate::pack;
use slugsmith_finding::error::{Result, io};

/// A file in the app that says: the trees of this cache are not complete.
pub(super) struct Mark(PathBuf);

impl Mark {
    pub(super) fn of(app: &Path, name: &str) -> Self {
        let name: String = name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        Self(app.join(format!(".slugsmith-unfinished-{name}")))
    }

    /// Removes what a killed run left behind.
    pub(super) fn clean(&self, app: &Path, trees: &[PathBuf]) -> Result<()> {
        for tree in trees {
            let partial = app.join(pack::partial_name(tree));
            pack::remove(&partial).map_err(|error| io("removing", &partial, &error))?;
        }
        if !self.is_set() {
            return Ok(());
        }
        self.take_back(app, trees)
            .map_err(|error| io("removing what an interrupted build left in", app, &error))
    }

    pub(super) fn is_set(&self) -> bool {
        fs_err::symlink_metadata(&self.0).is_ok()
    }

    pub(super) fn set(&self) -> std::io::Result<()> {
        fs_err::write(
            &self.0,
            "An install is under way, or was interrupted here.\n",
        )
    }

    pub(super) fn clear(&self) -> std::io::Result<()> {
        pack::remove(&self.0)
    }

    /// Removes the trees, then the mark.
    pub(super) fn take_back(&self, app: &Path, trees: &[PathBuf]) -> std::io::Result<()> {
        for tree in trees {
            pack::remove(&app.join(tree))?;
        }
        self.clear()
    }
}

/// Whether the main tree is there with something in it. Dot folders don't count: a
/// restored `node_modules/.cache` is no install.
pub(super) fn is_installed(app: &Path, trees: &[PathBuf]) -> bool {
    use std::os::unix::ffi::OsStrExt;
    let Some(tree) = trees.first().map(|tree| app.join(tree)) else {
        return false;
    };
    if tree.is_file() {
        return true;
    }
    fs_err::read_dir(tree).is_ok_and(|entries| {
        entries
            .flatten()
            .any(|entry| !entry.file_name().as_bytes().starts_with(b"."))
    })
}
