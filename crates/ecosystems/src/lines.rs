//! Lines of texts, as messages count them.

/// 1-based line of a text's first occurrence; 0 if there is none.
#[must_use]
pub fn line_of(text: &str, needle: &str) -> u32 {
    text.lines()
        .zip(1..)
        .find(|(line, _)| line.contains(needle))
        .map_or(0, |(_, number)| number)
}
