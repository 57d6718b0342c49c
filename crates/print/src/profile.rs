//! Where the time of a run went: a line per phase, in the order of the run.

use super::line::Line;
use slugsmith_finding::units;
use slugsmith_report::Report;

/// The section that `SLUGSMITH_PROFILE=1` adds; nothing without it.
#[must_use]
pub fn lines(report: &Report) -> Vec<Line> {
    if report.phases.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![Line::section("Profile")];
    lines.extend(report.phases.iter().map(|phase| {
        let mut through = Vec::new();
        if phase.files > 0 {
            through.push(units::counted(phase.files, "file"));
        }
        if phase.bytes > 0 {
            through.push(units::size(phase.bytes));
        }
        let took = units::time(phase.took);
        let text = format!("{took:>9}  {:<15}  {}", phase.name, through.join(", "));
        Line::row(1, text)
    }));
    lines
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use slugsmith_report::Phase;

    #[test]
    fn a_phase_says_how_long_and_through_what() {
        let phase = |name, took, files, bytes| Phase {
            name,
            took: Duration::from_millis(took),
            files,
            bytes,
        };
        let report = Report {
            phases: vec![
                phase("Reading the app", 12, 0, 0),
                phase("Strip", 1300, 9012, 61_800_000),
            ],
            ..Report::default()
        };
        let lines = lines(&report);
        let texts: Vec<_> = lines.iter().map(|line| line.text.trim_end()).collect();
        assert_eq!(
            texts,
            [
                "Profile",
                "     12ms  Reading the app",
                "     1.3s  Strip            9,012 files, 61.8 MB"
            ]
        );
        assert!(super::lines(&Report::default()).is_empty());
    }
}
