//! The copy of the app that an embedded build works on.
//!
//! What a push would take: everything but what git ignores, and everything where there
//! is no git. Links are copied as links and never followed.

use std::path::Path;

use fs_extra::file::CopyOptions;
use ignore::WalkBuilder;
use tempfile::TempDir;

use crate::error::{Result, io};
use crate::facts::interrupt::Temporary;
use crate::work;

/// A copied app; removed when dropped.
pub(super) struct Workspace {
    folder: TempDir,
    #[expect(dead_code, reason = "it is there to be dropped")]
    guard: Temporary,
    /// Files and links that were copied.
    pub(super) files: u64,
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
        };
        workspace.files = copy_tree(app, &workspace.app(), taken)?;
        Ok(workspace)
    }

    /// The copied app.
    pub(super) fn app(&self) -> std::path::PathBuf {
        self.folder.path().join("app")
    }

    /// Moves the built app to `target`, which must not exist.
    ///
    /// # Errors
    /// When it exists, or when it can't be written.
    pub(super) fn keep(&self, target: &Path) -> Result<()> {
        let from = self.app();
        match fs_err::rename(&from, target) {
            // Another file system: copy, as `mv` does.
            Err(error) if error.kind() == std::io::ErrorKind::CrossesDevices => {
                copy_tree(&from, target, Taken::ByGit).map(drop)
            }
            other => other.map_err(|error| io("moving the result to", target, &error)),
        }
    }
}

/// Which files of an app are copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    /// Those that a push takes.
    ByGit,
    All,
}

/// Copies a tree; the number of files and links.
#[expect(clippy::disallowed_methods, reason = "the copy is a folder of ours")]
fn copy_tree(from: &Path, to: &Path, taken: Taken) -> Result<u64> {
    fs_err::create_dir(to).map_err(|error| io("creating", to, &error))?;
    let mut files = 0;
    let step = work::files("copying the app", 0);
    // As `git push` would: .gitignore counts, hidden files are ordinary, .git stays behind.
    let walk = WalkBuilder::new(from)
        .standard_filters(taken == Taken::ByGit)
        .hidden(false)
        .ignore(false)
        .follow_links(false)
        .sort_by_file_name(std::cmp::Ord::cmp)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build();
    for entry in walk.flatten() {
        let Ok(relative) = entry.path().strip_prefix(from) else {
            continue;
        };
        let target = to.join(relative);
        let Some(kind) = entry.file_type() else {
            continue;
        };
        let copied = if relative.as_os_str().is_empty() {
            Ok(())
        } else if kind.is_dir() {
            fs_err::create_dir(&target)
        } else if kind.is_symlink() {
            files += 1;
            fs_err::read_link(entry.path())
                .and_then(|link| fs_err::os::unix::fs::symlink(link, &target))
        } else if kind.is_file() {
            files += 1;
            step.done(1);
            copy_file(entry.path(), &target)
        } else {
            Ok(()) // FIFOs, sockets and devices are no part of a push.
        };
        match copied {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            other => other.map_err(|error| io("copying", entry.path(), &error))?,
        }
    }
    Ok(files)
}

/// A regular file, mode included. `fs_extra` fits here: the source is known to be no
/// link, and it refuses to overwrite.
fn copy_file(from: &Path, to: &Path) -> std::io::Result<()> {
    let options = CopyOptions::new();
    fs_extra::file::copy(from, to, &options)
        .map(drop)
        .map_err(|error| match error.kind {
            fs_extra::error::ErrorKind::Io(error) => error,
            fs_extra::error::ErrorKind::NotFound => std::io::ErrorKind::NotFound.into(),
            _ => std::io::Error::other(error.to_string()),
        })
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
