//! A problem as lines: what we saw, why it matters, numbered steps, where to read more.

use std::io::{self, Write};

use super::line::{Line, Skin};
use slugsmith_finding::error::Problem;
use slugsmith_finding::pages::{self, Folder};

/// A problem that does not end the run: what we saw and the first step, no more, because
/// the work goes on and `slugsmith explain` has the rest.
#[must_use]
pub fn warning(problem: &Problem) -> Vec<Line> {
    let mut lines = vec![Line::alarm(1, problem.header())];
    lines.extend(problem.saw.iter().map(|fact| Line::row(1, fact)));
    lines.extend(problem.details.iter().map(|detail| Line::row(1, detail)));
    if let Some(step) = problem.all_steps().next() {
        lines.push(Line::row(1, step));
    }
    lines.push(Line::row(1, more(problem)));
    lines
}

/// A problem that ends the run, in full.
#[must_use]
pub fn error(problem: &Problem) -> Vec<Line> {
    let mut lines = vec![Line::alarm(0, format!("ERROR: {}", problem.header()))];
    let mut paragraph = |rows: Vec<String>| {
        if !rows.is_empty() {
            lines.push(Line::alarm(0, ""));
            lines.extend(rows.into_iter().map(|row| Line::alarm(0, row)));
        }
    };
    paragraph(problem.saw.iter().map(|fact| format!("  {fact}")).collect());
    paragraph(wrap(problem.why()));
    paragraph(
        (1..)
            .zip(problem.all_steps())
            .flat_map(|(number, step)| numbered(number, step))
            .collect(),
    );
    paragraph(details(&problem.details));
    paragraph(vec![more(problem)]);
    lines
}

/// Where the page is: for those at a terminal, and for those who read a log.
fn more(problem: &Problem) -> String {
    let id = problem.kind.id;
    match pages::url(Folder::Errors, id) {
        Some(url) => format!("More: slugsmith explain {id}, or {url}"),
        None => format!("More: slugsmith explain {id}"),
    }
}

/// Output of a command; many empty lines become one, at its ends none.
fn details(lines: &[String]) -> Vec<String> {
    let mut rows: Vec<String> = lines.iter().map(|line| format!("  {line}")).collect();
    rows.dedup_by(|row, before| row.trim().is_empty() && before.trim().is_empty());
    let is_text = |row: &String| !row.trim().is_empty();
    let first = rows.iter().position(is_text).unwrap_or(rows.len());
    let after = rows
        .iter()
        .rposition(is_text)
        .map_or(first, |last| last + 1);
    rows.drain(first..after).collect()
}

/// Writes lines to standard error, in the skin of the world.
///
/// # Errors
/// Those of the stream.
pub fn to_stderr(skin: Skin, lines: &[Line]) -> io::Result<()> {
    let mut stream = anstream::stderr().lock();
    for line in lines {
        skin.write(&mut stream, line)?;
    }
    stream.flush()
}

/// How wide prose is set: narrow enough for `remote: ` and `[builder] ` before it.
const WIDTH: usize = 76;

fn wrap(text: &str) -> Vec<String> {
    let mut rows = Vec::new();
    let mut row = String::new();
    for word in text.split_whitespace() {
        if !row.is_empty() && row.chars().count() + 1 + word.chars().count() > WIDTH {
            rows.push(std::mem::take(&mut row));
        }
        if !row.is_empty() {
            row.push(' ');
        }
        row.push_str(word);
    }
    rows.extend((!row.is_empty()).then_some(row));
    rows
}

/// Steps keep their own line breaks: some hold lines to paste.
fn numbered(number: usize, step: &str) -> Vec<String> {
    let mut rows = Vec::new();
    for (index, line) in step.lines().enumerate() {
        let mark = if index == 0 {
            format!("{number}. ")
        } else {
            "   ".to_owned()
        };
        rows.push(format!("{mark}{line}"));
    }
    rows
}
