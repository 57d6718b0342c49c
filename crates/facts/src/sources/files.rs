//! The app's own code, configuration and paths, as they were read.

use std::collections::{BTreeMap, BTreeSet};

use super::names::outside_the_app;
use super::outputs::Outputs;
use super::suppress::Suppression;
use crate::code::{Code, Language};
use slugsmith_ecosystems as ecosystems;
use slugsmith_ecosystems::recognise::Look;

/// The app's own files.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// Code that a process can reach, sorted by path.
    pub files: Vec<Code>,
    /// Code that no process can reach: what stands in it is still read by everybody who has the repository.
    pub unreached: Vec<Code>,
    /// Manifests, lockfiles and configuration by path.
    pub texts: BTreeMap<String, String>,
    /// Every path of the app's own files, sorted, `/` as separator.
    pub paths: Vec<String>,
    /// Sizes in bytes, in the order of `paths`.
    pub sizes: Vec<u64>,
    /// What was not read, and why.
    pub skipped: Vec<(String, &'static str)>,
    /// Names in capitals with an underscore that code or configuration holds anywhere, also
    /// code that no process reaches: who mentions a variable at all.
    pub words: BTreeSet<String>,
    /// Names of the programs that `go install ./...` makes.
    pub go_programs: Vec<String>,
    /// Languages that have a manifest, but that no buildpack installs, since the processes run
    /// another one.
    pub unserved: Vec<Language>,
    /// What the app's own build makes.
    pub outputs: Outputs,
    /// The text of a `.env` that `.gitignore` names, in a folder that is no part of a repository: it is there, but
    /// whether it was committed can't be told. It is none of the app's own files.
    pub unproven_env: Option<String>,
    /// Files and folders that `.gitignore` names and that are there, where no repository says whether they were
    /// committed: as `unproven_env`.
    pub unproven: Vec<String>,
    /// Files of settings that `require("config")` loads in production, those that win first.
    pub node_config: Vec<String>,
    /// Inline suppressions.
    pub suppressions: Vec<Suppression>,
}

impl Sources {
    /// Leaves the code that a process may reach.
    pub(super) fn keep(&mut self, is_reached: impl Fn(&Code) -> bool) {
        let unreached = self.files.extract_if(.., |code| !is_reached(code));
        self.unreached.extend(unreached);
    }

    /// Whether the app has a file at this path.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        self.paths
            .binary_search_by(|probe| probe.as_str().cmp(path))
            .is_ok()
    }

    /// Whether a file is there of which nobody can say whether it was committed.
    #[must_use]
    pub fn is_unproven(&self, path: &str) -> bool {
        let below = |one: &String| {
            let rest = path.strip_prefix(one.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.unproven.iter().any(below)
    }

    /// The text of a configuration file.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// Whether git ignores the folder, as far as the root's `.gitignore` says.
    #[must_use]
    pub fn is_ignored(&self, folder: &str) -> bool {
        self.outputs.ignores_folder(folder)
    }

    /// The root and every folder of the app with a lockfile of its own, but for those of tests
    /// and examples: what is installed on its own.
    #[must_use]
    pub fn project_folders(&self) -> BTreeSet<String> {
        let names: BTreeSet<_> = ecosystems::lockfiles().map(|(_, one)| one.name).collect();
        let nested = self.paths.iter().filter_map(|path| {
            let (folder, name) = path.rsplit_once('/')?;
            let is_project = names.contains(name) && !outside_the_app(path);
            is_project.then(|| folder.to_owned())
        });
        nested.chain([String::new()]).collect()
    }

    /// Paths below a folder (`db/migrate/`).
    pub fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a str> {
        let start = self.paths.partition_point(|path| path.as_str() < folder);
        self.paths
            .iter()
            .skip(start)
            .map(String::as_str)
            .take_while(move |path| path.starts_with(folder))
    }
}

/// What was read, for questions of ecosystems.
impl Look for Sources {
    fn names(&self, folder: &str) -> Vec<String> {
        let folder = match folder {
            "" => String::new(),
            folder => format!("{folder}/"),
        };
        let below = self
            .below(&folder)
            .filter_map(|path| path.strip_prefix(&folder));
        let mut names: Vec<String> = below
            .filter_map(|path| path.split('/').next())
            .map(str::to_owned)
            .collect();
        names.dedup();
        names
    }

    fn text(&self, path: &str) -> Option<String> {
        self.texts.get(path).cloned()
    }
}
