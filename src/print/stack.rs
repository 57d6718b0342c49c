//! The stack's lines: one per buildpack, then what they did to each other.

use super::line::Line;
use crate::config::LogLevel;
use crate::stack::StackReport;

/// The section of the log.
#[must_use]
pub fn lines(report: &StackReport, _level: LogLevel) -> Vec<Line> {
    report
        .buildpacks
        .iter()
        .map(|buildpack| Line::item(1, format!("{} {}", buildpack.id, buildpack.version)))
        .collect()
}
