//! Restores, installs and stores: the only part of the caches that writes.
//!
//! Order is everything here. A mark in the app says that an install or unpack is under
//! way, so that a tree that a killed run left behind is never taken for a whole one. The
//! store is marked dirty before it is written and complete after.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::decide::{Fit, Wanted, fit};
use super::pack::{self, Fault, Packed};
use super::presets::{Job, Site, Step};
use super::store::{Record, Stored};
use super::{
    CACHE_DISCARDED, CACHE_NOT_STORED, Context, Decision, INSTALL_FAILED, Outcome, SCRIPT_FAILED,
    TOOL_MISSING, Verdict, lockfile,
};
use crate::command::Ended;
use crate::error::{NO_SPACE, Problem, Result, io};
use crate::progress::{Event, Progress};

/// Restores or installs one site.
pub(super) fn site(
    context: &Context<'_>,
    site: Site<'_>,
    progress: &mut dyn Progress,
) -> Result<Outcome> {
    let begun = Instant::now();
    let app = &context.app.root;
    let mark = Mark::of(app, &site.name);
    mark.clean(app, &site.trees)?;
    let Site {
        name,
        what,
        trees,
        job,
    } = site;
    let decision = |verdict| Decision {
        name: name.clone(),
        what: what.clone(),
        verdict,
    };
    if is_installed(app, &trees) {
        let by = context.installer(&name);
        let mut outcome = settled(decision(Verdict::Adopted { by }), progress);
        outcome.folders = folders(&trees);
        return Ok(outcome);
    }
    let job = match job() {
        Ok(job) => job,
        Err(problem) => {
            progress.event(Event::Warning(&problem));
            let why = problem.saw.join("; ");
            return Ok(settled(decision(Verdict::Skipped { why }), progress));
        }
    };
    let work = Work {
        context,
        name: &name,
        job: &job,
        trees: &trees,
        mark,
    };
    let reasons = match work.fit(progress) {
        Answer::Hit(record) => {
            let hit = decision(Verdict::Hit);
            progress.event(Event::CacheDecided(&hit));
            work.steps(&job.before, progress)?;
            match work.restore(&record, progress)? {
                None => {
                    let took = begun.elapsed();
                    let outcome = Outcome {
                        decision: hit,
                        took,
                        saved: Some(record.install),
                        tree_bytes: record.tree_bytes,
                        stored_bytes: record.stored_bytes,
                        folders: folders(&trees),
                    };
                    progress.event(Event::CacheDone(&outcome));
                    work.steps(&job.restored, progress)?;
                    work.steps(&job.finish, progress)?;
                    return Ok(outcome);
                }
                Some(reason) => vec![reason],
            }
        }
        Answer::Miss(reasons) => reasons,
    };
    let miss = decision(Verdict::Miss { reasons });
    progress.event(Event::CacheDecided(&miss));
    work.steps(&job.before, progress)?;
    let (took, packed) = work.install(progress)?;
    let outcome = Outcome {
        decision: miss,
        took,
        saved: None,
        tree_bytes: packed.as_ref().map_or(0, |packed| packed.tree_bytes),
        stored_bytes: packed.as_ref().map_or(0, |packed| packed.stored_bytes),
        folders: folders(&trees),
    };
    progress.event(Event::CacheDone(&outcome));
    work.steps(&job.finish, progress)?;
    Ok(outcome)
}

/// Reports a decision after which nothing is done.
pub(super) fn settled(decision: Decision, progress: &mut dyn Progress) -> Outcome {
    progress.event(Event::CacheDecided(&decision));
    Outcome {
        decision,
        took: Duration::ZERO,
        saved: None,
        tree_bytes: 0,
        stored_bytes: 0,
        folders: Vec::new(),
    }
}

/// The trees' paths as text; globs of launch.toml have no other form, so a path that is
/// not UTF-8 stays part of the app's own layer.
fn folders(trees: &[PathBuf]) -> Vec<String> {
    trees
        .iter()
        .filter_map(|tree| tree.to_str().map(str::to_owned))
        .collect()
}

/// Whether the main tree is there with something in it. Dot folders don't count: a
/// restored `node_modules/.cache` is no install.
fn is_installed(app: &Path, trees: &[PathBuf]) -> bool {
    use std::os::unix::ffi::OsStrExt;
    let Some(tree) = trees.first() else {
        return false;
    };
    fs_err::read_dir(app.join(tree)).is_ok_and(|entries| {
        entries
            .flatten()
            .any(|entry| !entry.file_name().as_bytes().starts_with(b"."))
    })
}

/// A file in the app that says: the trees of this cache are not complete.
struct Mark(PathBuf);

impl Mark {
    fn of(app: &Path, name: &str) -> Self {
        let name: String = name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        Self(app.join(format!(".slugsmith-unfinished-{name}")))
    }

    /// Removes what a killed run left behind.
    fn clean(&self, app: &Path, trees: &[PathBuf]) -> Result<()> {
        for tree in trees {
            let partial = app.join(pack::partial_name(tree));
            pack::remove(&partial).map_err(|error| io("removing", &partial, &error))?;
        }
        if fs_err::symlink_metadata(&self.0).is_err() {
            return Ok(());
        }
        self.take_back(app, trees)
            .map_err(|error| io("removing what an interrupted build left in", app, &error))
    }

    fn set(&self) -> std::io::Result<()> {
        fs_err::write(
            &self.0,
            "An install is under way, or was interrupted here.\n",
        )
    }

    fn clear(&self) -> std::io::Result<()> {
        pack::remove(&self.0)
    }

    /// Removes the trees, then the mark.
    fn take_back(&self, app: &Path, trees: &[PathBuf]) -> std::io::Result<()> {
        for tree in trees {
            pack::remove(&app.join(tree))?;
        }
        self.clear()
    }
}

enum Answer {
    Hit(Box<Record>),
    Miss(Vec<String>),
}

struct Work<'a> {
    context: &'a Context<'a>,
    name: &'a str,
    job: &'a Job,
    trees: &'a [PathBuf],
    mark: Mark,
}

impl Work<'_> {
    fn app(&self) -> &Path {
        &self.context.app.root
    }

    fn is_reset(&self) -> bool {
        let matches = |name: &String| name == "all" || name == self.name;
        self.context.config.cache.reset.iter().any(matches)
    }

    fn fit(&self, progress: &mut dyn Progress) -> Answer {
        let store = self.context.store;
        if self.context.config.cache.off {
            return Answer::Miss(vec!["SLUGSMITH_CACHE=off".to_owned()]);
        }
        if self.is_reset() {
            return Answer::Miss(vec!["SLUGSMITH_CACHE_RESET".to_owned()]);
        }
        let stored = store.look_up(self.name);
        if let Stored::Unusable(why) = &stored {
            self.warn(&CACHE_DISCARDED, why, progress);
        }
        let packages = lockfile::kept(&store.folder(self.name));
        let wanted = Wanted {
            inputs: &self.job.inputs,
            lockfile: self.job.lockfile.as_ref(),
            stored_packages: packages.as_ref(),
            expires: self.job.expires,
            now: now(),
        };
        match (fit(&stored, &wanted), stored) {
            (Fit::Fits, Stored::Complete(record)) => Answer::Hit(record),
            (Fit::Differs(reasons), _) => Answer::Miss(reasons),
            // `fit` never says so; a miss is always safe.
            (Fit::Fits, _) => Answer::Miss(vec!["nothing is stored".to_owned()]),
        }
    }

    fn warn(
        &self,
        kind: &'static crate::error::Kind,
        why: impl std::fmt::Display,
        progress: &mut dyn Progress,
    ) {
        let problem = Problem::new(kind).saw(format!("{}: {why}", self.name));
        progress.event(Event::Warning(&problem));
    }

    /// Unpacks the stored trees. `Some(reason)` if they can't be trusted.
    fn restore(&self, record: &Record, progress: &mut dyn Progress) -> Result<Option<String>> {
        let store = self.context.store;
        let data = store.folder(self.name).join("data");
        let done = self.mark.set().map_err(Fault::from).and_then(|()| {
            let unpacked = pack::unpack(self.app(), &data, &record.digest)?;
            if unpacked.roots.first() != self.trees.first() || unpacked.files != record.files {
                return Err(Fault::Damaged("it holds another tree".to_owned()));
            }
            self.mark.clear()?;
            Ok(())
        });
        match done {
            Ok(()) => {
                // On a full disk the cache is lost to the next build, not to this one.
                if let Err(error) = store.commit(self.name, record) {
                    self.warn(&CACHE_NOT_STORED, error, progress);
                }
                Ok(None)
            }
            Err(fault) => {
                self.take_back()?;
                // What can't be removed now is marked or overwritten by the install.
                let _ = store.discard(self.name);
                self.warn(&CACHE_DISCARDED, &fault, progress);
                Ok(Some(format!("the stored cache was discarded: {fault}")))
            }
        }
    }

    fn take_back(&self) -> Result<()> {
        self.mark
            .take_back(self.app(), self.trees)
            .map_err(|error| io("removing an unfinished tree in", self.app(), &error))
    }

    /// Runs the package manager and stores what it made.
    fn install(&self, progress: &mut dyn Progress) -> Result<(Duration, Option<Packed>)> {
        let begun = Instant::now();
        self.mark
            .set()
            .map_err(|error| io("writing to", self.app(), &error))?;
        if let Err(problem) = self.steps(&self.job.install, progress) {
            // The install's own failure is what the user must see.
            let _ = self.take_back();
            return Err(problem);
        }
        self.mark
            .clear()
            .map_err(|error| io("writing to", self.app(), &error))?;
        let took = begun.elapsed();
        let packed = self.keep(took, progress);
        Ok((begun.elapsed(), packed))
    }

    /// Stores the trees for the next build. Never fails a build.
    fn keep(&self, install: Duration, progress: &mut dyn Progress) -> Option<Packed> {
        if self.context.config.cache.off {
            return None;
        }
        match self.try_keep(install) {
            Ok(packed) => Some(packed),
            Err(fault) => {
                let _ = self.context.store.discard(self.name);
                self.warn(&CACHE_NOT_STORED, fault, progress);
                None
            }
        }
    }

    fn try_keep(&self, install: Duration) -> std::result::Result<Packed, Fault> {
        let store = self.context.store;
        let folder = store.begin(self.name)?;
        if !self
            .trees
            .first()
            .is_some_and(|tree| self.app().join(tree).is_dir())
        {
            return Err(Fault::Refused("the install made nothing".to_owned()));
        }
        let data = folder.join("data");
        fs_err::create_dir(&data)?;
        let packed = pack::pack(self.app(), self.trees, &data)?;
        if let Some(lockfile) = &self.job.lockfile {
            lockfile::keep(&lockfile.packages, &folder)?;
        }
        let record = Record {
            inputs: self.job.inputs.clone(),
            stored_at: now(),
            install,
            files: packed.files,
            tree_bytes: packed.tree_bytes,
            stored_bytes: packed.stored_bytes,
            digest: packed.digest.clone(),
        };
        store.commit(self.name, &record)?;
        Ok(packed)
    }

    fn steps(&self, steps: &[Step], progress: &mut dyn Progress) -> Result<()> {
        steps.iter().try_for_each(|step| self.step(step, progress))
    }

    fn step(&self, step: &Step, progress: &mut dyn Progress) -> Result<()> {
        let mut variables = self.context.environment.variables.clone();
        for (name, value) in &step.variables {
            let is_set = |name: &str| {
                variables
                    .keys()
                    .any(|there| there.eq_ignore_ascii_case(name))
            };
            if !is_set(name) {
                variables.insert((*name).to_owned(), OsString::from(value));
            }
        }
        let folder = self.app().join(&self.job.folder);
        let variables = variables
            .into_iter()
            .map(|(name, value)| (name.into(), value));
        let ended =
            crate::command::run(&step.program, &step.arguments, &folder, variables, progress)
                .map_err(|error| {
                    Problem::new(&TOOL_MISSING).saw(format!("`{}`: {error}", step.program))
                })?;
        if ended.success {
            Ok(())
        } else {
            Err(self.failed(step, &ended))
        }
    }

    fn failed(&self, step: &Step, ended: &Ended) -> Problem {
        let shown = std::iter::once(step.program.as_str())
            .chain(step.arguments.iter().map(String::as_str))
            .collect::<Vec<_>>()
            .join(" ");
        let saw = format!(
            "`{shown}` ended with {} after {}",
            ended.status,
            crate::units::time(ended.took)
        );
        let is_full = |line: &String| line.contains("ENOSPC") || line.contains("No space left");
        if ended.tail.iter().any(is_full) {
            return Problem::new(&NO_SPACE)
                .saw(saw)
                .details(ended.tail.iter().cloned());
        }
        if step.is_script {
            return Problem::new(&SCRIPT_FAILED)
                .saw(saw)
                .details(ended.tail.iter().cloned());
        }
        match (self.job.explain)(&self.app().join(&self.job.folder), ended) {
            Some(problem) => problem,
            None => Problem::new(&INSTALL_FAILED)
                .saw(saw)
                .details(ended.tail.iter().cloned()),
        }
    }
}

/// Since 1970; zero if the clock is before that.
fn now() -> Duration {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
}
