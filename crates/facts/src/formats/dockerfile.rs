//! Dockerfiles (docs.docker.com, "Dockerfile reference"): instructions with their lines.

use slugsmith_finding::LineSpan;

use super::numbered;

/// One instruction, with the lines that it goes on in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    /// Upper case: `FROM`.
    pub keyword: String,
    /// Without flags such as `--platform=…`.
    pub words: Vec<String>,
    /// Its first line.
    pub line: LineSpan,
}

/// A stage of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    pub name: Option<String>,
    /// The image that it begins with, through the names of earlier stages.
    pub image: String,
    /// Where that image is named.
    pub line: LineSpan,
}

/// The instructions. Comments, also between the lines of one instruction, and the texts of here-documents are left out.
#[must_use]
pub fn read(text: &str) -> Vec<Instruction> {
    let escape = escape(text);
    let mut found: Vec<Instruction> = Vec::new();
    let mut lines = numbered(text.trim_start_matches('\u{feff}'));
    while let Some((number, _, first)) = lines.next() {
        if is_silent(first) {
            continue;
        }
        let mut whole = first.trim().to_owned();
        while let Some(before) = whole.strip_suffix(escape) {
            whole.truncate(before.len());
            match lines.by_ref().find(|(_, _, next)| !is_silent(next)) {
                Some((_, _, next)) => {
                    whole.push(' ');
                    whole.push_str(next.trim());
                }
                None => break,
            }
        }
        for (end, is_indented) in here_documents(&whole) {
            let _ = lines.by_ref().find(|(_, _, line)| {
                let line = if is_indented {
                    line.trim_start_matches('\t')
                } else {
                    line
                };
                line == end
            });
        }
        let mut words = whole.split_whitespace();
        let Some(keyword) = words.next() else {
            continue;
        };
        found.push(Instruction {
            keyword: keyword.to_ascii_uppercase(),
            words: words
                .skip_while(|word| word.starts_with("--"))
                .map(str::to_owned)
                .collect(),
            line: LineSpan::on(number, first, first.trim()),
        });
    }
    found
}

/// The stages in their order; the last one is what an image is made of unless a target is named.
#[must_use]
pub fn stages(instructions: &[Instruction]) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    for instruction in instructions.iter().filter(|one| one.keyword == "FROM") {
        let [image, rest @ ..] = instruction.words.as_slice() else {
            continue;
        };
        let name = match rest {
            [word, name, ..] if word.eq_ignore_ascii_case("as") => Some(name.to_ascii_lowercase()),
            _ => None,
        };
        let earlier = stages.iter().find(|stage| {
            let named = stage.name.as_deref();
            named.is_some_and(|name| name.eq_ignore_ascii_case(image))
        });
        let (image, line) = earlier.map_or_else(
            || (image.clone(), instruction.line),
            |stage| (stage.image.clone(), stage.line),
        );
        stages.push(Stage { name, image, line });
    }
    stages
}

fn is_silent(line: &str) -> bool {
    let plain = line.trim_start();
    plain.is_empty() || plain.starts_with('#')
}

/// What joins lines: a backslash, or what a comment at the top says (`# escape=`).
fn escape(text: &str) -> char {
    let top = numbered(text).map(|(_, _, line)| line.trim());
    let directives = top.map_while(|line| line.strip_prefix('#')?.split_once('='));
    let mut named = directives.filter(|(name, _)| name.trim().eq_ignore_ascii_case("escape"));
    let is_backtick = named.next().is_some_and(|(_, value)| value.trim() == "`");
    if is_backtick { '`' } else { '\\' }
}

/// The words that end the here-documents of a line (`RUN <<EOF`, `COPY <<-"A" <<B /`), in their order, and whether tabs
/// before them are no part of them.
fn here_documents(line: &str) -> Vec<(String, bool)> {
    let keyword = line
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_ascii_uppercase();
    if !matches!(keyword.as_str(), "RUN" | "COPY" | "ADD") {
        return Vec::new();
    }
    let words = line.split_whitespace().filter_map(|word| {
        let word = word.trim_start_matches(|c: char| c.is_ascii_digit());
        let rest = word
            .strip_prefix("<<")
            .filter(|rest| !rest.starts_with('<'))?;
        let (rest, is_indented) = rest
            .strip_prefix('-')
            .map_or((rest, false), |rest| (rest, true));
        let name: String = rest
            .trim_start_matches(['"', '\''])
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        (!name.is_empty()).then_some((name, is_indented))
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(text: &str) -> Option<(String, u32)> {
        let last = stages(&read(text)).pop()?;
        Some((last.image, last.line.number()))
    }

    #[test]
    fn the_last_stage_runs_and_may_be_an_earlier_one() {
        let text = "FROM golang:1.12 AS build\nRUN make\nFROM --platform=linux/amd64 node:12.12.0-alpine\n";
        assert_eq!(last(text), Some(("node:12.12.0-alpine".to_owned(), 3)));
        let text = "FROM python:3.7 as Base\nFROM node:24 as assets\nfrom base\n";
        assert_eq!(last(text), Some(("python:3.7".to_owned(), 1)));
        assert_eq!(last("RUN true\n"), None);
    }

    #[test]
    fn continuations_comments_and_here_documents_are_no_instructions() {
        let text = "FROM \\\r\n  # slim is enough\r\n  python:3.9-slim\r\nRUN <<EOF\r\nFROM node:8\r\nEOF\r\n\
                    # FROM ruby:2.0\r\nRUN echo a \\\n\n  FROM php:5\n";
        assert_eq!(last(text), Some(("python:3.9-slim".to_owned(), 1)));
        let keywords: Vec<_> = read(text).into_iter().map(|one| one.keyword).collect();
        assert_eq!(keywords, ["FROM", "RUN", "RUN"]);
        let windows = "# escape=`\nFROM a `\n  AS b\nRUN dir C:\\\nFROM b\n";
        assert_eq!(last(windows), Some(("a".to_owned(), 2)));
    }
}
