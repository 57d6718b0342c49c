//! How is a plan carried out, and what came of it?

use std::io;
use std::path::Path;

use super::journal::{self, FileChange};
use super::report::Failed;
use super::shrink::{self, Shrink};
use super::verify::PutBack;
use super::{Removal, catalogue};
use slugsmith_facts::tree::Tree;
use slugsmith_finding::error::{self, Result};

/// What is to be done to an app.
pub(super) struct Work<'w> {
    pub(super) app: &'w Path,
    pub(super) tree: &'w Tree,
    pub(super) removals: &'w [(usize, &'static catalogue::Entry)],
    pub(super) shrinks: &'w [Shrink],
}

/// What was done.
#[derive(Default)]
pub(super) struct Applied {
    pub(super) removed: Removal,
    pub(super) shrunk: Vec<Shrink>,
    pub(super) failed: Vec<Failed>,
    pub(super) put_back: Option<PutBack>,
}

impl Work<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.removals.is_empty() && self.shrinks.is_empty()
    }

    /// The outcome if everything goes well.
    pub(super) fn as_planned(&self) -> Applied {
        Applied {
            removed: self.removals.to_vec(),
            shrunk: self.shrinks.to_vec(),
            ..Applied::default()
        }
    }

    fn changes(&self) -> Vec<FileChange> {
        let path = |number: usize| {
            self.tree
                .entries()
                .get(number)
                .map(|one| one.path().to_owned())
        };
        let removals = self.removals.iter().map(|(number, _)| *number);
        let shrinks = self.shrinks.iter().map(|shrink| shrink.number);
        removals
            .filter_map(|number| path(number).map(FileChange::Remove))
            .chain(shrinks.filter_map(|number| path(number).map(FileChange::Replace)))
            .collect()
    }

    /// Removes and shrinks; what can't be is left out of the outcome and reported. If
    /// `verify` fails, everything is as it was.
    pub(super) fn apply(&self, verify: impl FnOnce(&Path) -> Option<PutBack>) -> Result<Applied> {
        let problem = |error: &io::Error| error::io("stripping", self.app, error);
        let changes = self.changes();
        let (aside, outcome) =
            journal::move_aside(self.app, changes.clone(), &shrink::content, &mut |_| Ok(()))
                .map_err(|error| {
                    // What was moved before the disk filled up goes back.
                    let _ = journal::recover(self.app);
                    problem(&error)
                })?;
        if let Some(failure) = verify(self.app) {
            aside.restore().map_err(|error| problem(&error))?;
            return Ok(Applied {
                put_back: Some(failure),
                ..Applied::default()
            });
        }
        aside
            .commit(&mut |_| Ok(()))
            .map_err(|error| problem(&error))?;
        let done = |at: usize| !outcome.failed.contains_key(&at);
        let removed = self.removals.iter().enumerate();
        let shrunk = self.shrinks.iter().enumerate();
        let failed = outcome.failed.iter().filter_map(|(number, reason)| {
            Some(Failed {
                path: changes.get(*number)?.path().to_owned(),
                reason: reason.clone(),
            })
        });
        Ok(Applied {
            removed: removed
                .filter(|(at, _)| done(*at))
                .map(|(_, one)| *one)
                .collect(),
            shrunk: shrunk
                .filter(|(at, _)| done(self.removals.len() + at))
                .map(|(_, one)| *one)
                .collect(),
            failed: failed.collect(),
            put_back: None,
        })
    }
}

/// Makes changes that an earlier run made. False, and nothing changed, if one can't be.
pub(super) fn recall(app: &Path, changes: Vec<FileChange>) -> io::Result<bool> {
    if changes.is_empty() {
        return Ok(true);
    }
    let moved = journal::move_aside(app, changes, &shrink::content, &mut |_| Ok(()));
    let (aside, outcome) = moved.inspect_err(|_| {
        // What was moved before the disk filled up goes back.
        let _ = journal::recover(app);
    })?;
    if !outcome.failed.is_empty() {
        aside.restore()?;
        return Ok(false);
    }
    aside.commit(&mut |_| Ok(()))?;
    Ok(true)
}
