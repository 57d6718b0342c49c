//! What changed between two builds, as lines and as Markdown for a pull request.

use std::fmt::Write as _;

use super::line::Line;
use slugsmith_budget::history::{SizeChange, Trend};
use slugsmith_finding::units;

/// Parts that are shown.
const SHOWN: usize = 20;

/// The section that `slugsmith diff` prints.
#[must_use]
pub fn lines(change: &SizeChange) -> Vec<Line> {
    let mut lines = vec![Line::section("Difference")];
    if change.is_nothing() {
        lines.push(Line::item(
            1,
            format!("Nothing: {} as before", units::size(change.after)),
        ));
        return lines;
    }
    lines.push(Line::item(
        1,
        format!(
            "{} compressed ({} → {}), {} unpacked",
            units::size_change(change.before, change.after),
            units::size(change.before),
            units::size(change.after),
            units::size_change(change.bytes_before, change.bytes_after),
        ),
    ));
    if change.before.abs_diff(change.after) <= change.noise {
        lines.push(Line::item(
            1,
            format!(
                "Smaller than what the estimates leave open (± {})",
                units::size(change.noise)
            ),
        ));
    }
    lines.extend(
        change
            .moved
            .iter()
            .take(SHOWN)
            .map(|moved| Line::row(1, moved.line())),
    );
    let hidden = change.moved.len().saturating_sub(SHOWN);
    if hidden > 0 {
        lines.push(Line::row(
            1,
            format!("and {}", units::counted(hidden as u64, "smaller change")),
        ));
    }
    lines
}

/// Why two sizes are not compared: one of them lacks the dependencies.
const UNLIKE: &str = "One of the two has the sources only, without their dependencies";

/// The section for two sizes that are not alike.
#[must_use]
pub fn unlike(change: &SizeChange) -> Vec<Line> {
    let (before, after) = (units::size(change.before), units::size(change.after));
    vec![
        Line::section("Difference"),
        Line::alarm(1, format!("{UNLIKE}: {before} and {after} don't compare")),
        Line::row(1, "Take both from `slugsmith check --build --format json`."),
    ]
}

/// The same for a pull request.
#[must_use]
pub fn unlike_markdown(change: &SizeChange) -> String {
    format!(
        "**Sizes are not compared** ({}; {}). {UNLIKE}.\n",
        units::size(change.before),
        units::size(change.after)
    )
}

/// A table for a pull request.
#[must_use]
pub fn markdown(change: &SizeChange) -> String {
    let what = if change.is_bare { "Sources" } else { "Slug" };
    let mut text = format!(
        "**{what} {}** ({} → {})\n",
        units::size_change(change.before, change.after),
        units::size(change.before),
        units::size(change.after)
    );
    if change.moved.is_empty() {
        return text;
    }
    text.push_str("\n| part | before | after | change |\n|---|--:|--:|--:|\n");
    for moved in change.moved.iter().take(SHOWN) {
        let (before, after) = match moved.how {
            Trend::New => ("–".to_owned(), units::size(moved.after)),
            Trend::Gone => (units::size(moved.before), "–".to_owned()),
            Trend::Grew | Trend::Shrank => (units::size(moved.before), units::size(moved.after)),
        };
        let _ = writeln!(
            text,
            "| {} | {before} | {after} | {} |",
            super::markdown::table::cell(&moved.name),
            units::size_change(moved.before, moved.after)
        );
    }
    text
}
