//! What of a package must stay when one of its files is loaded?

use super::resolve::{Form, in_app};
use super::{Node, knowledge};
use crate::catalogue::node;
use crate::facts::package_folder;
use crate::index::{self, join, parent};
use crate::platform::{self, Fit};
use crate::trace::language::named_only;
use slugsmith_ecosystems as ecosystems;

impl<'a> Node<'_, 'a> {
    /// The nearest package.json files decide how a module is read.
    pub(super) fn manifests(&self, path: &str) -> Vec<usize> {
        let mut files = Vec::new();
        let mut folder = parent(path);
        while !folder.is_empty() && index::name(folder) != "node_modules" {
            files.extend(
                self.facts
                    .index
                    .exact(&format!("{folder}{}", ecosystems::javascript::IN_FOLDER)),
            );
            folder = parent(folder);
        }
        files
    }

    /// A package is loaded for the first time: its licence, its addon and what its code
    /// hides stay.
    pub(super) fn touch(&mut self, folder: &'a str, files: &mut Vec<usize>) {
        if !self.packages.insert(folder) {
            return;
        }
        let facts = self.facts;
        let mut has_addon = false;
        for number in facts.index.below_path(folder) {
            let Some(path) = facts.index.path(number) else {
                continue;
            };
            if !facts.index.is_file(number) || facts.index.package(number) != Some(folder) {
                continue;
            }
            let lower = index::name(path).to_ascii_lowercase();
            let addon = lower.ends_with(".node") && !path.contains("/obj.target/");
            has_addon |= addon;
            if node::is_licence(&lower) || (addon && self.fits(number, path)) {
                files.push(number);
            }
        }
        let manifest = facts.manifests.get(folder).and_then(Option::as_ref);
        // Shared libraries of packages beside it, which the addon finds by its run path.
        for name in manifest.iter().flat_map(|manifest| &manifest.dependencies) {
            let inside = format!("{folder}/x");
            let Some(other) = self.resolver.package(&inside, name).filter(|_| has_addon) else {
                continue;
            };
            for number in facts.index.below_path(other) {
                if let Some(path) = facts.index.path(number)
                    && platform::is_binary(path)
                    && self.fits(number, path)
                {
                    files.push(number);
                }
            }
        }
        self.platform_dependencies(folder, files);
        if let Some(manifest) = manifest {
            if facts.runtime.reads_bundler_keys() {
                // A bundler takes `browser` or `module` instead of `main`, and an older one `main`
                // where `exports` says something else.
                for named in manifest.entries.iter().chain(&manifest.mentions) {
                    if let Some(path) = join(folder, named) {
                        self.resolver.path(&path, files);
                    }
                }
            }
            for known in knowledge::of(&manifest.name) {
                self.apply(known, folder, files);
            }
        }
    }

    /// Packages for this machine, which are asked for by names with holes: whole.
    fn platform_dependencies(&self, folder: &str, files: &mut Vec<usize>) {
        let facts = self.facts;
        let manifest = |folder: &str| facts.manifests.get(folder).and_then(Option::as_ref);
        let inside = format!("{folder}/x");
        for name in manifest(folder)
            .into_iter()
            .flat_map(|manifest| &manifest.optional)
        {
            let Some(other) = self.resolver.package(&inside, name) else {
                continue;
            };
            let fit = platform::fit(name, &facts.target);
            let is_for_some = fit != Fit::Unsaid
                || manifest(other).is_some_and(|package| {
                    package.marks.contains("os") || package.marks.contains("cpu")
                });
            if fit == Fit::Other || !is_for_some {
                files.extend(self.both(&inside, name));
                continue;
            }
            let all = self.below(other).into_iter();
            files.extend(all.filter(|number| !named_only(self.catalogue, *number)));
        }
    }

    fn apply(&self, known: &knowledge::Package, folder: &str, files: &mut Vec<usize>) {
        for prefix in &known.files {
            let Some(path) = join(folder, prefix) else {
                continue;
            };
            let whole = prefix.ends_with('/');
            for number in self.below(&if whole {
                path.clone()
            } else {
                parent(&path).to_owned()
            }) {
                if whole || self.facts.index.path(number) == Some(path.as_str()) {
                    files.push(number);
                }
            }
        }
        let inside = format!("{folder}/x");
        for specifier in &known.loads {
            for form in [Form::Require, Form::Import] {
                files.extend(self.resolver.resolve(&inside, specifier, form));
            }
        }
    }

    fn fits(&self, number: usize, path: &str) -> bool {
        let other = self
            .catalogue
            .get(number)
            .is_some_and(|entry| entry.is_some_and(|entry| entry.id == node::PREBUILDS.id));
        let named = path.rfind("node_modules/").map_or(path, |at| &path[at..]);
        !other && platform::fit(named, &self.facts.target) != Fit::Other
    }

    /// Every file below a folder that belongs to the same package.
    pub(super) fn below(&self, folder: &str) -> Vec<usize> {
        let index = &self.facts.index;
        let inside = format!("{folder}/x");
        let owner = package_folder(&inside);
        index
            .below_path(folder)
            .filter(|number| index.is_file(*number))
            .filter(|number| index.package(*number) == owner)
            .filter(|number| owner.is_some() || index.path(*number).is_some_and(in_app))
            .collect()
    }

    /// Whether `package` loads a file in development only.
    pub(super) fn is_never(&self, package: &str, number: usize) -> bool {
        let Some(folder) = self.facts.index.package(number) else {
            return false;
        };
        let other = folder
            .rfind("node_modules/")
            .map_or(folder, |at| &folder[at + 13..]);
        other != package
            && knowledge::of(package).any(|known| {
                let develops = known
                    .unless
                    .iter()
                    .any(|file| self.facts.index.has_file(file));
                !develops
                    && known
                        .never
                        .iter()
                        .any(|start| other.starts_with(start.as_str()))
            })
    }
}
