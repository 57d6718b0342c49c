//! Dependencies in `mix.exs`, as far as they are literal tuples.

use slugsmith_finding::LineSpan;

use super::term::{self, Term};
use crate::graph::Wanted;

/// Tuples that begin with an atom and have a version, a path or a repository.
#[must_use]
pub fn read(text: &str) -> Vec<Wanted> {
    let mut found = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let line = line.split(" #").next().unwrap_or(line);
        if line.trim_start().starts_with('#') {
            continue;
        }
        let starts = line.match_indices("{:").map(|(at, _)| at);
        found.extend(starts.filter_map(|at| {
            let tuple = term::read(line.get(at..)?).ok()?;
            wanted(
                &tuple,
                LineSpan::part(number, at, Some(line.trim_end_matches([',', ' ']).len())),
            )
        }));
    }
    found
}

fn wanted(tuple: &Term, line: LineSpan) -> Option<Wanted> {
    let name = tuple.items().first()?.text()?.to_owned();
    let version = tuple
        .items()
        .get(1)
        .and_then(Term::text)
        .unwrap_or_default();
    let is_from_elsewhere = ["git", "github", "path", "in_umbrella"]
        .iter()
        .any(|source| tuple.keyword(source).is_some());
    if !is_from_elsewhere && !version.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let only = tuple.keyword("only");
    let is_development = only.is_some_and(|only| {
        let names: Vec<_> = match only {
            Term::Text(name) => vec![name.as_str()],
            other => other.items().iter().filter_map(Term::text).collect(),
        };
        !names.is_empty()
            && names
                .iter()
                .all(|name| matches!(*name, "dev" | "test" | "docs"))
    });
    Some(Wanted {
        name,
        version: version.to_owned(),
        is_development,
        line,
    })
}

/// The version of Elixir that a project wants, with its line.
#[must_use]
pub fn elixir(text: &str) -> Option<(String, LineSpan)> {
    text.lines().zip(1..).find_map(|(line, number)| {
        let (_, rest) = line.split_once("elixir: \"")?;
        let version = rest.split('"').next()?;
        Some((version.to_owned(), LineSpan::on(number, line, version)))
    })
}
