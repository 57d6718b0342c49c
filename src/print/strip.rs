//! The strip section: what was removed, by reason, and what was kept although it looks
//! unused.

use super::line::Line;
use crate::config::{LogLevel, StripLevel};
use crate::strip::StripReport;
use crate::units;

/// Rows of one kind in a normal log; the rest is counted.
const ROWS: usize = 6;

/// Kept files that a normal log names.
const KEPT: usize = 2;

/// The section of the log, its heading first. Empty at `quiet` and where there is
/// nothing to say.
#[must_use]
pub fn lines(report: &StripReport, level: LogLevel) -> Vec<Line> {
    let mut lines = vec![Line::section(format!("Strip ({})", name(report.level)))];
    if report.level == StripLevel::Off {
        lines.push(Line::item(1, "Nothing removed: level is off"));
        return lines;
    }
    lines.push(Line::item(1, summary(report)));
    if level > LogLevel::Quiet {
        for sum in &report.by_reason {
            lines.push(Line::row(
                1,
                format!(
                    "{:>9}  {} ({})",
                    units::size(sum.totals.bytes),
                    sum.reason,
                    units::counted(sum.totals.files, "file")
                ),
            ));
        }
        kept(report, level, &mut lines);
    }
    if level == LogLevel::Verbose {
        for removed in &report.manifest {
            let path = removed.path.display();
            lines.push(Line::row(1, format!("{path} ({})", removed.entry)));
        }
    }
    for needed in &report.dev_dependencies {
        lines.push(Line::alarm(
            1,
            format!(
                "A dev dependency is needed at run time: `{}` ({}:{}). Move it to dependencies.",
                needed.name, needed.path, needed.line
            ),
        ));
    }
    for failed in report.failed.iter().take(ROWS) {
        let path = failed.path.display();
        lines.push(Line::alarm(
            1,
            format!("Not removed: {path}: {}", failed.reason),
        ));
    }
    if report.failed.len() > ROWS {
        let more = report.failed.len() - ROWS;
        lines.push(Line::alarm(1, format!("Not removed: {more} more files")));
    }
    for line in &report.unused_remove {
        lines.push(Line::alarm(
            1,
            format!("[com.slugsmith.strip] remove: `{line}` matches nothing"),
        ));
    }
    lines
}

fn summary(report: &StripReport) -> String {
    if report.removed.files == 0 {
        return format!("Nothing to remove in {}", units::size(report.before.bytes));
    }
    format!(
        "{} {}, {} of {}",
        if report.dry_run {
            "Would remove"
        } else {
            "Removed"
        },
        units::counted(report.removed.files, "file"),
        units::size(report.removed.bytes),
        units::size(report.before.bytes)
    )
}

/// In a normal log one line, since what stays costs nothing; verbose says why for each.
fn kept(report: &StripReport, level: LogLevel, lines: &mut Vec<Line>) {
    if level == LogLevel::Verbose {
        lines.extend(report.kept.iter().map(|kept| {
            let (path, because) = (&kept.path, &kept.because);
            Line::item(
                1,
                format!("Kept although it looks unused: {path} ({because})"),
            )
        }));
        return;
    }
    let mut named: Vec<_> = report
        .kept
        .iter()
        .take(KEPT)
        .map(|kept| format!("{} ({})", kept.path, kept.because))
        .collect();
    if named.is_empty() {
        return;
    }
    if report.kept.len() > KEPT {
        let more = (report.kept.len() - KEPT) as u64;
        named.push(format!("{} more", units::count(more)));
    }
    lines.push(Line::item(
        1,
        format!("Kept although it looks unused: {}", named.join(", ")),
    ));
}

fn name(level: StripLevel) -> &'static str {
    match level {
        StripLevel::Off => "off",
        StripLevel::Safe => "safe",
        StripLevel::Trace => "trace",
    }
}
