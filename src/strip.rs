//! What in this app will never run?
//!
//! - `catalogue/` names what is worth removing, each entry with a reason and a guard;
//!   `candidates` finds it in a tree.
//! - `facts` reads this very tree: package.json files, links, commands that run on a
//!   dyno. `manifest`, `references`, `resolve`, `start` and `platform` say what each means.
//! - `decide` keeps every candidate that something kept can reach: a pure function.
//! - `journal` is the only part that moves or deletes, so that an interruption leaves the
//!   app either untouched or completely stripped.

// Node resolves names case-sensitively, and what is compared otherwise is lowered first.
#![allow(clippy::case_sensitive_file_extension_comparisons)]

pub mod candidates;
pub mod catalogue;
pub mod decide;
pub mod dev_dependencies;
pub mod facts;
pub mod index;
pub mod journal;
pub mod lists;
pub mod manifest;
pub mod native;
pub mod platform;
pub mod python;
mod reading;
pub mod references;
pub mod report;
pub mod resolve;
pub mod shrink;
pub mod start;
pub mod trace;
pub mod verify;

#[cfg(test)]
mod tests;

use std::path::Path;

pub use dev_dependencies::NeededDevDependency;
pub use report::{Failed, Kept, ReasonTotal, Removed, StripReport};

use crate::config::{Config, StripLevel};
use crate::error::{self, Kind, Problem, Result};
use crate::facts::environment::Environment;
use crate::facts::tree::Tree;
use crate::progress::Silent;
use decide::Plan;
use journal::Change;
use shrink::Shrink;
use verify::PutBack;

/// An earlier strip was stopped and can't be ended.
pub static NOT_RECOVERED: Kind = Kind {
    id: "strip-not-recovered",
    header: "An interrupted strip can't be taken back",
    why: "Files of the app may still be in .slugsmith-aside, so a slug built now could miss \
          some. The build stops rather than ship it.",
    steps: &[
        "Build from a fresh checkout of the app: it has no .slugsmith-aside folder.",
        "If the folder is in your repository, remove it: git rm -r --cached .slugsmith-aside",
    ],
    example: || {
        Problem::new(&NOT_RECOVERED)
            .saw(".slugsmith-aside/journal is damaged; files in .slugsmith-aside were left alone")
    },
};

/// Strips `app`, or with `dry_run` only says what would go.
///
/// # Errors
/// [`NOT_RECOVERED`], or a journal that can't be written (a full disk); never for a
/// single file that can't be removed.
pub fn run(
    app: &Path,
    config: &Config,
    environment: &Environment,
    dry_run: bool,
) -> Result<StripReport> {
    if !dry_run {
        recover(app)?;
    }
    let level = config.strip.level.value;
    let tree = Tree::read(app);
    if level == StripLevel::Off {
        return Ok(StripReport::unchanged(&tree, dry_run, level));
    }
    let facts = facts::read(&tree, environment, level == StripLevel::Trace);
    let texts = facts::OnDisk { root: app };
    let plan = decide::decide(&facts, &config.strip, &texts);
    let dev_dependencies = dev_dependencies::needed(&facts, &texts);
    let mut applied = Applied::of(&plan);
    let nothing = plan.removed.is_empty() && plan.shrinks.is_empty();
    if !dry_run && !nothing {
        let verify = &config.strip.verify.value;
        applied = apply(app, &tree, &plan, |app| {
            verify::first_failure(app, verify, environment, &mut Silent)
        })?;
    }
    let mut report = StripReport::unchanged(&tree, dry_run, level);
    report.fill(&facts, &applied.removed, &applied.shrunk, &plan);
    report.failed = applied.failed;
    report.put_back = applied.put_back;
    report.dev_dependencies = dev_dependencies;
    Ok(report)
}

/// What came of applying a plan.
#[derive(Default)]
struct Applied {
    removed: Vec<(usize, &'static catalogue::Entry)>,
    shrunk: Vec<Shrink>,
    failed: Vec<Failed>,
    put_back: Option<PutBack>,
}

impl Applied {
    fn of(plan: &Plan) -> Self {
        Self {
            removed: plan.removed.clone(),
            shrunk: plan.shrinks.clone(),
            ..Self::default()
        }
    }
}

/// Removes and shrinks the files of a plan; what can't be is left out of the outcome.
fn apply(
    app: &Path,
    tree: &Tree,
    plan: &Plan,
    verify: impl FnOnce(&Path) -> Option<PutBack>,
) -> Result<Applied> {
    let problem = |error: &std::io::Error| error::io("stripping", app, error);
    let path = |number: usize| {
        tree.entries()
            .get(number)
            .map(|entry| entry.path().to_owned())
    };
    let removals = plan.removed.iter().map(|(number, _)| *number);
    let changes: Vec<Change> = removals
        .filter_map(|number| path(number).map(Change::Remove))
        .chain(
            plan.shrinks
                .iter()
                .filter_map(|shrink| path(shrink.number).map(Change::Replace)),
        )
        .collect();
    let (aside, outcome) =
        journal::move_aside(app, changes.clone(), &shrink::content, &mut |_| Ok(())).map_err(
            |error| {
                // What was moved before the disk filled up goes back.
                let _ = journal::recover(app);
                problem(&error)
            },
        )?;
    if let Some(failure) = verify(app) {
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
    let removed = plan.removed.iter().enumerate();
    let shrunk = plan.shrinks.iter().enumerate();
    Ok(Applied {
        removed: removed
            .filter(|(at, _)| done(*at))
            .map(|(_, one)| *one)
            .collect(),
        shrunk: shrunk
            .filter(|(at, _)| done(plan.removed.len() + at))
            .map(|(_, one)| *one)
            .collect(),
        failed: outcome
            .failed
            .iter()
            .filter_map(|(number, reason)| {
                Some(Failed {
                    path: changes.get(*number)?.path().to_owned(),
                    reason: reason.clone(),
                })
            })
            .collect(),
        put_back: None,
    })
}

/// Why a path of the app stays or goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Explanation {
    /// Nothing of that path is in the app.
    Missing,
    /// It goes: the catalogue entry.
    Removed(&'static catalogue::Entry),
    /// A catalogue entry names it, and this keeps it.
    Kept(&'static catalogue::Entry, decide::Because),
    /// No catalogue entry names it, or a list of the user keeps it.
    NotNamed,
}

/// Says why `path` (relative to `app`) stays or goes; changes nothing.
#[must_use]
pub fn explain(app: &Path, config: &Config, environment: &Environment, path: &Path) -> Explanation {
    let tree = Tree::read(app);
    let trace = config.strip.level.value == StripLevel::Trace;
    let facts = facts::read(&tree, environment, trace);
    let plan = decide::decide(&facts, &config.strip, &facts::OnDisk { root: app });
    let Some(number) = tree.entries().iter().position(|entry| entry.path() == path) else {
        return Explanation::Missing;
    };
    if let Some((_, entry)) = plan.removed.iter().find(|(at, _)| *at == number) {
        return Explanation::Removed(entry);
    }
    match plan.kept.iter().find(|(at, ..)| *at == number) {
        Some((_, entry, because)) => Explanation::Kept(entry, because.clone()),
        None => Explanation::NotNamed,
    }
}

/// Ends what an earlier, interrupted strip of `app` began. Call it before anything else
/// looks at the app.
///
/// # Errors
/// [`NOT_RECOVERED`].
pub fn recover(app: &Path) -> Result<()> {
    match journal::recover(app) {
        Ok(_) => Ok(()),
        Err(error) => Err(Problem::new(&NOT_RECOVERED).saw(error.to_string())),
    }
}
