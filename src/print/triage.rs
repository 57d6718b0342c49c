//! Error codes of a log as text: each with its meaning, its rules and the next step.

use std::fmt::Write as _;

use crate::audit::triage::{Seen, find};

/// The whole answer.
#[must_use]
pub fn text(seen: &[Seen]) -> String {
    if seen.is_empty() {
        return "No error codes of the platform in this log.\n".to_owned();
    }
    let mut out = String::new();
    for entry in seen {
        let Some(code) = find(entry.code) else {
            continue;
        };
        let _ = write!(out, "{:>6}  {}  {}", entry.count, code.code, code.meaning);
        let (first, last) = (second(&entry.first), second(&entry.last));
        if first == last && !first.is_empty() {
            let _ = write!(out, "  ({first})");
        } else if !first.is_empty() {
            let _ = write!(out, "  ({first} to {last})");
        }
        out.push('\n');
        let _ = writeln!(out, "             {}", code.next);
        if !code.rules.is_empty() {
            let _ = writeln!(out, "             rules: {}", code.rules.join(", "));
        }
    }
    out
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
            code: "R14",
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
            code: "H12",
            count: 3,
            first: String::new(),
            last: String::new(),
        }]);
        assert!(text.starts_with("     3  H12  a request took over 30 seconds\n"));
        assert!(text.contains("rules: outbound-without-timeout"));
    }
}
