//! Which files are reached, one wave of loads after another?
//!
//! The same for every language: a reached file is read by the [`Language`] that it is
//! written in, which says what it loads and what must stay beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use rayon::prelude::*;

use super::language::{EntryPoint, Found, Language};
use super::node::Node;
use super::python::Python;
use crate::candidates::Candidates;
use crate::decide::Because;
use crate::facts::{Facts, Texts};
use crate::texts::{AT_A_TIME, lossy};
use slugsmith_finding::work;

/// Larger files are not read, in bytes: what they may load stays.
const MAX_SOURCE: u64 = 32_000_000;

/// Nor are those with more words and signs, of which a tree needs up to seventy bytes each: half a gigabyte would do
/// for a source that no person wrote.
const MAX_TOKENS: usize = 6_000_000;

/// The tree of a source takes up to seventy times its bytes; two of this size at once would
/// take hundreds of megabytes.
const ALONE: u64 = 1_000_000;

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
    /// Files that the graph decides about: those of packages that are understood.
    pub judged: Vec<bool>,
    pub why: BTreeMap<usize, Because>,
    pub undecided: Vec<Undecided>,
}

pub(super) struct Graph<'g, 'a> {
    pub(super) facts: &'g Facts<'a>,
    pub(super) texts: &'g dyn Texts,
    pub(super) catalogue: &'g Candidates,
    pub(super) node: Node<'g, 'a>,
    pub(super) python: Python<'g, 'a>,
    reached: Vec<bool>,
    why: BTreeMap<usize, Because>,
    queue: Vec<usize>,
    /// Files of servers that run alone, which are read when all else has been.
    of_outputs: Option<Vec<usize>>,
    undecided: BTreeSet<Undecided>,
    /// Held by whoever reads a source that is larger than [`ALONE`].
    alone: Mutex<()>,
}

impl<'g, 'a> Graph<'g, 'a> {
    pub(super) fn new(
        facts: &'g Facts<'a>,
        texts: &'g dyn Texts,
        catalogue: &'g Candidates,
    ) -> Self {
        Self {
            facts,
            texts,
            catalogue,
            node: Node::new(facts, texts, catalogue),
            python: Python::new(facts, texts, catalogue),
            reached: vec![false; facts.index.entries().len()],
            why: BTreeMap::new(),
            queue: Vec::new(),
            of_outputs: Some(Vec::new()),
            undecided: BTreeSet::new(),
            alone: Mutex::default(),
        }
    }

    /// A file is reached.
    pub(super) fn keep(&mut self, number: usize, because: &Because) {
        let index = &self.facts.index;
        let mut pending = vec![number];
        while let Some(number) = pending.pop() {
            let Some(path) = index.path(number).filter(|_| index.is_file(number)) else {
                continue;
            };
            let Some(slot @ false) = self.reached.get_mut(number) else {
                continue;
            };
            *slot = true;
            self.why.insert(number, because.clone());
            if self.node.reads(path) || self.python.reads(path) {
                let later = self.of_outputs.as_mut();
                let later = later.filter(|_| self.node.output(path).is_some());
                later.unwrap_or(&mut self.queue).push(number);
            }
            pending.extend(self.node.beside(number, path));
            pending.extend(self.python.beside(number, path));
        }
    }

    /// Keeps every entry point of these.
    pub(super) fn keep_all(&mut self, found: Vec<EntryPoint>) {
        for (number, because) in found {
            self.keep(number, &because);
        }
    }

    /// Follows until nothing new is reached; then what the app declares and nothing reaches,
    /// if some package loads by names that are unknown. What only a server that runs alone reaches is followed by
    /// itself: names that are unknown there mean what was put with it.
    pub(super) fn follow(&mut self) {
        self.follow_loads();
        self.follow_unknown(false);
        self.queue
            .extend(self.of_outputs.take().unwrap_or_default());
        if !self.queue.is_empty() {
            self.follow_loads();
            self.follow_unknown(true);
        }
    }

    fn follow_unknown(&mut self, in_outputs: bool) {
        let Some(load) = self.undecided.first().cloned() else {
            return;
        };
        let because = Because::File {
            path: load.path,
            line: load.line,
        };
        let files = self.undecided.iter().map(|load| load.path.as_str());
        let unreached = if in_outputs {
            self.node.unreached_in_outputs()
        } else {
            self.node.unreached(files)
        };
        for folder in unreached {
            for number in self.node.all_of(folder) {
                self.keep(number, &because);
            }
        }
        self.follow_loads();
    }

    fn follow_loads(&mut self) {
        while !self.queue.is_empty() {
            let files = std::mem::take(&mut self.queue);
            let step = work::files("following imports", files.len());
            for some in files.chunks(AT_A_TIME) {
                let found: Vec<(usize, Found)> = some
                    .par_iter()
                    .inspect(|_| step.done(1))
                    .filter_map(|number| Some((*number, self.read(*number)?)))
                    .collect();
                for (from, found) in found {
                    self.found(from, found);
                }
            }
        }
    }

    fn found(&mut self, from: usize, found: Found) {
        let path = self.facts.index.path(from).unwrap_or_default();
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

    fn read(&self, number: usize) -> Option<Found> {
        let path = self.facts.index.path(number)?;
        let language: &dyn Language<'a> = if self.python.reads(path) {
            &self.python
        } else {
            &self.node
        };
        let size = self.facts.index.entry(number)?.size();
        let text = (size <= MAX_SOURCE)
            .then(|| self.texts.text(path))
            .flatten();
        let _alone = (size > ALONE).then(|| self.alone.lock());
        let mut found = match text.filter(|text| !has_more_tokens(text, MAX_TOKENS)) {
            Some(text) => language.read(path, &lossy(&text)),
            None => language.unread(path),
        };
        // A computed name can mean thousands, most of which are reached already.
        found
            .files
            .retain(|(number, _)| self.reached.get(*number) == Some(&false));
        found.files.shrink_to_fit();
        Some(found)
    }

    /// Whether the catalogue names a file.
    pub(super) fn is_candidate(&self, number: usize) -> bool {
        self.catalogue.get(number).is_some_and(Option::is_some)
    }

    /// Whether a file is the source map of one that nothing reaches, where maps are read at all.
    fn is_map_of_unreached(&self, path: &str) -> bool {
        let source = path.strip_suffix(".map").filter(|_| self.facts.source_maps);
        source.is_some_and(|source| {
            let number = self.facts.index.exact(source);
            let reached = number.and_then(|number| self.reached.get(number));
            reached == Some(&false) && self.node.judges(source)
        })
    }

    pub(super) fn finish(self) -> Trace {
        let judged = (0..self.reached.len())
            .map(|number| {
                let path = self.facts.index.path(number);
                path.filter(|_| self.facts.index.is_file(number))
                    .is_some_and(|path| {
                        self.node.judges(path)
                            || self.python.judges(number, path)
                            || self.is_map_of_unreached(path)
                    })
            })
            .collect();
        Trace {
            judged,
            reached: self.reached,
            why: self.why,
            undecided: self.undecided.into_iter().collect(),
        }
    }
}

/// Whether a source has more words and signs than this: runs of letters and digits, and all else but white space.
fn has_more_tokens(text: &[u8], most: usize) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
    let mut before = b' ';
    let starts = text.iter().filter(|byte| {
        let goes_on = is_word(**byte) && is_word(before);
        before = **byte;
        !goes_on && !byte.is_ascii_whitespace()
    });
    text.len() > most && starts.count() > most
}

#[cfg(test)]
mod tests {
    use super::has_more_tokens;

    #[test]
    fn words_and_signs_are_counted() {
        assert!(has_more_tokens(b"a, b, c;", 5) && !has_more_tokens(b"a, b, c;", 6));
        assert!(!has_more_tokens(b"one_long_word and another", 3));
    }
}
