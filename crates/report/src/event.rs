//! How does work in progress reach a log without any capability printing?
//!
//! The flow tells a [`Progress`] what has just happened, as data; the build log, the
//! plain text printer and the tests each implement it in their own way. How far a long
//! loop has come is no event: see `work`.

use super::Report;
use slugsmith_audit::AuditReport;
use slugsmith_boot::BootReport;
use slugsmith_budget::BudgetReport;
use slugsmith_cache as cache;
use slugsmith_facts::hosting::Hosting;
use slugsmith_finding::Finding;
use slugsmith_finding::error::Problem;
use slugsmith_stack::StackReport;
use slugsmith_strip::StripReport;

/// Something that happened, in the order in which it happened.
#[derive(Debug)]
pub enum Event<'a> {
    /// The first line. The version is ours.
    Started {
        /// Of the buildpack: `slugsmith`, `slugsmith/restore`.
        name: &'a str,
        version: &'a str,
    },
    /// The image is for another execution environment than production.
    ExecEnv(&'a str),
    /// The app runs on another platform than Heroku.
    Hosting(&'a Hosting),
    /// Something the user should know that is no finding: a cache that was discarded,
    /// a part that could not be read. The work goes on.
    Warning(&'a Problem),
    /// Findings about the configuration itself; may be empty.
    Config(&'a [Finding]),
    /// Something that may take long begins: for bars and timed lines. What it counts is on
    /// the board of `work`.
    Working {
        /// As in "Stripping".
        what: &'a str,
    },
    /// The stack as the earlier buildpacks left it.
    Stack(&'a StackReport),
    /// What processes start, held against what is installed.
    Starts(&'a StackReport),
    /// A cache is restored, filled, kept or given up.
    Cache(cache::event::Event<'a>),
    /// What was recognised and not installed, or adopted.
    Surveyed(&'a cache::survey::Survey),
    Strip(&'a StripReport),
    /// What was prepared for the start of processes.
    Boot(&'a BootReport),
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

/// Passes what happens to caches on to the progress of a whole run.
pub struct OfCaches<'a>(pub &'a mut dyn Progress);

impl cache::event::Progress for OfCaches<'_> {
    fn event(&mut self, event: cache::event::Event<'_>) {
        match event {
            cache::event::Event::Warning(problem) => self.0.event(Event::Warning(problem)),
            other => self.0.event(Event::Cache(other)),
        }
    }
}

/// Discards every event: for callers that want the report alone.
#[derive(Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn event(&mut self, _event: Event<'_>) {}
}
