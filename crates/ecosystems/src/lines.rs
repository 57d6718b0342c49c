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

/// Whether a text has a word that stands alone: `PORT` is not in `DB_PORT`.
#[must_use]
pub fn has_word(text: &str, word: &str) -> bool {
    let is_word = |one: char| one.is_alphanumeric() || one == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text
            .get(at + word.len()..)
            .and_then(|text| text.chars().next());
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_word_stands_alone() {
        assert!(super::has_word("listen ${PORT};", "PORT"));
        assert!(!super::has_word("DB_PORT=1 EXPORT", "PORT"));
        assert!(super::has_word("DB_PORT PORT", "PORT"));
    }
}
