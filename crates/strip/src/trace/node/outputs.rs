//! Which folders did a framework write as servers that run alone, packages included?
//!
//! Next (`output: 'standalone'`) and Nitro trace the files that a server needs and put them with it, so that the folder
//! can be copied to a machine that has nothing else. What a package in there loads by a name that is not known can only
//! be what was put there. A folder that was copied together by hand lacks what the framework wrote about it.

use super::Node;
use super::resolve::in_app;
use crate::facts::{Facts, package_folder};
use crate::index::{self, join, parent};

/// What Next writes about a build, and again into the server that it made.
const OF_NEXT: &str = "required-server-files.json";
/// What Nitro writes about a build, and where.
const OF_NITRO: &str = "nitro.json";
const NITRO: &str = ".output";

/// What builds servers by Nitro. Their names stand in such a server as words, and what it needs of them is bundled.
const BUILDERS: &[&str] = &[
    "nuxt",
    "nitropack",
    "nitro",
    "vinxi",
    "vite",
    "rollup",
    "@solidjs/start",
    "@tanstack/react-start",
    "@analogjs/platform",
];

/// A server that a framework wrote to run alone.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Output {
    folder: String,
    /// What starts it, where the framework wrote that, configuration of the build included.
    entry: Option<String>,
}

/// Every such folder of an app.
pub(super) fn find(facts: &Facts<'_>) -> Vec<Output> {
    let index = &facts.index;
    let paths = (0..index.entries().len()).filter_map(|number| index.path(number));
    let mut outputs: Vec<Output> = paths
        .filter(|path| matches!(index::name(path), OF_NEXT | OF_NITRO) && in_app(path))
        .filter_map(|path| match index::name(path) {
            OF_NEXT => of_next(facts, path),
            _ => of_nitro(path),
        })
        .filter(|output| {
            let packages = index.exact(&format!("{}/node_modules", output.folder));
            // Not a link to the packages of the project.
            packages.is_some_and(|number| index.is_folder(number))
        })
        .collect();
    outputs.sort_unstable();
    outputs.dedup();
    outputs
}

/// `.next/standalone` for `.next/standalone/apps/web/.next/required-server-files.json`, whatever the build's folder is
/// called.
fn of_next(facts: &Facts<'_>, path: &str) -> Option<Output> {
    let build = index::name(parent(path));
    let entry = join(parent(parent(path)), "server.js")?;
    let marker = format!("{build}/standalone/");
    let at = path.find(&marker)?;
    let begins = at == 0 || path.as_bytes().get(at - 1) == Some(&b'/');
    let found = begins && facts.index.has_file(&entry);
    found.then(|| Output {
        folder: path[..at + marker.len() - 1].to_owned(),
        entry: Some(entry),
    })
}

/// Whether a file is a framework's note about a build, which names the framework and which no server reads.
pub(in crate::trace) fn is_note(path: &str) -> bool {
    index::name(path) == OF_NITRO && index::name(parent(path)) == NITRO
}

fn of_nitro(path: &str) -> Option<Output> {
    (index::name(parent(path)) == NITRO).then(|| Output {
        folder: format!("{}/server", parent(path)),
        entry: None,
    })
}

impl Node<'_, '_> {
    /// The output that a file is in, if a framework wrote it to run alone.
    pub(in crate::trace) fn output(&self, path: &str) -> Option<&str> {
        let mut folders = self.outputs.iter().map(|output| output.folder.as_str());
        folders.find(|folder| lies_in(path, folder))
    }

    /// Whether a package in such a server is the framework that wrote it.
    pub(super) fn is_framework(&self, folder: &str) -> bool {
        let mut outputs = self.outputs.iter().filter(|one| one.entry.is_some());
        folder.ends_with("/node_modules/next") && outputs.any(|one| lies_in(folder, &one.folder))
    }

    /// Whether a framework wrote a file to start such a server.
    pub(super) fn is_entry(&self, path: &str) -> bool {
        let mut entries = self.outputs.iter().filter_map(|one| one.entry.as_deref());
        entries.any(|entry| entry == path)
    }

    /// Whether words in a file may be names of packages that the framework did not put with the server: those in what
    /// the framework wrote itself are not.
    pub(super) fn says_what_it_loads(&self, file: &str) -> bool {
        match package_folder(file) {
            Some(folder) => !self.is_framework(folder),
            None => !self.is_entry(file),
        }
    }

    /// Whether a word in a file of such a server is the name of what built it.
    pub(super) fn names_builder(&self, file: &str, word: &str) -> bool {
        let of_nitro = |one: &&Output| one.entry.is_none() && lies_in(file, &one.folder);
        BUILDERS.contains(&word) && self.outputs.iter().any(|one| of_nitro(&one))
    }

    /// Whether a file can mean another one that it does not ask for by its very name. What traces the packages of a
    /// server does not see what one of them loads by a name that it is given (`require(name)` for a driver): that is
    /// found above the server if the package declares it.
    pub(super) fn may_mean(&self, file: &str, number: usize) -> bool {
        let path = self.facts.index.path(number);
        path.is_some_and(|path| self.lies_in_output(file, path) || self.declares(file, path))
    }

    /// Whether the package that a file is in says that it needs the one that another file is in.
    fn declares(&self, file: &str, other: &str) -> bool {
        let owner = package_folder(file).filter(|folder| !self.is_framework(folder));
        let manifest = owner.and_then(|folder| self.facts.manifests.get(folder)?.as_ref());
        let needed = package_folder(other).and_then(|folder| folder.rsplit("node_modules/").next());
        manifest.zip(needed).is_some_and(|(manifest, name)| {
            manifest.dependencies.contains(name) || manifest.peers.contains(name)
        })
    }

    /// Whether a path is in the output that a file is in, if there is one.
    pub(super) fn lies_in_output(&self, file: &str, path: &str) -> bool {
        self.output(file).is_none_or(|output| lies_in(path, output))
    }
}

fn lies_in(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|inside| inside.starts_with('/'))
}
