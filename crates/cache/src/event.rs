//! What happens while caches are restored and filled, in the order in which it happens.

use std::collections::BTreeMap;
use std::time::Duration;

use super::inputs::Inputs;
use super::store::{Record, Stored};
use super::{Decision, Outcome};
use slugsmith_facts::run as command;
use slugsmith_finding::error::Problem;
use slugsmith_finding::layer::{Prepared, Stripped};

/// Something that happened to a cache.
#[derive(Debug)]
pub enum Event<'a> {
    /// Something the user should know that is no finding: a cache that was discarded,
    /// a part that could not be read. The work goes on.
    Warning(&'a Problem),
    /// A command of a package manager runs.
    Command(command::Event<'a>),
    /// A cache was looked up; its outcome is known before any command runs.
    Decided(&'a Decision),
    /// Dev dependencies left an installed tree, without any command.
    Pruned {
        /// Packages that went.
        packages: u64,
        /// Apparent size.
        bytes: u64,
        /// From the first look at the tree to the last removal.
        took: Duration,
    },
    /// What no process needs has left an installed layer.
    LayerStripped(&'a Stripped),
    /// What a start needs was made in an installed layer.
    LayerPrepared(&'a Prepared),
    /// A cache was restored, filled or given up.
    Done(&'a Outcome),
    /// All caches are installed, and the scripts of this one's project are next, or, where all `is_built`, what
    /// takes its dev dependencies away.
    Resumed { name: &'a str, is_built: bool },
    /// The key of a cache, where the user asks for it.
    Explained(&'a Explained),
    /// A stored cache was discarded to make room.
    Collected(&'a Collected),
    /// Something that the app asks for and that is not done, as one line.
    Note(&'a str),
    /// A cache came from a store that other builds share, as one line.
    Brought(&'a str),
    /// What became of writing into that store, at the end.
    Shared {
        /// Of the store.
        name: &'a str,
        /// For each cache a line; an error where it is not written.
        lines: &'a [std::result::Result<String, String>],
    },
    /// The companion at the front of the list is done.
    Companion(&'a Companion),
}

/// A cache that was discarded to make room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collected {
    pub name: String,
    /// Bytes that it took.
    pub bytes: u64,
    pub why: String,
}

/// Whether what is written now will be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeper {
    /// `slugsmith/slugsmith` comes later in the list.
    Follows,
    /// It is not in the list.
    Missing,
    /// Classic buildpacks don't know their list.
    Unknown,
}

/// What the companion did.
#[derive(Debug)]
pub struct Companion {
    pub restored: Vec<Outcome>,
    /// Whether an earlier build kept anything at all.
    pub has_store: bool,
    pub keeper: Keeper,
    /// Files of the app that were noted.
    pub noted: usize,
    /// Whether installs of later buildpacks are answered.
    pub answers: Answers,
}

/// Whether installs of later buildpacks are answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answers {
    /// The hook is to be hung up.
    Yes,
    /// The configuration says no, or there is nothing that could be answered.
    No,
    /// It would be of no use, and why.
    Useless(String),
}

/// One cache and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    pub name: String,
    /// `package-lock.json, 842 packages`.
    pub what: String,
    /// `hit`, `partial`, `miss`, or `skipped` where it can't be installed.
    pub verdict: &'static str,
    pub reasons: Vec<String>,
    /// Inputs of the stored cache; `None` where nothing usable is stored.
    pub old: Option<BTreeMap<String, String>>,
    /// Inputs of this app on this machine.
    pub new: BTreeMap<String, String>,
    pub stored: Option<Record>,
}

impl Explained {
    pub(super) fn new(
        name: &str,
        what: &str,
        (verdict, reasons): (&'static str, Vec<String>),
        inputs: &Inputs,
        stored: &Stored,
    ) -> Self {
        let stored = match stored {
            Stored::Complete(record) => Some((**record).clone()),
            Stored::Nothing | Stored::Unusable(_) => None,
        };
        Self {
            name: name.to_owned(),
            what: what.to_owned(),
            verdict,
            reasons,
            old: stored.as_ref().map(|record| record.inputs.named().clone()),
            new: inputs.named().clone(),
            stored,
        }
    }

    /// With every input, old and new.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "schema": "slugsmith.cache-explain/1",
            "cache": self.name,
            "verdict": self.verdict,
            "reasons": self.reasons,
            "old": self.old,
            "new": self.new,
            "stored_bytes": self.stored.as_ref().map(|record| record.stored_bytes),
            "install_seconds": self.stored.as_ref().map(|record| record.install.as_secs_f64()),
        })
    }
}

/// Takes events of caches as they happen.
pub trait Progress {
    /// Called in the order in which things happen; must not block for long.
    fn event(&mut self, event: Event<'_>);
}

/// Discards every event: for callers that want the outcomes alone.
#[derive(Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn event(&mut self, _event: Event<'_>) {}
}
