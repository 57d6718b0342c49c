//! Why does a path stay or go? The answers of `slugsmith strip --explain`.

use super::lists;
use crate::line::Line;
use slugsmith_facts::tree::Totals;
use slugsmith_finding::units;
use slugsmith_strip::Explanation;
use slugsmith_strip::catalogue::Entry;
use slugsmith_strip::decide::Because;
use slugsmith_strip::entries::ENTRIES;

/// Why a path stays or goes.
#[must_use]
pub fn explanation(path: &str, explanation: &Explanation) -> Vec<Line> {
    let lines = |verdict: String, evidence: Option<&str>| {
        let first = Line::item(0, format!("{path} {verdict}"));
        let rest = evidence.map(|text| Line::row(0, text));
        std::iter::once(first).chain(rest).collect()
    };
    match explanation {
        Explanation::Missing => lines(
            "is not in the app, and the list of the last strip on this machine doesn't have it (a build's list is \
                history/strip.tsv in slugsmith's layer or cache)".to_owned(),
            None,
        ),
        Explanation::Folder { removed, stays, kept } => folder(path, removed, *stays, kept.as_ref()),
        Explanation::NotNamed => lines("stays: strip has no reason to remove it".to_owned(), None),
        Explanation::Listed => lines("stays: a `keep` line names it".to_owned(), None),
        Explanation::Reached(because) => lines(format!("stays: {}", said(because)), None),
        Explanation::Removed(entry, place) => {
            let place = place.as_deref().unwrap_or(entry.id);
            let verdict = format!("goes: {} ({place})", entry.reason);
            let mut lines: Vec<Line> = lines(verdict, Some(entry.evidence));
            lines.push(to_keep(path));
            lines
        }
        Explanation::List(list) => lists::explained(list, 0),
        Explanation::Kept(entry, because) => lines(
            format!("stays, though among {}: {}", entry.reason, said(because)),
            None,
        ),
    }
}

/// What the last strip or build removed at or below a path that is not there any more.
#[must_use]
pub fn removed(path: &str, removed: &[(String, Totals)]) -> Vec<Line> {
    let what = match removed.iter().map(|(_, totals)| totals.files).sum() {
        0 | 1 => format!("{path} was removed"),
        files => format!("{} of {path} were removed", units::counted(files, "file")),
    };
    let mut lines = vec![Line::item(0, format!("{what} by the last strip or build"))];
    for (id, totals) in removed {
        let entry = ENTRIES.iter().find(|entry| entry.id == id);
        let reason = entry.map_or("", |entry| entry.reason);
        let files = units::counted(totals.files, "file");
        let text = format!(
            "{:>9}  {reason} ({files}; `slugsmith explain {id}`)",
            units::size(totals.bytes)
        );
        lines.push(Line::row(0, text));
    }
    lines.push(to_keep(path));
    lines
}

fn to_keep(path: &str) -> Line {
    let path = path.trim_start_matches("./");
    Line::row(
        0,
        format!("To keep it: keep = [\"/{path}\"] under [com.slugsmith.strip] of project.toml"),
    )
}

fn folder(
    path: &str,
    removed: &[(&'static Entry, Totals)],
    stays: Totals,
    kept: Option<&(&'static Entry, Because)>,
) -> Vec<Line> {
    let left = format!(
        "{}, {}",
        units::counted(stays.files, "file"),
        units::size(stays.bytes)
    );
    let verdict = match (removed.is_empty(), stays.files) {
        (true, _) if kept.is_some() => format!("stays: {left}"),
        (true, _) => format!("stays: {left}, and strip has no reason to remove any of it"),
        (false, 0) => "goes, with all that is in it".to_owned(),
        (false, _) => format!("goes in part; {left} stay"),
    };
    let mut lines = vec![Line::item(0, format!("{path} {verdict}"))];
    for (entry, totals) in removed {
        let text = format!(
            "{:>9}  {} ({}, {})",
            units::size(totals.bytes),
            entry.reason,
            entry.id,
            units::counted(totals.files, "file")
        );
        lines.push(Line::row(0, text));
    }
    if let Some((entry, because)) = kept {
        let text = format!("Kept, though among {}: {}", entry.reason, said(because));
        lines.push(Line::row(0, text));
    }
    if !removed.is_empty() {
        lines.push(to_keep(&format!("{}/", path.trim_end_matches('/'))));
    }
    lines
}

fn said(because: &Because) -> String {
    match because {
        Because::Manifest(path) => format!("{path} names it"),
        Because::Command(origin) => format!("{origin} names it"),
        Because::Link(path) => format!("the link {path} leads to it"),
        Because::File { path, line } => format!("{path}:{line} refers to it"),
        Because::Doubt(doubt) => doubt.clone(),
    }
}
