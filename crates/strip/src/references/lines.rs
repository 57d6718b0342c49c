//! On which line of a text stands a byte, for whoever asks more than once about one text?

use std::cell::Cell;

use memchr::memchr_iter;

/// A text whose lines are asked for. What is asked next is near what was asked last: a generated file has thousands of
/// literals, and counting from its top for each would be quadratic.
pub struct Lines<'a> {
    text: &'a [u8],
    /// A byte and its 1-based line.
    last: Cell<(usize, usize)>,
}

impl<'a> Lines<'a> {
    /// The lines of this text.
    #[must_use]
    pub fn of(text: &'a [u8]) -> Self {
        let last = Cell::new((0, 1));
        Self { text, last }
    }

    /// The 1-based line of a byte offset.
    #[must_use]
    pub fn at(&self, offset: usize) -> u32 {
        let offset = offset.min(self.text.len());
        let (last, line) = self.last.get();
        let breaks = |start: usize, end: usize| {
            let part = self.text.get(start..end).unwrap_or_default();
            memchr_iter(b'\n', part).count()
        };
        let line = match (offset, last) {
            (0, _) => return 1,
            _ if offset >= last => line + breaks(last, offset),
            _ if offset < last - offset => 1 + breaks(0, offset),
            _ => line - breaks(offset, last),
        };
        self.last.set((offset, line));
        u32::try_from(line).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_that_of_the_byte() {
        let lines = Lines::of(b"ab\n\nc\n");
        let expected = [(0, 1), (2, 1), (3, 2), (4, 3), (6, 4), (99, 4)];
        for first in expected {
            for second in expected {
                assert_eq!(
                    [first, second].map(|(at, _)| lines.at(at)),
                    [first.1, second.1]
                );
            }
        }
    }
}
