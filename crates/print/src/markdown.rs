//! The sizes as Markdown, for pull requests and job summaries.

pub(super) mod table;

use std::fmt::Write as _;

use slugsmith_budget::limits::measured;
use slugsmith_budget::{BudgetReport, Part, Shipped};
use slugsmith_finding::units;
use slugsmith_finding::{Finding, Severity, pages};
use slugsmith_report::Report;

use self::table::cell;

/// Parts in the first table; the rest is summed up.
const SHOWN: usize = 10;

/// A heading, the totals, the largest parts and the kinds of files.
#[must_use]
pub fn sizes(title: &str, report: &BudgetReport) -> String {
    let size = &report.size;
    let mut text = format!(
        "### {}: {} compressed\n\n{} unpacked, {}\n",
        cell(title),
        measured(&size.compressed),
        units::size(size.totals.bytes),
        units::counted(size.totals.files, "file")
    );
    for excess in &report.exceeded {
        let _ = writeln!(text, "\n> **{}**", cell(&excess.to_string()));
    }
    if let Some(change) = &report.change {
        let _ = write!(text, "\n{}", super::diff::markdown(change));
    }
    table(&mut text, "largest parts", &report.parts);
    text.push_str("\n<details><summary>By kind of file</summary>\n");
    table(&mut text, "kind", &report.kinds);
    text.push_str("\n</details>\n");
    text
}

/// The whole check for a pull request: sizes, what stripping brings, findings with their
/// places, and the parts of the slug folded away.
#[must_use]
pub fn check(report: &Report) -> String {
    let mut text = String::new();
    if let Some(budget) = &report.budget {
        let _ = writeln!(
            text,
            "**{} {} compressed**, {} unpacked",
            if budget.shipped == Shipped::Sources {
                "Sources only, without dependencies:"
            } else {
                "Slug"
            },
            measured(&budget.size.compressed),
            units::size(budget.size.totals.bytes)
        );
        for excess in &budget.exceeded {
            let _ = writeln!(text, "\n> **{}**", cell(&excess.to_string()));
        }
    }
    if let Some(strip) = report
        .strip
        .as_ref()
        .filter(|strip| strip.removed.files > 0)
    {
        let is_bare =
            (report.budget.as_ref()).is_some_and(|budget| budget.shipped == Shipped::Sources);
        let _ = writeln!(
            text,
            "\nStripping removes {} ({}) of what {}.",
            units::size(strip.removed.bytes),
            units::counted(strip.removed.files, "file"),
            if is_bare {
                "is in the repository"
            } else {
                "was built"
            }
        );
    }
    findings(&mut text, report);
    if let Some(budget) = &report.budget {
        text.push_str("\n<details><summary>What the slug is made of</summary>\n");
        table(&mut text, "largest parts", &budget.parts);
        text.push_str("\n</details>\n");
    }
    text
}

/// Errors and warnings as a table; notes are counted.
fn findings(text: &mut String, report: &Report) {
    let shown: Vec<_> = report
        .findings()
        .filter(|finding| finding.level > Severity::Info)
        .collect();
    let known = report.audit.as_ref().map_or(0, |audit| audit.known);
    if shown.is_empty() {
        let none = if known > 0 {
            "Nothing new to mend"
        } else {
            "Nothing to mend"
        };
        let _ = writeln!(text, "\n{none}.");
        return;
    }
    text.push_str("\n| | finding | where | |\n|---|---|---|---|\n");
    for finding in shown {
        let location = finding.location.as_ref().map(ToString::to_string);
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} |",
            finding.level.word(),
            named(finding),
            cell(&location.unwrap_or_default()),
            cell(&finding.message)
        );
    }
}

/// The rule, as a link where its page has an address.
fn named(finding: &Finding) -> String {
    match pages::of_rule(finding.rule, finding.code) {
        Some(url) => format!("[{}]({url})", finding.rule),
        None => finding.rule.to_owned(),
    }
}

fn table(text: &mut String, heading: &str, parts: &[Part]) {
    let _ = write!(
        text,
        "\n| {heading} | compressed | unpacked | files |\n|---|--:|--:|--:|\n"
    );
    for part in parts.iter().take(SHOWN) {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} |",
            cell(&part.name),
            units::size(part.compressed),
            units::size(part.totals.bytes),
            units::count(part.totals.files)
        );
    }
    let rest = || parts.iter().skip(SHOWN);
    if rest().next().is_some() {
        let _ = writeln!(
            text,
            "| {} more | {} | {} | {} |",
            units::count(rest().count() as u64),
            units::size(rest().map(|part| part.compressed).sum()),
            units::size(rest().map(|part| part.totals.bytes).sum()),
            units::count(rest().map(|part| part.totals.files).sum())
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_their_cell() {
        assert_eq!(cell("a|b\n<c>"), "a\\|b \\<c\\>");
    }
}
