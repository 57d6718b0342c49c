//! The copy of the app that an embedded build works on.
//!
//! What a push would take: everything but what git ignores, and everything where there
//! is no git. Links are copied as links and never followed.

mod copy;

use crate::facts::beneath::own;
use std::path::{Path, PathBuf};

use copy::Taken;
use tempfile::TempDir;

use crate::error::{Result, io};
use crate::facts::interrupt::Temporary;

/// A copied app; removed when dropped.
pub(super) struct Workspace {
    folder: TempDir,
    #[expect(dead_code, reason = "it is there to be dropped")]
    guard: Temporary,
    /// Files and links that were copied.
    pub(super) files: u64,
    /// Lists of git by which nothing was left out, relative to the app where they are in it.
    pub(super) too_long: Vec<PathBuf>,
}

impl Workspace {
    /// Copies `app` into a temporary folder named `app`.
    ///
    /// # Errors
    /// When a file can't be read or written. A file that vanishes meanwhile is left out.
    pub(super) fn copy_of(app: &Path) -> Result<Self> {
        Self::make(app, Taken::ByGit)
    }

    /// Copies `app` as it is, with what git ignores: dependencies and what was built.
    ///
    /// # Errors
    /// As [`Workspace::copy_of`].
    pub(super) fn whole_copy_of(app: &Path) -> Result<Self> {
        Self::make(app, Taken::All)
    }

    fn make(app: &Path, taken: Taken) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("slugsmith-")
            .tempdir()
            .map_err(|error| io("creating", std::env::temp_dir(), &error))?;
        let mut workspace = Self {
            guard: Temporary::new(folder.path()),
            folder,
            files: 0,
            too_long: Vec::new(),
        };
        let copied = copy::tree(app, &workspace.app(), taken)?;
        workspace.files = copied.files;
        let inside = |list: &PathBuf| list.strip_prefix(app).unwrap_or(list).to_owned();
        workspace.too_long = copied.too_long.iter().map(inside).collect();
        Ok(workspace)
    }

    /// The copied app.
    pub(super) fn app(&self) -> PathBuf {
        self.folder.path().join("app")
    }

    /// Moves the built app to `target`, which must not exist.
    ///
    /// # Errors
    /// When it exists, or when it can't be written.
    pub(super) fn keep(&self, target: &Path) -> Result<()> {
        let from = self.app();
        match own::rename(&from, target) {
            // Another file system: copy, as `mv` does.
            Err(error) if error.kind() == std::io::ErrorKind::CrossesDevices => {
                copy::tree(&from, target, Taken::All).map(drop)
            }
            other => other.map_err(|error| io("moving the result to", target, &error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_what_git_would_push() {
        let app = tempfile::tempdir().unwrap();
        let root = app.path();
        fs_err::create_dir_all(root.join(".git/objects")).unwrap();
        fs_err::create_dir_all(root.join("node_modules/a")).unwrap();
        fs_err::write(root.join("node_modules/a/index.js"), "").unwrap();
        fs_err::write(root.join(".gitignore"), "node_modules\n").unwrap();
        fs_err::write(root.join(".env.example"), "A=1").unwrap();
        std::os::unix::fs::symlink("/etc", root.join("outside")).unwrap();
        let copy = Workspace::copy_of(root).unwrap();
        let names: Vec<_> = crate::facts::app::read(&copy.app()).names;
        assert_eq!(names, [".env.example", ".gitignore", "outside"]);
        assert!(copy.app().join("outside").is_symlink());
        assert_eq!(copy.files, 3);
    }
}
