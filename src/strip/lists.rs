//! Which paths did the user list to keep and to remove?

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::index::Index;
use crate::config::Sourced;

/// A list of gitignore lines.
pub struct List {
    lines: Vec<(String, Gitignore)>,
    /// All lines together, so that a later `!line` takes back an earlier one.
    whole: Gitignore,
}

impl List {
    /// Lines that are no valid pattern match nothing; they are then reported as unused.
    #[must_use]
    pub fn new(list: &Sourced<Vec<String>>) -> Self {
        Self::with(list, &[])
    }

    /// A list of lines alone.
    #[must_use]
    pub fn of(lines: &[String]) -> Self {
        Self::with(&Sourced::default(Vec::new()), lines)
    }

    /// A list with more lines, from another file.
    #[must_use]
    pub fn with(list: &Sourced<Vec<String>>, more: &[String]) -> Self {
        let mut whole = GitignoreBuilder::new("");
        let lines = list
            .value
            .iter()
            .chain(more)
            .map(|line| {
                let _ = whole.add_line(None, line);
                let mut one = GitignoreBuilder::new("");
                let _ = one.add_line(None, line.trim_start_matches('!'));
                (
                    line.clone(),
                    one.build().unwrap_or_else(|_| Gitignore::empty()),
                )
            })
            .collect();
        Self {
            lines,
            whole: whole.build().unwrap_or_else(|_| Gitignore::empty()),
        }
    }

    /// Whether the list names this path or a folder above it.
    #[must_use]
    pub fn names(&self, path: &str, is_folder: bool) -> bool {
        !self.lines.is_empty()
            && self
                .whole
                .matched_path_or_any_parents(path, is_folder)
                .is_ignore()
    }

    /// Lines that name nothing in the tree.
    #[must_use]
    pub fn unused(&self, index: &Index<'_>) -> Vec<String> {
        let matches = |list: &Gitignore| {
            (0..index.entries().len()).any(|number| {
                index.path(number).is_some_and(|path| {
                    list.matched_path_or_any_parents(path, index.is_folder(number))
                        .is_ignore()
                })
            })
        };
        self.lines
            .iter()
            .filter(|(line, list)| !line.trim().is_empty() && !matches(list))
            .map(|(line, _)| line.clone())
            .collect()
    }
}
