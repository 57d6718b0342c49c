//! The mark of an install or unpack that is under way: whether a tree in the app is complete.

use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::pack;
use slugsmith_facts::beneath::Beneath;
use slugsmith_finding::error::{Result, io};

/// A file in the app that says: the trees of this cache are not complete. It names its own
/// inode, so that one which somebody committed takes nothing away.
pub(super) struct Mark {
    app: PathBuf,
    name: PathBuf,
}

const WHY: &str = "An install is under way, or was interrupted here.\n";

impl Mark {
    pub(super) fn of(app: &Path, name: &str) -> Self {
        let name: String = name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        Self {
            app: app.to_owned(),
            name: PathBuf::from(format!(".slugsmith-unfinished-{name}")),
        }
    }

    /// Removes what a killed run left behind.
    pub(super) fn clean(&self, app: &Path, trees: &[PathBuf]) -> Result<()> {
        for tree in trees {
            pack::remove_partial(app, tree)
                .map_err(|error| io("removing", pack::partial_name(tree), &error))?;
        }
        if !self.is_set() {
            return Ok(());
        }
        self.take_back(app, trees)
            .map_err(|error| io("removing what an interrupted build left in", app, &error))
    }

    pub(super) fn is_set(&self) -> bool {
        let written = || {
            let app = Beneath::open(&self.app).ok()?;
            let inode = app.stat(&self.name).ok()?.st_ino;
            Some(app.read(&self.name).ok()? == content(inode).into_bytes())
        };
        written() == Some(true)
    }

    pub(super) fn set(&self) -> std::io::Result<()> {
        let app = Beneath::open(&self.app)?;
        app.remove(&self.name)?;
        let mut file = app.create(&self.name, 0o666)?;
        let inode = file.metadata()?.ino();
        file.write_all(content(inode).as_bytes())
    }

    pub(super) fn clear(&self) -> std::io::Result<()> {
        Beneath::open(&self.app)?.remove(&self.name)
    }

    /// Removes the trees, then the mark.
    pub(super) fn take_back(&self, app: &Path, trees: &[PathBuf]) -> std::io::Result<()> {
        for tree in trees {
            pack::remove_tree(app, tree)?;
        }
        self.clear()
    }
}

fn content(inode: u64) -> String {
    format!("{WHY}{inode}\n")
}
