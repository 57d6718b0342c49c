//! Which of the candidates may go? A pure function of facts and texts.
//!
//! Starts from everything that is no candidate, follows what that refers to, and keeps
//! each candidate that is reached, and what that refers to in turn, until nothing new is
//! reached. What is left over is the plan.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::candidates::{Lists, candidates};
use super::catalogue::app::VERSION_CONTROL;
use super::catalogue::node::UNREACHED;
use super::catalogue::{Entry, Guard, LISTED};
use super::dev::{self, DEVELOPMENT};
use super::dev_dependencies::{self, NeededDevDependency};
use super::facts::{Facts, Texts, in_packages, package_folder};
use super::index::{self, parent};
use super::python;
use super::reading::{Found, is_text, read};
use super::references::{Form, Literal};
use super::resolve::{Meaning, Resolver, is_module};
use super::shrink::{self, Shrink};
use super::start;
use super::trace::{self, Undecided};
use crate::config::StripConfig;

/// What to remove and what was kept, by entry number of the tree.
#[derive(Debug, Default)]
pub struct Plan {
    pub removed: Vec<(usize, &'static Entry)>,
    /// Candidates that a guard keeps.
    pub kept: Vec<(usize, &'static Entry, Because)>,
    /// Lines of the user's `remove` list that name nothing.
    pub unused_remove: Vec<String>,
    /// Loads that `trace` can't decide; what they can reach is kept.
    pub undecided: Vec<Undecided>,
    pub dev_dependencies: Vec<NeededDevDependency>,
    /// Kept files that can be smaller.
    pub shrinks: Vec<Shrink>,
}

/// What keeps a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    /// A package.json names it.
    Manifest(String),
    /// A command that runs on a dyno names it.
    Command(String),
    /// A link leads to it.
    Link(String),
    /// A kept file refers to it: path and 1-based line.
    File { path: String, line: u32 },
}

/// Decides.
#[must_use]
pub fn decide(facts: &Facts<'_>, config: &StripConfig, texts: &dyn Texts) -> Plan {
    let lists = Lists {
        keep: super::lists::List::with(&config.keep, &recorded(facts, texts)),
        remove: super::lists::List::new(&config.remove),
        export_ignored: super::lists::List::of(&export_ignored(facts, texts)),
    };
    let dev_dependencies = dev_dependencies::needed(facts, texts);
    let normal = candidates(facts, &lists);
    let mut development = dev::files(facts, texts, &dev_dependencies);
    development.retain(|number| {
        let path = facts.index.path(*number).unwrap_or_default();
        let listed = matches!(normal.get(*number), Some(Some(entry)) if entry.id == LISTED.id);
        !listed && !lists.keep.names(path, false)
    });
    let mut open = normal.clone();
    for number in &development {
        if let Some(slot) = open.get_mut(*number) {
            *slot = Some(&DEVELOPMENT);
        }
    }
    let mut state = State {
        facts,
        open,
        normal,
        development,
        kept: Vec::new(),
        below_done: BTreeSet::new(),
        to_read: Vec::new(),
    };
    let mut undecided = state.trace(texts, &lists);
    state.roots();
    state.to_read = (0..state.open.len())
        .filter(|number| state.open.get(*number) == Some(&None))
        .chain(state.to_read.iter().copied())
        .filter(|number| is_text(facts, *number))
        .collect();
    state.to_read.sort_unstable();
    state.to_read.dedup();
    while !state.to_read.is_empty() {
        let files = std::mem::take(&mut state.to_read);
        let open = &state.open;
        let references: Vec<Found> = files
            .par_iter()
            .flat_map_iter(|number| read(facts, open, texts, *number))
            .collect();
        for found in references {
            state.keep_meaning(&found.meaning, &found.because);
        }
    }
    // What goes in the end needs no decision.
    undecided.retain(|load| {
        let number = facts.index.exact(&load.path);
        number.is_none_or(|number| !state.is_open(number))
    });
    let shrinks = shrink::find(facts, texts, |number| {
        let path = facts.index.path(number).unwrap_or_default();
        !state.is_open(number) && !lists.keep.names(path, false)
    });
    Plan {
        shrinks,
        dev_dependencies,
        removed: state
            .open
            .iter()
            .enumerate()
            .filter_map(|(number, entry)| Some((number, (*entry)?)))
            .collect(),
        kept: state.kept,
        unused_remove: lists.remove.unused(&facts.index),
        undecided,
    }
}

struct State<'f, 'a> {
    facts: &'f Facts<'a>,
    /// Candidates that nothing has reached so far.
    open: Vec<Option<&'static Entry>>,
    /// What the files of development packages are besides.
    normal: Vec<Option<&'static Entry>>,
    development: dev::Files,
    kept: Vec<(usize, &'static Entry, Because)>,
    below_done: BTreeSet<(String, bool)>,
    /// Kept files whose references are not followed yet.
    to_read: Vec<usize>,
}

impl State<'_, '_> {
    /// Level `trace`: every file of a package that the graph does not reach is a candidate
    /// that nothing else keeps.
    fn trace(&mut self, texts: &dyn Texts, lists: &Lists) -> Vec<Undecided> {
        let facts = self.facts;
        if !facts.trace {
            return Vec::new();
        }
        let trace = trace::follow(facts, texts, &self.normal, |path| {
            lists.keep.names(path, false)
        });
        let mut used = Vec::new();
        for number in 0..self.open.len() {
            let Some(path) = facts
                .index
                .path(number)
                .filter(|_| facts.index.is_file(number))
            else {
                continue;
            };
            let judged = trace.judged.get(number) == Some(&true);
            let Some(slot) = self.open.get_mut(number).filter(|_| judged) else {
                continue;
            };
            // Tests and installers of Python are known by name; what keeps them is read below.
            let named = slot.is_some() && super::catalogue::python::split(path).is_some();
            if named {
                continue;
            }
            let listed = slot.is_some_and(|entry| entry.id == LISTED.id);
            let develops = slot.is_some_and(|entry| entry.id == DEVELOPMENT.id);
            if develops && !lists.keep.names(path, false) {
                // Only the app's own use brings it back, and that is a reach, too.
                if trace.reached.get(number) == Some(&true)
                    && let Some(because) = trace.why.get(&number)
                    && is_own_use(because)
                {
                    used.push((number, because.clone()));
                }
            } else if trace.reached.get(number) == Some(&true) {
                if let (Some(entry), false, Some(because)) = (*slot, listed, trace.why.get(&number))
                {
                    *slot = None;
                    self.kept.push((number, entry, because.clone()));
                }
            } else if slot.is_none() && !lists.keep.names(path, false) {
                *slot = Some(&UNREACHED);
            }
        }
        for (number, because) in used {
            self.keep_development(number, &because);
        }
        trace.undecided
    }

    /// What is reached without reading any source.
    fn roots(&mut self) {
        let facts = self.facts;
        for (folder, manifest) in &facts.manifests {
            let file = if folder.is_empty() {
                "package.json".to_owned()
            } else {
                format!("{folder}/package.json")
            };
            let gone = facts
                .index
                .exact(&file)
                .is_none_or(|number| self.is_open(number));
            let by_need = facts.trace && in_packages(&file);
            if !gone && !by_need {
                self.keep_entries(&file, manifest.as_ref());
            }
        }
        for command in &facts.commands {
            let resolver = Resolver::new(facts, "");
            for word in start::words(&command.text) {
                let literal = Literal {
                    text: word,
                    form: Form::Argument,
                    open: false,
                    at: 0,
                };
                resolver.literal(&literal, &mut |meaning| {
                    self.keep_meaning(&meaning, &Because::Command(command.origin.clone()));
                });
            }
            for word in start::words(&command.text) {
                python::needed(facts, "", word, &mut |folder| {
                    let because = Because::Command(command.origin.clone());
                    self.keep_meaning(&Meaning::Wholly(folder), &because);
                });
            }
            // `git rev-parse HEAD` reads the repository.
            if start::words(&command.text).any(|word| word == "git") {
                self.keep_meaning(
                    &Meaning::Below(".git".to_owned()),
                    &Because::Command(command.origin.clone()),
                );
            }
        }
        for (link, target) in facts.index.link_targets() {
            let from = facts.index.path(link).unwrap_or_default();
            if facts.trace && in_packages(from) {
                continue;
            }
            if let Some(number) = facts.index.find(target) {
                let meaning = if facts.index.is_folder(number) {
                    continue;
                } else {
                    Meaning::File(number)
                };
                self.keep_meaning(&meaning, &Because::Link(from.to_owned()));
            }
        }
    }

    fn keep_entries(&mut self, file: &str, manifest: Option<&super::manifest::Manifest>) {
        let facts = self.facts;
        let resolver = Resolver::new(facts, file);
        let because = Because::Manifest(file.to_owned());
        for entry in manifest.iter().flat_map(|manifest| &manifest.entries) {
            resolver.entry(entry, false, &mut |meaning| {
                self.keep_meaning(&meaning, &because);
            });
        }
        for entry in manifest.iter().flat_map(|manifest| &manifest.mentions) {
            resolver.entry(entry, true, &mut |meaning| {
                self.keep_meaning(&meaning, &because);
            });
        }
    }

    fn is_open(&self, number: usize) -> bool {
        self.open.get(number).is_some_and(Option::is_some)
    }

    fn keep_meaning(&mut self, meaning: &Meaning, because: &Because) {
        let index = &self.facts.index;
        match meaning {
            Meaning::File(number) => self.keep(*number, Guard::Named, because),
            Meaning::Below(folder) => self.keep_below(folder, false, because),
            Meaning::ModulesBelow(folder) => self.keep_below(folder, true, because),
            Meaning::Wholly(prefix) => self.keep_wholly(prefix, because),
            Meaning::Beginning(prefix) => {
                let owner = package_folder(&format!("{prefix}x")).map(str::to_owned);
                let parent = prefix.rsplit_once('/').map_or("", |(parent, _)| parent);
                for number in index.below_path(parent) {
                    let Some(path) = index.path(number) else {
                        continue;
                    };
                    if self.is_open(number)
                        && path.starts_with(prefix.as_str())
                        && package_folder(path) == owner.as_deref()
                    {
                        self.keep(number, Guard::Reachable, because);
                    }
                }
            }
        }
    }

    /// Keeps a folder, or all names that begin so, whatever is in it.
    fn keep_wholly(&mut self, prefix: &str, because: &Because) {
        let index = &self.facts.index;
        for number in index.below_path(parent(prefix)) {
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

    /// Keeps what a computed name below a folder can reach.
    fn keep_below(&mut self, folder: &str, modules_only: bool, because: &Because) {
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
        for number in index.below_path(folder) {
            let (Some(Some(entry)), Some(path)) = (self.open.get(number), index.path(number))
            else {
                continue;
            };
            let same = if in_package {
                package_folder(path) == owner
            } else {
                !in_packages(path)
            };
            // The root names no folder in particular.
            let meant = !folder.is_empty() || entry.tell_kept && entry.id != VERSION_CONTROL.id;
            if (same || all) && meant && (!modules_only || is_module(path)) {
                self.keep(number, Guard::Reachable, because);
            }
        }
    }

    fn keep(&mut self, number: usize, claim: Guard, because: &Because) {
        let Some(Some(entry)) = self.open.get(number) else {
            return;
        };
        if entry.id == DEVELOPMENT.id {
            if is_own_use(because) {
                self.keep_development(number, because);
            }
            return;
        }
        // The graph has judged packages already.
        let judged =
            entry.id == UNREACHED.id || self.facts.index.path(number).is_some_and(in_packages);
        if self.facts.trace && judged {
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
    fn keep_development(&mut self, number: usize, because: &Because) {
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
                .filter(|other| facts.index.path(*other).and_then(package_folder) == Some(folder))
                .filter(|other| self.development.contains(other))
                .collect();
            for number in &files {
                self.develops_no_more(*number, because);
            }
            let manifest = facts.manifests.get(folder).and_then(Option::as_ref);
            if files.is_empty() {
                continue;
            }
            let file = format!("{folder}/package.json");
            self.keep_entries(&file, manifest);
            let needs = manifest.into_iter().flat_map(|manifest| &manifest.needs);
            pending.extend(needs.filter_map(|name| trace::package_of(facts, &file, name)));
        }
        self.keep(number, Guard::Named, because);
    }

    /// A file is judged as if its package were a dependency.
    fn develops_no_more(&mut self, number: usize, because: &Because) {
        if !self.development.remove(&number) {
            return;
        }
        let normal = self.normal.get(number).copied().flatten();
        if let Some(slot) = self.open.get_mut(number) {
            *slot = normal;
        }
        if normal.is_none() {
            self.kept.push((number, &DEVELOPMENT, because.clone()));
            if is_text(self.facts, number) {
                self.to_read.push(number);
            }
        }
    }

    /// The nearest package.json decides how a module is loaded, so it stays with it.
    fn keep_manifests_above(&mut self, number: usize) {
        let facts = self.facts;
        let mut folder = facts.index.path(number).map_or("", parent);
        while !folder.is_empty() && index::name(folder) != "node_modules" {
            let file = format!("{folder}/package.json");
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

/// Whether the app's own production code or a command is the reason.
fn is_own_use(because: &Because) -> bool {
    match because {
        Because::Command(_) => true,
        Because::File { path, .. } => !in_packages(path) && !trace::is_tooling(path),
        Because::Manifest(_) | Because::Link(_) => false,
    }
}

/// The list that `slugsmith strip record` writes, and people may: more lines to keep.
pub const KEEP_FILE: &str = "slugsmith.keep";

fn recorded(facts: &Facts<'_>, texts: &dyn Texts) -> Vec<String> {
    let text = facts
        .index
        .exact(KEEP_FILE)
        .and_then(|_| texts.text(KEEP_FILE));
    let text = text.map(|text| String::from_utf8_lossy(&text).into_owned());
    text.unwrap_or_default()
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

/// Patterns of .gitattributes with the attribute `export-ignore`.
fn export_ignored(facts: &Facts<'_>, texts: &dyn Texts) -> Vec<String> {
    const FILE: &str = ".gitattributes";
    let text = facts.index.exact(FILE).and_then(|_| texts.text(FILE));
    let text = text.map(|text| String::from_utf8_lossy(&text).into_owned());
    text.unwrap_or_default()
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let pattern = words
                .next()
                .filter(|pattern| !pattern.starts_with(['#', '"', '!']))?;
            words
                .any(|word| word == "export-ignore")
                .then(|| pattern.to_owned())
        })
        .collect()
}
