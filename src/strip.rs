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
pub mod platform;
pub mod references;
pub mod report;
pub mod resolve;
pub mod start;

use std::path::Path;

pub use dev_dependencies::NeededDevDependency;
pub use report::{Failed, Kept, ReasonTotal, Removed, StripReport};

use crate::config::{Config, StripLevel};
use crate::error::{self, Kind, Problem, Result};
use crate::facts::environment::Environment;
use crate::facts::tree::Tree;

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
    let facts = facts::read(&tree, environment);
    let texts = facts::OnDisk { root: app };
    let plan = decide::decide(&facts, &config.strip, &texts);
    let dev_dependencies = dev_dependencies::needed(&facts, &texts);
    let mut failed = Vec::new();
    let mut removed = plan.removed.clone();
    if !dry_run && !removed.is_empty() {
        failed = apply(app, &tree, &mut removed)?;
    }
    let mut report = StripReport::unchanged(&tree, dry_run, level);
    report.fill(&facts, &removed, &plan);
    report.failed = failed;
    report.dev_dependencies = dev_dependencies;
    Ok(report)
}

/// Removes the files of a plan; those that can't be removed are taken out of it.
fn apply(
    app: &Path,
    tree: &Tree,
    removed: &mut Vec<(usize, &'static catalogue::Entry)>,
) -> Result<Vec<Failed>> {
    let problem = |error: &std::io::Error| error::io("stripping", app, error);
    let paths = removed
        .iter()
        .filter_map(|(number, _)| tree.entries().get(*number))
        .map(|entry| entry.path().to_owned())
        .collect::<Vec<_>>();
    let (aside, outcome) =
        journal::move_aside(app, paths.clone(), &mut |_| Ok(())).map_err(|error| {
            // What was moved before the disk filled up goes back.
            let _ = journal::recover(app);
            problem(&error)
        })?;
    aside
        .commit(&mut |_| Ok(()))
        .map_err(|error| problem(&error))?;
    let mut position = 0;
    removed.retain(|_| {
        position += 1;
        !outcome.failed.contains_key(&(position - 1))
    });
    Ok(outcome
        .failed
        .into_iter()
        .filter_map(|(number, reason)| {
            let path = paths.get(number)?.clone();
            Some(Failed { path, reason })
        })
        .collect())
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
