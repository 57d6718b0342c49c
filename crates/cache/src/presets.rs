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
mod python;
mod ruby;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use super::adopt::{Adoption, Wanted};
use super::inputs::Inputs;
use super::lockfile::Lockfile;
use super::{Context, EnvChange, How, LOCKFILE_OUT_OF_STEP, secrets};
use slugsmith_facts::app::App;
use slugsmith_facts::run::Ended;
use slugsmith_facts::{Malformed, app};
use slugsmith_finding::error::Problem;

/// Unpinned versions are looked up again after this time.
const UNPINNED: Duration = Duration::from_hours(24);

/// What the log says of a tree whose versions may change without any file changing.
fn not_pinned(why: &str) -> String {
    format!("{why}: used for 24 hours at most")
}

/// A folder of the app that is installed on its own: the root, or a sub-project.
pub(super) struct Place<'a> {
    pub context: &'a Context<'a>,
    /// The facts of this folder.
    pub app: App,
    /// Relative to the app; empty for the root.
    pub at: PathBuf,
}

impl<'a> Place<'a> {
    pub(super) fn new(context: &'a Context<'a>, at: &Path) -> Self {
        Self {
            context,
            app: if at.as_os_str().is_empty() {
                context.app.clone()
            } else {
                app::read(&context.app.root.join(at))
            },
            at: at.to_owned(),
        }
    }

    /// `npm`, or `frontend/npm` in a sub-project: the cache's name.
    fn name(&self, ecosystem: &str) -> String {
        if self.at.as_os_str().is_empty() {
            ecosystem.to_owned()
        } else {
            format!("{}/{ecosystem}", self.at.display())
        }
    }

    /// Where a path leads that is written in a folder of this place, relative to the app: it may
    /// lead out of the place (`../shared`). `None` outside of the app.
    fn reached(&self, folder: impl AsRef<Path>, path: impl AsRef<Path>) -> Option<PathBuf> {
        reached(self.at.join(folder), path)
    }

    /// A path of this place, relative to the app.
    fn tree(&self, path: impl AsRef<Path>) -> PathBuf {
        self.at.join(path)
    }

    /// What is judged for a cache of this place.
    fn wanted<'b>(&'b self, name: &'b str) -> Wanted<'b> {
        Wanted {
            context: self.context,
            name,
            at: &self.at,
        }
    }

    fn unusable<'b>(&self, name: &str, malformed: &Malformed) -> Recognised<'b> {
        let reported = self.at.as_os_str().is_empty()
            && self.app.broken().any(|reported| reported == malformed);
        Recognised::Unusable {
            name: self.name(name),
            what: malformed.path.clone(),
            problem: malformed.problem(),
            reported,
        }
    }
}

/// Where a path leads that is written in this folder of the app. `None` outside of the app.
fn reached(folder: PathBuf, path: impl AsRef<Path>) -> Option<PathBuf> {
    let mut found = folder;
    for part in path.as_ref().components() {
        match part {
            Component::Normal(name) => found.push(name),
            Component::CurDir => {}
            Component::ParentDir if found.pop() => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(found)
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
    /// Run instead of `install` on the old tree, where the package manager makes any old
    /// tree equal to a new one, and only inputs changed that `syncs_over` accepts.
    pub sync: Vec<Step>,
    pub syncs_over: fn(&str) -> bool,
    /// Run when every site is installed, on a hit and on a miss: what the package manager runs
    /// for the app itself, on the tree as it is stored.
    pub scripts: Vec<Step>,
    /// What the install must not see, since it is among the `scripts`.
    pub hidden: Hidden,
    /// Run last, on a hit and on a miss: build scripts, pruning.
    pub finish: Vec<Step>,
    /// Folders, relative to the app, of which every file can change what the install makes: it
    /// runs code of the app, or copies parts of it. The empty path is the whole app.
    pub reads: Vec<PathBuf>,
    /// Folders outside of the trees that hold nothing but packages, as far as the package manager
    /// says so, once it has installed them. Relative to the app.
    pub owns: Owns,
    /// What leaves the app after that.
    pub prune: Prune,
    /// Run when it has left.
    pub cleanup: Vec<Step>,
    /// A virtual environment outside of the app, which strip looks through before it is kept.
    pub outside: Option<PathBuf>,
    /// A file that the tool writes last and trusts only while nothing in the tree is newer,
    /// relative to the app. A pack keeps no times, so it gets a new one.
    pub newest: Option<PathBuf>,
    /// Download and compiler caches.
    pub stores: Vec<Shelf>,
    /// A larger tree is not kept, in bytes.
    pub most: Option<u64>,
    /// Whether the trees are paths that the app's configuration names.
    pub is_custom: bool,
    /// Whether the app needs the trees when it runs; if not, they leave it at the end.
    pub launch: bool,
    /// Set where the command itself may resolve anew: reads the packages of the lockfile, which
    /// has to agree with the manifest before, and to be the same after.
    pub held_by: Option<fn(&str) -> super::lockfile::Packages>,
    /// How the tree is found when the app runs.
    pub exposes: Vec<EnvChange>,
    /// Turns a failed install into a problem that says more than its output.
    pub explain: fn(&Path, &Ended) -> Option<Problem>,
}

impl Job {
    /// A job without any command.
    fn new(inputs: Inputs, folder: PathBuf) -> Self {
        Self {
            inputs,
            lockfile: None,
            expires: None,
            folder,
            before: Vec::new(),
            install: Vec::new(),
            sync: Vec::new(),
            syncs_over: |_| false,
            scripts: Vec::new(),
            hidden: Hidden::default(),
            finish: Vec::new(),
            reads: Vec::new(),
            owns: Box::new(|_| Vec::new()),
            prune: Prune::Nothing,
            cleanup: Vec::new(),
            outside: None,
            newest: None,
            stores: Vec::new(),
            most: None,
            is_custom: false,
            launch: true,
            held_by: None,
            exposes: Vec::new(),
            explain: |_, _| None,
        }
    }
}

impl Job {
    /// Every command of the job.
    fn steps(&mut self) -> impl Iterator<Item = &mut Step> {
        [
            &mut self.before,
            &mut self.install,
            &mut self.sync,
            &mut self.scripts,
            &mut self.finish,
            &mut self.cleanup,
        ]
        .into_iter()
        .flatten()
        .chain(match &mut self.prune {
            Prune::Listed { otherwise, .. } => Some(otherwise),
            Prune::Nothing | Prune::Modules { .. } | Prune::Archives { .. } => None,
        })
    }
}

/// From the app's folder to the folders that a package manager owns in it.
pub(super) type Owns = Box<dyn Fn(&Path) -> Vec<PathBuf>>;

/// Scripts of a manifest that an install must not run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Hidden {
    /// The manifest's folder, relative to the app.
    pub folder: PathBuf,
    pub scripts: Vec<&'static str>,
}

/// Package name → names of packages that it needs.
pub(super) type Edges = BTreeMap<String, BTreeSet<String>>;

/// How dev dependencies that scripts needed leave an installed tree, where the package
/// manager has no command for it, or one that downloads everything again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Prune {
    Nothing,
    /// Packages in `node_modules` that no project needs in production.
    Modules {
        /// The root and the workspaces, relative to the app.
        projects: Vec<PathBuf>,
        /// Dependencies that a lockfile knows and no package.json names.
        more: Edges,
    },
    /// Archives that the Plug'n'Play map does not name.
    Archives {
        map: PathBuf,
        archives: PathBuf,
    },
    /// What npm's own list of the tree gives to development.
    Listed {
        /// The folder with `node_modules`, relative to the app.
        project: PathBuf,
        /// Run where there is no such list.
        otherwise: Step,
    },
}

/// A folder that a tool keeps between builds for itself: downloads, compiled objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shelf {
    /// The cache's name.
    pub name: String,
    /// The variable that tells the tool where it is.
    pub variable: &'static str,
    /// A shelf filled under other inputs is emptied.
    pub inputs: Inputs,
    /// Emptied when it is larger, in bytes.
    pub most: u64,
    /// The folder of the sources, for a tool that goes by file times: a layer loses them,
    /// so those of the shelf and of unchanged sources are written down and given back.
    pub sources: Option<PathBuf>,
}

/// One command of a package manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub program: String,
    pub arguments: Vec<String>,
    /// Set for this command unless the user has set them.
    pub defaults: Vec<(&'static str, &'static str)>,
    /// Set for this command in any case.
    pub variables: Vec<(&'static str, OsString)>,
    /// Put before the user's PATH.
    pub path: Option<PathBuf>,
    /// Whether it runs code of the app, not only of its dependencies.
    pub is_script: bool,
}

impl Step {
    fn new(program: impl Into<String>, arguments: &[&str]) -> Self {
        Self {
            program: program.into(),
            arguments: arguments.iter().map(|&word| word.to_owned()).collect(),
            defaults: Vec::new(),
            variables: Vec::new(),
            path: None,
            is_script: false,
        }
    }

    fn set(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    fn default(mut self, defaults: &[(&'static str, &'static str)]) -> Self {
        self.defaults.extend_from_slice(defaults);
        self
    }

    fn first_on_path(mut self, folder: &Path) -> Self {
        self.path = Some(folder.to_owned());
        self
    }

    fn script(mut self) -> Self {
        self.is_script = true;
        self
    }
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

/// Everything in one place that is installed from packages, in a fixed order.
pub(super) fn recognise<'a>(place: &'a Place<'a>) -> Vec<Recognised<'a>> {
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
pub(super) fn recognise_compiled<'a>(place: &'a Place<'a>) -> Vec<Recognised<'a>> {
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
fn variables(inputs: &mut Inputs, place: &Place<'_>, wanted: impl Fn(&str) -> bool) {
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
