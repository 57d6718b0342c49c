//! Which ecosystems does this app use, and how is each installed?
//!
//! One file per ecosystem. Each recognises its files, names the inputs of its key and
//! gives the commands as data ([`Job`]); deciding and running are the same for all.
//!
//! | class | where the tree lives | used for |
//! |---|---|---|
//! | [`Class::Packed`] | in the app; one archive in the store | `node_modules`, `vendor`, build outputs |
//! | [`Class::Layer`] | in the store, exposed by variables; a changed one starts from it | virtual environments, gems |
//! | the same, `free` | in the image only: it never moves | virtual environments of tools that start from nothing |
//!
//! Download and compiler caches that only make a miss quicker are [`Job::stores`].

mod build_tools;
mod composer;
pub(super) mod custom;
pub(super) mod frameworks;
mod javascript;
mod job;
mod place;
mod python;
mod ruby;

use std::path::{Path, PathBuf};
use std::time::Duration;

use self::place::reached;
use super::adopt::Adoption;
use super::inputs::Inputs;
use super::{Context, EnvChange, EnvRule, LOCKFILE_OUT_OF_STEP, secrets};
use slugsmith_facts::run::Ended;
use slugsmith_finding::error::Problem;

pub(super) use self::job::{DownloadStore, Edges, Hidden, Job, ManagerCommand, Prune};
pub(super) use self::place::Project;

/// Unpinned versions are looked up again after this time.
const UNPINNED: Duration = Duration::from_hours(24);

/// What the log says of a tree whose versions may change without any file changing.
fn not_pinned(why: &str) -> String {
    format!("{why}: used for 24 hours at most")
}

/// Dependencies that an app wants installed.
pub(super) struct Site<'a> {
    /// `npm`; also the cache's name.
    pub name: String,
    /// `package-lock.json, 842 packages`.
    pub what: String,
    pub class: Class,
    /// Packed class: what the install makes, relative to the app. The first one is there
    /// when, and only when, the install is complete.
    pub trees: Vec<PathBuf>,
    /// Whether somebody has installed this already, where the trees don't show it.
    pub adoption: Adoption,
    /// Reads the inputs. Not done for what is adopted; a problem means that nothing can
    /// be installed, and is a warning.
    pub job: Box<dyn FnOnce() -> Result<Job, Problem> + 'a>,
}

/// Reads a job; what is kept and told of its packages has no credentials.
pub(super) fn read<'a>(
    job: Box<dyn FnOnce() -> Result<Job, Problem> + 'a>,
) -> Result<Job, Problem> {
    let mut job = job()?;
    if let Some(lockfile) = &mut job.lockfile {
        let packages = std::mem::take(&mut lockfile.packages);
        lockfile.packages = super::lockfile::without_credentials(packages);
    }
    Ok(job)
}

/// Where a tree lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Packed {
        /// Whether links may lead out of the app, as a virtual environment's `python` does.
        links_out: bool,
    },
    Layer {
        /// Whether it is in the image only and never given back: nothing of it moves when
        /// nothing changed. For trees that are no base of a changed one.
        free: bool,
    },
}

/// The usual class of trees in the app.
pub(super) const PACKED: Class = Class::Packed { links_out: false };

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

/// Everything in one place that is installed from packages, in a fixed order.
pub(super) fn recognise<'a>(place: &'a Project<'a>) -> Vec<Recognised<'a>> {
    let presets = [
        javascript::recognise,
        python::recognise,
        ruby::recognise,
        composer::recognise,
    ];
    presets.iter().filter_map(|preset| preset(place)).collect()
}

/// What a place compiles from its own sources. It may embed what build scripts make, so it
/// comes after them.
pub(super) fn recognise_compiled<'a>(place: &'a Project<'a>) -> Vec<Recognised<'a>> {
    build_tools::recognise(place).into_iter().collect()
}

pub(super) use self::custom::recognise as recognise_custom;

/// The manifest fields that are inputs, for the mutation suite.
#[cfg(test)]
pub(super) fn javascript_fields() -> &'static [&'static str] {
    javascript::FIELDS
}

/// What counts of a settings file of npm.
pub(super) fn npm_settings(text: &str) -> String {
    javascript::of_npm(text)
}

/// Adds every set variable whose name `wanted` accepts, without credentials, and the files of the
/// app that one names: `PIP_CONSTRAINT`, `UV_CONFIG_FILE`, `BUNDLE_GEMFILE` with its lockfile.
fn variables(inputs: &mut Inputs, place: &Project<'_>, wanted: impl Fn(&str) -> bool) {
    let Context {
        app, environment, ..
    } = place.context;
    secrets::environment(inputs, environment, &wanted);
    for (name, value) in &environment.variables {
        let Some(value) = value
            .to_str()
            .filter(|_| wanted(name) && !secrets::is_secret(name))
        else {
            continue;
        };
        let words = value.split(|c: char| c.is_whitespace() || ",:;='\"".contains(c));
        for word in words.filter(|word| !word.is_empty()) {
            let path = match Path::new(word).strip_prefix(&app.root) {
                Ok(path) => Some(path.to_owned()),
                Err(_) => place.reached("", word.trim_start_matches("//")),
            };
            let Some(path) = path.filter(|path| app.root.join(path).is_file()) else {
                continue;
            };
            let path = path.to_string_lossy();
            inputs.file(&app.root, &path);
            inputs.file(&app.root, &format!("{path}.lock"));
        }
    }
}

/// Every string in a value, at any depth.
fn strings(value: &serde_json::Value) -> Vec<&str> {
    let mut pending = vec![value];
    let mut found = Vec::new();
    while let Some(value) = pending.pop() {
        match value {
            serde_json::Value::String(text) => found.push(text.as_str()),
            serde_json::Value::Object(fields) => pending.extend(fields.values()),
            serde_json::Value::Array(items) => pending.extend(items),
            _ => {}
        }
    }
    found
}

/// The machine a tree is made for: every key has it.
pub(super) fn machine(inputs: &mut Inputs, context: &Context<'_>) {
    let target = &context.environment.target;
    inputs.plain("distro", &target.distro);
    inputs.plain("arch", format!("{} {}", target.os, target.arch));
}

/// A package manager refuses a lockfile: what it said, and the command that mends it.
fn out_of_step(ended: &Ended, saw: &str, step: &str) -> Problem {
    Problem::new(&LOCKFILE_OUT_OF_STEP)
        .saw(saw)
        .step(step)
        .details(ended.details())
}

/// A tool that isn't there. Heroku has no buildpack for Cargo and Bun.
fn missing(file: &str, tool: &str) -> Problem {
    let brings = match tool {
        "node" | "npm" | "pnpm" | "yarn" => ", which heroku/nodejs brings",
        "pipenv" | "poetry" | "python3" | "uv" => ", which heroku/python brings",
        "bundle" | "ruby" => ", which heroku/ruby brings",
        "composer" | "php" => ", which heroku/php brings",
        "go" => ", which heroku/go brings",
        "gradle" => ", which heroku/gradle brings",
        "java" | "mvn" => ", which heroku/java brings",
        _ => "",
    };
    Problem::new(&super::TOOL_MISSING).saw(format!("{file} needs `{tool}`{brings}"))
}
