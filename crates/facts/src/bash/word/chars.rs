//! A text in single characters, and a place in it.

/// Characters of a text with a position.
#[derive(Debug, Clone)]
pub(in crate::bash) struct Chars<'a> {
    pub(in crate::bash) all: &'a [char],
    pub(in crate::bash) at: usize,
    /// A pattern was met that only `extglob` makes one.
    pub(in crate::bash) extended: bool,
}

impl Chars<'_> {
    pub(in crate::bash) fn peek(&self) -> Option<char> {
        self.all.get(self.at).copied()
    }

    pub(in crate::bash) fn ahead(&self, by: usize) -> Option<char> {
        self.all.get(self.at + by).copied()
    }

    pub(in crate::bash) fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    pub(in crate::bash) fn eat(&mut self, text: &str) -> bool {
        let fits = text
            .chars()
            .enumerate()
            .all(|(offset, c)| self.ahead(offset) == Some(c));
        if fits {
            self.at += text.chars().count();
        }
        fits
    }
}
