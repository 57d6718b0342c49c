//! Which projects a folder has, and who has installed them: pure questions to a [`Look`].

use super::model::{Ecosystem, Holds, Lockfile, Manifest, Service, Tree};
use super::{ALL, pattern};

/// What can be seen of an app. Paths are relative to its root; the root is `""`.
pub trait Look {
    /// Names in a folder, sorted; empty where there is none.
    fn names(&self, folder: &str) -> Vec<String>;
    /// The text of a file.
    fn text(&self, path: &str) -> Option<String>;
}

/// A project of one ecosystem.
#[derive(Debug, Clone)]
pub struct Project {
    pub ecosystem: &'static Ecosystem,
    /// Relative to the app; empty for its root.
    pub at: String,
    /// The manifest as it was found: `shop.csproj`.
    pub manifest: Option<(String, &'static Manifest)>,
    /// The lockfile, if there is one.
    pub lockfile: Option<&'static Lockfile>,
}

impl Project {
    /// The file that says most of it: its lockfile, or the manifest.
    #[must_use]
    pub fn file(&self) -> &str {
        match (self.lockfile, &self.manifest) {
            (Some(lockfile), _) => lockfile.name,
            (None, Some((name, _))) => name,
            (None, None) => "",
        }
    }

    /// The program that installs it.
    #[must_use]
    pub fn tool(&self) -> &'static str {
        match (self.lockfile, &self.manifest) {
            (Some(lockfile), _) => lockfile.tool,
            (None, Some((_, manifest))) => manifest.tool,
            (None, None) => "",
        }
    }

    /// Whether slugsmith installs it.
    #[must_use]
    pub fn is_served(&self) -> bool {
        self.service() == Some(Service::Installed)
    }

    /// What to write where no buildpack known here installs from this file.
    #[must_use]
    pub fn instead(&self) -> Option<&'static str> {
        match self.service() {
            Some(Service::Instead(advice)) => Some(advice),
            _ => None,
        }
    }

    fn service(&self) -> Option<Service> {
        let lockfile = self.lockfile.map(|one| one.service);
        let manifest = self.manifest.as_ref().map(|(_, one)| one.service);
        lockfile.or(manifest)
    }
}

/// The projects of one folder, in the order of [`ALL`]; at most one per ecosystem.
pub fn projects(look: &dyn Look, at: &str) -> Vec<Project> {
    let names = look.names(at);
    ALL.iter()
        .filter_map(|&ecosystem| {
            let manifest = manifest(look, at, &names, ecosystem);
            let lockfiles = ecosystem.lockfiles.iter();
            let lockfile = lockfiles
                .clone()
                .find(|one| names.iter().any(|name| name == one.name));
            (manifest.is_some() || lockfile.is_some()).then(|| Project {
                ecosystem,
                at: at.to_owned(),
                manifest,
                lockfile,
            })
        })
        .collect()
}

fn manifest(
    look: &dyn Look,
    at: &str,
    names: &[String],
    ecosystem: &'static Ecosystem,
) -> Option<(String, &'static Manifest)> {
    ecosystem.manifests.iter().find_map(|manifest| {
        let found = expand(look, at, names, manifest.pattern);
        let announces = |path: &String| {
            let text = look.text(&join(at, path)).unwrap_or_default();
            (manifest.announces)(&text)
        };
        found
            .into_iter()
            .find(announces)
            .map(|path| (path, manifest))
    })
}

/// Whether a folder has a file with the name of a manifest, also one that wants nothing.
pub fn has_manifest(look: &dyn Look, at: &str) -> bool {
    let names = look.names(at);
    let mut manifests = ALL.iter().flat_map(|one| one.manifests);
    manifests.any(|one| !expand(look, at, &names, one.pattern).is_empty())
}

/// Paths below a folder, whose `names` are given, that match a pattern of single names.
pub fn expand(look: &dyn Look, at: &str, names: &[String], pattern: &str) -> Vec<String> {
    let (first, rest) = match pattern.split_once('/') {
        Some((first, rest)) => (first, Some(rest)),
        None => (pattern, None),
    };
    let matching = names.iter().filter(|name| pattern::one_name(first, name));
    let Some(rest) = rest else {
        return matching.cloned().collect();
    };
    matching
        .flat_map(|name| {
            let below = look.names(&join(at, name));
            let found = expand(look, &join(at, name), &below, rest);
            found.into_iter().map(move |path| join(name, &path))
        })
        .collect()
}

/// Joins two relative paths, of which the first may be empty.
#[must_use]
pub fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

/// The first tree that shows that a project is installed, as it was found: packages, or a
/// program that was built from them.
pub fn installed_tree(look: &dyn Look, project: &Project) -> Option<(String, &'static Tree)> {
    tree(look, project, |tree| tree.holds != Holds::Runtime)
}

/// The first tree of an ecosystem that a buildpack has left, runtimes included.
pub fn any_tree(look: &dyn Look, project: &Project) -> Option<(String, &'static Tree)> {
    tree(look, project, |_| true)
}

fn tree(
    look: &dyn Look,
    project: &Project,
    counts: fn(&Tree) -> bool,
) -> Option<(String, &'static Tree)> {
    let names = look.names(&project.at);
    let mut trees = project.ecosystem.trees.iter().filter(|tree| counts(tree));
    trees.find_map(|tree| {
        let path = expand(look, &project.at, &names, tree.path)
            .into_iter()
            .next()?;
        Some((path, tree))
    })
}

/// The buildpack of a Cloud Native group that installs an ecosystem.
#[must_use]
pub fn installed_by<'a>(ecosystem: &Ecosystem, group: &'a [String]) -> Option<&'a str> {
    let ids = || ecosystem.buildpacks.iter().flat_map(|one| one.ids);
    let mut group = group.iter().map(String::as_str);
    group.find(|id| ids().any(|known| known == id))
}

/// Folders of a repository where a project may be: two levels, without hidden ones and
/// those that tools fill.
pub fn elsewhere(look: &dyn Look) -> Vec<Project> {
    let folders = |at: &str| -> Vec<String> {
        let names = look.names(at).into_iter();
        let own = names.filter(|name| !name.starts_with('.') && !FILLED.contains(&name.as_str()));
        own.map(|name| join(at, &name)).take(MAX_FOLDERS).collect()
    };
    let first = folders("");
    let second: Vec<_> = first
        .iter()
        .flat_map(|at| folders(at))
        .take(MAX_FOLDERS)
        .collect();
    let mut found: Vec<Project> = Vec::new();
    for at in first.iter().chain(&second) {
        found.extend(projects(look, at));
    }
    found
}

/// Folders that are looked into, at each level.
const MAX_FOLDERS: usize = 200;

/// Folders that hold what tools install or build.
const FILLED: &[&str] = &[
    "node_modules",
    "vendor",
    "target",
    "dist",
    "build",
    "tmp",
    "log",
    "test",
    "tests",
    "spec",
    "docs",
    "doc",
    "examples",
    "fixtures",
    "deps",
    "_build",
    "obj",
    "bin",
];
