//! Is a tree in the app complete, or did a killed run leave it behind?

use std::path::{Path, PathBuf};

use crate::cache::pack;
use crate::error::{Result, io};

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
