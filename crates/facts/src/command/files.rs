//! The files that commands lead to, read from the folder of an app.

use crate::beneath;
use std::path::{Path, PathBuf};

/// A script larger than this many bytes is not followed.
const LIMIT: u64 = 200_000;

/// Files of an app by paths relative to it; the root is empty.
pub trait Files {
    /// The text of a regular file that is small enough for a script.
    fn text(&self, path: &str) -> Option<String>;
    /// Whether a file is there, links followed.
    fn has_file(&self, path: &str) -> bool;
    /// Names in a folder, sorted.
    fn names(&self, folder: &str) -> Vec<String>;
}

/// The app as it is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppFolder(pub PathBuf);

impl AppFolder {
    fn path(&self, path: &str) -> PathBuf {
        // The root itself, without a slash at its end.
        if path.is_empty() {
            self.0.clone()
        } else {
            self.0.join(Path::new(path))
        }
    }
}

impl Files for AppFolder {
    fn text(&self, path: &str) -> Option<String> {
        let path = self.path(path);
        let found = fs_err::metadata(&path).ok()?;
        if !found.is_file() || found.len() > LIMIT {
            return None;
        }
        Some(String::from_utf8_lossy(&beneath::read(path).ok()?).into_owned())
    }

    fn has_file(&self, path: &str) -> bool {
        fs_err::metadata(self.path(path)).is_ok_and(|found| found.is_file())
    }

    fn names(&self, folder: &str) -> Vec<String> {
        crate::app::names(&self.path(folder))
    }
}

/// No files at all: commands are read, not followed.
pub(super) struct Nothing;

impl Files for Nothing {
    fn text(&self, _: &str) -> Option<String> {
        None
    }

    fn has_file(&self, _: &str) -> bool {
        false
    }

    fn names(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
}

/// Where the app is while it runs, on Cedar and in images.
const HOMES: &[&str] = &["/app", "/workspace", "$HOME", "${HOME}", "~"];

/// A path as seen from a folder of the app, relative to the app: `None` where the folder is
/// not known, where the path leads out, and where a variable decides.
#[must_use]
pub fn join(folder: Option<&str>, path: &str) -> Option<String> {
    let home = HOMES.iter().find_map(|home| {
        let rest = path.strip_prefix(home)?;
        (rest.is_empty() || rest.starts_with('/')).then_some(rest)
    });
    let (folder, path) = match home {
        Some(rest) => ("", rest.trim_start_matches('/')),
        None => (folder?, path),
    };
    if path.starts_with(['/', '~']) || super::is_open(path) {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
