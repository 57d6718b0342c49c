//! How is a site installed: inputs of its key, commands, and what is kept of it, all as data.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::EnvChange;
use crate::inputs::Inputs;
use crate::lockfile::{Lockfile, Packages};
use slugsmith_facts::run::Ended;
use slugsmith_finding::error::Problem;

/// How a site is installed.
pub(crate) struct Job {
    pub inputs: Inputs,
    pub lockfile: Option<Lockfile>,
    /// For unpinned dependencies: how long a tree may be used.
    pub expires: Option<Duration>,
    /// Where commands run, relative to the app.
    pub folder: PathBuf,
    /// Run first, on a hit and on a miss.
    pub before: Vec<ManagerCommand>,
    /// Run on a miss; the trees are stored after it.
    pub install: Vec<ManagerCommand>,
    /// Run instead of `install` on the old tree, where the package manager makes any old
    /// tree equal to a new one, and only inputs changed that `syncs_over` accepts.
    pub sync: Vec<ManagerCommand>,
    pub syncs_over: fn(&str) -> bool,
    /// Run when every site is installed, on a hit and on a miss: what the package manager runs
    /// for the app itself, on the tree as it is stored.
    pub scripts: Vec<ManagerCommand>,
    /// What the install must not see, since it is among the `scripts`.
    pub hidden: Hidden,
    /// Run last, on a hit and on a miss: build scripts, pruning.
    pub finish: Vec<ManagerCommand>,
    /// Folders, relative to the app, of which every file can change what the install makes: it
    /// runs code of the app, or copies parts of it. The empty path is the whole app.
    pub reads: Vec<PathBuf>,
    /// Folders outside of the trees that hold nothing but packages, as far as the package manager
    /// says so, once it has installed them. Relative to the app.
    pub owns: Owns,
    /// Whether code of a dependency can have read any file of the app, as far as what it left in the
    /// installed trees shows.
    pub looked: fn(&Path, &[PathBuf]) -> bool,
    /// What leaves the app after that.
    pub prune: Prune,
    /// Run when it has left.
    pub cleanup: Vec<ManagerCommand>,
    /// A virtual environment outside of the app, which strip looks through before it is kept.
    pub outside: Option<PathBuf>,
    /// A file that the tool writes last and trusts only while nothing in the tree is newer,
    /// relative to the app. A pack keeps no times, so it gets a new one.
    pub newest: Option<PathBuf>,
    /// Download and compiler caches.
    pub stores: Vec<DownloadStore>,
    /// A larger tree is not kept, in bytes.
    pub most: Option<u64>,
    /// Whether the trees are paths that the app's configuration names.
    pub is_custom: bool,
    /// Whether the app needs the trees when it runs; if not, they leave it at the end.
    pub launch: bool,
    /// Set where the command itself may resolve anew: reads the packages of the lockfile, which
    /// has to agree with the manifest before, and to be the same after.
    pub held_by: Option<fn(&str) -> Packages>,
    /// How the tree is found when the app runs.
    pub exposes: Vec<EnvChange>,
    /// Turns a failed install into a problem that says more than its output.
    pub explain: fn(&Path, &Ended) -> Option<Problem>,
}

impl Job {
    /// A job without any command.
    pub(in crate::presets) fn new(inputs: Inputs, folder: PathBuf) -> Self {
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
            looked: |_, _| false,
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
    pub(in crate::presets) fn steps(&mut self) -> impl Iterator<Item = &mut ManagerCommand> {
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
pub(crate) type Owns = Box<dyn Fn(&Path) -> Vec<PathBuf>>;

/// Scripts of a manifest that an install must not run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Hidden {
    /// The manifest's folder, relative to the app.
    pub folder: PathBuf,
    pub scripts: Vec<&'static str>,
}

/// Package name → names of packages that it needs.
pub(crate) type Edges = BTreeMap<String, BTreeSet<String>>;

/// How dev dependencies that scripts needed leave an installed tree, where the package
/// manager has no command for it, or one that downloads everything again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Prune {
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
        otherwise: ManagerCommand,
    },
}

/// A folder that a tool keeps between builds for itself: downloads, compiled objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DownloadStore {
    /// The cache's name.
    pub name: String,
    /// The variable that tells the tool where it is.
    pub variable: &'static str,
    /// A download store filled under other inputs is emptied.
    pub inputs: Inputs,
    /// Emptied when it is larger, in bytes.
    pub most: u64,
    /// The folder of the sources, for a tool that goes by file times: a layer loses them,
    /// so those of the download store and of unchanged sources are written down and given back.
    pub sources: Option<PathBuf>,
}

/// One command of a package manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ManagerCommand {
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
    /// Files, relative to the app, that are all it makes of a tree for good: after the same install they are given
    /// back and it does not run.
    pub writes: Vec<PathBuf>,
}

impl ManagerCommand {
    pub(in crate::presets) fn new(program: impl Into<String>, arguments: &[&str]) -> Self {
        Self {
            program: program.into(),
            arguments: arguments.iter().map(|&word| word.to_owned()).collect(),
            defaults: Vec::new(),
            variables: Vec::new(),
            path: None,
            is_script: false,
            writes: Vec::new(),
        }
    }

    pub(in crate::presets) fn set(
        mut self,
        name: &'static str,
        value: impl Into<OsString>,
    ) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    pub(in crate::presets) fn default(mut self, defaults: &[(&'static str, &'static str)]) -> Self {
        self.defaults.extend_from_slice(defaults);
        self
    }

    pub(in crate::presets) fn first_on_path(mut self, folder: &Path) -> Self {
        self.path = Some(folder.to_owned());
        self
    }

    pub(in crate::presets) fn writing(mut self, files: Vec<PathBuf>) -> Self {
        self.writes = files;
        self
    }

    pub(in crate::presets) fn script(mut self) -> Self {
        self.is_script = true;
        self
    }
}
