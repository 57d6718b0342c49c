//! What do files of Node load, and what of their packages must stay with them?

mod entries;
mod knowledge;
mod meaning;
mod opened;
mod outputs;
mod packages;
mod packages_meant;
mod resolve;
mod source;
mod value;

use slugsmith_ecosystems as ecosystems;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Mutex, OnceLock};

use super::language::{Found, Language, named_only};
use crate::candidates::Candidates;
use crate::catalogue::node::is_licence;
use crate::facts::{Facts, Texts, package_folder};
use crate::index;
use crate::manifest::{Bundles, Manifest};
use crate::references;

pub(super) use entries::{all as entry_points, mentioned, started, traced};
pub(crate) use opened::{Opened, may_be_path};
pub(super) use outputs::is_note;

use outputs::Output;
use resolve::Form;
pub(super) use resolve::{Resolver, in_app};
pub(super) use source::is_plain;
use source::{Context, Load};
use value::HOLE;

/// Everything that Node's side of the graph knows of one app.
pub(super) struct Node<'g, 'a> {
    facts: &'g Facts<'a>,
    catalogue: &'g Candidates,
    pub(super) resolver: Resolver<'g, 'a>,
    /// The projects of the app: the root, and each folder with a package.json that is no
    /// package's.
    projects: Vec<(&'g str, Option<&'g Manifest>)>,
    /// Data files of packages by name.
    data: HashMap<&'a str, Vec<usize>>,
    /// Packages of which something is loaded.
    packages: BTreeSet<&'a str>,
    /// Whether there is any package to decide about: otherwise no source needs to be read, not
    /// even the bundles that packages of Python bring for browsers.
    decides: bool,
    /// Patterns whose files were kept before.
    matched: Mutex<HashSet<(String, bool)>>,
    /// Packages that no lookup finds, once somebody asks.
    aside: OnceLock<Vec<usize>>,
    /// Servers that frameworks wrote to run alone.
    outputs: Vec<Output>,
    /// The names by which files of the app's bundles export a `require` of their own, by path.
    shims: HashMap<String, Vec<String>>,
}

impl<'g, 'a> Node<'g, 'a> {
    pub(super) fn new(facts: &'g Facts<'a>, texts: &dyn Texts, catalogue: &'g Candidates) -> Self {
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
            projects: projects(facts),
            data,
            packages: BTreeSet::new(),
            decides: facts
                .manifests
                .keys()
                .any(|folder| package_folder(&format!("{folder}/x")).is_some()),
            matched: Mutex::default(),
            aside: OnceLock::new(),
            outputs: outputs::find(facts),
            shims: shims(facts, texts),
        }
    }

    /// Whether the graph decides about a file: its package.json is understood.
    pub(super) fn judges(&self, path: &str) -> bool {
        // The table names unplugged folders in ways of its own.
        let unplugged = self.facts.plug_and_play && path.starts_with(".yarn/");
        let folder = package_folder(path).filter(|_| !unplugged && !self.is_compiled(path));
        folder.is_some_and(|folder| matches!(self.facts.manifests.get(folder), Some(Some(_))))
    }
}

/// Bundles of the app that are split into files share what stands in for `require` in them.
fn shims(facts: &Facts<'_>, texts: &dyn Texts) -> HashMap<String, Vec<String>> {
    let paths = (0..facts.index.entries().len()).filter(|number| facts.index.is_file(*number));
    let paths = paths.filter_map(|number| facts.index.path(number));
    let modules =
        paths.filter(|path| in_app(path) && (path.ends_with(".mjs") || path.ends_with(".js")));
    modules
        .filter_map(|path| {
            let text = texts.text(path)?;
            let names = source::shim::exported(path, &String::from_utf8_lossy(&text));
            (!names.is_empty()).then(|| (path.to_owned(), names))
        })
        .collect()
}

/// Found once: a tree has thousands of manifests, and every word of a command asks.
fn projects<'g>(facts: &'g Facts<'_>) -> Vec<(&'g str, Option<&'g Manifest>)> {
    let root = facts.manifests.get("").and_then(Option::as_ref);
    let others = facts.manifests.iter();
    let others = others
        .filter(|(folder, _)| !folder.is_empty() && in_app(&format!("{folder}/")))
        .map(|(folder, manifest)| (folder.as_str(), manifest.as_ref()));
    std::iter::once(("", root)).chain(others).collect()
}

impl<'a> Node<'_, 'a> {
    /// Files that a compiler reads when the app starts: what needs them is for it to say.
    fn is_compiled(&self, path: &str) -> bool {
        let runtime = &self.facts.runtime;
        let ends = |names: &[&str]| names.iter().any(|end| path.ends_with(end));
        runtime.typescript
            && ends(&[
                ".d.ts",
                ".d.mts",
                ".d.cts",
                ecosystems::javascript::IN_FOLDER,
            ])
            || (runtime.coffee || runtime.typescript) && ends(&[".coffee", ".litcoffee"])
            || self.facts.source_maps && path.ends_with(".map")
    }

    /// The names by which the file that a specifier of `path` means exports its bundle's `require`.
    fn shims_of(&self, path: &str, specifier: &str) -> Vec<String> {
        let beside = specifier.starts_with('.') && !self.shims.is_empty();
        let file = beside
            .then(|| index::join(index::parent(path), specifier))
            .flatten();
        let names = file.and_then(|file| self.shims.get(&file));
        names.cloned().unwrap_or_default()
    }

    /// `#!/usr/bin/env coffee`: a program of a package.
    fn interpreter(&self, text: &str) -> Option<usize> {
        let line = text.strip_prefix("#!")?.lines().next()?;
        let name = line
            .split([' ', '/'])
            .rfind(|word| !word.is_empty() && !word.starts_with('-'))?;
        self.facts.index.find(&format!("node_modules/.bin/{name}"))
    }

    /// Words of a CoffeeScript source, which is compiled when it is loaded.
    fn coffee(&self, path: &str, text: &str) -> Found {
        let mut found = Found::default();
        let lines = references::Lines::of(text.as_bytes());
        references::literals(text.as_bytes(), |literal| {
            let line = lines.at(literal.at);
            let files = self.word(path, literal.text, Some(Form::Require), true);
            found
                .files
                .extend(files.into_iter().map(|number| (number, line)));
        });
        found
    }

    /// Words of a package's shell script, seen from its folder and from the package's.
    fn shell(&self, path: &str, text: &str) -> Found {
        let mut found = Found::default();
        let bases = [Some(index::parent(path)), package_folder(path)];
        for (at, line) in (1..).zip(text.lines()) {
            let words = line.split(|c: char| !(c.is_ascii_alphanumeric() || "/._-@".contains(c)));
            for word in words.filter(|word| word.len() > 1) {
                let paths = bases.iter().flatten();
                let paths =
                    paths.filter_map(|base| index::join(base, word.trim_start_matches('/')));
                let files = paths.flat_map(|target| self.path(path, &target));
                found.files.extend(files.map(|number| (number, at)));
            }
        }
        found
    }

    /// What code of a package, or of the app, may load by a name that is not known.
    fn anything(&self, path: &str) -> Vec<usize> {
        match package_folder(path) {
            None => {
                let mut files = self.all_declared(path);
                files.extend(self.aside());
                files
            }
            Some(folder) => self.whole(folder),
        }
    }

    /// The folders of what a package declares.
    fn declared(&self, folder: &str) -> Vec<&'a str> {
        let inside = format!("{folder}/x");
        let manifest = self.facts.manifests.get(folder).and_then(Option::as_ref);
        let names = manifest.iter().flat_map(|manifest| &manifest.dependencies);
        names
            .filter_map(|name| self.resolver.package(&inside, name))
            .collect()
    }

    /// A package that loads by a name which only it knows: with what it declares, and with
    /// packages that are made for it.
    fn whole(&self, folder: &str) -> Vec<usize> {
        let inside = format!("{folder}/x");
        let mut files = self.meant(&inside, &format!("{folder}/{HOLE}"), false);
        let manifest = self.facts.manifests.get(folder).and_then(Option::as_ref);
        for name in manifest.iter().flat_map(|manifest| &manifest.dependencies) {
            files.extend(self.both(&inside, name));
        }
        let name = manifest.map_or("", |manifest| manifest.name.as_str());
        for (other, package) in &self.facts.manifests {
            let is_made_for = package.as_ref().is_some_and(|package| {
                let marked = package.peers.contains(name) || package.marks.contains(name);
                marked || package.name.contains(&format!("{name}-"))
            });
            if is_made_for
                && !name.is_empty()
                && other != folder
                && package_folder(&format!("{other}/x")).is_some()
            {
                files.extend(self.meant(&inside, &format!("{other}/{HOLE}"), false));
            }
        }
        files
    }
}

/// Whether a framework wrote a file for browsers alone: no process loads what it names.
pub(super) fn is_for_browsers(path: &str) -> bool {
    const FOLDERS: &[&str] = &[".next/static", ".output/public"];
    let mut folders = FOLDERS.iter();
    in_app(path) && folders.any(|folder| index::is_below(path, folder))
}

/// The package that a word names by itself or by something in it.
pub(super) fn package_name(word: &str) -> Option<&str> {
    Some(resolve::parts(word)?.0)
}

fn context<'c>(
    facts: &'c Facts<'_>,
    file: &'c str,
    resolve: &'c dyn Fn(&str) -> Option<String>,
    shims: &'c dyn Fn(&str) -> Vec<String>,
) -> Context<'c> {
    Context {
        file,
        platform: &facts.target.os,
        arch: match facts.target.arch.as_str() {
            "amd64" => "x64",
            other => other,
        },
        resolve,
        shims,
    }
}

fn file_of(
    resolver: &Resolver<'_, '_>,
    facts: &Facts<'_>,
    path: &str,
    specifier: &str,
) -> Option<String> {
    let files = resolver.resolve(path, specifier, Form::Require).into_iter();
    // Node reads a package.json on the way to the file that it gives.
    let asked = specifier.ends_with(ecosystems::javascript::MANIFEST);
    let file = files
        .filter_map(|number| facts.index.path(number))
        .find(|path| asked || index::name(path) != ecosystems::javascript::MANIFEST);
    let manifest = || {
        let name = specifier.strip_suffix(ecosystems::javascript::IN_FOLDER)?;
        Some(format!(
            "{}{}",
            resolver.package(path, name)?,
            ecosystems::javascript::IN_FOLDER
        ))
    };
    file.map(str::to_owned).or_else(manifest)
}

/// What a source of the app opens; `None` where it can't be parsed.
pub(crate) fn opened(facts: &Facts<'_>, path: &str, text: &[u8]) -> Option<Opened> {
    let resolver = Resolver::new(facts);
    let resolve = |specifier: &str| file_of(&resolver, facts, path, specifier);
    opened::opened(
        &String::from_utf8_lossy(text),
        &context(facts, path, &resolve, &|_| Vec::new()),
    )
}

impl<'a> Language<'a> for Node<'_, 'a> {
    fn reads(&self, path: &str) -> bool {
        if !self.decides || is_for_browsers(path) {
            return false;
        }
        let typescript = [".ts", ".tsx", ".mts", ".cts"]
            .iter()
            .any(|end| path.ends_with(end))
            && !path.contains(".d.");
        let coffee = path.ends_with(".coffee") || path.ends_with(".litcoffee");
        coffee
            || is_shell(path) && !in_app(path)
            || is_source(path) && (!typescript || self.facts.runtime.typescript || !in_app(path))
    }

    fn read(&self, path: &str, text: &str) -> Found {
        let resolve = |specifier: &str| file_of(&self.resolver, self.facts, path, specifier);
        let shims = |specifier: &str| self.shims_of(path, specifier);
        let context = context(self.facts, path, &resolve, &shims);
        if path.ends_with(".coffee") || path.ends_with(".litcoffee") {
            return self.coffee(path, text);
        }
        if is_shell(path) {
            return self.shell(path, text);
        }
        let source = source::read(text, &context);
        let owner = package_folder(path);
        let name = owner
            .and_then(|folder| self.facts.manifests.get(folder)?.as_ref())
            .map_or("", |manifest| manifest.name.as_str());
        let inside = owner.map_or(path, |folder| path.get(folder.len() + 1..).unwrap_or(path));
        let decided = knowledge::of(name).any(|known| known.decides(inside));
        let builds = self.facts.runtime.bundles != Bundles::AtStart
            && knowledge::of(name).any(|known| known.builds(inside));
        let tells_never = knowledge::of(name).any(|known| !known.never.is_empty());
        let mut found = Found::default();
        if source.broken {
            found = self.unread(path);
        }
        found
            .files
            .extend(self.interpreter(text).map(|number| (number, 1)));
        let mut undecided = Vec::new();
        let compiled = in_app(path) && !path.ends_with(".mjs") || is_typescript(path);
        // A bundle takes all of its package in hundreds of places, of which the first says it.
        let (mut taken, mut takes_anything) = (HashSet::new(), false);
        let mut all_of = |folder: &str| {
            if taken.insert(folder.to_owned()) {
                self.all_of(folder)
            } else {
                Vec::new()
            }
        };
        for (load, line) in source.loads {
            let load = match load {
                Load::Path(path) if !builds && packages_meant::is_scan(owner, &path) => {
                    Load::Folders
                }
                load => load,
            };
            let mut unknown = || {
                if !decided {
                    undecided.push(line);
                }
                let is_known = takes_anything || owner.is_some() && decided;
                takes_anything = true;
                if is_known {
                    Vec::new()
                } else {
                    self.anything(path)
                }
            };
            let builder = matches!(&load, Load::Word(word) if self.names_builder(path, word));
            let is_exact = is_exact(&load, !builder && self.says_what_it_loads(path));
            let files = match load {
                Load::Module(value, Form::Import) if compiled => {
                    // A compiler makes `require` of it unless it is told otherwise.
                    let mut files = self.module(path, &value, Form::Import);
                    files.extend(self.module(path, &value, Form::Require));
                    files
                }
                Load::Module(value, _)
                    if value.inside && packages_meant::means_packages(&value.text) =>
                {
                    unknown()
                }
                Load::Module(value, form) => self.module(path, &value, form),
                Load::Path(_) | Load::Listed(_) | Load::Own if builds => Vec::new(),
                Load::Path(pattern) => self.path(path, &pattern),
                Load::Listed(pattern) => self.listed(&pattern),
                Load::Own => owner.map(&mut all_of).unwrap_or_default(),
                Load::Package(folder) => all_of(&folder),
                Load::Command(text) => self.command(path, &text),
                Load::Word(word) => self.word(path, &word, source.form, source.unknown && !decided),
                Load::Unknown | Load::AnyFolder => unknown(),
                // `path.join(__dirname, "..", name)` of a package: any file of another one.
                Load::Folders => {
                    let mut files = unknown();
                    let declared = owner
                        .filter(|_| !decided)
                        .map(|folder| self.declared(folder));
                    files.extend(declared.into_iter().flatten().flat_map(&mut all_of));
                    files
                }
            };
            let files = files.into_iter();
            let files = files
                .filter(|number| !tells_never || !self.is_never(name, *number))
                .filter(|number| is_exact || self.may_mean(path, *number));
            found.files.extend(files.map(|number| (number, line)));
        }
        found.undecided.append(&mut undecided);
        found
    }

    fn unread(&self, path: &str) -> Found {
        let mut files = self.anything(path);
        files.retain(|number| self.may_mean(path, *number));
        Found::anything(files)
    }

    fn beside(&mut self, _: usize, path: &'a str) -> Vec<usize> {
        let mut files = self.manifests(path);
        if let Some(folder) = package_folder(path) {
            let mut with = Vec::new();
            self.touch(folder, &mut with);
            // Compilers for this machine, which the framework left out of its own package.
            let left_out = self.is_framework(folder);
            with.retain(|number| !left_out || self.may_mean(path, *number));
            files.append(&mut with);
        }
        files
    }
}

/// Whether a load says what it means, so that Node finds it outside of a server that runs alone, too. A word of code
/// that the framework did not write may be a module that is loaded by that name.
fn is_exact(load: &Load, words: bool) -> bool {
    match load {
        // What a framework traced may lack packages of which code makes the name: `@img/sharp-${platform}`.
        Load::Module(value, _) => value.is_known() || !value.inside && !value.start().is_empty(),
        Load::Path(path) | Load::Listed(path) => !path.contains(HOLE),
        Load::Package(_) | Load::Own => true,
        Load::Word(_) | Load::Command(_) => words,
        Load::Unknown | Load::AnyFolder | Load::Folders => false,
    }
}

fn is_shell(path: &str) -> bool {
    path.ends_with(".sh") || path.ends_with(".bash")
}

fn is_typescript(path: &str) -> bool {
    [".ts", ".tsx", ".jsx", ".cts"]
        .iter()
        .any(|end| path.ends_with(end))
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
