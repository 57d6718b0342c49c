//! Addresses of services that a file keeps among its settings and that other code takes from there by name, where the
//! app reads no variable for one.

use super::{effect, help, service_of};
use crate::addresses::{is_backing_address, local_host, masked};
use crate::rules::prelude::*;
use slugsmith_finding::LineSpan;

/// An address with the name under which it is kept.
struct Kept<'a> {
    name: &'a str,
    address: &'a str,
    line: LineSpan,
}

/// The first such address of each file, with what is told of it.
pub(super) fn check(facts: &Facts<'_>) -> Vec<(String, Evidence)> {
    let mut found = Vec::new();
    for code in &facts.sources.files {
        let own = code.language;
        if is_for_one_machine(&code.path) {
            continue;
        }
        let kept = kept(code)
            .into_iter()
            .find(|one| !reads_address(facts, own, one.address) && is_taken(facts, code, one.name));
        let Some(one) = kept.filter(|_| !guards::is_maintenance(facts, &code.path)) else {
            continue;
        };
        let service = service_of(one.address, "the database");
        let message = format!(
            "`{}` is `{}`, an address of {service} that the app takes whatever the environment says{}.",
            one.name,
            masked(one.address),
            effect(one.address)
        );
        let line = facts.line(&code.path, one.address).unwrap_or(one.line);
        let evidence = Evidence::line(&code.path, line, message).help(help(own, service));
        found.push((masked(one.address), evidence));
    }
    found
}

/// Addresses on other machines, in assignments that a dyno always runs and in objects among them.
fn kept(code: &Code) -> Vec<Kept<'_>> {
    let mut found = Vec::new();
    for one in &code.assignments {
        if branch(code, one.scope) != Branch::Always || one.value.reads_environment() {
            continue;
        }
        let target = one.target.rsplit('.').next().unwrap_or(&one.target);
        collect(target, &one.value, one.line, &mut found, 0);
    }
    found
}

fn collect<'a>(
    name: &'a str,
    value: &'a Expr,
    line: LineSpan,
    found: &mut Vec<Kept<'a>>,
    depth: usize,
) {
    const ELSEWHERE: &[&str] = &[
        "development",
        "dev",
        "test",
        "testing",
        "local",
        "ci",
        "staging",
    ];
    match value {
        Expr::Text(address) if is_remote(address) => found.push(Kept {
            name,
            address,
            line,
        }),
        Expr::Object(entries) if depth < 4 => {
            for (key, value) in entries {
                if !ELSEWHERE.contains(&key.as_str()) {
                    collect(key, value, line, found, depth + 1);
                }
            }
        }
        _ => {}
    }
}

/// An address of a real machine: no sample, and not the developer's own.
fn is_remote(address: &str) -> bool {
    let host = address
        .split_once("://")
        .and_then(|(_, rest)| rest.split(['/', '?']).next()?.rsplit_once('@'));
    host.is_some_and(|(_, host)| {
        is_backing_address(address)
            && host.contains('.')
            && !local_host(host)
            && !["example", "host", "domain", "your", "xxxx"]
                .iter()
                .any(|sample| host.contains(sample))
    })
}

/// Settings for one machine, whoever loads them there.
fn is_for_one_machine(path: &str) -> bool {
    const PARTS: &[&str] = &[
        "test",
        "tests",
        "dev",
        "development",
        "local",
        "example",
        "sample",
        "mock",
        "mocks",
    ];
    path.split(['/', '.', '-', '_'])
        .any(|part| PARTS.contains(&part))
}

/// Whether the language's files read a variable that may hold such an address.
fn reads_address(facts: &Facts<'_>, language: Language, address: &str) -> bool {
    let scheme = address.split([':', '+']).next().unwrap_or(address);
    let parts: &[&str] = match scheme {
        "mongodb" => &["MONGO", "DATABASE", "DB"],
        "redis" | "rediss" => &["REDIS"],
        "amqp" | "amqps" => &["AMQP", "RABBIT", "BROKER", "CLOUDAMQP"],
        _ => &["DATABASE", "DB", "SQL", "POSTGRES", "PG", "DSN", "JDBC"],
    };
    facts.code(language).any(|code| {
        code.reads
            .iter()
            .any(|read| read.name == "*" || names_one_of(&read.name, parts))
    })
}

/// Whether a word of a variable's name begins or ends with one of these: `PGHOST`, `MONGODB_URI`, not `FEEDBACK_URL`.
pub(super) fn names_one_of(variable: &str, parts: &[&str]) -> bool {
    let of_service = |word: &str| {
        parts
            .iter()
            .any(|part| word.starts_with(part) || word.ends_with(part))
    };
    !variable.contains("SENTRY") && variable.split('_').any(of_service)
}

/// Whether other code takes the setting: by its dotted name, or by its key as a text (`config.get("MONGO_URL")`).
fn is_taken(facts: &Facts<'_>, own: &Code, name: &str) -> bool {
    let takes = |value: &Expr| {
        let dotted = |taken: &str| taken.rsplit_once('.').is_some_and(|(_, last)| last == name);
        value.any(|part| match part {
            Expr::Name(taken) => dotted(taken),
            Expr::Text(key) => key == name,
            _ => false,
        })
    };
    facts.code(own.language).any(|code| {
        let mut given = code.values();
        given.any(|(_, _, value)| takes(value))
    })
}
