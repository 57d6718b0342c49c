//! What do files of Node load, and what of their packages must stay with them?

mod entries;
mod knowledge;
mod meaning;
mod opened;
mod packages;
mod resolve;
mod source;
mod value;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Mutex;

use super::graph::{Found, Language, named_only};
use crate::candidates::Candidates;
use crate::catalogue::node::is_licence;
use crate::facts::{Facts, package_folder};
use crate::index;

pub(super) use entries::{add, mentioned, traced};
pub(crate) use opened::Opened;
use resolve::Form;
pub(super) use resolve::{Resolver, in_app};
use source::{Context, Load};

/// Everything that Node's side of the graph knows of one app.
pub(super) struct Node<'g, 'a> {
    facts: &'g Facts<'a>,
    catalogue: &'g Candidates,
    pub(super) resolver: Resolver<'g, 'a>,
    /// Data files of packages by name.
    data: HashMap<&'a str, Vec<usize>>,
    /// Packages of which something is loaded.
    packages: BTreeSet<&'a str>,
    /// Patterns whose files were kept before.
    matched: Mutex<HashSet<(String, bool)>>,
}

impl<'g, 'a> Node<'g, 'a> {
    pub(super) fn new(facts: &'g Facts<'a>, catalogue: &'g Candidates) -> Self {
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
            catalogue,
            resolver: Resolver::new(facts),
            data,
            packages: BTreeSet::new(),
            matched: Mutex::default(),
        }
    }

    /// Whether the graph decides about a file: its package.json is understood.
    pub(super) fn judges(&self, path: &str) -> bool {
        // The table names unplugged folders in ways of its own.
        let unplugged = self.facts.plug_and_play && path.starts_with(".yarn/");
        let folder = package_folder(path).filter(|_| !unplugged);
        folder.is_some_and(|folder| matches!(self.facts.manifests.get(folder), Some(Some(_))))
    }
}

fn context<'c>(
    facts: &'c Facts<'_>,
    file: &'c str,
    resolve: &'c dyn Fn(&str) -> Option<String>,
) -> Context<'c> {
    Context {
        file,
        platform: &facts.target.os,
        arch: match facts.target.arch.as_str() {
            "amd64" => "x64",
            other => other,
        },
        resolve,
    }
}

fn file_of(
    resolver: &Resolver<'_, '_>,
    facts: &Facts<'_>,
    path: &str,
    specifier: &str,
) -> Option<String> {
    let files = resolver.resolve(path, specifier, Form::Require).into_iter();
    let file = files.filter_map(|number| facts.index.path(number)).next();
    let manifest = || {
        let name = specifier.strip_suffix("/package.json")?;
        Some(format!("{}/package.json", resolver.package(path, name)?))
    };
    file.map(str::to_owned).or_else(manifest)
}

/// What a source of the app opens; `None` where it can't be parsed.
pub(crate) fn opened(facts: &Facts<'_>, path: &str, text: &[u8]) -> Option<Opened> {
    let resolver = Resolver::new(facts);
    let resolve = |specifier: &str| file_of(&resolver, facts, path, specifier);
    opened::opened(
        &String::from_utf8_lossy(text),
        &context(facts, path, &resolve),
    )
}

impl<'a> Language<'a> for Node<'_, 'a> {
    fn reads(&self, path: &str) -> bool {
        let typescript = [".ts", ".tsx", ".mts", ".cts"]
            .iter()
            .any(|end| path.ends_with(end))
            && !path.contains(".d.");
        is_source(path) && (!typescript || self.facts.runtime.typescript || !in_app(path))
    }

    fn read(&self, path: &str, text: &str) -> Found {
        let resolve = |specifier: &str| file_of(&self.resolver, self.facts, path, specifier);
        let context = context(self.facts, path, &resolve);
        let source = source::read(text, &context);
        let owner = package_folder(path);
        let name = owner
            .and_then(|folder| self.facts.manifests.get(folder)?.as_ref())
            .map_or("", |manifest| manifest.name.as_str());
        let inside = owner.map_or(path, |folder| path.get(folder.len() + 1..).unwrap_or(path));
        let decided = knowledge::of(name).any(|known| known.decides(inside));
        let builds =
            !self.facts.runtime.bundles && knowledge::of(name).any(|known| known.builds(inside));
        let mut found = Found::default();
        if source.broken {
            found.undecided.push(1);
        }
        for (load, line) in source.loads {
            let files = match load {
                Load::Module(value, form) => self.module(path, &value, form),
                Load::Path(_) if builds => Vec::new(),
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
        found
    }

    fn beside(&mut self, _: usize, path: &'a str) -> Vec<usize> {
        let mut files = self.manifests(path);
        if let Some(folder) = package_folder(path) {
            self.touch(folder, &mut files);
        }
        files
    }
}

/// Whether a file can load others.
fn is_source(path: &str) -> bool {
    let name = index::name(path);
    let Some((_, extension)) = name.rsplit_once('.') else {
        // Programs of `bin` without an extension.
        let program = path.contains("/bin/") || path.contains("/cli");
        return program && !is_licence(&name.to_ascii_lowercase());
    };
    matches!(
        extension,
        "js" | "cjs" | "mjs" | "jsx" | "ts" | "tsx" | "mts" | "cts"
    )
}
