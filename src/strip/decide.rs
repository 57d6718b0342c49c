//! Which of the candidates may go? A pure function of facts and texts.
//!
//! Starts from everything that is no candidate, follows what that refers to, and keeps
//! each candidate that is reached, and what that refers to in turn, until nothing new is
//! reached. What is left over is the plan.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::candidates::{Lists, candidates};
use super::catalogue::app::VERSION_CONTROL;
use super::catalogue::node::UNREACHED;
use super::catalogue::{Entry, Guard};
use super::facts::{Facts, Texts, in_packages, package_folder};
use super::index::{self, parent};
use super::python;
use super::references::{self, Form, Literal};
use super::resolve::{Meaning, Resolver, is_module};
use super::start;
use crate::config::StripConfig;

/// Larger files hold data or bundles whose literals name nothing beside them.
pub(super) const MAX_TEXT: u64 = 32_000_000;

/// What to remove and what was kept, by entry number of the tree.
#[derive(Debug, Default)]
pub struct Plan {
    pub removed: Vec<(usize, &'static Entry)>,
    /// Candidates that a guard keeps.
    pub kept: Vec<(usize, &'static Entry, Because)>,
    /// Lines of the user's `remove` list that name nothing.
    pub unused_remove: Vec<String>,
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
        keep: super::lists::List::new(&config.keep),
        remove: super::lists::List::new(&config.remove),
    };
    let mut state = State {
        facts,
        open: candidates(facts, &lists, facts.trace),
        kept: Vec::new(),
        below_done: BTreeSet::new(),
        reached: BTreeSet::new(),
        to_read: Vec::new(),
    };
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
    Plan {
        removed: state
            .open
            .iter()
            .enumerate()
            .filter_map(|(number, entry)| Some((number, (*entry)?)))
            .collect(),
        kept: state.kept,
        unused_remove: lists.remove.unused(&facts.index),
    }
}

struct State<'f, 'a> {
    facts: &'f Facts<'a>,
    /// Candidates that nothing has reached so far.
    open: Vec<Option<&'static Entry>>,
    kept: Vec<(usize, &'static Entry, Because)>,
    below_done: BTreeSet<(String, bool)>,
    /// Packages that `trace` has reached, and whether their entries were followed.
    reached: BTreeSet<(String, bool)>,
    /// Kept files whose references are not followed yet.
    to_read: Vec<usize>,
}

impl State<'_, '_> {
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
            for word in start::words(&command.text).filter(|_| facts.trace) {
                self.reach_program(word, &Because::Command(command.origin.clone()));
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

    /// A program of `node_modules/.bin` that a command runs.
    fn reach_program(&mut self, word: &str, because: &Because) {
        let facts = self.facts;
        let name = index::name(word);
        let Some(file) = facts.index.find(&format!("node_modules/.bin/{name}")) else {
            return;
        };
        if let Some(folder) = facts.index.path(file).and_then(package_folder) {
            self.reach(folder, true, because);
        }
        self.keep(file, Guard::Named, because);
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
            Meaning::Package(folder) => self.reach(folder, true, because),
            Meaning::InPackage(folder) => self.reach(folder, false, because),
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

    /// A package of `trace` is loaded: its data stays, and what its package.json names.
    fn reach(&mut self, folder: &str, by_name: bool, because: &Because) {
        let facts = self.facts;
        let manifest = facts.manifests.get(folder).and_then(Option::as_ref);
        let entries = by_name || manifest.is_some_and(|manifest| manifest.has_exports);
        if !self.reached.insert((folder.to_owned(), entries)) {
            return;
        }
        for number in facts.index.below_path(folder) {
            let Some(path) = facts.index.path(number) else {
                continue;
            };
            let unreached =
                matches!(self.open.get(number), Some(Some(entry)) if entry.id == UNREACHED.id);
            let broken = manifest.is_none();
            if unreached && package_folder(path) == Some(folder) && (broken || !is_code(path)) {
                self.keep(number, Guard::Reachable, because);
            }
        }
        if entries {
            let file = format!("{folder}/package.json");
            self.keep_entries(&file, manifest);
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
                rest.is_empty() || rest.starts_with('/') || prefix.ends_with('-')
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

/// Files whose use shows in references; everything else of a loaded package is data.
fn is_code(path: &str) -> bool {
    [".js", ".cjs", ".mjs", ".json", ".jsx"]
        .iter()
        .any(|end| path.ends_with(end))
}

/// One reference to a candidate.
struct Found {
    meaning: Meaning,
    because: Because,
}

/// What a file refers to, as far as candidates are concerned.
fn read(
    facts: &Facts<'_>,
    open: &[Option<&'static Entry>],
    texts: &dyn Texts,
    number: usize,
) -> Vec<Found> {
    let Some(path) = facts.index.path(number) else {
        return Vec::new();
    };
    let Some(text) = texts.text(path) else {
        return Vec::new();
    };
    let resolver = Resolver::new(facts, path);
    let mut found = Vec::new();
    let mut add = |meaning: Meaning, at: usize| {
        if let Meaning::File(target) = meaning
            && open.get(target).is_none_or(Option::is_none)
        {
            return;
        }
        found.push(Found {
            meaning,
            because: Because::File {
                path: path.to_owned(),
                line: references::line_of(&text, at),
            },
        });
    };
    let mut modules = BTreeMap::new();
    let in_python = !facts.python_roots.is_empty() && is_python(path);
    if in_python {
        read_python(facts, path, &text, &mut modules);
    }
    references::literals(&text, |literal| {
        if in_python && python::is_dotted(&literal) {
            python::needed(facts, path, literal.text, &mut |folder| {
                modules.entry(folder).or_insert(literal.at);
            });
        }
        resolver.literal(&literal, &mut |meaning| add(meaning, literal.at));
    });
    references::beside(&text, |beside, at| {
        resolver.beside(&beside, &mut |meaning| add(meaning, at));
    });
    for (folder, at) in modules {
        add(Meaning::Wholly(folder), at);
    }
    if references::computed_load(&text) {
        resolver.computed(&mut |meaning| add(meaning, 0));
    }
    if !in_packages(path) && memchr::memmem::find(&text, b"git ").is_some() {
        add(Meaning::Below(".git".to_owned()), 0);
    }
    found
}

fn is_python(path: &str) -> bool {
    path.ends_with(".py") || path.ends_with("/entry_points.txt")
}

/// The folders that a Python source or an `entry_points.txt` needs, and where it says so.
fn read_python(facts: &Facts<'_>, path: &str, text: &[u8], modules: &mut BTreeMap<String, usize>) {
    let text = String::from_utf8_lossy(text);
    let mut add = |name: &str| {
        python::needed(facts, path, name, &mut |folder| {
            modules.entry(folder).or_insert(0);
        });
    };
    if path.ends_with(".py") {
        python::imports(&text, &mut add);
    } else {
        text.split(|c: char| c.is_whitespace() || matches!(c, '=' | ':'))
            .filter(|word| !word.is_empty())
            .for_each(&mut add);
    }
    // Stubs that are read at run time (lazy_loader).
    if text.contains("attach_stub") {
        modules.insert(parent(path).to_owned(), 0);
    }
}

/// Whether a file can refer to others in a way that its literals show.
fn is_text(facts: &Facts<'_>, number: usize) -> bool {
    let (Some(path), Some(entry)) = (facts.index.path(number), facts.index.entry(number)) else {
        return false;
    };
    if !facts.index.is_file(number) || entry.size() > MAX_TEXT {
        return false;
    }
    let name = index::name(path);
    let extension = name.rfind('.').map_or("", |dot| &name[dot + 1..]);
    let in_package = in_packages(path);
    match extension {
        "js" | "cjs" | "mjs" | "jsx" => true,
        "txt" => name == "entry_points.txt",
        "json" => name != "package.json" && !name.contains("-lock") && entry.size() < 1_000_000,
        "ts" | "tsx" | "mts" | "cts" => {
            (!in_package || facts.runtime.typescript) && !name.contains(".d.")
        }
        "py" | "rb" | "sh" | "html" | "ejs" | "hbs" | "pug" | "vue" | "svelte" | "astro"
        | "yml" | "yaml" | "toml" | "coffee" => !in_package,
        // Programs without an extension, told by their size rather than by reading them.
        "" => entry.size() < 200_000 && (in_package || entry.mode() & 0o111 != 0),
        _ => false,
    }
}
