//! Which packages can a path or a command mean, rather than one file of one package?

use std::collections::BTreeMap;

use super::resolve::in_app;
use super::value::HOLE;
use super::{Node, is_source};
use crate::facts::package_folder;
use crate::index::{self, join, parent};
use crate::start;
use crate::trace::language::named_only;

impl<'g, 'a> Node<'g, 'a> {
    /// The project of a server that a framework built with packages of its own, in which a file is.
    pub(in crate::trace) fn built_server(&self, path: &str) -> Option<&'g str> {
        const SERVERS: &[&str] = &[".next/standalone", ".output/server"];
        let index = &self.facts.index;
        let folders = self.projects().map(|(folder, _)| folder);
        let mut folders =
            folders.filter(|folder| SERVERS.iter().any(|server| folder.ends_with(server)));
        folders.find(|folder| {
            let inside = path
                .strip_prefix(folder)
                .is_some_and(|rest| rest.starts_with('/'));
            inside && index.find(&format!("{folder}/node_modules")).is_some()
        })
    }

    /// Where a path behind `node_modules` begins that code of the app says. A server that a framework built has names
    /// of modules by the folder that they were built in: what was not put beside it under such a name is data or
    /// nothing, since modules are asked for by their packages' names.
    pub(super) fn seen_from_server(&self, file: &str, path: &str) -> Option<String> {
        let Some(server) = self.built_server(file) else {
            return Some(path.to_owned());
        };
        let index = &self.facts.index;
        let beside = join(server, path).filter(|path| index.find(path).is_some());
        let may_be_data = !is_source(path) && !path.ends_with('/');
        beside.or_else(|| may_be_data.then(|| path.to_owned()))
    }

    /// All that is in a folder which is listed, packages included.
    pub(super) fn listed(&self, pattern: &str) -> Vec<usize> {
        let index = &self.facts.index;
        let Some(path) = join("", pattern).filter(|_| means_packages(pattern)) else {
            return Vec::new();
        };
        let folder = path.split(HOLE).next().unwrap_or_default();
        let files = index.below_path(folder.trim_end_matches('/'));
        files
            .filter(|number| index.is_file(*number) && !named_only(self.catalogue, *number))
            .collect()
    }

    /// Every file of packages in folders where neither the app's files nor other packages look for one, as a Meteor
    /// bundle has them (`npm/node_modules/meteor/accounts/node_modules`): only a path that is made at run time leads
    /// there.
    pub(super) fn aside(&self) -> &[usize] {
        self.aside.get_or_init(|| {
            let mut packages: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for folder in self.facts.manifests.keys() {
                if let Some((base, _)) = folder.rsplit_once("/node_modules/") {
                    packages.entry(base).or_default().push(folder);
                }
            }
            packages.retain(|base, _| !self.is_searched(base));
            let folders = packages.into_values().flatten();
            folders.flat_map(|folder| self.all_of(folder)).collect()
        })
    }

    /// Whether a package, a project, a store that links lead to, or code of the app would find packages in the
    /// `node_modules` of a folder.
    fn is_searched(&self, folder: &str) -> bool {
        let index = &self.facts.index;
        let is_store = folder.contains("node_modules/.");
        let is_code = |path: &str| in_app(path) && is_source(path);
        self.facts.manifests.contains_key(folder)
            || is_store
            || index
                .below_path(folder)
                .any(|number| index.path(number).is_some_and(is_code))
    }

    /// Packages of which a path has the beginning of the name: `node_modules/@s/x-` and a hole.
    pub(super) fn begun(&self, pattern: &str) -> Vec<&'a str> {
        let Some((start, _)) = pattern.split_once(HOLE) else {
            return Vec::new();
        };
        let Some(at) = start.rfind("node_modules/") else {
            return Vec::new();
        };
        let (modules, name) = start.split_at(at + "node_modules/".len());
        let whole = if name.starts_with('@') { 2 } else { 1 };
        if name.is_empty() || name.matches('/').count() >= whole {
            return Vec::new();
        }
        let file = format!("{}x", modules.trim_end_matches("node_modules/"));
        self.resolver.packages_matching(&file, name, "")
    }

    /// Whether a word of a file is the name of a program of some package.
    pub(in crate::trace) fn is_program(&self, file: &str, word: &str) -> bool {
        !super::started(self, file, word).is_empty()
    }

    /// Programs and files that a command names which `file` hands to a shell.
    pub(super) fn command(&self, file: &str, text: &str) -> Vec<usize> {
        let index = &self.facts.index;
        let mut folders: Vec<&str> = self.projects().map(|(folder, _)| folder).collect();
        folders.extend(package_folder(file));
        let mut files = Vec::new();
        for word in start::words(text) {
            for folder in &folders {
                let program = join(folder, &format!("node_modules/.bin/{}", index::name(word)));
                files.extend(program.and_then(|program| index.find(&program)));
                let path = join(folder, word).filter(|path| path != folder && !path.contains(HOLE));
                if let Some(path) = path.filter(|path| !in_app(path)) {
                    self.resolver.path(&path, &mut files);
                }
            }
        }
        files
    }
}

/// Whether a path is the folder of all packages, or goes on behind it with a name that
/// is not known.
pub(super) fn means_packages(pattern: &str) -> bool {
    join("", pattern).is_some_and(|path| match path.find(HOLE) {
        Some(hole) => {
            path[..hole].ends_with('/') && index::name(parent(&path[..hole])) == "node_modules"
        }
        None => index::name(&path) == "node_modules",
    })
}

/// Whether a package takes the folder of all packages, or the app one of them by a name
/// that is not known: what of them is meant nobody can say.
pub(super) fn is_scan(owner: Option<&str>, pattern: &str) -> bool {
    (owner.is_some() || pattern.contains(HOLE)) && means_packages(pattern)
}
