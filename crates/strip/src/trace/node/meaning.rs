//! Which files of the tree can one load of a file mean?

use slugsmith_ecosystems as ecosystems;
use std::collections::BTreeSet;

use super::Node;
use super::resolve::{Form, in_app, parts};
use super::value::{HOLE, Value};
use crate::facts::package_folder;
use crate::index::{self, join, parent};
use crate::manifest::Manifest;
use crate::platform::{self, Fit};
use crate::resolve::is_module;
use crate::trace::language::named_only;

impl<'g, 'a> Node<'g, 'a> {
    /// Folder and manifest of each project of the app, the root first.
    pub(in crate::trace) fn projects(
        &self,
    ) -> impl Iterator<Item = (&'g str, Option<&'g Manifest>)> + '_ {
        self.projects.iter().copied()
    }

    /// Names out of the manifests of all projects, each with its manifest's path.
    fn of_projects(
        &self,
        names: impl Fn(&'g Manifest) -> &'g BTreeSet<String>,
    ) -> impl Iterator<Item = (String, &'g str)> {
        self.projects().flat_map(move |(folder, manifest)| {
            let file = join(folder, ecosystems::javascript::MANIFEST).unwrap_or_default();
            let names = manifest.map(&names).into_iter().flatten();
            names.map(move |name| (file.clone(), name.as_str()))
        })
    }

    /// The manifest of the project that a file of the app is in.
    fn manifest_of(&self, file: &str) -> Option<&'g Manifest> {
        let mut folder = parent(file);
        loop {
            if let Some(manifest) = self.facts.manifests.get(folder) {
                return manifest.as_ref();
            }
            if folder.is_empty() {
                return None;
            }
            folder = parent(folder);
        }
    }

    /// Every file of everything that the app declares: it loads some of it, or takes folders
    /// of it, by names that are not known. A server that a framework built finds those that were put beside it.
    pub(super) fn all_declared(&self, path: &str) -> Vec<usize> {
        let built = self.built_server(path);
        self.of_projects(|manifest| &manifest.dependencies)
            .filter(|(file, _)| built.is_none_or(|folder| parent(file) == folder))
            .filter_map(|(file, name)| self.resolver.package(&file, name))
            .flat_map(|folder| self.all_of(folder))
            .collect()
    }

    /// Packages that the app declares and of which nothing is reached so far, for loads in these files that can't be
    /// decided: in servers that a framework built, or anywhere else.
    pub(in crate::trace) fn unreached<'f>(
        &self,
        files: impl Iterator<Item = &'f str>,
    ) -> Vec<&'a str> {
        let from: BTreeSet<Option<&str>> = files.map(|file| self.built_server(file)).collect();
        self.declared_unreached()
            .filter(|(file, _)| from.contains(&None) || from.contains(&Some(parent(file))))
            .map(|(_, folder)| folder)
            .collect()
    }

    /// Those that are in servers that run alone.
    pub(in crate::trace) fn unreached_in_outputs(&self) -> Vec<&'a str> {
        self.declared_unreached()
            .map(|(_, folder)| folder)
            .filter(|folder| self.output(folder).is_some())
            .collect()
    }

    fn declared_unreached(&self) -> impl Iterator<Item = (String, &'a str)> {
        self.of_projects(|manifest| &manifest.needs)
            .filter(|(_, name)| !name.starts_with("@types/"))
            .filter_map(|(file, name)| {
                let folder = self.resolver.package(&file, name)?;
                Some((file, folder))
            })
            .filter(|(_, folder)| !self.packages.contains(folder))
    }

    /// Every file of a package that a computed name can mean.
    pub(in crate::trace) fn all_of(&self, folder: &str) -> Vec<usize> {
        let files = self.below(folder).into_iter();
        files
            .filter(|number| !named_only(self.catalogue, *number))
            .collect()
    }

    pub(super) fn both(&self, file: &str, specifier: &str) -> Vec<usize> {
        let mut files = self.resolver.resolve(file, specifier, Form::Require);
        files.extend(self.resolver.resolve(file, specifier, Form::Import));
        files
    }

    pub(super) fn module(&self, file: &str, value: &Value, form: Form) -> Vec<usize> {
        let text = value.text.as_str();
        if value.inside || text.starts_with("./") || text.starts_with("../") {
            let path = if value.inside {
                join("", text)
            } else {
                join(parent(file), text)
            };
            let Some(path) = path else { return Vec::new() };
            if !value.is_known() {
                if self.begun(&path).is_empty() {
                    return self.meant(file, &path, true);
                }
                return self.path(file, &path);
            }
            if value.inside {
                let mut found = Vec::new();
                self.resolver.path(&path, &mut found);
                return found;
            }
        }
        if value.is_known() {
            return self.resolver.resolve(file, text, form);
        }
        let start = value.start();
        match parts(start) {
            // `@s/` alone is no name yet.
            Some((package, _)) if start.len() > package.len() => {
                let Some(folder) = self.resolver.package(file, package) else {
                    return Vec::new();
                };
                self.matching(&format!("{folder}{}", &text[package.len()..]), true)
            }
            _ => self.platform_packages(file, text, start, form),
        }
    }

    /// `@img/sharp-${platform}/sharp.node`: the installed packages that it can mean.
    pub(super) fn platform_packages(
        &self,
        file: &str,
        text: &str,
        start: &str,
        form: Form,
    ) -> Vec<usize> {
        let after = text.rfind(HOLE).map_or("", |at| &text[at + 1..]);
        let (end, rest) = after.split_once('/').unwrap_or((after, ""));
        let mut files = Vec::new();
        for folder in self.resolver.packages_matching(file, start, end) {
            let named = folder
                .rfind("node_modules/")
                .map_or(folder, |at| &folder[at + 13..]);
            if platform::fit(named, &self.facts.target) == Fit::Other {
                continue;
            }
            let specifier = format!("{named}/{rest}");
            files.extend(
                self.resolver
                    .resolve(file, specifier.trim_end_matches('/'), form),
            );
        }
        files
    }

    pub(super) fn path(&self, file: &str, pattern: &str) -> Vec<usize> {
        // A command: `cp -r ${__dirname}/templates .`
        if let Some((first, _)) = pattern.split_once(' ') {
            let mut files = self.path(file, first);
            files.extend(self.whole_path(file, pattern));
            return files;
        }
        self.whole_path(file, pattern)
    }

    fn whole_path(&self, file: &str, pattern: &str) -> Vec<usize> {
        let index = &self.facts.index;
        let Some(path) = join("", pattern) else {
            return Vec::new();
        };
        if path.contains(HOLE) {
            let begun = self.begun(&path).into_iter();
            let mut files: Vec<usize> = begun.flat_map(|folder| self.all_of(folder)).collect();
            files.extend(self.meant(file, &path, false));
            return files;
        }
        let mut files = Vec::new();
        match index.find(&path) {
            Some(number) if index.is_folder(number) => {
                let folder = index.path(number).unwrap_or(&path);
                let packages = index::name(folder) == "node_modules";
                if packages && in_app(file) {
                    files.extend(index.below(number));
                } else if !(packages || folder.is_empty() || path.is_empty()) {
                    files = self.matching(&format!("{folder}/{HOLE}"), false);
                }
            }
            Some(number) => files.push(number),
            None => self.resolver.path(&path, &mut files),
        }
        files
    }

    /// The same for a name in a file, which in a server that runs alone means what is in there. Asked before others
    /// are, since what one file can't mean another one may.
    pub(super) fn meant(&self, file: &str, pattern: &str, modules: bool) -> Vec<usize> {
        let start = pattern.split(HOLE).next().unwrap_or_default();
        if self.lies_in_output(file, start) {
            self.matching(pattern, modules)
        } else {
            Vec::new()
        }
    }

    /// The files that a path with holes can mean, in the package that its known part is
    /// in. What only tools and people read is not meant by a hole.
    pub(super) fn matching(&self, pattern: &str, modules: bool) -> Vec<usize> {
        let start = pattern.split(HOLE).next().unwrap_or_default();
        let folder = parent(start);
        // A hole right behind node_modules says nothing; the caller asks what it may mean.
        if index::name(folder) == "node_modules" || folder.is_empty() {
            return Vec::new();
        }
        // Whoever asked first has kept them.
        let new = self
            .matched
            .lock()
            .is_ok_and(|mut matched| matched.insert((pattern.to_owned(), modules)));
        if !new {
            return Vec::new();
        }
        let index = &self.facts.index;
        self.below(folder)
            .into_iter()
            .filter(|number| !named_only(self.catalogue, *number))
            .filter(|number| {
                index.path(*number).is_some_and(|path| {
                    (!modules || is_module(path)) && fits_pattern(pattern, path, modules)
                })
            })
            .collect()
    }

    pub(super) fn word(
        &self,
        file: &str,
        word: &str,
        form: Option<Form>,
        unknown: bool,
    ) -> Vec<usize> {
        let index = &self.facts.index;
        let owner = package_folder(file);
        let mut files = Vec::new();
        if word.starts_with("./") || word.starts_with("../") {
            let path = join(parent(file), word).filter(|_| !word.ends_with('/'));
            if let Some(path) = path {
                self.resolver.path(&path, &mut files);
            }
            files.retain(|number| index.path(*number).and_then(package_folder) == owner);
            return files;
        }
        if let (None, Some(at)) = (owner, word.find("node_modules/")) {
            let path = self.seen_from_server(file, &word[at..]);
            return path.map_or_else(Vec::new, |path| self.path(file, &path));
        }
        let manifest = match owner {
            Some(owner) => self.facts.manifests.get(owner).and_then(Option::as_ref),
            None => self.manifest_of(file),
        };
        if let Some((package, _)) = parts(word) {
            let declared = manifest.is_some_and(|manifest| {
                manifest.dependencies.contains(package)
                    || owner.is_none() && manifest.dev_dependencies.contains(package)
            });
            // The app may use what others depend on without declaring it.
            let of_app = owner.is_none() && index::name(file) != ecosystems::javascript::MANIFEST;
            if declared || unknown || of_app {
                // As the rest of the file loads; the other way where that finds nothing. Who loads
                // what configuration names is not known.
                files = form.map_or_else(Vec::new, |form| self.resolver.resolve(file, word, form));
                if files.is_empty() {
                    files = self.both(file, word);
                }
            }
        }
        let Some(folder) = owner else {
            return files;
        };
        for number in self.data.get(index::name(word)).into_iter().flatten() {
            if let Some(path) = index.path(*number)
                && package_folder(path) == Some(folder)
                && path
                    .strip_suffix(word)
                    .is_some_and(|before| before.ends_with('/'))
            {
                files.push(*number);
            }
        }
        if word.ends_with(".json") && !word.ends_with(ecosystems::javascript::MANIFEST) {
            for base in [parent(file), folder] {
                files.extend(join(base, word).and_then(|path| index.find(&path)));
            }
        }
        files
    }
}

/// Whether `path` has the known parts of `pattern` in their order; a module's extension
/// may be left out.
fn fits_pattern(pattern: &str, path: &str, module: bool) -> bool {
    let mut known = pattern.split(HOLE);
    let Some(mut rest) = known.next().and_then(|start| path.strip_prefix(start)) else {
        return false;
    };
    let parts: Vec<&str> = known.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    let ends = |rest: &str| rest.ends_with(last);
    ends(rest)
        || module
            && [
                ".js",
                ".json",
                ".node",
                ".cjs",
                ".mjs",
                "/index.js",
                "/index.json",
                ecosystems::javascript::IN_FOLDER,
            ]
            .iter()
            .any(|end| rest.strip_suffix(end).is_some_and(ends))
}
