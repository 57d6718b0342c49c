//! Which files does Python load for a module's name?
//!
//! Its path finder (docs.python.org/3/reference/import.html) over the tree that is in
//! memory: packages before modules, extension modules, byte code, namespace packages.

use foldhash::{HashMap, HashMapExt};

use crate::catalogue::python::split;
use crate::facts::Facts;
use crate::index::{name, parent};

pub(super) struct Modules<'g, 'a> {
    facts: &'g Facts<'a>,
    /// Extension modules and byte code without a source, by path without what follows
    /// the module's name.
    extensions: HashMap<&'a str, Vec<usize>>,
    /// Byte code in `__pycache__`, by folder and module name.
    bytecode: HashMap<(&'a str, &'a str), Vec<usize>>,
}

impl<'g, 'a> Modules<'g, 'a> {
    pub(super) fn new(facts: &'g Facts<'a>) -> Self {
        let mut extensions: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut bytecode: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
        for root in &facts.python_roots {
            for number in facts.index.below_path(root) {
                let Some(path) = facts.index.path(number) else {
                    continue;
                };
                let folder = parent(path);
                let stem = name(path).split('.').next().unwrap_or_default();
                if name(folder) == "__pycache__" {
                    let key = (parent(folder), stem);
                    bytecode.entry(key).or_default().push(number);
                } else if super::is_native(path) || path.ends_with(".pyc") {
                    let end = if folder.is_empty() {
                        0
                    } else {
                        folder.len() + 1
                    };
                    let stem = path.get(..end + stem.len()).unwrap_or(path);
                    extensions.entry(stem).or_default().push(number);
                }
            }
        }
        Self {
            facts,
            extensions,
            bytecode,
        }
    }

    /// The byte code of a source.
    pub(super) fn bytecode(&self, source: &'a str) -> &[usize] {
        let stem = name(source).trim_end_matches(".py");
        let found = self.bytecode.get(&(parent(source), stem));
        found.map_or(&[], Vec::as_slice)
    }

    /// The source that byte code in `__pycache__` was made from.
    pub(super) fn source(&self, bytecode: &str) -> Option<usize> {
        let folder = parent(bytecode);
        (name(folder) == "__pycache__").then_some(())?;
        let stem = name(bytecode).split('.').next()?;
        let index = &self.facts.index;
        index.exact(&format!("{}/{stem}.py", parent(folder)))
    }

    /// The module or package of exactly this path.
    pub(super) fn at(&self, stem: &str) -> Vec<usize> {
        let index = &self.facts.index;
        let mut files = Vec::new();
        for path in [format!("{stem}/__init__"), stem.to_owned()] {
            files.extend(index.exact(&format!("{path}.py")));
            files.extend(self.extensions.get(path.as_str()).into_iter().flatten());
        }
        files
    }

    fn exists(&self, stem: &str) -> bool {
        self.facts
            .index
            .find(stem)
            .is_some_and(|number| self.facts.index.is_folder(number))
            || !self.at(stem).is_empty()
    }

    /// The module that a dotted name means below `folder`, or its longest beginning that
    /// is there; the rest names what is inside it.
    pub(super) fn below(&self, folder: &str, dotted: &str) -> Option<String> {
        let mut found = None;
        let mut stem = folder.to_owned();
        for part in dotted.split('.').filter(|part| !part.is_empty()) {
            stem.push('/');
            stem.push_str(part);
            if !self.exists(&stem) {
                break;
            }
            found = Some(stem.clone());
        }
        found
    }

    /// As [`Modules::below`], in every folder that Python looks in.
    pub(super) fn absolute(&self, dotted: &str) -> Vec<String> {
        let roots = self.facts.python_roots.iter();
        roots.filter_map(|root| self.below(root, dotted)).collect()
    }

    /// The packages above a file: their `__init__` runs first.
    pub(super) fn packages(&self, path: &str) -> Vec<usize> {
        let Some((root, _)) = split(path) else {
            return Vec::new();
        };
        let mut files = Vec::new();
        let mut folder = parent(path);
        while folder.len() > root.len() {
            files.extend(self.at(&format!("{folder}/__init__")));
            folder = parent(folder);
        }
        files
    }
}
