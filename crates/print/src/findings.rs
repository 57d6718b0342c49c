//! Findings that belong to no capability's own section, as lines.

use super::line::Line;
use slugsmith_finding::Finding;
use slugsmith_finding::pages;

/// Level, rule and place in one line, the message and the help below it.
#[must_use]
pub fn lines(findings: &[Finding]) -> Vec<Line> {
    let mut lines = Vec::new();
    for finding in findings {
        let place = finding
            .place
            .as_ref()
            .map(|place| format!("  {place}"))
            .unwrap_or_default();
        lines.push(Line::alarm(
            1,
            format!("{:<5}  {}{place}", finding.level.word(), finding.rule),
        ));
        lines.push(Line::row(1, &finding.message));
        lines.extend(finding.help.iter().map(|help| Line::row(1, help)));
        lines.extend(pages::of_rule(finding.rule, finding.code).map(|url| Line::row(1, url)));
    }
    lines
}
