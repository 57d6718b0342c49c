//! What does a reference keep, and what follows from that?

use std::ops::Range;
use std::sync::Arc;

use foldhash::HashSet;

use super::{Because, State};
use crate::catalogue::app::VERSION_CONTROL;
use crate::catalogue::caches::{self, CACHES};
use crate::catalogue::node::{UNREACHED, is_documentation};
use crate::catalogue::python::top_folder;
use crate::catalogue::{Entry, Guard};
use crate::dev;
use crate::facts::{in_packages, package_folder};
use crate::index::{self, parent};
use crate::reading::is_text;
use crate::resolve::{Meaning, is_module};
use crate::trace;
use slugsmith_ecosystems as ecosystems;

impl State<'_, '_> {
    pub(super) fn keep_meaning(&mut self, meaning: &Meaning, because: &Because) {
        if !matches!(meaning, Meaning::File(_)) {
            let applied = &mut self.applied[usize::from(is_own_use(because))];
            if applied.contains(meaning) {
                return;
            }
            applied.insert(meaning.clone());
        }
        let index = &self.facts.index;
        match meaning {
            Meaning::File(number) => self.keep(*number, Guard::Named, because),
            Meaning::Below(folder) => self.keep_below(folder, false, because),
            Meaning::ModulesBelow(folder) => self.keep_below(folder, true, because),
            Meaning::Wholly(prefix) => self.keep_wholly(prefix, because),
            Meaning::Ending(folder, ending) => self.keep_ending(folder, ending, because),
            Meaning::Beginning(prefix) => {
                let owner = package_folder(&format!("{prefix}x")).map(str::to_owned);
                let parent = prefix.rsplit_once('/').map_or("", |(parent, _)| parent);
                let candidates = Arc::clone(&self.candidates);
                for &number in among(&candidates, &index.below_path(parent)) {
                    let Some(path) = index.path(number) else {
                        continue;
                    };
                    if self.is_open(number)
                        && path.starts_with(prefix.as_str())
                        && index.package(number) == owner.as_deref()
                    {
                        self.keep(number, Guard::Reachable, because);
                    }
                }
            }
        }
    }

    /// Keeps a folder, or all names that begin so, whatever is in it.
    pub(super) fn keep_wholly(&mut self, prefix: &str, because: &Because) {
        let index = &self.facts.index;
        let candidates = Arc::clone(&self.candidates);
        for &number in among(&candidates, &index.below_path(parent(prefix))) {
            let Some(path) = index.path(number) else {
                continue;
            };
            let rest = path.strip_prefix(prefix);
            if rest.is_some_and(|rest| {
                rest.is_empty() || rest.starts_with('/') || prefix.ends_with(['-', '.'])
            }) {
                self.keep(number, Guard::Named, because);
            }
        }
    }

    /// Keeps what is below a folder and ends so, also what the graph does not look at.
    fn keep_ending(&mut self, folder: &str, ending: &str, because: &Because) {
        let index = &self.facts.index;
        let inside = format!("{folder}/x");
        let owner = package_folder(&inside);
        let candidates = Arc::clone(&self.candidates);
        for &number in among(&candidates, &index.below_path(folder)) {
            let (Some(Some(entry)), Some(path)) = (self.open.get(number), index.path(number))
            else {
                continue;
            };
            let meant = path.ends_with(ending) && index.package(number) == owner;
            let is_text = is_documentation(&index::name(path).to_ascii_lowercase());
            let by_name = (entry.guard == Guard::Named || is_text) && !dev::is_of_package(entry);
            if meant && by_name {
                self.stays(number, entry, because);
            } else if meant {
                self.keep(number, Guard::Named, because);
            }
        }
    }

    /// Keeps what a computed name below a folder can reach.
    pub(super) fn keep_below(&mut self, folder: &str, modules_only: bool, because: &Because) {
        if !self.below_done.insert((folder.to_owned(), modules_only)) {
            return;
        }
        let index = &self.facts.index;
        let inside = format!("{folder}/x");
        let owner = package_folder(&inside);
        // `express.static("node_modules")` serves all of it; otherwise what stands in
        // nested node_modules is other packages' business.
        let all = index::name(folder) == "node_modules";
        let in_package = in_packages(&inside);
        let candidates = Arc::clone(&self.candidates);
        for &number in among(&candidates, &index.below_path(folder)) {
            let (Some(Some(entry)), Some(path)) = (self.open.get(number), index.path(number))
            else {
                continue;
            };
            let same = if in_package {
                index.package(number) == owner
            } else {
                !in_packages(path)
            };
            // Whoever names the folder of a build means what was built, not the build's cache.
            if entry.id == CACHES.id && caches::classify(&inside).is_none() {
                continue;
            }
            // The root names no folder in particular.
            let meant = !folder.is_empty() || entry.tell_kept && entry.id != VERSION_CONTROL.id;
            if (same || all) && meant && (!modules_only || is_module(path)) {
                self.keep(number, Guard::Reachable, because);
            }
        }
    }

    pub(super) fn keep(&mut self, number: usize, claim: Guard, because: &Because) {
        let Some(Some(entry)) = self.open.get(number) else {
            return;
        };
        if dev::is_of_package(entry) {
            if is_own_use(because) {
                self.keep_development(number, because);
            }
            return;
        }
        // The graph has judged packages already.
        let judged =
            entry.id == UNREACHED.id || self.facts.index.path(number).is_some_and(in_packages);
        if self.trace && judged {
            return;
        }
        let strong_enough = match entry.guard {
            Guard::Named => claim == Guard::Named,
            Guard::Reachable => true,
            Guard::Never => false,
        };
        if !strong_enough {
            return;
        }
        let entry: &'static Entry = entry;
        self.stays(number, entry, because);
    }

    fn stays(&mut self, number: usize, entry: &'static Entry, because: &Because) {
        if let Some(slot) = self.open.get_mut(number) {
            *slot = None;
        }
        self.kept.push((number, entry, because.clone()));
        if is_text(self.facts, number) {
            self.to_read.push(number);
        }
        self.keep_manifests_above(number);
    }

    /// The app itself uses a file of a development package: all of that package stays, as
    /// far as it would if it were a dependency.
    pub(super) fn keep_development(&mut self, number: usize, because: &Because) {
        let facts = self.facts;
        let Some(first) = facts.index.path(number).and_then(package_folder) else {
            self.develops_no_more(number, because);
            return self.keep(number, Guard::Named, because);
        };
        let mut pending = vec![first];
        while let Some(folder) = pending.pop() {
            let files: Vec<usize> = facts
                .index
                .below_path(folder)
                .filter(|other| facts.index.package(*other) == Some(folder))
                .filter(|other| self.development.contains_key(other))
                .collect();
            for number in &files {
                self.develops_no_more(*number, because);
            }
            let manifest = facts.manifests.get(folder).and_then(Option::as_ref);
            if files.is_empty() {
                continue;
            }
            let file = format!("{folder}{}", ecosystems::javascript::IN_FOLDER);
            self.keep_entries(&file, manifest);
            let needs = manifest.into_iter().flat_map(|manifest| &manifest.needs);
            pending.extend(needs.filter_map(|name| trace::package_of(facts, &file, name)));
        }
        // The graph has not judged what is there for development.
        if let Some(Some(entry)) = self.open.get(number)
            && entry.guard != Guard::Never
        {
            let entry: &'static Entry = entry;
            self.stays(number, entry, because);
        }
    }

    /// A file is judged as if its package were a dependency.
    pub(super) fn develops_no_more(&mut self, number: usize, because: &Because) {
        let Some(entry) = self.development.remove(&number) else {
            return;
        };
        // What was said before may mean this file from now on.
        self.applied.iter_mut().for_each(HashSet::clear);
        let normal = self.normal.get(number).copied().flatten();
        if let Some(slot) = self.open.get_mut(number) {
            *slot = normal;
        }
        if normal.is_none() {
            self.kept.push((number, entry, because.clone()));
            if is_text(self.facts, number) {
                self.to_read.push(number);
            }
        }
    }

    /// The nearest package.json decides how a module is loaded, so it stays with it.
    pub(super) fn keep_manifests_above(&mut self, number: usize) {
        let facts = self.facts;
        let mut folder = facts.index.path(number).map_or("", parent);
        while !folder.is_empty() && index::name(folder) != "node_modules" {
            let file = format!("{folder}{}", ecosystems::javascript::IN_FOLDER);
            if let Some(manifest) = facts.index.exact(&file)
                && self.is_open(manifest)
            {
                if let Some(slot) = self.open.get_mut(manifest) {
                    *slot = None;
                }
                self.keep_entries(&file, facts.manifests.get(folder).and_then(Option::as_ref));
            }
            folder = parent(folder);
        }
    }
}

/// Those of a sorted list of numbers that are in a range.
fn among<'n>(numbers: &'n [usize], range: &Range<usize>) -> &'n [usize] {
    let place = |wanted: usize| numbers.partition_point(|number| *number < wanted);
    numbers
        .get(place(range.start)..place(range.end))
        .unwrap_or_default()
}

/// Whether the app's own production code or a command is the reason.
pub(super) fn is_own_use(because: &Because) -> bool {
    match because {
        Because::Command(_) => true,
        Because::File { path, .. } => {
            !in_packages(path) && top_folder(path).is_none() && !crate::tooling::is_tooling(path)
        }
        Because::Manifest(_) | Because::Link(_) | Because::Doubt(_) => false,
    }
}
