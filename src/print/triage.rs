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
        if !entry.first.is_empty() {
            let _ = write!(out, "  ({} to {})", entry.first, entry.last);
        }
        out.push('\n');
        let _ = writeln!(out, "             {}", code.next);
        if !code.rules.is_empty() {
            let _ = writeln!(out, "             rules: {}", code.rules.join(", "));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

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
