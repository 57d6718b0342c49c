//! On which line of a text stands a byte, for whoever asks more than once about one text?

use std::cell::LazyCell;

use memchr::memchr_iter;

/// The line breaks of a text. They are looked for when the first line is asked for: a generated file has
/// thousands of literals, and counting from its top for each would be quadratic.
pub struct Lines<'a>(LazyCell<Vec<usize>, Box<dyn FnOnce() -> Vec<usize> + 'a>>);

impl<'a> Lines<'a> {
    /// The lines of this text.
    #[must_use]
    pub fn of(text: &'a [u8]) -> Self {
        Self(LazyCell::new(Box::new(|| {
            memchr_iter(b'\n', text).collect()
        })))
    }

    /// The 1-based line of a byte offset.
    #[must_use]
    pub fn at(&self, offset: usize) -> u32 {
        let before = self.0.partition_point(|newline| *newline < offset);
        u32::try_from(before + 1).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_that_of_the_byte() {
        let lines = Lines::of(b"ab\n\nc\n");
        assert_eq!(
            [0, 2, 3, 4, 6, 99].map(|at| lines.at(at)),
            [1, 1, 2, 3, 4, 4]
        );
    }
}
