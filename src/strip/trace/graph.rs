//! Which files are reached, one wave of loads after another?

mod meaning;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Mutex;

use rayon::prelude::*;

use super::knowledge;
use super::resolve::{Form, Resolver, in_app};
use super::source::{self, Context, Load};
use crate::strip::candidates::Candidates;
use crate::strip::catalogue::{Guard, node};
use crate::strip::decide::Because;
use crate::strip::facts::{Facts, Texts, package_folder};
use crate::strip::index::{self, join, parent};
use crate::strip::platform::{self, Fit};

/// Larger files hold data or bundles that name nothing beside them.
const MAX_SOURCE: u64 = 32_000_000;

/// A load that no reader of the code can decide.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Undecided {
    /// Relative to the app.
    pub path: String,
    /// 1-based.
    pub line: u32,
}

/// What was reached.
#[derive(Debug, Default)]
pub struct Trace {
    /// By entry number of the tree.
    pub reached: Vec<bool>,
    pub why: BTreeMap<usize, Because>,
    pub undecided: Vec<Undecided>,
}

pub(super) struct Graph<'g, 'a> {
    pub(super) facts: &'g Facts<'a>,
    texts: &'g dyn Texts,
    catalogue: &'g Candidates,
    pub(super) resolver: Resolver<'g, 'a>,
    /// Data files of packages by name.
    data: HashMap<&'a str, Vec<usize>>,
    reached: Vec<bool>,
    why: BTreeMap<usize, Because>,
    queue: Vec<usize>,
    packages: BTreeSet<&'a str>,
    undecided: BTreeSet<Undecided>,
    /// Patterns whose files were kept before.
    matched: Mutex<HashSet<(String, bool)>>,
}

/// What one file leads to.
struct Found {
    from: usize,
    files: Vec<(usize, u32)>,
    undecided: Vec<u32>,
}

impl<'g, 'a> Graph<'g, 'a> {
    pub(super) fn new(
        facts: &'g Facts<'a>,
        texts: &'g dyn Texts,
        catalogue: &'g Candidates,
    ) -> Self {
        let mut data: HashMap<&str, Vec<usize>> = HashMap::new();
        for number in 0..facts.index.entries().len() {
            if let Some(path) = facts.index.path(number)
                && facts.index.is_file(number)
                && package_folder(path).is_some()
                && !is_source(path)
                && !path.ends_with(".json")
                && !named_only(catalogue, number)
            {
                data.entry(index::name(path)).or_default().push(number);
            }
        }
        Self {
            facts,
            texts,
            catalogue,
            resolver: Resolver::new(facts),
            data,
            reached: vec![false; facts.index.entries().len()],
            why: BTreeMap::new(),
            queue: Vec::new(),
            packages: BTreeSet::new(),
            undecided: BTreeSet::new(),
            matched: Mutex::default(),
        }
    }

    /// A file is reached.
    pub(super) fn keep(&mut self, number: usize, because: &Because) {
        let facts = self.facts;
        let Some(path) = facts
            .index
            .path(number)
            .filter(|_| facts.index.is_file(number))
        else {
            return;
        };
        let Some(slot @ false) = self.reached.get_mut(number) else {
            return;
        };
        *slot = true;
        self.why.insert(number, because.clone());
        let small = facts
            .index
            .entry(number)
            .is_some_and(|entry| entry.size() <= MAX_SOURCE);
        if small && self.is_program(path) {
            self.queue.push(number);
        }
        self.keep_manifests(path, because);
        if let Some(folder) = package_folder(path) {
            self.touch(folder, because);
        }
    }

    fn is_program(&self, path: &str) -> bool {
        let typescript = [".ts", ".tsx", ".mts", ".cts"]
            .iter()
            .any(|end| path.ends_with(end))
            && !path.contains(".d.");
        is_source(path) && (!typescript || self.facts.runtime.typescript || !in_app(path))
    }

    /// The nearest package.json files decide how a module is read.
    fn keep_manifests(&mut self, path: &str, because: &Because) {
        let mut folder = parent(path);
        while !folder.is_empty() && index::name(folder) != "node_modules" {
            let file = format!("{folder}/package.json");
            if let Some(slot) = self
                .facts
                .index
                .exact(&file)
                .and_then(|number| self.reached.get_mut(number))
                && !std::mem::replace(slot, true)
                && let Some(number) = self.facts.index.exact(&file)
            {
                self.why.insert(number, because.clone());
            }
            folder = parent(folder);
        }
    }

    /// A package is loaded for the first time: its licence, its addon and what its code
    /// hides stay.
    fn touch(&mut self, folder: &'a str, because: &Because) {
        if !self.packages.insert(folder) {
            return;
        }
        let facts = self.facts;
        let mut has_addon = false;
        for number in facts.index.below_path(folder) {
            let Some(path) = facts.index.path(number) else {
                continue;
            };
            if !facts.index.is_file(number) || package_folder(path) != Some(folder) {
                continue;
            }
            let lower = index::name(path).to_ascii_lowercase();
            let addon = lower.ends_with(".node") && !path.contains("/obj.target/");
            has_addon |= addon;
            if node::is_licence(&lower) || (addon && self.fits(number, path)) {
                self.keep(number, because);
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
                    self.keep(number, because);
                }
            }
        }
        if let Some(manifest) = manifest {
            for known in knowledge::of(&manifest.name) {
                self.apply(known, folder, because);
            }
        }
    }

    fn apply(&mut self, known: &knowledge::Package, folder: &str, because: &Because) {
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
                    self.keep(number, because);
                }
            }
        }
        let inside = format!("{folder}/x");
        for specifier in &known.loads {
            for form in [Form::Require, Form::Import] {
                for number in self.resolver.resolve(&inside, specifier, form) {
                    self.keep(number, because);
                }
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
    fn below(&self, folder: &str) -> Vec<usize> {
        let index = &self.facts.index;
        let inside = format!("{folder}/x");
        let owner = package_folder(&inside);
        index
            .below_path(folder)
            .filter(|number| index.is_file(*number))
            .filter(|number| {
                index.path(*number).is_some_and(|path| {
                    package_folder(path) == owner && (owner.is_some() || in_app(path))
                })
            })
            .collect()
    }

    /// Whether `package` loads a file in development only.
    fn is_never(&self, package: &str, number: usize) -> bool {
        let Some(folder) = self.facts.index.path(number).and_then(package_folder) else {
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

    /// Follows until nothing new is reached.
    pub(super) fn follow(&mut self) {
        while !self.queue.is_empty() {
            let files = std::mem::take(&mut self.queue);
            let found: Vec<Found> = files
                .par_iter()
                .filter_map(|number| self.read(*number))
                .collect();
            for found in found {
                let path = self.facts.index.path(found.from).unwrap_or_default();
                for (number, line) in found.files {
                    if self.reached.get(number) == Some(&false) {
                        let path = path.to_owned();
                        self.keep(number, &Because::File { path, line });
                    }
                }
                for line in found.undecided {
                    let path = path.to_owned();
                    self.undecided.insert(Undecided { path, line });
                }
            }
        }
    }

    fn read(&self, from: usize) -> Option<Found> {
        let path = self.facts.index.path(from)?;
        let text = self.texts.text(path)?;
        let text = String::from_utf8_lossy(&text);
        let resolver = &self.resolver;
        let index = &self.facts.index;
        let resolve = |specifier: &str| {
            let file = resolver
                .resolve(path, specifier, Form::Require)
                .into_iter()
                .find_map(|number| index.path(number));
            let manifest = || {
                let name = specifier.strip_suffix("/package.json")?;
                Some(format!("{}/package.json", resolver.package(path, name)?))
            };
            file.map(str::to_owned).or_else(manifest)
        };
        let context = Context {
            file: path,
            platform: &self.facts.target.os,
            arch: match self.facts.target.arch.as_str() {
                "amd64" => "x64",
                other => other,
            },
            resolve: &resolve,
        };
        let source = source::read(&text, &context);
        let owner = package_folder(path);
        let name = owner
            .and_then(|folder| self.facts.manifests.get(folder)?.as_ref())
            .map_or("", |manifest| manifest.name.as_str());
        let inside = owner.map_or(path, |folder| path.get(folder.len() + 1..).unwrap_or(path));
        let decided = knowledge::of(name).any(|known| known.decides(inside));
        let mut found = Found {
            from,
            files: Vec::new(),
            undecided: Vec::new(),
        };
        if source.broken {
            found.undecided.push(1);
        }
        for (load, line) in source.loads {
            let files = match load {
                Load::Module(value, form) => self.module(path, &value, form),
                Load::Path(pattern) => self.path(path, &pattern),
                Load::Word(word) => self.word(path, &word, source.form, source.unknown && !decided),
                Load::Unknown => {
                    if !decided {
                        found.undecided.push(line);
                    }
                    if owner.is_none() {
                        self.declared()
                    } else {
                        Vec::new()
                    }
                }
            };
            let files = files
                .into_iter()
                .filter(|number| !self.is_never(name, *number));
            found.files.extend(files.map(|number| (number, line)));
        }
        Some(found)
    }

    /// What a literal of an app's file that is no program names: a template, a page, a
    /// configuration file.
    pub(super) fn app_word(&mut self, word: &str, because: &Because) {
        for number in self.word("package.json", word, None, false) {
            self.keep(number, because);
        }
    }

    /// Whether the catalogue names a file.
    pub(super) fn is_candidate(&self, number: usize) -> bool {
        self.catalogue.get(number).is_some_and(Option::is_some)
    }

    /// What a path of the app (`node_modules/x/dist`) names.
    pub(super) fn keep_path(&mut self, path: &str, because: &Because) {
        for number in self.path("package.json", path) {
            self.keep(number, because);
        }
    }

    pub(super) fn finish(self) -> Trace {
        Trace {
            reached: self.reached,
            why: self.why,
            undecided: self.undecided.into_iter().collect(),
        }
    }
}

/// Files that only a name, never a computed one, can mean.
fn named_only(catalogue: &Candidates, number: usize) -> bool {
    catalogue
        .get(number)
        .is_some_and(|entry| entry.is_some_and(|entry| entry.guard != Guard::Reachable))
}

/// Whether a file can load others.
fn is_source(path: &str) -> bool {
    let name = index::name(path);
    match name.rsplit_once('.') {
        Some((_, extension)) => matches!(
            extension,
            "js" | "cjs" | "mjs" | "jsx" | "ts" | "tsx" | "mts" | "cts"
        ),
        // Programs of `bin` without an extension.
        None => path.contains("/bin/") || path.contains("/cli"),
    }
}
