//! What an install did to the app outside of its own trees; kept with the tree and done again.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// More of them are not kept: an install that scatters so many files has no tree.
const MOST: usize = 2_000;

/// Paths relative to the app.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Effects {
    /// New files, and new folders with all that is in them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<PathBuf>,
    /// Files of the app with other content.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<PathBuf>,
    /// Files and folders that are there no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<PathBuf>,
    /// What was written into the home of the user, `~/.cache/x`: it can't be done again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elsewhere: Vec<String>,
    /// Digest of the pack that holds them; empty where they are in the pack of the tree.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub pack: String,
}

impl Effects {
    /// Nothing happened in the app.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all().next().is_none()
    }

    /// Nothing is to be kept of it.
    pub(super) fn is_nothing(&self) -> bool {
        self.is_empty() && self.elsewhere.is_empty()
    }

    /// Every path.
    fn all(&self) -> impl Iterator<Item = &PathBuf> {
        self.kept().chain(&self.removed)
    }

    /// Everything that has content to keep.
    pub(super) fn kept(&self) -> impl Iterator<Item = &PathBuf> {
        self.added.iter().chain(&self.changed)
    }

    /// Why they can't be kept, if so.
    pub(super) fn refused(&self) -> Option<String> {
        if let Some(path) = self.all().find(|path| path.to_str().is_none()) {
            return Some(format!("the name of {} is no text", path.display()));
        }
        let count = self.all().count();
        (count > MOST).then(|| format!("it changes {count} paths of the app, more than {MOST}"))
    }

    /// Whether nothing but folders that the package manager owns took part.
    pub(super) fn are_below(&self, owned: &[PathBuf]) -> bool {
        let is_owned = |path: &&PathBuf| owned.iter().any(|folder| path.starts_with(folder));
        self.all().all(|path| is_owned(&path))
    }

    /// What is there now although the install is to make it.
    pub(super) fn in_the_way(&self, app: &Path) -> Option<&PathBuf> {
        let mut added = self.added.iter();
        added.find(|path| fs_err::symlink_metadata(app.join(path)).is_ok())
    }
}
