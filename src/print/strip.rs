//! The strip section: what was removed, by reason, and what was kept although it looks
//! unused.

use super::line::Line;
use crate::config::LogLevel;
use crate::strip::StripReport;
use crate::units;

/// The section of the log.
#[must_use]
pub fn lines(report: &StripReport, _level: LogLevel) -> Vec<Line> {
    vec![Line::item(
        1,
        format!(
            "Removed {}, {}",
            units::counted(report.removed.files, "file"),
            units::size(report.removed.bytes)
        ),
    )]
}
