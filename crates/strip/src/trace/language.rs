//! What the graph asks of a language.

use crate::candidates::Candidates;
use crate::catalogue::Guard;
use crate::decide::Because;

/// A file where an app begins, by entry number of the tree, and what says so.
pub(super) type EntryPoint = (usize, Because);

/// What one file leads to.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Files by entry number, and the 1-based line that leads there.
    pub(super) files: Vec<(usize, u32)>,
    /// Lines that can't be decided.
    pub(super) undecided: Vec<u32>,
}

impl Found {
    /// What a file may load that can't be read: all of these.
    pub(super) fn anything(files: Vec<usize>) -> Self {
        Self {
            files: files.into_iter().map(|number| (number, 1)).collect(),
            undecided: vec![1],
        }
    }
}

/// How the files of one language are read.
pub(super) trait Language<'a>: Sync {
    /// Whether the language is there to read this file, which is reached.
    fn reads(&self, path: &str) -> bool;

    /// What the file loads. Several files are read at the same time.
    fn read(&self, path: &str, text: &str) -> Found;

    /// What a file may load that is reached and that nobody can read: too large, broken, gone meanwhile.
    fn unread(&self, path: &str) -> Found;

    /// What must stay with a file that is reached; called once a file.
    fn beside(&mut self, number: usize, path: &'a str) -> Vec<usize>;
}

/// Files that only a name, never a computed one, can mean.
pub(super) fn named_only(catalogue: &Candidates, number: usize) -> bool {
    catalogue
        .get(number)
        .is_some_and(|entry| entry.is_some_and(|entry| entry.guard != Guard::Reachable))
}
