//! Which of the candidates may go? A pure function of facts and texts.
//!
//! Starts from everything that is no candidate, follows what that refers to, and keeps
//! each candidate that is reached, and what that refers to in turn, until nothing new is
//! reached. What is left over is the plan.

mod keep;
mod roots;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foldhash::HashSet;
use rayon::prelude::*;

use super::candidates::candidates;
use super::catalogue::Entry;
use super::dev;
use super::dev_dependencies::{self, NeededDevDependency};
use super::entries;
use super::facts::{Facts, Texts};
use super::identical::{self, Identical};
use super::idle::Idle;
use super::known::Known;
use super::legacy::{self, ListReport};
use super::lists::Lists;
use super::own;
use super::reading::{Search, is_text, read};
use super::related::Tops;
use super::resolve::Meaning;
use super::shrink::{self, Shrink};
use super::texts::AT_A_TIME;
use super::trace::Undecided;
use super::vendored;
use slugsmith_config::StripConfig;
use slugsmith_finding::work;

pub use super::because::Because;
pub use super::lists::KEEP_FILE;

/// What to remove and what was kept, by entry number of the tree.
#[derive(Debug, Default)]
pub struct Plan {
    pub removed: Vec<(usize, &'static Entry)>,
    /// Candidates that a guard keeps.
    pub kept: Vec<(usize, &'static Entry, Because)>,
    /// Level `trace`: what leads to the files of packages that are reached.
    pub reached: BTreeMap<usize, Because>,
    /// Lines of the user's `remove` list that name nothing.
    pub unused_remove: Vec<String>,
    /// Loads that `trace` can't decide; what they can reach is kept.
    pub undecided: Vec<Undecided>,
    pub dev_dependencies: Vec<NeededDevDependency>,
    /// Kept files that can be smaller.
    pub shrinks: Vec<Shrink>,
    /// Copies of one file that stay.
    pub identical: Vec<Identical>,
    /// Lists for other tools, line by line.
    pub lists: Vec<ListReport>,
    /// Files of packages that need not be searched again.
    pub idle: Idle,
}

/// Decides.
#[must_use]
pub fn decide(facts: &Facts<'_>, config: &StripConfig, texts: &dyn Texts) -> Plan {
    let lists = Lists::read(facts, config, texts);
    let dev_dependencies = dev_dependencies::needed(facts, texts);
    let mut normal = candidates(facts, &lists);
    let mut doubted = own::without_evidence(facts, texts, &mut normal);
    doubted.extend(vendored::named(facts, texts, &mut normal));
    let mut development = dev::files(facts, texts, &dev_dependencies);
    development.retain(|number, _| {
        let path = facts.index.path(*number).unwrap_or_default();
        let listed = matches!(normal.get(*number), Some(Some(entry)) if entries::is_listed(entry));
        !listed && !lists.keep.names(path, false)
    });
    let start = |trace: bool| {
        let mut open = normal.clone();
        for (number, entry) in &development {
            if let Some(slot) = open.get_mut(*number) {
                *slot = Some(entry);
            }
        }
        State {
            facts,
            trace,
            open,
            normal: normal.clone(),
            development: development.clone(),
            kept: doubted.clone(),
            reached: BTreeMap::new(),
            below_done: BTreeSet::new(),
            silent: vec![false; normal.len()],
            applied: Default::default(),
            candidates: Arc::default(),
            to_read: Vec::new(),
        }
    };
    let mut state = start(false);
    let mut undecided = Vec::new();
    let idle = state.follow(texts);
    if facts.trace {
        let safe = std::mem::replace(&mut state, start(true));
        // Of the candidates that only the graph adds, none is kept by a reference.
        state.silent.clone_from(&safe.silent);
        undecided = state.trace(texts, &lists);
        state.follow(texts);
        state.takes_over(&safe);
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
    let told = legacy::explain(&facts.legacy, &facts.index, facts.world, |number| {
        !state.is_open(number)
    });
    let identical = identical::find(facts, texts, |number| !state.is_open(number));
    Plan {
        shrinks,
        identical,
        dev_dependencies,
        removed: state
            .open
            .iter()
            .enumerate()
            .filter_map(|(number, entry)| Some((number, (*entry)?)))
            .collect(),
        kept: state.kept,
        reached: state.reached,
        unused_remove: lists.remove.unused(&facts.index),
        lists: told,
        idle,
        undecided,
    }
}

impl State<'_, '_> {
    /// Keeps what is reached, until nothing new is. Gives the files of packages that refer to no candidate.
    fn follow(&mut self, texts: &dyn Texts) -> Idle {
        let facts = self.facts;
        let open = self.open.clone();
        let tops = Tops::new(facts, &open);
        let known = Known::of(facts, &open);
        let search = Search {
            facts,
            tops: &tops,
            open: &open,
            known: known.as_ref(),
        };
        let mut idle = Vec::new();
        self.list_candidates();
        self.roots();
        self.to_read = (0..self.open.len())
            .filter(|number| self.open.get(*number) == Some(&None))
            .chain(self.to_read.iter().copied())
            .filter(|number| is_text(facts, *number))
            .filter(|number| self.silent.get(*number) != Some(&true))
            .collect();
        self.to_read.sort_unstable();
        self.to_read.dedup();
        while !self.to_read.is_empty() {
            let files = std::mem::take(&mut self.to_read);
            let step = work::files("looking for references", files.len());
            for some in files.chunks(AT_A_TIME) {
                let readings: Vec<_> = some
                    .par_iter()
                    .inspect(|_| step.done(1))
                    .map(|number| read(&search, texts, *number))
                    .collect();
                idle.extend(readings.iter().filter_map(|reading| reading.idle));
                for (number, _) in some.iter().zip(&readings).filter(|(_, one)| one.is_silent) {
                    if let Some(silent) = self.silent.get_mut(*number) {
                        *silent = true;
                    }
                }
                for found in readings.iter().flat_map(|reading| &reading.found) {
                    let is_kept =
                        matches!(found.meaning, Meaning::File(number) if !self.is_open(number));
                    if !is_kept {
                        self.keep_meaning(&found.meaning, &found.because(facts));
                    }
                }
            }
        }
        known.map(|known| known.now(&idle)).unwrap_or_default()
    }

    /// Takes note of all that can be open from now on; keeping asks for little else.
    fn list_candidates(&mut self) {
        let can_be_open =
            |number: &usize| self.is_open(*number) || self.development.contains_key(number);
        self.candidates = (0..self.open.len()).filter(can_be_open).collect();
    }

    /// Level `trace` keeps nothing that level `safe` removes: what is idle there is idle here.
    fn takes_over(&mut self, safe: &Self) {
        for (number, entry) in safe.open.iter().enumerate() {
            if let (Some(slot @ None), Some(entry)) = (self.open.get_mut(number), entry) {
                *slot = Some(entry);
                self.reached.remove(&number);
            }
        }
        let open = &self.open;
        self.kept
            .retain(|(number, ..)| open.get(*number) == Some(&None));
    }
}

pub(super) struct State<'f, 'a> {
    pub(super) facts: &'f Facts<'a>,
    /// Whether the graph decides about packages.
    pub(super) trace: bool,
    /// Candidates that nothing has reached so far.
    pub(super) open: Vec<Option<&'static Entry>>,
    /// What the files of development packages are besides.
    pub(super) normal: Vec<Option<&'static Entry>>,
    pub(super) development: dev::Files,
    pub(super) kept: Vec<(usize, &'static Entry, Because)>,
    pub(super) reached: BTreeMap<usize, Because>,
    pub(super) below_done: BTreeSet<(String, bool)>,
    /// What was kept with all that it means, by whether the app itself was the reason: to
    /// look through a folder again for each of a thousand files that say the same costs minutes.
    pub(super) applied: [HashSet<Meaning>; 2],
    /// Files that are read already and refer to nothing.
    pub(super) silent: Vec<bool>,
    /// All that can be open, in order.
    pub(super) candidates: Arc<[usize]>,
    /// Kept files whose references are not followed yet.
    pub(super) to_read: Vec<usize>,
}
