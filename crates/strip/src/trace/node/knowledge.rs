//! What do packages of Node load in ways that their code does not show?

use std::sync::LazyLock;

use serde::Deserialize;

use crate::trace::knowledge::{Knowledge, Says};

const TEXT: &str = include_str!("packages.toml");

/// One package of `packages.toml`.
#[derive(Debug, Deserialize)]
pub(super) struct Package {
    /// Files, or folders (with a slash at the end), inside the package.
    #[serde(default)]
    pub(super) files: Vec<String>,
    /// Modules that it loads, as it would name them.
    #[serde(default)]
    pub(super) loads: Vec<String>,
    /// Beginnings of names of packages that it loads in development only.
    #[serde(default)]
    pub(super) never: Vec<String>,
    /// Files of the app that make it load those after all.
    #[serde(default)]
    pub(super) unless: Vec<String>,
    /// Files whose computed loads mean only what the app names itself.
    #[serde(default)]
    decided: Vec<String>,
    /// Folders (with a slash at the end) whose code joins paths for builds only.
    #[serde(default)]
    builds: Vec<String>,
}

impl Package {
    /// Whether unknown loads of this file (inside the package) are the app's own choice.
    pub(super) fn decides(&self, file: &str) -> bool {
        self.decided.iter().any(|path| path == file)
    }

    /// Whether paths that this file joins mean something in builds only.
    pub(super) fn builds(&self, file: &str) -> bool {
        self.builds.iter().any(|folder| file.starts_with(folder))
    }
}

impl Says for Package {
    #[cfg(test)]
    fn says_something(&self) -> bool {
        let lists = [
            &self.files,
            &self.loads,
            &self.never,
            &self.decided,
            &self.builds,
        ];
        lists.iter().any(|list| !list.is_empty())
    }
}

/// What is known of a package.
pub(super) fn of(name: &str) -> impl Iterator<Item = &'static Package> {
    static PACKAGES: LazyLock<Knowledge<Package>> = LazyLock::new(|| Knowledge::read(TEXT));
    PACKAGES.of(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_read_and_each_entry_says_why() {
        crate::trace::knowledge::check::<Package>(TEXT);
    }
}
