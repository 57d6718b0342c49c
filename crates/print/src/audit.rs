//! The audit section: errors and warnings in full with their fix, the rest counted.

use super::excerpt::Detail;
use super::line::{Line, Shape};
use slugsmith_audit::{AuditReport, Status};
use slugsmith_config::LogLevel;
use slugsmith_finding::pages;
use slugsmith_finding::{Finding, Severity};

/// The section takes this many lines at most, so that it never drowns the log.
const MOST: usize = 40;
/// A message up to this many characters stays in one row.
const LONGEST: usize = 140;
/// Longer ones are set in rows of this many.
const WIDTH: usize = 110;
/// Ids of rules in one line.
const PER_LINE: usize = 4;

/// The section of the log, its header first.
#[must_use]
pub fn lines(report: &AuditReport, detail: impl Into<Detail>) -> Vec<Line> {
    let detail = detail.into();
    let level = detail.level;
    let mut lines = vec![Line::section(format!("Audit ({})", counts(report)))];
    if level == LogLevel::Quiet {
        lines.extend(brief(report));
        return lines;
    }
    let shown: Vec<_> = report
        .findings
        .iter()
        .filter(|finding| finding.level > Severity::Info || level == LogLevel::Verbose)
        .collect();
    let width = shown
        .iter()
        .map(|finding| finding.rule.len())
        .max()
        .unwrap_or(0);
    let mut own = lines.len();
    let mut told = 0;
    let mut last: Option<&Finding> = None;
    for finding in &shown {
        let block = match last {
            Some(last) if last.rule == finding.rule => repeated(finding, width, last, detail),
            _ => block(finding, width, &[], detail),
        };
        // Lines of the app come on top. One line stays free for what is left out.
        let is_own = |line: &&Line| !matches!(line.shape, Shape::Source | Shape::Mark);
        own += block.iter().filter(is_own).count();
        if level != LogLevel::Verbose && own >= MOST {
            break;
        }
        lines.extend(block);
        last = Some(*finding);
        told += 1;
    }
    let infos = report.findings.len() - shown.len();
    let rest = rest(shown.len() - told, infos, report.known);
    if !rest.is_empty() {
        lines.push(Line::item(1, rest));
    }
    if level == LogLevel::Verbose {
        lines.extend(decisions(report));
    }
    lines
}

/// Errors and warnings in a line each, for who asked for little.
fn brief(report: &AuditReport) -> impl Iterator<Item = Line> {
    let counting = report.findings.iter();
    let counting = counting.filter(|finding| finding.level > Severity::Info);
    counting.take(MOST).map(|finding| {
        let location = finding
            .location
            .as_ref()
            .map(|location| format!(" {location}"));
        let (level, location) = (finding.level.word(), location.unwrap_or_default());
        let text = format!("{level} {}{location}: {}", finding.rule, finding.message);
        Line::alarm(1, text)
    })
}

/// What each of the other rules said.
fn decisions(report: &AuditReport) -> Vec<Line> {
    let kinds = [
        (Status::Pass, "Passed"),
        (Status::NotApplicable, "Not applicable"),
        (Status::Unknown, "Unknown, since the files don't tell"),
    ];
    let mut lines = Vec::new();
    for (wanted, name) in kinds {
        let of = report
            .statuses
            .iter()
            .filter(|(_, status)| *status == wanted);
        let ids: Vec<_> = of.map(|(id, _)| *id).collect();
        if !ids.is_empty() {
            lines.push(Line::item(1, name));
            lines.extend(ids.chunks(PER_LINE).map(|ids| Line::row(1, ids.join(", "))));
        }
    }
    lines
}

/// `2 errors, 1 warning, 41 passed, 7 not applicable`.
fn counts(report: &AuditReport) -> String {
    let of = |level| {
        report
            .findings
            .iter()
            .filter(|finding| finding.level == level)
            .count()
    };
    let status = |wanted| count(report, wanted);
    let errors = of(Severity::Error);
    let warnings = of(Severity::Warn);
    let all = [
        (errors, plural(errors, "error")),
        (warnings, plural(warnings, "warning")),
        (status(Status::Pass), "passed".to_owned()),
        (status(Status::NotApplicable), "not applicable".to_owned()),
        (status(Status::Unknown), "unknown".to_owned()),
    ];
    all.iter()
        .filter(|(count, word)| *count > 0 || word == "passed")
        .map(|(count, word)| format!("{count} {word}"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 {
        word.to_owned()
    } else {
        format!("{word}s")
    }
}

/// One finding; a fix that was just shown for the same rule is not said again.
fn block(finding: &Finding, width: usize, shown: &[String], detail: Detail) -> Vec<Line> {
    let location = finding
        .location
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    let head = format!(
        "{:<5}  {:<width$}  {location}",
        finding.level.word(),
        finding.rule
    );
    let mut lines = vec![Line::item(1, head)];
    lines.extend(detail.excerpt(finding));
    lines.extend(wrapped(&finding.message).map(|row| Line::row(1, row)));
    let fresh = finding.help.iter().filter(|help| !shown.contains(help));
    lines.extend(fresh.map(|help| Line::row(1, help)));
    lines.extend(pages::of_rule(finding.rule, finding.code).map(|url| Line::row(1, url)));
    lines
}

/// A finding of the rule that was just shown: with the same level and fix only its place.
fn repeated(finding: &Finding, width: usize, last: &Finding, detail: Detail) -> Vec<Line> {
    let same =
        finding.level == last.level && finding.help.iter().all(|help| last.help.contains(help));
    if !same {
        return block(finding, width, &last.help, detail);
    }
    let location = finding
        .location
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    let mut rows = vec![Line::row(1, format!("also {location}"))];
    rows.extend(detail.excerpt(finding));
    rows.extend(wrapped(&finding.message).map(|row| Line::row(1, row)));
    rows
}

/// A message in rows that can be read at a glance; fixes stay whole, to be copied.
fn wrapped(message: &str) -> impl Iterator<Item = String> {
    let mut rows = vec![String::new()];
    let fits = message.chars().count() <= LONGEST;
    for word in message.split(' ') {
        let row = rows.last().map_or(0, |row| row.chars().count());
        if !fits && row > 0 && row + 1 + word.chars().count() > WIDTH {
            rows.push(String::new());
        }
        if let Some(row) = rows.last_mut() {
            if !row.is_empty() {
                row.push(' ');
            }
            row.push_str(word);
        }
    }
    rows.into_iter()
}

fn count(report: &AuditReport, wanted: Status) -> usize {
    let statuses = report.statuses.iter();
    statuses.filter(|(_, status)| *status == wanted).count()
}

/// What has no lines of its own, and where it has.
fn rest(findings: usize, infos: usize, known: usize) -> String {
    let mut parts = Vec::new();
    if known > 0 && findings + infos == 0 {
        return format!("{known} known from the baseline");
    }
    if findings > 0 {
        parts.push(format!("{findings} more {}", plural(findings, "finding")));
    }
    if infos > 0 {
        parts.push(format!("{infos} {}", plural(infos, "note")));
    }
    if parts.is_empty() {
        return String::new();
    }
    if known > 0 {
        parts.push(format!("{known} known from the baseline"));
    }
    format!("{}: SLUGSMITH_LOG=verbose shows all", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use slugsmith_finding::Location;

    fn finding(number: u32, level: Severity) -> Finding {
        Finding {
            rule: "uploads-on-local-disk",
            code: Some("SF101"),
            level,
            location: Some(Location::line("src/upload.js", number)),
            excerpt: None,
            message: "Files are gone at the next restart.".to_owned(),
            help: vec!["Use S3.".to_owned()],
            decided_by: "default".to_owned(),
            about: None,
            processes: Vec::new(),
        }
    }

    #[test]
    fn only_long_messages_are_set_in_rows() {
        let short = "x ".repeat(70);
        assert_eq!(wrapped(short.trim()).collect::<Vec<_>>(), [short.trim()]);
        let long = "a/b/c.rb:12, ".repeat(20);
        let rows: Vec<_> = wrapped(long.trim()).collect();
        assert!(rows.iter().all(|row| row.len() <= WIDTH), "{rows:?}");
        assert_eq!(rows.join(" "), long.trim());
    }

    #[test]
    fn many_findings_stay_within_forty_lines() {
        let report = AuditReport {
            findings: (1..100)
                .map(|number| finding(number, Severity::Error))
                .chain([finding(7, Severity::Info)])
                .collect(),
            statuses: vec![("a", Status::Pass), ("b", Status::NotApplicable)],
            ..AuditReport::default()
        };
        let lines = lines(&report, LogLevel::Normal);
        assert!(lines.len() <= MOST, "{}", lines.len());
        assert_eq!(
            lines[0].text,
            "Audit (99 errors, 0 warnings, 1 passed, 1 not applicable)".replace("0 warnings, ", "")
        );
        assert_eq!(
            lines[1].text,
            "error  uploads-on-local-disk  src/upload.js:1"
        );
        assert!(lines.last().unwrap().text.contains("1 note"));
        let helps = lines.iter().filter(|line| line.text == "Use S3.").count();
        assert_eq!(helps, 1, "the same fix is said once");
    }

    #[test]
    fn nothing_found_is_one_line() {
        let report = AuditReport {
            statuses: vec![("a", Status::Pass)],
            ..AuditReport::default()
        };
        let lines = lines(&report, LogLevel::Normal);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].text, "Audit (1 passed)");
    }
}
