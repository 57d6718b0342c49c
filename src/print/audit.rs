//! The audit section.

use super::findings;
use super::line::Line;
use crate::audit::AuditReport;
use crate::config::LogLevel;

/// The section of the log.
#[must_use]
pub fn lines(report: &AuditReport, _level: LogLevel) -> Vec<Line> {
    let mut lines = vec![Line::section("Audit")];
    lines.extend(findings::lines(&report.findings));
    lines
}
