//! What do files of Python load, and what of their distributions must stay with them?
//!
//! The unit of doubt is the distribution: where one of its files loads modules by names
//! that nothing decides, or is an extension module, whose imports no reader sees, all of
//! its modules stay. Data files stay with the first module of their distribution.

mod distributions;
mod entries;
mod knowledge;
mod modules;
mod source;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Mutex;

use foldhash::HashSet;

use super::language::{Found, Language, named_only};
use crate::candidates::Candidates;
use crate::catalogue::python::{installer, split};
use crate::facts::{Facts, Texts};
use crate::index::{name, parent};
use distributions::{Distribution, Distributions};
use modules::Modules;
use source::{ANY, Load};

pub(super) use entries::{all as entry_points, in_environment, mentions};
pub(crate) use source::statements;

/// Endings of archives that code is unpacked from, or run in.
const ARCHIVES: &[&str] = &[
    ".zip", ".whl", ".egg", ".pyz", ".pex", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2",
];

/// Everything that Python's side of the graph knows of one app.
pub(super) struct Python<'g, 'a> {
    facts: &'g Facts<'a>,
    catalogue: &'g Candidates,
    modules: Modules<'g, 'a>,
    distributions: Distributions,
    /// Distributions of which something is loaded, by number.
    touched: BTreeSet<usize>,
    /// Distributions of which all modules stay.
    whole: Mutex<BTreeSet<usize>>,
    /// Names with holes that were looked for in a folder: all that they mean stays.
    patterns: Mutex<HashSet<(String, String)>>,
}

impl<'g, 'a> Python<'g, 'a> {
    pub(super) fn new(facts: &'g Facts<'a>, texts: &dyn Texts, catalogue: &'g Candidates) -> Self {
        Self {
            facts,
            catalogue,
            modules: Modules::new(facts),
            distributions: Distributions::read(facts, texts),
            touched: BTreeSet::new(),
            whole: Mutex::default(),
            patterns: Mutex::default(),
        }
    }

    /// Whether the graph decides about a file: it came with a distribution, or is byte
    /// code of one that did. Metadata is nobody's.
    pub(super) fn judges(&self, number: usize, path: &str) -> bool {
        // Of what types are checked is known to who asks.
        let of = |number| !self.facts.checks_types && self.distributions.of(number).is_some();
        of(number) || self.modules.source(path).is_some_and(of)
    }

    fn is_candidate(&self, number: usize) -> bool {
        self.catalogue.get(number).is_some_and(Option::is_some)
    }

    /// All modules of the distribution that a file came with.
    fn whole(&self, number: usize) -> Vec<usize> {
        let Some(distribution) = self.distributions.of(number) else {
            return Vec::new();
        };
        self.whole_distribution(distribution)
    }

    fn whole_distribution(&self, distribution: usize) -> Vec<usize> {
        let new = self
            .whole
            .lock()
            .is_ok_and(|mut whole| whole.insert(distribution));
        let distribution = self.distributions.get(distribution).filter(|_| new);
        distribution
            .into_iter()
            .flat_map(|distribution| &distribution.modules)
            .copied()
            .filter(|number| !named_only(self.catalogue, *number))
            .collect()
    }

    /// What a dotted name means, as seen from the module of `path`.
    fn name(&self, path: &str, name: &str, found: &mut Vec<usize>) {
        let name = name.split(':').next().unwrap_or_default();
        if name.contains(ANY) {
            return self.pattern(path, name, found);
        }
        let relative = name.starts_with('.');
        if !relative {
            for stem in self.modules.absolute(name) {
                self.module(&stem, found);
            }
        }
        // `import_module(".x", __package__)`, or a name inside the own package.
        if let Some((root, _)) = split(path) {
            let mut folder = parent(path);
            for _ in 1..name.bytes().take_while(|byte| *byte == b'.').count() {
                folder = parent(folder);
            }
            let inside = relative && folder.len() > root.len();
            if let Some(stem) = self.modules.below(folder, name).filter(|_| inside) {
                self.module(&stem, found);
            }
        }
    }

    fn module(&self, stem: &str, found: &mut Vec<usize>) {
        found.extend(self.modules.at(stem));
    }

    /// A name with holes: every module that it can mean. Where its beginning is known,
    /// below that; else wherever something ends so. What follows a module's name may be something in it.
    fn pattern(&self, path: &str, name: &str, found: &mut Vec<usize>) {
        let start = name.split(ANY).next().unwrap_or_default();
        let known = start.rfind('.').map_or("", |dot| &start[..dot]);
        let folders: Vec<String> = if name.starts_with('.') {
            let inside = self.modules.below(parent(path), known);
            inside
                .into_iter()
                .chain([parent(path).to_owned()])
                .take(1)
                .collect()
        } else if known.is_empty() {
            self.facts.python_roots.iter().cloned().collect()
        } else {
            let whole = |stem: &String| stem.ends_with(&known.replace('.', "/"));
            self.modules
                .absolute(known)
                .into_iter()
                .filter(whole)
                .collect()
        };
        let rest = name.trim_start_matches('.');
        let rest = rest
            .strip_prefix(known.trim_start_matches('.'))
            .unwrap_or(rest);
        let parts: Vec<String> = rest
            .trim_start_matches('.')
            .split(ANY)
            .map(|part| part.replace('.', "/"))
            .collect();
        let in_modules = in_modules(&parts).filter(|parts| {
            // Of a name that begins and ends with a hole nothing is known.
            !known.is_empty()
                || parts
                    .iter()
                    .any(|part| part.contains(char::is_alphanumeric))
        });
        for folder in folders {
            if !known.is_empty() {
                self.module(&folder, found);
            }
            let asked = (folder.clone(), rest.to_owned());
            let new = self.patterns.lock();
            if !new.is_ok_and(|mut known| known.insert(asked)) {
                continue;
            }
            for number in self.facts.index.below_path(&folder) {
                let Some(path) = self.facts.index.path(number).filter(|path| is_module(path))
                else {
                    continue;
                };
                let Some(inside) = path.strip_prefix(folder.as_str()) else {
                    continue;
                };
                let module = module_path(inside.trim_start_matches('/'));
                let in_module = || {
                    let parts = in_modules.as_ref();
                    parts.is_some_and(|parts| fits(parts, module))
                };
                if !named_only(self.catalogue, number) && (fits(&parts, module) || in_module()) {
                    found.push(number);
                }
            }
        }
    }

    /// One word: a module beside the file where such are asked for by name, or one of
    /// another distribution that the own one says it uses.
    fn word(&self, path: &str, word: &str, lazy: bool, found: &mut Vec<usize>) {
        let own = self.distribution(path);
        let mut others = self.distributions.with_top(word);
        if own.is_none_or(|own| lazy || others.any(|other| own.uses.contains(&other.name))) {
            for stem in self.modules.absolute(word) {
                self.module(&stem, found);
            }
        }
        if lazy && split(path).is_some() {
            self.module(&format!("{}/{word}", parent(path)), found);
        }
    }

    /// What a distribution uses whose archives may have code that is unpacked and run: what that imports nobody reads.
    fn packed(&self, distribution: &Distribution) -> Vec<usize> {
        let paths = distribution.data.iter();
        let mut paths = paths.filter_map(|number| self.facts.index.path(*number));
        if !paths.any(|path| ARCHIVES.iter().any(|end| path.ends_with(end))) {
            return Vec::new();
        }
        let all = self.distributions.all.iter().enumerate();
        all.filter(|(_, other)| distribution.uses.contains(&other.name))
            .flat_map(|(number, _)| self.whole_distribution(number))
            .collect()
    }

    fn distribution(&self, path: &str) -> Option<&Distribution> {
        let number = self.facts.index.exact(path)?;
        self.distributions.get(self.distributions.of(number)?)
    }

    fn import(
        &self,
        path: &str,
        dots: usize,
        module: &str,
        names: &[String],
        found: &mut Vec<usize>,
    ) {
        let stems = if dots == 0 {
            let stems = self.modules.absolute(module);
            if stems.is_empty() {
                // A module of Python itself.
                for load in knowledge::loads(module) {
                    self.name(path, load, found);
                }
            }
            stems
        } else {
            let Some((root, _)) = split(path) else { return };
            let mut folder = parent(path);
            for _ in 1..dots {
                folder = parent(folder);
            }
            if folder.len() < root.len() {
                return;
            }
            let below = self.modules.below(folder, module);
            vec![below.unwrap_or_else(|| folder.to_owned())]
        };
        for stem in stems {
            self.module(&stem, found);
            for name in names {
                self.module(&format!("{stem}/{name}"), found);
            }
        }
    }

    /// All modules of all that was asked for by name: the app's own code imports some of it
    /// by a name that is not known.
    fn declared(&self) -> Vec<usize> {
        let any_requested = self.distributions.any_requested();
        let all = self.distributions.all.iter().enumerate();
        all.filter(|(_, distribution)| distribution.requested || !any_requested)
            .flat_map(|(number, _)| self.whole_distribution(number))
            .collect()
    }
}

impl Python<'_, '_> {
    /// What a file of a distribution, or of the app, may load by a name that is not known.
    fn anything(&self, file: Option<usize>) -> Vec<usize> {
        match file {
            Some(number) => self.whole(number),
            None => self.declared(),
        }
    }
}

impl<'a> Language<'a> for Python<'_, 'a> {
    fn reads(&self, path: &str) -> bool {
        // What installers need is their own; whether they stay is decided elsewhere.
        let installs = split(path).is_some_and(|(_, inside)| installer(inside).is_some());
        let source = path.ends_with(".py") || path.ends_with(".pth");
        !self.facts.python_roots.is_empty() && source && !installs
    }

    fn read(&self, path: &str, text: &str) -> Found {
        let (_, inside) = split(path).unwrap_or(("", path));
        let dotted = module_path(inside).replace('/', ".");
        let is_package = name(path) == "__init__.py";
        let package = if is_package {
            dotted.as_str()
        } else {
            dotted.rfind('.').map_or("", |dot| &dotted[..dot])
        };
        let source = source::read(text, &dotted, package, is_package);
        let number = self.facts.index.exact(path);
        let owner = number.and_then(|number| self.distributions.of(number));
        let known = owner.and_then(|owner| self.distributions.get(owner));
        let decided = known.is_some_and(|known| knowledge::decides(&known.name, inside));
        let mut found = Found::default();
        for (load, line) in source.loads {
            let mut files = Vec::new();
            match load {
                Load::Import {
                    dots,
                    module,
                    names,
                } => {
                    self.import(path, dots, &module, &names, &mut files);
                }
                Load::Name(name) => {
                    self.name(path, &name, &mut files);
                    if source.runs {
                        self.name(path, &format!("{name}.__main__"), &mut files);
                    }
                    let beside = self.modules.below(parent(path), &name);
                    if let Some(stem) = beside.filter(|_| source.lazy && owner.is_some()) {
                        self.module(&stem, &mut files);
                    }
                }
                Load::Word(word) => {
                    self.word(path, &word, source.lazy && !decided, &mut files);
                    if source.runs {
                        self.name(path, &format!("{word}.__main__"), &mut files);
                    }
                }
                Load::Unknown if decided => {}
                // Folders of the app are not judged.
                Load::Searched if owner.is_none() => {}
                Load::Searched => files = self.anything(number),
                // Packages look for their own place so.
                Load::Folder if owner.is_some() => {}
                Load::Unknown | Load::Folder => {
                    found.undecided.push(line);
                    files = self.anything(number.filter(|_| owner.is_some()));
                }
            }
            found
                .files
                .extend(files.into_iter().map(|number| (number, line)));
        }
        found
    }

    fn unread(&self, path: &str) -> Found {
        let number = self.facts.index.exact(path);
        let owned = number.filter(|number| self.distributions.of(*number).is_some());
        Found::anything(self.anything(owned))
    }

    fn beside(&mut self, number: usize, path: &'a str) -> Vec<usize> {
        if split(path).is_none() {
            return Vec::new();
        }
        let mut files = Vec::new();
        if is_module(path) || is_native(path) {
            files.extend(self.modules.bytecode(path));
            files.extend(self.modules.packages(path));
            if !path.ends_with(".py") {
                files.extend(self.whole(number));
            }
        }
        if let Some(owner) = self.distributions.of(number)
            && self.touched.insert(owner)
            && let Some(distribution) = self.distributions.get(owner)
        {
            files.extend(&distribution.data);
            files.extend(entries::hidden(self, distribution));
            files.extend(self.packed(distribution));
        }
        files
    }
}

/// `a/b` for `a/b.py`, `a/b/__init__.py` and `a/b.cpython-311-x86_64-linux-gnu.so`.
fn module_path(inside: &str) -> &str {
    let file = name(inside);
    let end = inside.len() - file.len() + file.find('.').unwrap_or(file.len());
    let stem = inside.get(..end).unwrap_or(inside);
    match stem.strip_suffix("__init__") {
        Some(package) => package.trim_end_matches('/'),
        None => stem,
    }
}

/// The same parts without the last name, which may be that of something in a module: `%s.backend.Backend`.
fn in_modules(parts: &[String]) -> Option<Vec<String>> {
    let (last, others) = parts.split_last()?;
    let (module, _) = last.rsplit_once('/')?;
    let mut parts = others.to_vec();
    parts.push(module.to_owned());
    (parts.len() > 1).then_some(parts)
}

/// Whether a path has the parts of a pattern in their order, the last at its end.
fn fits(parts: &[String], path: &str) -> bool {
    let Some((first, others)) = parts.split_first() else {
        return false;
    };
    let Some(mut rest) = path.strip_prefix(first.as_str()) else {
        return false;
    };
    let Some((last, middle)) = others.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        let Some(at) = rest.find(part.as_str()) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last.as_str())
}

/// Whether a file can be an extension module.
fn is_native(path: &str) -> bool {
    path.ends_with(".so")
}

/// Whether nothing but an import by its name can need a file. A library whose name does
/// not say for which Python it was built may be linked to as well.
fn is_module(path: &str) -> bool {
    let extension = path.ends_with(".abi3.so") || is_native(path) && path.contains(".cpython-");
    let byte_code = path.ends_with(".pyc") && name(parent(path)) != "__pycache__";
    path.ends_with(".py") || extension || byte_code
}
