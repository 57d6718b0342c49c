//! Files that have one thing on each line: `.buildpacks`, `.python-version`, `runtime.txt`, `.nvmrc`.

use slugsmith_finding::LineSpan;

use super::numbered;

/// A line that says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item<'t> {
    /// Without the blanks around it.
    pub text: &'t str,
    pub line: LineSpan,
}

/// The lines without empty ones and comments.
#[must_use]
pub fn read(text: &str) -> Vec<Item<'_>> {
    numbered(text.trim_start_matches('\u{feff}'))
        .map(|(number, _, line)| Item {
            text: line.trim(),
            line: LineSpan::on(number, line, line.trim()),
        })
        .filter(|item| !item.text.is_empty() && !item.text.starts_with('#'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_lines_and_comments_are_no_items() {
        let found = read("# a\r\n\r\n  b c  \r\nd");
        let shown: Vec<_> = found
            .iter()
            .map(|item| (item.text, item.line.number()))
            .collect();
        assert_eq!(shown, [("b c", 3), ("d", 4)]);
    }
}
