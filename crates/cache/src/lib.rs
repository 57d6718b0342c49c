//! Restores, installs and keeps dependencies and build caches, and says why.
//!
//! In: facts, configuration and a store. Out: an [`Outcome`] per cache, and [`event`]s on the way.
//!
//! Each ecosystem has a preset (`presets/`) that recognises it and names the inputs of
//! its key. `decide` compares those inputs with the ones kept in the stored cache's
//! metadata: equal inputs run zero commands; every difference is named. `apply` restores,
//! installs and stores; it is the only part that writes. A cache problem never fails a
//! build: doubt means discard, one line why, install.

// Tests write what they like into folders of their own.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

mod adopt;
mod apply;
pub mod collect;
pub mod companion;
mod decide;
mod diagnose;
mod effects;
pub mod event;
pub mod explain;
mod exposes;
mod files;
pub mod finish;
mod folders;
pub mod inputs;
pub mod intercept;
mod ledger;
pub mod left_out;
pub mod lockfile;
mod mentions;
mod natives;
mod not_run;
pub mod pack;
mod pinned;
mod presets;
mod problems;
mod remote;
mod scattered;
mod secrets;
pub mod store;
pub mod survey;
pub mod switches;
#[cfg(test)]
mod tests;
pub mod warm;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use self::apply::called::{ask, keep};
pub use self::exposes::{EnvChange, EnvRule, layer_env};
pub use self::pinned::pinned;
pub use self::problems::{
    CACHE_DISCARDED, CACHE_NOT_STORED, CACHE_UNKNOWN, INSTALL_FAILED, LOCKFILE_OUT_OF_STEP,
    NOT_INSTALLED, SCRIPT_FAILED, TOOL_MISSING,
};
use crate::event::{Event, Progress};
use slugsmith_config::Config;
use slugsmith_facts::app::App;
use slugsmith_facts::environment::{Environment, World};
use slugsmith_facts::neighbours::{Neighbours, known};
use slugsmith_finding::error::{Problem, Result};

/// What was decided about one cache, before anything is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// `npm`, `.next/cache`, or the name of a custom cache.
    pub name: String,
    /// For the log: `package-lock.json: 842 packages`.
    pub what: String,
    pub verdict: Verdict,
}

/// The verdict on one cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every input is equal: restore, run nothing.
    Hit,
    /// Install anew; each reason names a changed input.
    Miss { reasons: Vec<String> },
    /// Install with the old tree as the base.
    Partial { reasons: Vec<String> },
    /// An earlier buildpack installed this; it is left alone.
    Adopted { by: String },
    /// Not done, and why: switched off, no tool, broken manifest.
    Skipped { why: String },
}

/// What became of one cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub decision: Decision,
    /// Restoring on a hit, installing and storing on a miss.
    pub took: Duration,
    /// What the install took when it was last measured; `Some` on a hit.
    pub saved: Option<Duration>,
    /// Unpacked, apparent bytes.
    pub tree_bytes: u64,
    /// Bytes kept for the next build.
    pub stored_bytes: u64,
    /// Folders of the app that hold what was installed or restored, such as
    /// `node_modules`; each becomes an image layer of its own.
    pub folders: Vec<String>,
    /// What has to be set so that the app finds what was installed.
    pub exposes: Vec<EnvChange>,
    /// Set where nothing but strip looks at the tree before the app starts.
    pub packed: Option<left_out::Packed>,
    /// Bytes of `tree_bytes` that were not unpacked, since strip would remove them again.
    pub left_out_bytes: u64,
    /// The tree is a layer that is in the image only: nothing else is kept of it.
    pub stays_in_image: bool,
    /// Digest of the stored tree; empty where none is stored.
    pub digest: String,
}

impl Outcome {
    /// Whether what lies in the folders was installed or restored by us.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        matches!(
            self.decision.verdict,
            Verdict::Hit | Verdict::Miss { .. } | Verdict::Partial { .. }
        )
    }
}

/// Everything the caches of one run need.
pub struct Context<'a> {
    pub app: &'a App,
    pub config: &'a Config,
    pub environment: &'a Environment,
    pub store: &'a store::Store,
    /// What other buildpacks did before.
    pub neighbours: &'a Neighbours,
    /// What is done to a layer before it is stored.
    pub finish: &'a dyn finish::Finish,
}

impl Context<'_> {
    /// The folder with every buildpack's layers. Only a Cloud Native build has one: what is
    /// beside our store elsewhere is not ours to read.
    fn layers_root(&self) -> Option<&Path> {
        let is_layers = self.environment.world == World::CloudNative;
        self.store.root().parent().filter(|_| is_layers)
    }

    /// Who has most likely installed what is already there for this cache.
    fn installer(&self, cache: &str) -> String {
        known::of(cache)
            .and_then(|known| self.neighbours.who(known, &self.app.root))
            .unwrap_or_else(|| "an earlier buildpack, or committed".to_owned())
    }

    /// Whether the user wants this cache emptied: by its name, or by the last or first
    /// part of it (`next` for `.next/cache`).
    fn is_reset(&self, name: &str) -> bool {
        let mut reset = self.config.cache.reset.iter();
        reset.any(|reset| names(reset, name))
    }

    /// What the user wants emptied and is the name of nothing.
    fn unknown_resets(&self, known: &[String]) -> Vec<Problem> {
        let reset = self.config.cache.reset.iter();
        let unknown = reset.filter(|reset| !known.iter().any(|name| names(reset, name)));
        let mut known: Vec<_> = known.iter().map(String::as_str).collect();
        known.sort_unstable();
        known.dedup();
        let known = known.join(", ");
        unknown
            .map(|reset| {
                Problem::new(&CACHE_UNKNOWN)
                    .saw(format!("SLUGSMITH_CACHE_RESET={reset}"))
                    .saw(format!("caches of this app: {known}"))
            })
            .collect()
    }
}

/// Puts back what a killed run left aside in the app. Comes before the app is read.
///
/// # Errors
/// When the disk says no.
pub fn recover(app: &Path, config: &Config) -> Result<()> {
    let projects = config.cache.projects.iter().map(PathBuf::from);
    apply::recover(app, std::iter::once(PathBuf::new()).chain(projects))
}

/// Whether a word of `SLUGSMITH_CACHE_RESET` means the cache of this name.
fn names(reset: &str, name: &str) -> bool {
    reset == "all" || reset == name || name.split(['/', '.']).any(|part| part == reset)
}

/// Restores or installs every cache that the app has, runs the app's build scripts, and
/// keeps what they left in cache folders.
///
/// # Errors
/// A failed install or build script, or an app that can't be written to, ends the build;
/// a failed cache never does.
pub fn run(context: &Context<'_>, progress: &mut dyn Progress) -> Result<Vec<Outcome>> {
    let mut folders = folders::Folders::of(context);
    folders.clean()?;
    context.store.sweep();
    let calls = intercept::taken::take(context);
    let stored = context.store.all();
    let places: Vec<_> = std::iter::once(String::new())
        .chain(context.config.cache.projects.iter().cloned())
        .map(|at| presets::Project::new(context, Path::new(&at)))
        .collect();
    let packages: Vec<_> = places.iter().flat_map(presets::recognise).collect();
    let compiled: Vec<_> = places
        .iter()
        .flat_map(presets::recognise_compiled)
        .collect();
    let custom: Vec<_> = presets::recognise_custom(context);
    let sites = || {
        let all = packages.iter().chain(&compiled).chain(&custom);
        all.filter_map(|recognised| match recognised {
            presets::Recognised::Site(site) => Some(site),
            presets::Recognised::Unusable { .. } => None,
        })
    };
    let live = sites().filter(|site| !apply::is_settled(context, site));
    // With a second install to come, that one may look at the first one's tree.
    let may_thin = live.count() == 1 && context.config.strip.is_final();
    let kept_apart = may_thin.then(|| folders.paths());
    let trees = sites().flat_map(|site| site.trees.clone());
    let bounds = apply::Bounds::new(context, trees.chain(folders.paths()).collect());
    let mut scene = Scene {
        context,
        folders: &mut folders,
        bounds: &bounds,
        kept_apart: kept_apart.as_deref(),
        calls: &calls,
        made: Vec::new(),
        exposed: Vec::new(),
        naming: Vec::new(),
    };
    let scattered = scattered::installed(&context.app.root);
    let mut outcomes = Vec::new();
    // Compilers may embed what build scripts make; a custom command may need either.
    for group in [packages, compiled] {
        outcomes.extend(all(group, &mut scene, progress)?);
    }
    // Installs must not see each other's environments; a command of the app runs as its processes will.
    let exposed = outcomes.iter().flat_map(|outcome| &outcome.exposes);
    scene.exposed = exposed.cloned().collect();
    outcomes.extend(all(custom, &mut scene, progress)?);
    let kept: Vec<_> = outcomes
        .iter()
        .flat_map(|outcome| outcome.folders.clone())
        .collect();
    let scattered = scattered::notes(&scattered, &scattered::installed(&context.app.root), &kept);
    let lines = switches::not_followed(context, &outcomes);
    let not_run = not_run::notes(context, &outcomes);
    for line in lines.into_iter().chain(scattered).chain(not_run) {
        progress.event(Event::Note(&line));
    }
    let naming = scene.naming;
    let mut names = folders.names();
    names.extend(stored.into_iter().map(|(name, _)| name));
    outcomes.extend(folders.keep(progress));
    names.extend(outcomes.iter().map(|outcome| outcome.decision.name.clone()));
    for problem in context.unknown_resets(&names) {
        progress.event(Event::Warning(&problem));
    }
    if context.environment.world != World::CloudNative {
        let app = &context.app.root;
        let written = naming.iter().try_for_each(|naming| naming.leave(app));
        written.map_err(|error| slugsmith_finding::error::io("writing to", app, &error))?;
    }
    collect::collect(context, progress);
    Ok(outcomes)
}

/// What the sites of one run have in common.
struct Scene<'a, 'b> {
    context: &'a Context<'a>,
    folders: &'b mut folders::Folders<'a>,
    bounds: &'b apply::Bounds,
    /// See [`apply::site`].
    kept_apart: Option<&'b [PathBuf]>,
    /// What became of calls of other buildpacks, by cache.
    calls: &'b BTreeMap<String, String>,
    /// Name and digest of each tree that is installed by now.
    made: Vec<(String, String)>,
    /// See [`apply::Surroundings`].
    exposed: Vec<EnvChange>,
    /// Files that name the folder of this build.
    naming: Vec<apply::Naming>,
}

/// Installs all of these; then their build scripts run, and dev dependencies go.
fn all(
    recognised: Vec<presets::Recognised<'_>>,
    scene: &mut Scene<'_, '_>,
    progress: &mut dyn Progress,
) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    let mut rests = Vec::new();
    for recognised in recognised {
        outcomes.push(match recognised {
            presets::Recognised::Site(site) => {
                let surroundings = apply::Surroundings {
                    bounds: scene.bounds,
                    kept_apart: scene.kept_apart,
                    calls: scene.calls,
                    made: &scene.made,
                    exposed: &scene.exposed,
                };
                let folders = &mut *scene.folders;
                let around = &mut |scripts: apply::Scripts, progress: &mut dyn Progress| {
                    folders.around(scripts, progress)
                };
                let (outcome, rest) =
                    apply::site(scene.context, site, around, &surroundings, progress)?;
                rests.extend(rest);
                outcome
            }
            presets::Recognised::Unusable {
                name,
                what,
                problem,
                reported,
            } => {
                if !reported {
                    progress.event(Event::Warning(&problem));
                }
                let why = problem.saw.join("; ");
                let verdict = Verdict::Skipped { why };
                let decision = Decision {
                    name,
                    what,
                    verdict,
                };
                apply::settled(decision, progress)
            }
        });
    }
    let naming = rests.iter_mut().filter_map(apply::Rest::naming);
    scene.naming.extend(naming);
    apply::run_rest(
        &rests,
        outcomes.len() == 1,
        &mut |scripts, progress| scene.folders.around(scripts, progress),
        progress,
    )?;
    let made = outcomes.iter().filter(|one| !one.digest.is_empty());
    let made = made.map(|one| (one.decision.name.clone(), one.digest.clone()));
    scene.made.extend(made);
    Ok(outcomes)
}
