//! How does work in progress reach a log without any capability printing?
//!
//! The flow tells a [`Progress`] what has just happened, as data; the build log, the
//! plain text printer and the tests each implement it in their own way. How far a long
//! loop has come is no event: see [`work`].

pub mod work;

use std::time::Duration;

use crate::audit::AuditReport;
use crate::budget::BudgetReport;
use crate::cache;
use crate::error::Problem;
use crate::finding::Finding;
use crate::report::Report;
use crate::stack::StackReport;
use crate::strip::StripReport;
use crate::strip::layer::Went;

/// Something that happened, in the order in which it happened.
#[derive(Debug)]
pub enum Event<'a> {
    /// The first line. The version is ours.
    Started {
        /// Of the buildpack: `slugsmith`, `slugsmith/restore`.
        name: &'a str,
        version: &'a str,
    },
    /// Something the user should know that is no finding: a cache that was discarded,
    /// a part that could not be read. The work goes on.
    Warning(&'a Problem),
    /// Findings about the configuration itself; may be empty.
    Config(&'a [Finding]),
    /// Something that may take long begins: for bars and timed lines. What it counts is on
    /// the [`work::board`].
    Working {
        /// As in "Stripping".
        what: &'a str,
    },
    /// The stack as the earlier buildpacks left it.
    Stack(&'a StackReport),
    /// A cache was looked up; its outcome is known before any command runs.
    CacheDecided(&'a cache::Decision),
    /// A command of a package manager starts. Secrets are already masked.
    CommandStarted {
        command: &'a str,
    },
    /// One line of its output, without the line end.
    CommandOutput {
        line: &'a str,
    },
    CommandEnded {
        command: &'a str,
        /// From its start to its end.
        took: Duration,
        success: bool,
    },
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
    CacheDone(&'a cache::Outcome),
    /// All caches are installed, and the build scripts of this one's project are next.
    CacheResumed {
        name: &'a str,
    },
    /// The key of a cache, where the user asks for it.
    CacheExplained(&'a cache::explain::Explained),
    /// A stored cache was discarded to make room.
    CacheCollected(&'a cache::collect::Collected),
    /// What was recognised and not installed, or adopted.
    Surveyed(&'a cache::survey::Survey),
    /// The companion at the front of the list is done.
    Companion(&'a cache::companion::Companion),
    Strip(&'a StripReport),
    Budget(&'a BudgetReport),
    Audit(&'a AuditReport),
    /// The last line.
    Finished(&'a Report),
}

/// Takes events as they happen.
pub trait Progress {
    /// Called in the order in which things happen; must not block for long.
    fn event(&mut self, event: Event<'_>);
}

/// Discards every event: for callers that want the report alone.
#[derive(Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn event(&mut self, _event: Event<'_>) {}
}
