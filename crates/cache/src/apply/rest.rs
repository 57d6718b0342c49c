//! What is left to do for a site once every site is installed?
//!
//! A build script of the root may need the packages of a subfolder that has a lockfile of
//! its own (`npm run build --prefix frontend`), dev dependencies included, and neither
//! knows of the other. So scripts run, and dev dependencies go, after all installs.

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

    /// Runs what comes last, and takes out what production does not need. Where it `is_alone`
    /// no log needs its name for that.
    pub(crate) fn run(
        &self,
        is_alone: bool,
        scripts: AroundScripts<'_>,
        progress: &mut dyn Progress,
    ) -> Result<()> {
        let runs = super::runs_scripts(&self.job);
        let is_something = runs || self.job.prune != Prune::Nothing;
        if is_something && !is_alone {
            progress.event(Event::Resumed { name: &self.name });
        }
        if runs {
            scripts(Scripts::Begin, progress);
        }
        match self.scripts(progress) {
            // One that can't bear what an earlier build wrote (`mkdir dist && tsc`): all of them run once more without.
            Err(_) if scripts(Scripts::Failed, progress) => self.scripts(progress)?,
            ended => ended?,
        }
        if runs && scripts(Scripts::Ended, progress) {
            self.scripts(progress)?;
        }
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

    /// Runs the scripts of the app.
    fn scripts(&self, progress: &mut dyn Progress) -> Result<()> {
        let (store, app) = (self.context.store, &self.context.app.root);
        self.steps(&self.job.scripts, progress)?;
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
