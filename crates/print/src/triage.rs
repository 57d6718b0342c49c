//! Error codes of a log as text, JSON and Markdown: each with its meaning, its rules and the next step.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::json::pretty;
use super::markdown::table::cell;
use slugsmith_audit::triage::{Seen, TABLE};

/// What is said of a code that the table does not have.
const UNKNOWN: &str = "a code that this version does not know";

/// The whole answer.
#[must_use]
pub fn text(seen: &[Seen]) -> String {
    if seen.is_empty() {
        return "No error codes of the platform in this log.\n".to_owned();
    }
    let mut out = String::new();
    for entry in seen {
        let meaning = entry.meaning();
        let said = meaning.map_or(UNKNOWN, |meaning| meaning.meaning.as_str());
        let _ = write!(out, "{:>6}  {}  {said}", entry.count, entry.code);
        let (first, last) = (second(&entry.first), second(&entry.last));
        if first == last && !first.is_empty() {
            let _ = write!(out, "  ({first})");
        } else if !first.is_empty() {
            let _ = write!(out, "  ({first} to {last})");
        }
        out.push('\n');
        let Some(meaning) = meaning else {
            let _ = writeln!(out, "             {}", page());
            continue;
        };
        let _ = writeln!(out, "             {}", meaning.next);
        if !meaning.rules.is_empty() {
            let _ = writeln!(out, "             rules: {}", meaning.rules.join(", "));
        }
    }
    let _ = writeln!(out, "\nCodes as of {}: {}", TABLE.updated, TABLE.page);
    out
}

/// `{"schema":"slugsmith.triage/1","codes":[…]}`; unknown codes have no meaning.
#[must_use]
pub fn json(seen: &[Seen]) -> String {
    let codes: Vec<Value> = seen
        .iter()
        .map(|entry| {
            let meaning = entry.meaning();
            json!({
                "code": entry.code,
                "count": entry.count,
                "first": entry.first,
                "last": entry.last,
                "known": meaning.is_some(),
                "meaning": meaning.map(|meaning| &meaning.meaning),
                "rules": meaning.map(|meaning| &meaning.rules),
                "next": meaning.map(|meaning| &meaning.next),
            })
        })
        .collect();
    pretty(&json!({
        "schema": "slugsmith.triage/1",
        "as_of": TABLE.updated,
        "page": TABLE.page,
        "codes": codes,
    }))
}

/// A table for an issue.
#[must_use]
pub fn markdown(seen: &[Seen]) -> String {
    if seen.is_empty() {
        return "No error codes of the platform in this log.\n".to_owned();
    }
    let mut out = "| Code | Lines | Meaning | Next |\n|---|---:|---|---|\n".to_owned();
    for entry in seen {
        let (said, next) = match entry.meaning() {
            Some(meaning) => (meaning.meaning.as_str(), meaning.next.clone()),
            None => (UNKNOWN, page()),
        };
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} |",
            cell(&entry.code),
            entry.count,
            cell(said),
            cell(&next)
        );
    }
    out
}

/// Where a code is explained that the table does not have.
fn page() -> String {
    format!("The platform's own list: {}", TABLE.page)
}

/// A time without its fraction of a second: `2026-11-25T01:00:04+00:00`.
fn second(time: &str) -> String {
    let Some((whole, rest)) = time.split_once('.') else {
        return time.to_owned();
    };
    let zone = rest.trim_start_matches(|character: char| character.is_ascii_digit());
    format!("{whole}{zone}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_moment_is_told_once() {
        let at = |second: &str| format!("2026-11-25T01:00:{second}.000000+00:00");
        let mut seen = Seen {
            code: "R14".to_owned(),
            count: 2,
            first: at("01"),
            last: at("01"),
        };
        assert!(text(std::slice::from_ref(&seen)).contains("(2026-11-25T01:00:01+00:00)\n"));
        seen.last = at("09");
        assert!(
            text(&[seen]).contains("(2026-11-25T01:00:01+00:00 to 2026-11-25T01:00:09+00:00)\n")
        );
    }

    #[test]
    fn each_code_has_its_next_step() {
        let text = text(&[Seen {
            code: "H12".to_owned(),
            count: 3,
            first: String::new(),
            last: String::new(),
        }]);
        assert!(text.starts_with("     3  H12  a request took over 30 seconds\n"));
        assert!(text.contains("rules: outbound-without-timeout"));
    }

    #[test]
    fn an_unknown_code_is_named_as_unknown_in_every_form() {
        let seen = [Seen {
            code: "H77".to_owned(),
            count: 1,
            first: String::new(),
            last: String::new(),
        }];
        assert!(text(&seen).starts_with("     1  H77  a code that this version does not know"));
        assert!(json(&seen).contains("\"known\": false"));
        assert!(markdown(&seen).contains("| H77 | 1 | a code that this version"));
    }
}
