//! Restores, installs and stores: the only part of the caches that writes.
//!
//! Order is everything here. A mark in the app says that an install or unpack is under
//! way, so that a tree that a killed run left behind is never taken for a whole one. The
//! store is marked dirty before it is written and complete after.

mod answer;
mod aside;
pub(crate) mod called;
mod download_store;
mod finished;
mod held;
mod hide;
mod home;
mod keep;
mod mark;
mod observe;
mod prune;
mod reads;
mod relocate;
mod rest;
mod steps;
pub(super) mod tell;
mod times;
mod transcript;
mod work;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

pub(super) use self::answer::{Answer, answer};
use self::mark::Mark;
pub(super) use self::observe::Bounds;
use self::observe::Snapshot;
pub(super) use self::reads::{Read, everything};
pub(super) use self::relocate::Naming;
pub(super) use self::rest::{Rest, run as run_rest};
use self::work::{Synced, Work};
use super::adopt::{self, Adoption};
use super::presets::{self, Class, Hidden, Job, Prune, Site};
use super::store::Record;
use super::{Context, Decision, Outcome, Verdict, exposes, warm};
use crate::event::{Event, Progress};
use slugsmith_facts::neighbours::leads_out;
use slugsmith_finding::error::Result;

/// When the app's scripts run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scripts {
    /// They are next: cache folders are given back before the first of them that could use them.
    Begin,
    /// One of them failed; it has to run again where the answer is yes.
    Failed,
    /// They have run; they have to run again where the answer is yes.
    Ended,
}

/// Cache folders around the app's scripts.
type AroundScripts<'a> = &'a mut dyn FnMut(Scripts, &mut dyn Progress) -> bool;

/// Leaves an app as a kill during an install does.
#[cfg(test)]
pub(super) fn interrupt(app: &Path, name: &str) {
    Mark::of(app, name).set().unwrap();
}

/// Whether a site needs no work: an earlier buildpack has installed it.
pub(super) fn is_settled(context: &Context<'_>, site: &Site<'_>) -> bool {
    let judged = adopt::trees(&wanted(context, site), &site.trees);
    let is_whole = !judged.is_nothing() && !Mark::of(&context.app.root, &site.name).is_set();
    is_whole || !site.adoption.is_nothing()
}

fn wanted<'a>(context: &'a Context<'_>, site: &'a Site<'_>) -> adopt::Wanted<'a> {
    adopt::Wanted {
        context,
        name: &site.name,
        at: Path::new(""),
    }
}

/// Puts back what a killed run left aside in these folders of the app.
pub(super) fn recover(app: &Path, folders: impl Iterator<Item = PathBuf>) -> Result<()> {
    for folder in folders {
        let hidden = Hidden {
            folder,
            scripts: Vec::new(),
        };
        hide::Guard::recover(app, &hidden)
            .map_err(|error| slugsmith_finding::error::io("writing to", app, &error))?;
    }
    Ok(())
}

/// What a site has around it.
pub(super) struct Surroundings<'a> {
    pub bounds: &'a Bounds,
    /// Set where nothing else is installed, so that files may be left out of the unpack: paths
    /// of caches of their own, of which nothing is.
    pub kept_apart: Option<&'a [PathBuf]>,
    /// What became of calls of other buildpacks, by cache.
    pub calls: &'a BTreeMap<String, String>,
    /// Name and digest of each tree that was installed before.
    pub made: &'a [(String, String)],
    /// What commands need to find packages of other installs, where they may.
    pub exposed: &'a [super::EnvChange],
}

/// Restores or installs one site. What it leaves to do comes when all sites are installed.
pub(super) fn site<'a>(
    context: &'a Context<'a>,
    site: Site<'_>,
    scripts: AroundScripts<'_>,
    around: &Surroundings<'_>,
    progress: &mut dyn Progress,
) -> Result<(Outcome, Option<Rest<'a>>)> {
    let app = &context.app.root;
    let mark = Mark::of(app, &site.name);
    mark.clean(app, &site.trees)?;
    let adoption = adopt::trees(&wanted(context, &site), &site.trees).or(|| site.adoption.clone());
    let Site {
        name,
        what,
        class,
        trees,
        adoption: _,
        job,
    } = site;
    let decision = |verdict| Decision {
        name: name.clone(),
        what: what.clone(),
        verdict,
    };
    let verdict = match adoption {
        Adoption::Nothing => None,
        Adoption::Installed { by } => Some(Verdict::Adopted {
            by: match around.calls.get(&name) {
                Some(told) => format!("{by}, {told}"),
                None => by,
            },
        }),
        Adoption::Unclear { why } => Some(Verdict::Skipped { why }),
    };
    if let Some(verdict) = verdict {
        let mut outcome = settled(decision(verdict), progress);
        outcome.folders = folders(app, &trees);
        return Ok((outcome, None));
    }
    let mut job = match presets::read(job) {
        Ok(job) => job,
        Err(problem) => {
            progress.event(Event::Warning(&problem));
            let why = problem.saw.join("; ");
            let outcome = settled(decision(Verdict::Skipped { why }), progress);
            return Ok((outcome, None));
        }
    };
    before_install(context, &mut job, around, progress)?;
    let place = warm::place(context, &name, class, &job);
    let wanted = warm::Site {
        context,
        name: &name,
        class,
        job: &mut job,
        bounds: around.bounds,
        made: around.made,
    };
    warm::bring(wanted, &place, progress);
    let stored = context.store.look_up(&name);
    let read = Read::of(context, &job, &stored, around.bounds, around.made);
    read.add(&mut job.inputs);
    let is_looked_at = runs_scripts(&job) || job.prune != Prune::Nothing || !job.launch;
    let mut variables = context.environment.variables.clone();
    exposes::apply(around.exposed, &mut variables);
    let mut work = Work {
        kept_apart: around.kept_apart.filter(|_| !is_looked_at),
        bounds: around.bounds,
        read,
        naming: None,
        packed: None,
        old: String::new(),
        old_folder: None,
        context,
        name: &name,
        class,
        job: &job,
        trees: &trees,
        mark,
        variables,
    };
    let mut outcome = install(&mut work, &what, scripts, progress)?;
    warm::note(context, &name, place, class);
    outcome.digest.clone_from(&work.old);
    let naming = work.naming.take();
    let rest = Rest {
        context,
        name,
        job,
        trees,
        naming,
    };
    Ok((outcome, Some(rest)))
}

/// Runs what comes before an install. What it changes in the app is an input: the install
/// sees it.
fn before_install(
    context: &Context<'_>,
    job: &mut Job,
    around: &Surroundings<'_>,
    progress: &mut dyn Progress,
) -> Result<()> {
    if job.before.is_empty() {
        return Ok(());
    }
    let app = &context.app.root;
    let snapshot = Snapshot::of(app, around.bounds);
    let variables = &context.environment.variables;
    steps::run(&job.before, job, context, variables, progress)?;
    let effects = snapshot.effects(app, around.bounds);
    for path in effects.kept() {
        let name = path.to_string_lossy();
        job.inputs.file(app, &name);
        job.inputs.folder(app, &name);
    }
    for path in &effects.removed {
        job.inputs
            .plain(path.to_string_lossy(), "removed before the install");
    }
    Ok(())
}

/// Looks up, restores or installs.
fn install(
    work: &mut Work<'_>,
    what: &str,
    scripts: AroundScripts<'_>,
    progress: &mut dyn Progress,
) -> Result<Outcome> {
    let begun = Instant::now();
    let (job, class) = (work.job, work.class);
    let decision = |verdict| Decision {
        name: work.name.to_owned(),
        what: what.to_owned(),
        verdict,
    };
    let answer = work.answer(progress);
    tell::tell(
        work.context,
        (work.name, what),
        &answer,
        &job.inputs,
        progress,
    );
    let mut outcome = Outcome {
        exposes: exposes(class, job),
        stays_in_image: matches!(class, Class::Layer { free: true }),
        ..empty(decision(Verdict::Hit))
    };
    let reasons = match answer {
        Answer::Hit(record) => {
            progress.event(Event::Decided(&outcome.decision));
            match work.restore(&record, false, progress)? {
                None => {
                    work.hold(&record, progress);
                    fill(&mut outcome, begun.elapsed(), Some(&record));
                    return Ok(restored(outcome, &record, work, progress));
                }
                Some(reason) => vec![reason],
            }
        }
        Answer::Base(record, reasons) => {
            outcome.decision = decision(Verdict::Partial {
                reasons: reasons.clone(),
            });
            progress.event(Event::Decided(&outcome.decision));
            if work.restore(&record, true, progress)?.is_none()
                && let Synced::Done(record) = work.sync(&record, progress)?
            {
                let took = begun.elapsed();
                return Ok(finish(outcome, took, record.as_deref(), work, progress));
            }
            reasons
        }
        Answer::Miss(reasons) => reasons,
    };
    outcome.decision = decision(Verdict::Miss { reasons });
    progress.event(Event::Decided(&outcome.decision));
    if job.install.iter().any(|step| step.is_script) {
        scripts(Scripts::Begin, progress);
    }
    let record = work.install(progress)?;
    let took = begun.elapsed();
    Ok(finish(outcome, took, record.as_ref(), work, progress))
}

/// The outcome of a hit.
fn restored(
    mut outcome: Outcome,
    record: &Record,
    work: &mut Work<'_>,
    progress: &mut dyn Progress,
) -> Outcome {
    outcome.saved = Some(record.install);
    outcome.folders = folders(&work.context.app.root, work.trees);
    if let Some((packed, left_out_bytes)) = work.packed.take() {
        outcome.packed = Some(packed);
        outcome.left_out_bytes = left_out_bytes;
    }
    progress.event(Event::Done(&outcome));
    tell_elsewhere(work, Some(record), progress);
    outcome
}

/// What no hit brings back.
fn tell_elsewhere(work: &Work<'_>, record: Option<&Record>, progress: &mut dyn Progress) {
    let elsewhere = record.map_or(&[][..], |record| &record.effects.elsewhere);
    if let Some(line) = home::told(work.name, elsewhere) {
        progress.event(Event::Note(&line));
    }
}

/// Whether code of the app runs after the install.
fn runs_scripts(job: &Job) -> bool {
    !(job.scripts.is_empty() && job.finish.is_empty() && job.cleanup.is_empty())
}

fn finish(
    mut outcome: Outcome,
    took: Duration,
    record: Option<&Record>,
    work: &Work<'_>,
    progress: &mut dyn Progress,
) -> Outcome {
    fill(&mut outcome, took, record);
    outcome.folders = folders(&work.context.app.root, work.trees);
    outcome.packed = work.packed_whole(record);
    progress.event(Event::Done(&outcome));
    tell_elsewhere(work, record, progress);
    outcome
}

fn exposes(class: Class, job: &Job) -> Vec<super::EnvChange> {
    let in_layer = matches!(class, Class::Layer { .. });
    job.exposes
        .iter()
        .map(|change| super::EnvChange {
            is_written: in_layer,
            ..change.clone()
        })
        .collect()
}

fn fill(outcome: &mut Outcome, took: Duration, record: Option<&Record>) {
    outcome.took = took;
    outcome.tree_bytes = record.map_or(0, |record| record.tree_bytes);
    outcome.stored_bytes = record.map_or(0, |record| record.stored_bytes);
}

/// Reports a decision after which nothing is done.
pub(super) fn settled(decision: Decision, progress: &mut dyn Progress) -> Outcome {
    progress.event(Event::Decided(&decision));
    empty(decision)
}

pub(super) fn empty(decision: Decision) -> Outcome {
    Outcome {
        decision,
        took: Duration::ZERO,
        saved: None,
        tree_bytes: 0,
        stored_bytes: 0,
        folders: Vec::new(),
        exposes: Vec::new(),
        packed: None,
        left_out_bytes: 0,
        stays_in_image: false,
        digest: String::new(),
    }
}

/// The trees' paths as text; globs of launch.toml have no other form, so a path that is
/// not UTF-8 stays part of the app's own layer.
fn folders(app: &Path, trees: &[PathBuf]) -> Vec<String> {
    trees
        .iter()
        // A link is what another buildpack made, and its target may be a layer of its own.
        .filter(|tree| fs_err::symlink_metadata(app.join(tree)).is_ok_and(|found| found.is_dir()))
        .filter(|tree| !leads_out(app, tree))
        .filter_map(|tree| tree.to_str().map(str::to_owned))
        .collect()
}

/// Since 1970; zero if the clock is before that.
pub(super) fn now() -> Duration {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
}
