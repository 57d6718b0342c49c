//! Findings that belong to no capability's own section, as lines.

use super::excerpt::Detail;
use super::line::Line;
use slugsmith_finding::Finding;
use slugsmith_finding::pages;

/// Severity, rule and place in one line, the message and the help below it.
#[must_use]
pub fn lines(findings: &[Finding], detail: impl Into<Detail>) -> Vec<Line> {
    let detail = detail.into();
    let mut lines = Vec::new();
    for finding in findings {
        let location = finding
            .location
            .as_ref()
            .map(|location| format!("  {location}"))
            .unwrap_or_default();
        lines.push(Line::alarm(
            1,
            format!("{:<5}  {}{location}", finding.level.word(), finding.rule),
        ));
        lines.extend(detail.excerpt(finding));
        lines.push(Line::row(1, &finding.message));
        lines.extend(finding.help.iter().map(|help| Line::row(1, help)));
        lines.extend(pages::of_rule(finding.rule, finding.code).map(|url| Line::row(1, url)));
    }
    lines
}
