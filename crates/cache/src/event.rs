//! What happens while caches are restored and filled, in the order in which it happens.

use std::time::Duration;

use super::collect::Collected;
use super::companion::Companion;
use super::explain::Explained;
use super::{Decision, Outcome};
use slugsmith_facts::run as command;
use slugsmith_finding::error::Problem;
use slugsmith_strip::layer::Went;

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
    LayerStripped(&'a Went),
    /// A cache was restored, filled or given up.
    Done(&'a Outcome),
    /// All caches are installed, and the build scripts of this one's project are next.
    Resumed { name: &'a str },
    /// The key of a cache, where the user asks for it.
    Explained(&'a Explained),
    /// A stored cache was discarded to make room.
    Collected(&'a Collected),
    /// Something that the app asks for and that is not done, as one line.
    Note(&'a str),
    /// The companion at the front of the list is done.
    Companion(&'a Companion),
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
