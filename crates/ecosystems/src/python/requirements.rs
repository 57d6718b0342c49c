//! pip's lists of requirements (pip documentation, "Requirements File Format").

use slugsmith_finding::LineSpan;

/// A line that says something, with the lines that it goes on in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Without its comment; lines that a backslash joins are one.
    pub text: String,
    /// Its first line.
    pub place: LineSpan,
}

impl Line {
    /// Whether it is an option (`-r other.txt`, `--hash=…`) and no requirement.
    #[must_use]
    pub fn is_option(&self) -> bool {
        self.text.starts_with('-')
    }

    /// The file that it takes in: `-r other.txt`, `--requirement=other.txt`.
    #[must_use]
    pub fn included(&self) -> Option<&str> {
        self.value_of("-r", "--requirement")
    }

    /// The file that bounds versions: `-c constraints.txt`.
    #[must_use]
    pub fn constraints(&self) -> Option<&str> {
        self.value_of("-c", "--constraint")
    }

    /// What stands behind an option, in its short and its long form.
    #[must_use]
    pub fn value_of(&self, short: &str, long: &str) -> Option<&str> {
        let long_value = || self.text.strip_prefix(long)?.strip_prefix([' ', '=']);
        let value = long_value().or_else(|| {
            self.text
                .strip_prefix(short)?
                .strip_prefix([' ', '='])
                .or_else(|| {
                    let glued = self.text.strip_prefix(short)?;
                    (!glued.is_empty()).then_some(glued)
                })
        })?;
        Some(value.trim().trim_matches(['"', '\'']))
    }
}

/// The lines of a list.
#[must_use]
pub fn lines(text: &str) -> Vec<Line> {
    let mut found = Vec::new();
    let mut lines = text.trim_start_matches('\u{feff}').lines().zip(1..);
    while let Some((first, number)) = lines.next() {
        let mut whole = first.trim().to_owned();
        // A comment does not go on.
        while let Some(before) = whole.strip_suffix('\\').filter(|_| !is_comment(&whole)) {
            whole.truncate(before.len());
            match lines.next() {
                Some((next, _)) => whole.push_str(next.trim_end()),
                None => break,
            }
        }
        let text = without_comment(&whole).trim();
        if !text.is_empty() {
            found.push(Line {
                text: text.to_owned(),
                place: LineSpan::on(number, first, without_comment(first.trim()).trim_end()),
            });
        }
    }
    found
}

fn is_comment(line: &str) -> bool {
    without_comment(line).len() < line.len()
}

/// `#` begins a comment at the begin of a line and behind a blank.
fn without_comment(line: &str) -> &str {
    if line.starts_with('#') {
        return "";
    }
    let marks = [" #", "\t#"].iter();
    let at = marks.filter_map(|mark| line.find(mark)).min();
    line.get(..at.unwrap_or(line.len())).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_lines_are_one_and_comments_are_none() {
        let text = "# a==1\r\nb==2 \\\r\n    --hash=sha256:x \\\r\n    --hash=sha256:y\r\n\
                    c # d \\\ne@git+https://h/r#egg=e\n\
                    -rother.txt\n--requirement=more.txt # x\n-c limits.txt\n";
        let found = lines(text);
        let shown: Vec<_> = found
            .iter()
            .map(|line| (line.text.as_str(), line.place.number()))
            .collect();
        assert_eq!(
            shown,
            [
                ("b==2     --hash=sha256:x     --hash=sha256:y", 2),
                ("c", 5),
                ("e@git+https://h/r#egg=e", 6),
                ("-rother.txt", 7),
                ("--requirement=more.txt", 8),
                ("-c limits.txt", 9),
            ]
        );
        let files: Vec<_> = found.iter().filter_map(Line::included).collect();
        assert_eq!(files, ["other.txt", "more.txt"]);
        assert_eq!(found[5].constraints(), Some("limits.txt"));
        assert!(found[3].is_option() && !found[0].is_option());
    }
}
