//! What in this app breaks on an ephemeral, stateless, many-dyno platform?
//!
//! Rules (`rules/`, one file each) are pure functions of facts; [`registry`] lists them.
//! A rule without input says "not applicable" and never passes silently.

pub mod registry;
pub mod rules;

use crate::config::Config;
use crate::facts::app::App;
use crate::facts::tree::Tree;
use crate::finding::Finding;

/// What a rule concluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Fail,
    Pass,
    /// Breaks only if a variable that we can't see is unset.
    Conditional,
    NotApplicable,
    /// Input exists but could not be read.
    Unknown,
}

/// The result of all rules.
#[derive(Debug, Clone, Default)]
pub struct AuditReport {
    pub findings: Vec<Finding>,
    /// Every rule's id with its status, sorted by id.
    pub statuses: Vec<(&'static str, Status)>,
}

/// What rules read.
pub struct Facts<'a> {
    pub app: &'a App,
    pub tree: &'a Tree,
}

/// Runs every rule.
#[must_use]
pub fn run(_facts: &Facts<'_>, _config: &Config) -> AuditReport {
    AuditReport::default()
}
