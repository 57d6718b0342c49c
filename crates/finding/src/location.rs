//! Where evidence is, for findings: a file, a line of it, and the columns on that line that are meant.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Range;

/// A line and, where its reader knows them, the bytes on it that are meant.
///
/// Two spans of one line are equal: a rule that meets a cause twice on a line has one finding there.
#[derive(Debug, Clone, Copy, Default)]
pub struct LineSpan {
    /// 1-based; 0 is the file as a whole.
    line: u32,
    /// Bytes from the begin of the line; the end may lie behind the line, where what is meant goes on there.
    columns: Option<(u32, u32)>,
}

impl LineSpan {
    /// A whole line; 0 is the file as a whole.
    #[must_use]
    pub const fn whole(line: u32) -> Self {
        Self {
            line,
            columns: None,
        }
    }

    /// Bytes of a line; without an end, all from `start` on.
    #[must_use]
    pub fn part(line: u32, start: usize, end: Option<usize>) -> Self {
        let short = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self {
            line,
            columns: Some((short(start), end.map_or(u32::MAX, short))),
        }
    }

    /// The first occurrence of a text on a line; the whole line where it has none.
    #[must_use]
    pub fn on(number: u32, line: &str, meant: &str) -> Self {
        line.find(meant).map_or(Self::whole(number), |start| {
            Self::part(number, start, Some(start + meant.len()))
        })
    }

    /// The span of bytes of a text; what goes on behind its first line ends with that line.
    #[must_use]
    pub fn of(text: &str, bytes: Range<usize>) -> Self {
        let Some(before) = text.get(..bytes.start) else {
            return Self::default();
        };
        let line = 1 + before.bytes().filter(|byte| *byte == b'\n').count();
        let begin = before.rfind('\n').map_or(0, |at| at + 1);
        let goes_on = text
            .get(bytes.clone())
            .is_none_or(|part| part.contains('\n'));
        let end = (!goes_on).then(|| bytes.end - begin);
        Self::part(u32::try_from(line).unwrap_or(0), bytes.start - begin, end)
    }

    /// The number of the line.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.line
    }

    /// Bytes of a line with this text that are meant; `None` where the span does not fit it.
    #[must_use]
    pub fn within(self, line: &str) -> Option<Range<usize>> {
        let (start, end) = self.columns?;
        let (start, end) = (start as usize, (end as usize).min(line.trim_end().len()));
        line.get(start..end)
            .filter(|part| !part.is_empty())
            .map(|_| start..end)
    }

    /// Whether the columns are known.
    #[must_use]
    pub const fn has_columns(self) -> bool {
        self.columns.is_some()
    }
}

impl From<u32> for LineSpan {
    fn from(line: u32) -> Self {
        Self::whole(line)
    }
}

impl PartialEq for LineSpan {
    fn eq(&self, other: &Self) -> bool {
        self.line == other.line
    }
}

impl Eq for LineSpan {}

impl PartialOrd for LineSpan {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for LineSpan {
    fn cmp(&self, other: &Self) -> Ordering {
        self.line.cmp(&other.line)
    }
}

impl PartialEq<u32> for LineSpan {
    fn eq(&self, line: &u32) -> bool {
        self.line == *line
    }
}

impl PartialOrd<u32> for LineSpan {
    fn partial_cmp(&self, line: &u32) -> Option<Ordering> {
        self.line.partial_cmp(line)
    }
}

impl fmt::Display for LineSpan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.line.fmt(formatter)
    }
}

/// Where in the app the evidence is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// Relative to the app, `/` as separator.
    pub path: String,
    pub line: Option<LineSpan>,
}

impl Location {
    /// A whole file.
    #[must_use]
    pub fn file(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            line: None,
        }
    }

    /// A 1-based line of a file, or a part of it.
    #[must_use]
    pub fn line(path: impl Into<String>, line: impl Into<LineSpan>) -> Self {
        Self {
            path: path.into(),
            line: Some(line.into()),
        }
    }

    /// The number of the line, where there is one.
    #[must_use]
    pub fn number(&self) -> Option<u32> {
        self.line.map(LineSpan::number).filter(|line| *line > 0)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(formatter, "{}:{line}", self.path),
            None => formatter.write_str(&self.path),
        }
    }
}

/// The line of a file that a finding is about, fit to be shown: without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    pub text: String,
    /// Bytes of `text` that are meant; the whole line where nobody knows the columns.
    pub marked: Range<usize>,
    /// The same in the file's own line: UTF-16 code units from 1 on, the end behind the last, as SARIF and
    /// editors count.
    pub columns: Option<Range<u32>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_ends_with_its_line_and_fits_it_or_is_none() {
        let text = "a = 1\nb(2,\n  3)\n";
        let one = LineSpan::of(text, 6..10);
        assert_eq!((one.number(), one.within("b(2,")), (2, Some(0..4)));
        let goes_on = LineSpan::of(text, 6..15);
        assert_eq!(goes_on.within("b(2,  "), Some(0..4));
        assert_eq!(LineSpan::part(1, 3, Some(5)).within("ab"), None);
        assert_eq!(LineSpan::part(1, 1, Some(2)).within("ä"), None, "no letter");
        assert_eq!(LineSpan::of(text, 90..91), 0);
        assert_eq!(one, LineSpan::whole(2));
    }
}
