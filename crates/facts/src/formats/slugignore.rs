//! `.slugignore`: patterns of what the slug compiler deletes before the buildpacks run.

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use slugsmith_finding::LineSpan;

use super::list;
use crate::bounds;

/// A line of the file.
#[derive(Debug)]
pub struct Line<'t> {
    pub text: &'t str,
    pub place: LineSpan,
    /// The platform splits a line at its blanks; there is no `!`, so that such a line has none.
    pub patterns: Vec<Pattern<'t>>,
}

/// One pattern of a line.
#[derive(Debug)]
pub struct Pattern<'t> {
    pub text: &'t str,
    /// `None` for what names nothing, as `/`.
    matcher: Option<Gitignore>,
}

impl Pattern<'_> {
    /// Whether a file is deleted.
    #[must_use]
    pub fn hits(&self, path: &str) -> bool {
        let matched = |list: &Gitignore| list.matched_path_or_any_parents(path, false).is_ignore();
        self.matcher.as_ref().is_some_and(matched)
    }
}

/// The lines of the file, without empty ones and comments.
#[must_use]
pub fn read(text: &str) -> Vec<Line<'_>> {
    let lines = list::read(text).into_iter().take(bounds::PATTERNS);
    let patterns = |text: &'_ str| !text.starts_with('!');
    lines
        .map(|item| Line {
            text: item.text,
            place: item.line,
            patterns: item
                .text
                .split_whitespace()
                .filter(|_| patterns(item.text))
                .filter(|pattern| !pattern.starts_with('!'))
                .map(|text| Pattern {
                    text,
                    matcher: matcher(text),
                })
                .collect(),
        })
        .collect()
}

/// A pattern as the platform means it: with a slash it starts at the root, without one it hits at any depth (the slug
/// compiler globs `<app>/<pattern>` or `<app>/**/<pattern>`).
fn matcher(pattern: &str) -> Option<Gitignore> {
    let bare = pattern.trim_end_matches('/');
    if bare.trim_start_matches('/').is_empty() {
        return None;
    }
    let anchored = if pattern.contains('/') {
        format!("/{}", bare.trim_start_matches('/'))
    } else {
        bare.to_owned()
    };
    let mut builder = GitignoreBuilder::new("");
    bounds::add_line(&mut builder, &anchored);
    builder.build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_anchors_at_the_root_wherever_it_is() {
        let lines = read("docs/\r\n# c\n*.psd  log\n!kept !b\n/\n");
        let hits = |path: &str| {
            lines
                .iter()
                .flat_map(|line| &line.patterns)
                .any(|one| one.hits(path))
        };
        assert!(hits("docs/a.md") && hits("art/b.psd") && hits("src/log/c.js"));
        assert!(!hits("src/docs/a.md") && !hits("kept") && !hits("b") && !hits("main.js"));
        let shown: Vec<_> = lines
            .iter()
            .map(|line| (line.text, line.place.number()))
            .collect();
        assert_eq!(
            shown,
            [("docs/", 1), ("*.psd  log", 3), ("!kept !b", 4), ("/", 5)]
        );
    }
}
