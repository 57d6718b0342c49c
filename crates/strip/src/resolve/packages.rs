//! What the name of a package means in a file, for the resolver.

use super::{Literal, Meaning, Resolver, in_packages, join, module_parts, top_folder};
use slugsmith_ecosystems as ecosystems;

impl<'f> Resolver<'f, '_> {
    /// The folder that a package name means here, found as Node finds it.
    pub(super) fn package_of(&self, name: &str) -> Option<String> {
        let index = &self.facts.index;
        // `resolve("/")` is a path: without a name, all packages would be meant.
        if name.is_empty() || name.starts_with('/') {
            return None;
        }
        let found = |holder: &&str| {
            let package = index.find(&join(holder, &format!("node_modules/{name}"))?)?;
            index.path(package).filter(|_| index.is_folder(package))
        };
        self.holders.iter().find_map(found).map(str::to_owned)
    }

    /// A path inside another package, found as Node finds it, upwards.
    pub(super) fn in_package(
        &self,
        name: &str,
        rest: &str,
        literal: &Literal<'_>,
        found: &mut dyn FnMut(Meaning),
    ) {
        if let Some(package) = self.package_of(name) {
            self.path(join(&package, rest), literal, found);
        }
    }

    /// The package whose file was resolved to get at its folder.
    pub fn whole_package(&self, text: &str, found: &mut dyn FnMut(Meaning)) {
        let name = module_parts(text).map_or(text, |(name, _)| name);
        let name = if text.starts_with('@') && text.matches('/').count() == 1 {
            text
        } else {
            name
        };
        if let Some(folder) = self.package_of(name).filter(|_| !text.starts_with('.')) {
            found(Meaning::Below(folder));
        }
        // `dirname(require.resolve("../package.json"))`
        let manifest = format!("{}{}", self.package, ecosystems::javascript::IN_FOLDER);
        if text.starts_with('.') && join(self.folder, text).as_ref() == Some(&manifest) {
            self.own_package(found);
        }
    }

    /// Every package that a project of the app declares.
    pub fn declared(&self, found: &mut dyn FnMut(Meaning)) {
        let projects = self.facts.manifests.iter();
        let projects = projects.filter(|(folder, _)| !in_packages(&format!("{folder}/x")));
        for name in projects
            .filter_map(|(_, manifest)| manifest.as_ref())
            .flat_map(|one| &one.dependencies)
        {
            if let Some(folder) = self.package_of(name) {
                found(Meaning::Below(folder));
            }
        }
    }

    /// The folder of the package that somebody installed the file with; empty for the app's own.
    pub(super) fn installed(&self) -> &'f str {
        match self.package {
            "" => top_folder(self.file).unwrap_or_default(),
            _ if self.in_app => "",
            package => package,
        }
    }

    /// The package that the file is in.
    pub fn own_package(&self, found: &mut dyn FnMut(Meaning)) {
        if !self.in_app && !self.package.is_empty() {
            found(Meaning::Below(self.package.to_owned()));
        }
    }
}
