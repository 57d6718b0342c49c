//! What is a line of a log, whatever the skin?

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::safe;

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `- Stack`: a capability starts.
    Section,
    /// A fact, with a bullet.
    Item,
    /// A row of a table or output of a command, without a bullet.
    Row,
    /// `! …`: needs attention.
    Alarm,
    /// A line of a file, in its own words.
    Source,
    /// What marks a part of that line, below it.
    Mark,
}

/// One line of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub shape: Shape,
    /// 0 for sections, 1 for their facts, 2 for details of a fact.
    pub depth: usize,
    pub text: String,
}

impl Line {
    /// A capability starts.
    pub fn section(text: impl Into<String>) -> Self {
        Self::new(Shape::Section, 0, text)
    }
    /// A fact.
    pub fn item(depth: usize, text: impl Into<String>) -> Self {
        Self::new(Shape::Item, depth, text)
    }
    /// A row of a table, or output of a command.
    pub fn row(depth: usize, text: impl Into<String>) -> Self {
        Self::new(Shape::Row, depth, text)
    }
    /// What needs attention.
    pub fn alarm(depth: usize, text: impl Into<String>) -> Self {
        Self::new(Shape::Alarm, depth, text)
    }
    /// A line of a file.
    pub fn source(depth: usize, text: impl Into<String>) -> Self {
        Self::new(Shape::Source, depth, text)
    }
    /// The marks below such a line.
    pub fn mark(depth: usize, text: impl Into<String>) -> Self {
        Self::new(Shape::Mark, depth, text)
    }
    fn new(shape: Shape, depth: usize, text: impl Into<String>) -> Self {
        Self {
            shape,
            depth,
            text: text.into(),
        }
    }
}

/// How lines look in each world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skin {
    /// Heroku's bullet style for Cloud Native buildpacks.
    Bullets,
    /// `-----> ` and seven spaces (Heroku Dev Center, "Buildpack API", output style).
    Classic,
}

impl Skin {
    /// Writes one line. Styles are written as ANSI; the caller's stream removes them off
    /// a terminal. Each line is styled whole, so that prefixes put before it (`remote: `,
    /// `[builder] `) do not bleed.
    ///
    /// # Errors
    /// Those of the stream.
    pub fn write(self, out: &mut dyn Write, line: &Line) -> io::Result<()> {
        let text = safe::line(line.text.trim_end());
        let style = style(line.shape);
        match self {
            Self::Bullets => {
                let indent = "  ".repeat(line.depth);
                let mark = match line.shape {
                    Shape::Section | Shape::Item => "- ",
                    Shape::Row | Shape::Source | Shape::Mark => "    ",
                    Shape::Alarm => "! ",
                };
                let row = format!("{indent}{mark}{text}");
                writeln!(out, "{style}{}{style:#}", row.trim_end())
            }
            Self::Classic => {
                let indent = "  ".repeat(line.depth.saturating_sub(1));
                let mark = match line.shape {
                    Shape::Section => "-----> ",
                    Shape::Item => "       ",
                    Shape::Row | Shape::Source | Shape::Mark => "           ",
                    Shape::Alarm => " !     ",
                };
                let row = format!("{mark}{indent}{text}");
                writeln!(out, "{style}{}{style:#}", row.trim_end())
            }
        }
    }
}

fn style(shape: Shape) -> Style {
    match shape {
        Shape::Section => Style::new().bold(),
        Shape::Alarm => Style::new().fg_color(Some(AnsiColor::Yellow.into())),
        Shape::Mark => Style::new().bold().fg_color(Some(AnsiColor::Yellow.into())),
        Shape::Item | Shape::Row | Shape::Source => Style::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(skin: Skin) -> String {
        let lines = [
            Line::section("Budget"),
            Line::item(1, "Slug 87.2 MB"),
            Line::row(1, "31.0 MB  node"),
            Line::item(2, "detail"),
            Line::alarm(1, "over"),
        ];
        let mut out = anstream::StripStream::new(Vec::new());
        for line in &lines {
            skin.write(&mut out, line).unwrap();
        }
        String::from_utf8(out.into_inner()).unwrap()
    }

    #[test]
    fn a_name_cannot_end_rewrite_or_colour_a_line() {
        let mut out = Vec::new();
        let line = Line::row(1, "a\r\n::error::b\u{1b}[31m\tc");
        Skin::Bullets.write(&mut out, &line).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "      a\\r\\n::error::b\\u{1b}[31m\tc\n"
        );
    }

    #[test]
    fn both_skins_print_the_same_content() {
        assert_eq!(
            plain(Skin::Bullets),
            "- Budget\n  - Slug 87.2 MB\n      31.0 MB  node\n    - detail\n  ! over\n"
        );
        assert_eq!(
            plain(Skin::Classic),
            "-----> Budget\n       Slug 87.2 MB\n           31.0 MB  node\n         detail\n !     over\n"
        );
    }
}
