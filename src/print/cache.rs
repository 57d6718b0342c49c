//! The caches' lines: HIT, MISS with the changed input, what it took and saved.

use super::line::Line;
use crate::cache::{Decision, Outcome};
use crate::config::LogLevel;

/// When a cache was looked up.
#[must_use]
pub fn decision(decision: &Decision, _level: LogLevel) -> Vec<Line> {
    vec![Line::item(1, decision.name.clone())]
}

/// When it was restored or filled.
#[must_use]
pub fn outcome(outcome: &Outcome, _level: LogLevel) -> Vec<Line> {
    vec![Line::item(1, outcome.decision.name.clone())]
}
