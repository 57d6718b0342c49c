//! What is left to do once every site is installed?
//!
//! A build script of the root may need the packages of a subfolder that has a lockfile of
//! its own (`npm run build --prefix frontend`), dev dependencies and what its `prepare` makes included, and neither
//! knows of the other. So each kind of work is done for all sites before the next begins: scripts that belong to
//! an install, then build scripts, then dev dependencies go.

use std::path::PathBuf;
use std::time::Instant;

use super::{AroundScripts, Naming, Scripts, finished, prune, steps};
use crate::event::{Event, Progress};
use crate::presets::{Job, ManagerCommand, Prune};
use crate::{Context, pack};
use slugsmith_finding::error::{Result, io};

/// The scripts and the pruning of one installed site.
pub(crate) struct Rest<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) name: String,
    pub(super) job: Job,
    pub(super) trees: Vec<PathBuf>,
    pub(super) naming: Option<Naming>,
}

impl Rest<'_> {
    /// Files of the tree that name the folder of this build; they are written anew when nothing
    /// of the build needs them.
    pub(crate) fn naming(&mut self) -> Option<Naming> {
        self.naming.take()
    }

    /// Takes out what production does not need.
    fn clean(&self, progress: &mut dyn Progress) -> Result<()> {
        self.prune(progress)?;
        self.steps(&self.job.cleanup, progress)?;
        if !self.job.launch {
            for tree in &self.trees {
                // What stays only makes the slug larger.
                let _ = pack::remove_tree(&self.context.app.root, tree);
            }
        }
        Ok(())
    }

    /// Runs the scripts of the app that come last.
    fn finish(&self, progress: &mut dyn Progress) -> Result<()> {
        let (store, app) = (self.context.store, &self.context.app.root);
        for step in &self.job.finish {
            let is_kept = !step.writes.is_empty();
            if is_kept && finished::give_back(store, &self.name, app, step) {
                continue;
            }
            self.steps(std::slice::from_ref(step), progress)?;
            if is_kept {
                finished::keep(store, &self.name, app, step);
            }
        }
        Ok(())
    }

    fn prune(&self, progress: &mut dyn Progress) -> Result<()> {
        let app = &self.context.app.root;
        let begun = Instant::now();
        let pruned = prune::prune(app, &self.job.prune)
            .map_err(|error| io("removing dev dependencies from", app, &error))?;
        if let (None, Prune::Listed { otherwise, .. }) = (pruned, &self.job.prune) {
            self.steps(std::slice::from_ref(otherwise), progress)?;
        }
        if let Some(pruned) = pruned.filter(|pruned| pruned.packages > 0) {
            progress.event(Event::Pruned {
                packages: pruned.packages,
                bytes: pruned.bytes,
                took: begun.elapsed(),
            });
        }
        Ok(())
    }

    fn steps(&self, steps: &[ManagerCommand], progress: &mut dyn Progress) -> Result<()> {
        let variables = &self.context.environment.variables;
        steps::run(steps, &self.job, self.context, variables, progress)
    }
}

/// Runs what comes last for all of them. Where there is one site only, no log needs its name for that.
pub(crate) fn run(
    rests: &[Rest<'_>],
    is_alone: bool,
    scripts: AroundScripts<'_>,
    progress: &mut dyn Progress,
) -> Result<()> {
    let runs = rests.iter().any(|rest| super::runs_scripts(&rest.job));
    if runs {
        scripts(Scripts::Begin, progress);
    }
    match run_scripts(rests, is_alone, progress) {
        // One that can't bear what an earlier build wrote (`mkdir dist && tsc`): all of them run once more without.
        Err(_) if scripts(Scripts::Failed, progress) => run_scripts(rests, is_alone, progress)?,
        ended => ended?,
    }
    if runs && scripts(Scripts::Ended, progress) {
        run_scripts(rests, is_alone, progress)?;
    }
    for rest in rests {
        let is_something = rest.job.prune != Prune::Nothing || !rest.job.cleanup.is_empty();
        if is_something && !is_alone {
            let (name, is_built) = (&rest.name, true);
            progress.event(Event::Resumed { name, is_built });
        }
        rest.clean(progress)?;
    }
    Ok(())
}

fn run_scripts(rests: &[Rest<'_>], is_alone: bool, progress: &mut dyn Progress) -> Result<()> {
    // Whose lines the log is at.
    let mut told = None;
    let mut tell = |rest: &Rest<'_>, steps: &[ManagerCommand], progress: &mut dyn Progress| {
        if !(is_alone || steps.is_empty() || told.as_ref() == Some(&rest.name)) {
            let (name, is_built) = (&rest.name, false);
            progress.event(Event::Resumed { name, is_built });
            told = Some(rest.name.clone());
        }
    };
    for rest in rests {
        tell(rest, &rest.job.scripts, progress);
        rest.steps(&rest.job.scripts, progress)?;
    }
    for rest in rests {
        tell(rest, &rest.job.finish, progress);
        rest.finish(progress)?;
    }
    Ok(())
}
