//! Which ecosystems does this app use, and how is each installed?
//!
//! One file per ecosystem. Each recognises its lockfile, names the inputs of its key and
//! gives the commands as data ([`Job`]); deciding and running are the same for all.

mod npm;

use std::path::PathBuf;
use std::time::Duration;

use super::Context;
use super::inputs::Inputs;
use super::lockfile::Lockfile;
use crate::command::Ended;
use crate::error::Problem;

/// Dependencies that an app wants installed.
pub(super) struct Site<'a> {
    /// `npm`; also the cache's name.
    pub name: String,
    /// `package-lock.json: 842 packages`.
    pub what: String,
    /// What the install makes, relative to the app; the first one is there when, and only
    /// when, the install is complete.
    pub trees: Vec<PathBuf>,
    /// Reads the inputs. Not done for what is adopted; a problem means that nothing can
    /// be installed, and is a warning.
    pub job: Box<dyn FnOnce() -> Result<Job, Problem> + 'a>,
}

/// How a site is installed.
pub(super) struct Job {
    pub inputs: Inputs,
    pub lockfile: Option<Lockfile>,
    /// For unpinned dependencies: how long a tree may be used.
    pub expires: Option<Duration>,
    /// Where commands run, relative to the app.
    pub folder: PathBuf,
    /// Run first, on a hit and on a miss.
    pub before: Vec<Step>,
    /// Run on a miss; the trees are stored after it.
    pub install: Vec<Step>,
    /// Run on a hit only: what the install would have run for the app itself.
    pub restored: Vec<Step>,
    /// Run last, on a hit and on a miss: build scripts, pruning.
    pub finish: Vec<Step>,
    /// Turns a failed install into a problem that says more than its output.
    pub explain: fn(&std::path::Path, &Ended) -> Option<Problem>,
}

/// One command of a package manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub program: String,
    pub arguments: Vec<String>,
    /// Set for this command unless the user has set them.
    pub variables: Vec<(&'static str, &'static str)>,
    /// Whether it runs code of the app, not only of its dependencies.
    pub is_script: bool,
}

/// What one preset says of an app.
pub(super) enum Recognised<'a> {
    Site(Site<'a>),
    /// It is this ecosystem, but its files can't be used.
    Unusable {
        name: String,
        what: String,
        problem: Problem,
        /// Whether the flow has already reported the problem.
        reported: bool,
    },
}

/// Everything in the app that a preset recognises, in a fixed order.
pub(super) fn recognise<'a>(context: &'a Context<'a>) -> Vec<Recognised<'a>> {
    npm::recognise(context).into_iter().collect()
}
