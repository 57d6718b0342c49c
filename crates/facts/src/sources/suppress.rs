//! Which findings does the code itself silence, and why?
//!
//! `slugsmith: ignore <rule> -- reason` in a comment silences the rule on the same line and
//! on the next one. Without a reason it has no effect, and says so.

use slugsmith_finding::LineSpan;

/// One inline suppression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    pub path: String,
    /// 1-based.
    pub line: LineSpan,
    /// A rule's id or code, as written.
    pub rule: String,
    pub reason: Option<String>,
}

const MARK: &str = "slugsmith: ignore ";

/// All suppressions of a file.
pub(super) fn find(path: &str, text: &str) -> Vec<Suppression> {
    if !text.contains(MARK) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let Some((before, rest)) = line.split_once(MARK) else {
            continue;
        };
        let comment = ["#", "//", "/*", "--", "<!--", ";", "* "];
        if !comment.iter().any(|mark| before.contains(mark)) {
            continue;
        }
        let (rule, reason) = match rest.split_once(" -- ") {
            Some((rule, reason)) => (rule, reason.trim_end_matches("*/").trim_end_matches("-->")),
            None => (rest, ""),
        };
        let rule = rule.split_whitespace().next().unwrap_or_default();
        let reason = reason.trim();
        found.push(Suppression {
            path: path.to_owned(),
            line: LineSpan::part(number, before.len(), Some(line.trim_end().len())),
            rule: rule.to_owned(),
            reason: (!reason.is_empty()).then(|| reason.to_owned()),
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn a_reason_is_needed() {
        let found = find(
            "a.js",
            "// slugsmith: ignore SF101 -- scratch space only\nx()\n# slugsmith: ignore SF103\n",
        );
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].reason.as_deref(), Some("scratch space only"));
        assert_eq!(
            (found[1].line.number(), found[1].reason.is_none()),
            (3, true)
        );
    }
}
