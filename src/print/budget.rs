//! The budget section: the slug's size, its largest parts, and the verdict.

use super::line::Line;
use crate::budget::BudgetReport;
use crate::config::LogLevel;
use crate::units;

/// The section of the log.
#[must_use]
pub fn lines(report: &BudgetReport, _level: LogLevel) -> Vec<Line> {
    vec![Line::item(
        1,
        format!("Slug {}", units::size(report.size.compressed.bytes)),
    )]
}
