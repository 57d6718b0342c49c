//! Lines of texts, as messages count them.

use slugsmith_finding::LineSpan;

/// Where a text has its first occurrence of something that stands on one line; line 0 if it has none.
#[must_use]
pub fn line_of(text: &str, needle: &str) -> LineSpan {
    text.lines()
        .zip(1..)
        .find(|(line, _)| line.contains(needle))
        .map_or(LineSpan::default(), |(line, number)| {
            // A key is meant without what ends it.
            let start = line.find(needle).unwrap_or(0);
            let meant = needle.trim_end_matches([':', '=', ' ']);
            LineSpan::part(number, start, Some(start + meant.len()))
        })
}
