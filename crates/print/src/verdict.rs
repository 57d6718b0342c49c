//! The last section of the log: what came out, what it saved, and what needs a person now.

use std::time::Duration;

use super::line::Line;
use super::{safe, survey};
use slugsmith_budget::limits::{self, measured};
use slugsmith_budget::{BudgetReport, Verdict};
use slugsmith_cache as cache;
use slugsmith_finding::pages;
use slugsmith_finding::units;
use slugsmith_finding::{Finding, Severity};
use slugsmith_report::Report;

/// Findings that are repeated here; the sections above have all of them.
const REPEATED: usize = 3;
/// Lines of the section.
const MOST: usize = 6;

/// Two to six lines: the slug, what was saved, what is missing, and the findings that do most harm.
#[must_use]
pub(super) fn lines(report: &Report) -> Vec<Line> {
    let Some(budget) = &report.budget else {
        return Vec::new();
    };
    let mut lines = vec![slug(budget)];
    lines.extend(saved(report, budget));
    let over = over(budget);
    let is_over_told = over.is_some();
    lines.extend(over);
    let mut missing = survey::last_lines(&report.survey);
    if missing.is_empty() {
        missing.extend(not_installed(report));
    }
    if report.starts_nothing {
        missing.push(Line::alarm(1, "No process type: nothing will start"));
    }
    let is_whole = missing.is_empty()
        && report.survey.fatal().is_none()
        && budget.missing.is_none()
        && budget.verdict == Verdict::Within;
    lines.extend(missing);
    let room = MOST.saturating_sub(lines.len());
    let told = is_over_told.then_some(limits::EXCEEDED);
    lines.extend(needs_a_person(report, is_whole, told, room));
    lines.insert(0, Line::section("Verdict"));
    lines
}

/// What a person does about the size.
fn over(budget: &BudgetReport) -> Option<Line> {
    let weighs = "Weigh it with its dependencies: slugsmith check --build";
    let missing = budget.missing.as_ref();
    if missing.is_some_and(|missing| missing.by_build) {
        return Some(Line::item(1, weighs));
    }
    let best = budget.savings.first();
    let is_over = budget.verdict == Verdict::Over;
    let best = best.filter(|_| is_over)?.to_string();
    Some(Line::alarm(1, safe::line(best.trim()).into_owned()))
}

/// `Slug 9.9 MB: within the budget`.
fn slug(budget: &BudgetReport) -> Line {
    let verdict = match budget.verdict {
        Verdict::Within => "within the budget",
        Verdict::Warn => "larger than advised",
        Verdict::Over => "over the budget",
        Verdict::TooClose => "too close to the budget to call",
        Verdict::Unknown => "no verdict, not everything could be read",
        Verdict::SourcesOnly => "no verdict on the budget",
    };
    let size = measured(&budget.size.compressed);
    match budget.verdict {
        Verdict::SourcesOnly => Line::item(
            1,
            format!("Sources only, {size} without dependencies: {verdict}"),
        ),
        Verdict::Within => Line::item(1, format!("Slug {size}: {verdict}")),
        _ => Line::alarm(1, format!("Slug {size}: {verdict}")),
    }
}

/// `Saved against a build without slugsmith: 34.2 MB of files, 8.8s`. Sources that nobody built have nothing to save.
fn saved(report: &Report, budget: &BudgetReport) -> Option<Line> {
    let strip = report.strip.as_ref();
    let strip = strip.filter(|strip| strip.removed.bytes > 0);
    let is_planned = strip.is_some_and(|strip| strip.dry_run);
    let mut what: Vec<_> = strip
        .map(|strip| format!("{} of files", units::size(strip.removed.bytes)))
        .into_iter()
        .collect();
    let time: Duration = report.caches.iter().filter_map(|cache| cache.saved).sum();
    if time >= Duration::from_secs(1) {
        what.push(units::time(time));
    }
    let when = if is_planned { "A build saves" } else { "Saved" };
    let line = match what.as_slice() {
        [] if budget.verdict == Verdict::SourcesOnly => return None,
        [] => "Saved no files, and less than a second".to_owned(),
        what => format!(
            "{when} against a build without slugsmith: {}",
            what.join(", ")
        ),
    };
    Some(Line::item(1, line))
}

/// Dependencies that nobody installed.
fn not_installed(report: &Report) -> Option<Line> {
    let skipped: Vec<_> = report
        .caches
        .iter()
        .filter_map(|outcome| match &outcome.decision.verdict {
            cache::Verdict::Skipped { why } => Some(format!("{} ({why})", outcome.decision.name)),
            _ => None,
        })
        .collect();
    let text = format!("Not installed: {}", safe::line(&skipped.join(", ")));
    (!skipped.is_empty()).then(|| Line::alarm(1, text))
}

/// Errors, or warnings where there are none, each rule once with its first step, in so many lines;
/// but for the rule whose step stands above.
fn needs_a_person(report: &Report, is_whole: bool, told: Option<&str>, room: usize) -> Vec<Line> {
    let of = |level| {
        let all = report.findings();
        all.filter(move |finding| finding.level == level && Some(finding.rule) != told)
    };
    let (errors, warnings) = (of(Severity::Error).count(), of(Severity::Warn).count());
    let level = match (errors, warnings) {
        (0, 0) if !is_whole => return Vec::new(),
        (0, 0) => return vec![Line::item(1, "Nothing here needs you.")],
        (0, _) => Severity::Warn,
        _ => Severity::Error,
    };
    let mut rules: Vec<(&Finding, usize)> = Vec::new();
    for finding in of(level) {
        match rules
            .iter_mut()
            .find(|(first, _)| first.rule == finding.rule)
        {
            Some((_, places)) => *places += 1,
            None => rules.push((finding, 1)),
        }
    }
    // The last line is for what is not repeated.
    rules.truncate(REPEATED.min(room.max(2) - 1));
    let repeated: usize = rules.iter().map(|(_, places)| places).sum();
    let mut lines: Vec<_> = rules
        .into_iter()
        .map(|(first, places)| finding(first, places))
        .collect();
    let more = (errors + warnings).saturating_sub(repeated);
    if more > 0 {
        let more = units::counted(more as u64, "more finding");
        lines.push(Line::item(1, format!("{more} above, each with its fix")));
    }
    lines
}

/// The first finding of a rule that was found in so many places.
fn finding(finding: &Finding, places: usize) -> Line {
    let mut location = finding
        .location
        .as_ref()
        .map_or(String::new(), |location| format!(" {location}"));
    if places > 1 {
        location = format!("{location} (+{})", places - 1);
    }
    let step = finding.help.first().map_or("", String::as_str);
    // `Gemfile: ruby "3.4"` names the place itself.
    let named = finding
        .location
        .as_ref()
        .map(|location| format!("{}: ", location.path));
    let step = named
        .and_then(|named| step.strip_prefix(&named))
        .unwrap_or(step);
    let step = if step.is_empty() {
        String::new()
    } else {
        format!(": {step}")
    };
    let page = pages::of_rule(finding.rule, finding.code)
        .map_or(String::new(), |url| format!("  ({url})"));
    let text = format!(
        "{} {}{location}{step}{page}",
        finding.level.word(),
        finding.rule
    );
    Line::alarm(1, safe::line(&text).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use slugsmith_finding::Location;

    fn report(findings: Vec<(Severity, &'static str)>) -> Report {
        let findings = findings.into_iter();
        Report {
            budget: Some(BudgetReport::default()),
            config_findings: findings
                .map(|(level, rule)| finding_of(level, rule))
                .collect(),
            ..Report::default()
        }
    }

    fn finding_of(level: Severity, rule: &'static str) -> Finding {
        Finding {
            rule,
            code: None,
            level,
            location: Some(Location::line("a.js", 3)),
            excerpt: None,
            message: "It breaks.".to_owned(),
            help: vec!["npm install b".to_owned(), "or not".to_owned()],
            decided_by: "default".to_owned(),
            about: None,
            processes: Vec::new(),
        }
    }

    fn said(report: &Report) -> String {
        let mut out = Vec::new();
        for line in lines(report) {
            super::super::line::Skin::Bullets
                .write(&mut out, &line)
                .unwrap();
        }
        anstream::adapter::strip_bytes(&out)
            .into_vec()
            .iter()
            .map(|byte| char::from(*byte))
            .collect()
    }

    #[test]
    fn a_clean_app_needs_nobody() {
        let said = said(&report(Vec::new()));
        assert!(said.contains("within the budget") && said.contains("Nothing here needs you."));
        assert_eq!(said.lines().count(), 4, "{said}");
    }

    #[test]
    fn an_app_that_starts_nothing_needs_somebody() {
        let mut report = report(Vec::new());
        report.starts_nothing = true;
        let said = said(&report);
        assert!(said.contains("nothing will start"), "{said}");
        assert!(!said.contains("Nothing here needs you."), "{said}");
    }

    /// However much there is to say.
    #[test]
    fn the_section_has_three_to_six_lines() {
        let rules = ["one", "two", "three", "four", "five"];
        let mut report = report(rules.map(|rule| (Severity::Error, rule)).to_vec());
        let over = finding_of(Severity::Error, limits::EXCEEDED);
        report.config_findings.push(over);
        let budget = report.budget.as_mut().unwrap();
        budget.verdict = Verdict::Over;
        let said = said(&report);
        let lines = said.lines().skip(1).count();
        assert!((3..=6).contains(&lines), "{said}");
        assert!(said.contains("3 more findings above"), "{said}");
    }

    #[test]
    fn a_rule_is_told_once_with_the_number_of_its_other_places() {
        let found = ["one", "one", "one", "two"].map(|rule| (Severity::Error, rule));
        let said = said(&report(found.to_vec()));
        assert!(said.contains("error one a.js:3 (+2): npm"), "{said}");
        assert!(said.contains("error two a.js:3: npm"), "{said}");
        assert!(!said.contains("above, each with its fix"), "{said}");
    }

    #[test]
    fn errors_come_before_warnings_and_the_rest_is_counted() {
        let found = vec![
            (Severity::Warn, "first"),
            (Severity::Error, "second"),
            (Severity::Warn, "third"),
        ];
        let said = said(&report(found));
        assert!(
            said.contains("error second a.js:3: npm install b"),
            "{said}"
        );
        assert!(said.contains("2 more findings above"), "{said}");
        assert!(!said.contains("warn first"), "{said}");
    }
}
