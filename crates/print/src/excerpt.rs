//! The source line that a finding is about, with what is meant marked below it, as compilers show it.
//!
//! The excerpt comes without secrets (`slugsmith_facts::excerpt`); here it is cut around the mark to a width, and
//! what would move the cursor or reorder the line is shown as what it is.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use slugsmith_config::LogLevel;
use slugsmith_finding::{Finding, Location};

use super::line::Line;

/// How much of a finding is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detail {
    pub level: LogLevel,
    /// Whether source lines are, too.
    pub excerpts: bool,
}

impl Detail {
    /// For somebody who looks at the app now, not at the log of a build.
    #[must_use]
    pub fn of_check(level: LogLevel) -> Self {
        Self {
            level,
            excerpts: level > LogLevel::Quiet,
        }
    }

    /// The two lines of an excerpt below its finding; none where there is none, or none are asked for.
    #[must_use]
    pub(super) fn excerpt(self, finding: &Finding) -> Vec<Line> {
        if self.excerpts {
            lines(finding, 1)
        } else {
            Vec::new()
        }
    }
}

/// In the log of a build, only who asks for everything sees source lines.
impl From<LogLevel> for Detail {
    fn from(level: LogLevel) -> Self {
        Self {
            level,
            excerpts: level == LogLevel::Verbose,
        }
    }
}

/// Columns of an excerpt with its margin: as wide as the rows of messages.
const WIDTH: usize = 110;

fn lines(finding: &Finding, depth: usize) -> Vec<Line> {
    let line = finding.location.as_ref().and_then(Location::number);
    let (Some(excerpt), Some(line)) = (&finding.excerpt, line) else {
        return Vec::new();
    };
    // The renderer expects a span of whole letters.
    let marked = excerpt.marked.clone();
    if excerpt.text.get(marked.clone()).is_none_or(str::is_empty) {
        return Vec::new();
    }
    let snippet = Snippet::source(excerpt.text.as_str())
        .line_start(line as usize)
        .annotation(AnnotationKind::Primary.span(marked));
    let group = Group::with_level(Level::ERROR).element(snippet);
    let text = Renderer::plain().term_width(WIDTH).render(&[group]);
    let rows = text.lines().skip_while(|row| row.trim() == "|");
    rows.map(|row| {
        if row.trim_start().starts_with('|') {
            Line::mark(depth, row)
        } else {
            Line::source(depth, row)
        }
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use slugsmith_finding::{Excerpt, Severity};

    fn shown(text: &str, marked: &str) -> Vec<String> {
        let start = text.find(marked).unwrap();
        let finding = Finding {
            rule: "a-rule",
            code: None,
            level: Severity::Warn,
            location: Some(Location::line("a.js", 14)),
            excerpt: Some(Excerpt {
                text: text.to_owned(),
                marked: start..start + marked.len(),
                columns: None,
            }),
            message: String::new(),
            about: None,
            help: Vec::new(),
            decided_by: String::new(),
            processes: Vec::new(),
        };
        lines(&finding, 1)
            .into_iter()
            .map(|line| line.text)
            .collect()
    }

    #[test]
    fn the_mark_stands_below_what_is_meant() {
        assert_eq!(
            shown("  upload = multer({ dest })", "multer({ dest })"),
            [
                "14 |   upload = multer({ dest })",
                "   |            ^^^^^^^^^^^^^^^^"
            ]
        );
        let wide = shown("x = 日本(1)", "(1)");
        assert_eq!(
            wide[1], "   |         ^^^",
            "a wide letter takes two columns"
        );
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark() {
        let text = format!("{}needle(1){}", "abc ".repeat(200), " xyz".repeat(200));
        let rows = shown(&text, "needle(1)");
        assert!(
            rows.iter().all(|row| row.chars().count() <= WIDTH),
            "{rows:?}"
        );
        assert!(rows[0].contains("needle(1)"));
        assert_eq!(rows[0].find("needle"), rows[1].find('^'));
    }

    #[test]
    fn nothing_in_a_line_reaches_the_terminal_as_a_command() {
        let rows = shown("a\u{1b}[31m\u{202e}b\u{8}\u{7}c\r = 1", "= 1");
        let is_odd = |c: char| c.is_control() || c == '\u{202e}';
        assert!(!rows.iter().any(|row| row.contains(is_odd)), "{rows:?}");
    }
}
