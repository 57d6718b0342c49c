//! Files of variables: `.env` and its examples, as `heroku local`, Foreman and the packages called dotenv read them.

use slugsmith_finding::LineSpan;

use super::numbered;

/// A variable of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    pub name: String,
    /// Without quotes.
    pub value: String,
    /// The name alone.
    pub name_place: LineSpan,
    /// The whole assignment, or its first line.
    pub line: LineSpan,
    /// Shown in a comment only: `# NAME=value`.
    pub is_comment: bool,
}

/// The variables in the order of the file, with those in comments.
#[must_use]
pub fn read(text: &str) -> Vec<Variable> {
    let mut found = Vec::new();
    let mut until = 0;
    for (number, begin, line) in numbered(text) {
        // A value in quotes may have several lines.
        if begin < until {
            continue;
        }
        let plain = line.trim();
        let is_comment = plain.starts_with('#');
        let assignment = plain.trim_start_matches(['#', ' ']);
        let assignment = assignment
            .strip_prefix("export ")
            .unwrap_or(assignment)
            .trim_start();
        let Some((name, value)) = assignment.split_once('=') else {
            continue;
        };
        let name = name.trim_end();
        if name.is_empty() || name.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '\''))
        {
            continue;
        }
        let (value, end) = if is_comment {
            (unquoted(value), 0)
        } else {
            let from = begin + line.trim_end().len() - value.len();
            let (value, length) = value_at(text.get(from..).unwrap_or_default());
            (value, from + length)
        };
        until = end;
        found.push(Variable {
            name: name.to_owned(),
            value: value.to_owned(),
            name_place: LineSpan::on(number, line, name),
            line: LineSpan::on(number, line, plain),
            is_comment,
        });
    }
    found
}

/// The value that a text begins with, and how many bytes of the text it takes.
fn value_at(text: &str) -> (&str, usize) {
    let line_end = text.find('\n').unwrap_or(text.len());
    let start = text.len() - text.trim_start_matches([' ', '\t']).len();
    let rest = text.get(start..).unwrap_or_default();
    for quote in ['"', '\'', '`'] {
        let closed = rest
            .strip_prefix(quote)
            .and_then(|inner| Some((inner, end_of(inner, quote)?)));
        if let Some((inner, end)) = closed {
            return (&inner[..end], start + end + 2);
        }
    }
    (unquoted(&text[..line_end]), line_end)
}

/// Where a quoted text ends: only double quotes know escapes.
fn end_of(inner: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    inner.find(|c| {
        let ends = c == quote && !escaped;
        escaped = quote == '"' && c == '\\' && !escaped;
        ends
    })
}

/// The rest of a line without a comment.
fn unquoted(value: &str) -> &str {
    let value = value.split(" #").next().unwrap_or(value).trim();
    ['"', '\'', '`']
        .iter()
        .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote))
        .unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_comments_exports_and_several_lines_are_read() {
        let text = "export A=1\r\n# B=2 # said\nC = 'x # y' # note\nD=\"one\nE=two \\\" three\"\nF=a#b # c\nG=\n\
                    H=\"open\nnone\n";
        let found = read(text);
        let shown: Vec<_> = found
            .iter()
            .map(|one| {
                (
                    one.name.as_str(),
                    one.value.as_str(),
                    one.line.number(),
                    one.is_comment,
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("A", "1", 1, false),
                ("B", "2", 2, true),
                ("C", "x # y", 3, false),
                ("D", "one\nE=two \\\" three", 4, false),
                ("F", "a#b", 6, false),
                ("G", "", 7, false),
                ("H", "\"open", 8, false),
            ]
        );
        assert_eq!(found[0].name_place.within("export A=1"), Some(7..8));
    }
}
