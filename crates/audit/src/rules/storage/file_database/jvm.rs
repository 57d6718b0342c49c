//! Databases in files or in memory that code of Java or Kotlin opens by their address, with no driver of a server.

use super::at;
use super::spring::{FILES, MEMORY, in_memory};
use crate::rules::prelude::*;
use crate::spring;
use slugsmith_facts::formats::quoted;
use slugsmith_finding::LineSpan;

pub(super) fn check(facts: &Facts<'_>) -> Option<Evidence> {
    let others = spring::wants_any(facts, spring::SERVER_DRIVERS)
        || facts.has_addon(&["heroku-postgresql", "jawsdb", "cleardb"])
        || facts.packages.manifest(Ecosystem::Maven).is_none();
    if others {
        return None;
    }
    in_java(facts).or_else(|| in_text(facts))
}

/// `DriverManager.getConnection("jdbc:h2:mem:shop")`, `config.setJdbcUrl("jdbc:sqlite:shop.db")`.
fn in_java(facts: &Facts<'_>) -> Option<Evidence> {
    let site = calls_to(facts, Language::Java, |site| {
        let address = site.call.positional(0);
        let address = address.map(|value| site.code.resolve_from(value, site.call.scope));
        let opens = matches!(
            site.call.method(),
            "getConnection" | "setJdbcUrl" | "setUrl" | "setURL" | "url" | "create" | "of"
        );
        opens
            && address
                .and_then(Expr::text)
                .is_some_and(|text| kind(text).is_some())
    })
    .next()?;
    let value = site.call.positional(0)?;
    let text = site.code.resolve_from(value, site.call.scope).text()?;
    let runs = branch(site.code, site.call.scope) == Branch::Always;
    runs.then(|| told(&site.code.path, site.call.line, text))?
}

/// The first address in a file of Kotlin or in the settings of its server (HOCON): those are read as text.
fn in_text(facts: &Facts<'_>) -> Option<Evidence> {
    let is_code = |path: &str| {
        let settings = path.ends_with("application.conf");
        let for_tests = path
            .split('/')
            .any(|part| matches!(part, "test" | "tests" | "testing"));
        (path.ends_with(".kt") || settings) && !for_tests
    };
    let files = facts.sources.texts.iter();
    files
        .filter(|(path, _)| is_code(path))
        .find_map(|(path, text)| {
            let found = quoted::starting(text, "jdbc:").find(|one| {
                let comment = one.line.trim_start().starts_with(['/', '*', '#']);
                // What stands beside a read of the environment is what it falls back to.
                let falls_back = ["getenv", "?:", "${?"];
                let chosen = falls_back.iter().any(|word| one.line.contains(word));
                !comment && !chosen && kind(one.text).is_some()
            })?;
            let reads = text.contains("DATABASE_URL") || text.contains("System.getenv(\"DB");
            let line = LineSpan::whole(found.number);
            (!reads).then(|| told(path, line, found.text))?
        })
}

enum Kind {
    File,
    Memory,
}

fn kind(address: &str) -> Option<Kind> {
    let starts = |marks: &[&str]| marks.iter().any(|mark| address.starts_with(mark));
    if starts(MEMORY) {
        return Some(Kind::Memory);
    }
    starts(FILES).then_some(Kind::File)
}

fn told(path: &str, line: LineSpan, address: &str) -> Option<Evidence> {
    let shown = format!("`{}`", address.split(';').next().unwrap_or(address));
    Some(match kind(address)? {
        Kind::File => at(path, line, &shown),
        Kind::Memory => in_memory(path, line, &shown),
    })
}
