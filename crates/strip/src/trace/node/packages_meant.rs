//! Which packages can a path or a command mean, rather than one file of one package?

use super::Node;
use super::resolve::in_app;
use super::value::HOLE;
use crate::facts::package_folder;
use crate::index::{self, join, parent};
use crate::start;
use crate::trace::language::named_only;

impl<'a> Node<'_, 'a> {
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

    /// Whether a word is the name of a program of some package.
    pub(in crate::trace) fn is_program(&self, word: &str) -> bool {
        !super::started(self, word).is_empty()
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
