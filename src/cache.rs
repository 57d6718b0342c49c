//! Which dependencies are unchanged, and why not?
//!
//! Each ecosystem has a preset (`presets/`) that recognises it and names the inputs of
//! its key. `decide` compares those inputs with the ones kept in the stored cache's
//! metadata: equal inputs run zero commands; every difference is named. `apply` restores,
//! installs and stores; it is the only part that writes. A cache problem never fails a
//! build: doubt means discard, one line why, install.

mod apply;
pub mod collect;
pub mod companion;
mod decide;
pub mod explain;
mod folders;
pub mod inputs;
mod ledger;
pub mod lockfile;
mod natives;
pub mod pack;
mod presets;
mod secrets;
pub mod store;
pub mod thin;

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use libcnb::layer_env::{LayerEnv, ModificationBehavior, Scope};

use crate::config::Config;
use crate::error::{Kind, Problem, Result};
use crate::facts::app::App;
use crate::facts::environment::Environment;
use crate::facts::installed::InstalledPackage;
use crate::progress::{Event, Progress};

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
    pub packed: Option<thin::Packed>,
    /// Bytes of `tree_bytes` that were not unpacked, since strip would remove them again.
    pub left_out_bytes: u64,
    /// The tree is a layer that is in the image only: nothing else is kept of it.
    pub stays_in_image: bool,
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

/// What the lockfiles of compiled programs pin: nothing in the app tells it any more.
#[must_use]
pub fn pinned(store: &store::Store, outcomes: &[Outcome]) -> Vec<InstalledPackage> {
    let ours = outcomes.iter().filter(|outcome| outcome.is_ours());
    let compiled = ours.filter_map(|outcome| {
        let name = outcome.decision.name.as_str();
        let kind = match name.rsplit('/').next()? {
            "go" => "golang",
            "cargo" => "cargo",
            _ => return None,
        };
        Some((kind, lockfile::kept(&store.folder(name))?))
    });
    compiled
        .flat_map(|(kind, packages)| {
            let versions = packages.into_iter().flat_map(|(name, versions)| {
                versions
                    .into_iter()
                    .map(move |version| (name.clone(), version))
            });
            versions.map(move |(name, version)| InstalledPackage {
                kind,
                name,
                version,
                licence: None,
                is_pinned_only: true,
            })
        })
        .collect()
}

/// A variable that the app needs when it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvChange {
    pub name: String,
    pub how: How,
    /// An absolute path of this build, or plain text. In a classic build a path in the
    /// app must be written with `$HOME`, since the app runs in another place.
    pub value: OsString,
    /// Whether the layer's own `env.launch` already has it.
    pub is_written: bool,
}

/// How a variable is changed (buildpack spec, "Environment Variable Modification Rules").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Before what is there, with `:` between.
    Prepend,
    /// Only where nothing is set.
    Default,
    Override,
}

impl EnvChange {
    fn launch(name: &str, how: How, value: impl Into<OsString>) -> Self {
        Self {
            name: name.to_owned(),
            how,
            value: value.into(),
            is_written: false,
        }
    }
}

/// The variables as a layer holds them (buildpack spec, "Provided by the Buildpacks",
/// `env.launch`).
#[must_use]
pub fn layer_env(changes: &[EnvChange]) -> LayerEnv {
    let mut env = LayerEnv::new();
    for change in changes {
        let behavior = match change.how {
            How::Prepend => ModificationBehavior::Prepend,
            How::Default => ModificationBehavior::Default,
            How::Override => ModificationBehavior::Override,
        };
        let name = &change.name;
        env.insert(Scope::Launch, behavior, name, &change.value);
        if change.how == How::Prepend {
            env.insert(Scope::Launch, ModificationBehavior::Delimiter, name, ":");
        }
    }
    env
}

/// Everything the caches of one run need.
pub struct Context<'a> {
    pub app: &'a App,
    pub config: &'a Config,
    pub environment: &'a Environment,
    pub store: &'a store::Store,
}

impl Context<'_> {
    /// Ids of the group's buildpacks, as far as the group is known.
    fn group(&self) -> Vec<String> {
        let layers = self.store.root().parent().map(crate::facts::layers::read);
        let group = layers.map(|layers| layers.group).unwrap_or_default();
        group.into_iter().map(|buildpack| buildpack.id).collect()
    }

    /// Who may have installed what is already there: the buildpack of the group that
    /// names the ecosystem.
    fn installer(&self, ecosystem: &str) -> String {
        let family: &[&str] = match ecosystem {
            "npm" | "yarn" | "pnpm" | "bun" => &["node", "npm", "yarn", "pnpm"],
            "bundler" => &["ruby", "bundle"],
            "composer" => &["php", "composer"],
            other => &[other],
        };
        self.group()
            .into_iter()
            .find(|id| family.iter().any(|word| id.contains(word)))
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
    let stored = context.store.all();
    let places: Vec<_> = std::iter::once(String::new())
        .chain(context.config.cache.projects.iter().cloned())
        .map(|at| presets::Place::new(context, Path::new(&at)))
        .collect();
    let packages: Vec<_> = places.iter().flat_map(presets::recognise).collect();
    let custom: Vec<_> = presets::recognise_custom(context).into_iter().collect();
    let live = packages.iter().chain(&custom);
    let live = live.filter(|recognised| match recognised {
        presets::Recognised::Site(site) => !apply::is_settled(&context.app.root, site),
        presets::Recognised::Unusable { .. } => false,
    });
    // With a second install to come, that one may look at the first one's tree.
    let may_thin = live.count() == 1 && thin::is_possible(&context.config.strip);
    let kept_apart = may_thin.then(|| folders.paths());
    let mut outcomes = Vec::new();
    // A custom command may need what the packages' build scripts made.
    for group in [packages, custom] {
        let done = all(
            group,
            context,
            &mut folders,
            kept_apart.as_deref(),
            progress,
        )?;
        outcomes.extend(done);
    }
    let mut names = folders.names();
    names.extend(stored.into_iter().map(|(name, _)| name));
    outcomes.extend(folders.keep(progress));
    names.extend(outcomes.iter().map(|outcome| outcome.decision.name.clone()));
    for problem in context.unknown_resets(&names) {
        progress.event(Event::Warning(&problem));
    }
    collect::collect(context, progress);
    Ok(outcomes)
}

/// Installs all of these; then their build scripts run, and dev dependencies go.
fn all(
    recognised: Vec<presets::Recognised<'_>>,
    context: &Context<'_>,
    folders: &mut folders::Folders<'_>,
    kept_apart: Option<&[PathBuf]>,
    progress: &mut dyn Progress,
) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    let mut rests = Vec::new();
    for recognised in recognised {
        outcomes.push(match recognised {
            presets::Recognised::Site(site) => {
                let between = &mut |progress: &mut dyn Progress| folders.restore(progress);
                let (outcome, rest) = apply::site(context, site, between, kept_apart, progress)?;
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
    for rest in rests {
        let is_alone = outcomes.len() == 1;
        rest.run(
            is_alone,
            &mut |progress| folders.restore(progress),
            progress,
        )?;
    }
    Ok(outcomes)
}

/// A stored cache can't be trusted.
pub static CACHE_DISCARDED: Kind = Kind {
    id: "cache-discarded",
    header: "A stored cache was discarded",
    why: "Doubt about a cache means a clean install: slower this once, never wrong.",
    steps: &[
        "Nothing to do: the next build has a fresh cache.",
        "If it happens on every build, run once with SLUGSMITH_CACHE_RESET=all and report it with both logs.",
    ],
    example: || Problem::new(&CACHE_DISCARDED).saw("npm: the archive ends early (12.1 of 38.4 MB)"),
};

/// `SLUGSMITH_CACHE_RESET` names nothing.
pub static CACHE_UNKNOWN: Kind = Kind {
    id: "cache-unknown",
    header: "SLUGSMITH_CACHE_RESET names no cache of this app",
    why: "Nothing was discarded for it, so a cache that you wanted emptied was used again.",
    steps: &[
        "Take a name as the log prints it, `npm` or `.next/cache`, or a part of it, `next`; `all` empties every cache.",
        "Or leave the variable out.",
    ],
    example: || {
        Problem::new(&CACHE_UNKNOWN)
            .saw("SLUGSMITH_CACHE_RESET=nmp")
            .saw("caches of this app: .next/cache, npm")
    },
};

/// A tree was installed but could not be kept.
pub static CACHE_NOT_STORED: Kind = Kind {
    id: "cache-not-stored",
    header: "Dependencies could not be kept for the next build",
    why: "This build has everything it needs; the next one installs again.",
    steps: &[
        "If a FIFO, device or link out of the app is named, find the package that makes it \
         and report it there.",
        "If the disk is full, give the builder more room.",
    ],
    example: || {
        Problem::new(&CACHE_NOT_STORED).saw("npm: node_modules/a/pipe is a FIFO, socket or device")
    },
};

/// A build script of the app failed.
pub static SCRIPT_FAILED: Kind = Kind {
    id: "build-script-failed",
    header: "A script of the app failed",
    why: "The app's own build did not finish, so there may be nothing to start.",
    steps: &[
        "Read the script's own last lines below.",
        "Run the same command on your machine in a clean checkout, with the same Node.js version.",
    ],
    example: || {
        Problem::new(&SCRIPT_FAILED)
            .saw("`npm run build` ended with exit code 2 after 3.2s")
            .details(["src/server.ts(3,7): error TS2322"])
    },
};

/// The package manager failed.
pub static INSTALL_FAILED: Kind = Kind {
    id: "install-failed",
    header: "Installing dependencies failed",
    why: "Without its dependencies the app can't start, so the build stops here. \
          Nothing was stored in the cache.",
    steps: &[
        "Read the package manager's own last lines below; it names the package that failed.",
        "Run the same command on your machine in a clean checkout.",
        "If it is the network, build again; if it is a stale lockfile, write it anew and commit it.",
    ],
    example: || {
        Problem::new(&INSTALL_FAILED)
            .saw("`npm ci` ended with exit code 1 after 3.2s")
            .details([
                "npm error code ETARGET",
                "npm error notarget No matching version found for left-pad@99.",
            ])
    },
};

/// Lockfile and manifest disagree.
pub static LOCKFILE_OUT_OF_STEP: Kind = Kind {
    id: "lockfile-out-of-step",
    header: "The lockfile is out of step with the manifest",
    why: "A clean install takes exactly what the lockfile says, so it refuses a lockfile \
          that lacks what the manifest asks for.",
    steps: &[
        "Write the lockfile anew: `npm install --package-lock-only`.",
        "Commit both files together: `git add package.json package-lock.json && git commit`.",
    ],
    example: || {
        Problem::new(&LOCKFILE_OUT_OF_STEP)
            .saw("package.json asks for express ^5.0.0, package-lock.json has 4.19.2")
    },
};

/// The package manager is not on PATH.
pub static TOOL_MISSING: Kind = Kind {
    id: "tool-missing",
    header: "The package manager isn't on PATH",
    why: "The app has a lockfile for it, but no earlier buildpack put it there. Dependencies \
          were not installed; everything else still ran.",
    steps: &[
        "Put the language's buildpack before slugsmith, for example heroku/nodejs.",
        "On your own machine install the tool and run again.",
    ],
    example: || Problem::new(&TOOL_MISSING).saw("package-lock.json needs `npm`"),
};
