//! Databases in files that `database/sql` or GORM opens.

use super::{always, at};
use crate::rules::prelude::*;
use slugsmith_facts::code::Call;

/// A driver that is a field, of which the tag says `SQLite` where nothing is set.
pub(super) fn go_default(facts: &Facts<'_>) -> Option<Evidence> {
    if facts.has_addon(&["heroku-postgresql", "jawsdb", "cleardb"]) {
        return None;
    }
    calls_to(facts, Language::Go, |site| {
        matches!(
            site.call.callee.as_str(),
            "sql.Open" | "sqlx.Open" | "sqlx.Connect" | "sqlx.MustConnect"
        )
    })
    .find_map(|site| {
        let (_, field) = site.call.positional(0)?.name()?.rsplit_once('.')?;

        let package = facts
            .code(Language::Go)
            .filter(|code| code.folder() == site.code.folder());
        package
            .flat_map(|code| {
                code.assignments
                    .iter()
                    .map(move |assignment| (code, assignment))
            })
            .find_map(|(code, assignment)| {
                let sqlite = assignment.target == field && says_sqlite(facts, &assignment.value);
                sqlite.then(|| {
                    at(
                        &code.path,
                        assignment.line,
                        "Where no other driver is given, SQLite",
                    )
                    .conditional(true)
                })
            })
    })
}

/// Whether a field is `SQLite` where nothing is set: by its default alone, or by the one of its
/// variable, which nothing declares.
fn says_sqlite(facts: &Facts<'_>, value: &Expr) -> bool {
    let is_sqlite = |value: &Expr| matches!(value.text(), Some("sqlite3" | "sqlite"));
    match value {
        Expr::Env {
            name,
            default: Some(default),
        } => is_sqlite(default) && facts.declared(name) == Declared::No,
        value => is_sqlite(value),
    }
}

/// A dialect of gorm that a function chooses, by a field that is `SQLite` where nothing is set.
pub(super) fn go_dialect(facts: &Facts<'_>) -> Option<Evidence> {
    const FIELDS: &[&str] = &["driver", "dialect", "type", "engine", "dbtype", "dbdriver"];
    if facts.has_addon(&["heroku-postgresql", "jawsdb", "cleardb"]) {
        return None;
    }
    calls_to(facts, Language::Go, |site| {
        site.call.callee == "gorm.Open" && !site.call.positional(0).is_some_and(Expr::is_literal)
    })
    .next()?;
    facts.code(Language::Go).find_map(|code| {
        let field = code.assignments.iter().find(|one| {
            FIELDS.contains(&one.target.to_ascii_lowercase().as_str())
                && says_sqlite(facts, &one.value)
        })?;
        let found = at(
            &code.path,
            field.line,
            "Where no other driver is given, SQLite",
        );
        Some(found.conditional(true))
    })
}

pub(super) fn go(facts: &Facts<'_>) -> Option<Evidence> {
    let site = calls_to(facts, Language::Go, |site| {
        let call = site.call;
        let sql = matches!(
            call.callee.as_str(),
            "sql.Open" | "sqlx.Open" | "sqlx.Connect" | "sqlx.MustConnect" | "gorm.Open"
        ) && matches!(
            call.positional(0).and_then(Expr::text),
            Some("sqlite3" | "sqlite")
        );
        let gorm = call.callee == "gorm.Open"
            && call
                .positional(0)
                .and_then(Expr::callee)
                .is_some_and(|callee| callee == "sqlite.Open");
        let bolt = matches!(
            call.callee.as_str(),
            "bolt.Open" | "bbolt.Open" | "leveldb.OpenFile" | "badger.Open"
        );
        let memory = call.arguments.iter().any(|argument| {
            argument
                .value
                .any(|value| value.text().is_some_and(|text| text.contains(":memory:")))
        });
        (sql || gorm || bolt) && !memory
    })
    .next()?;
    let is_chosen = is_chosen_elsewhere(facts, site);
    // What it is chosen by can't be followed: where a server is declared, it is that one.
    if is_chosen && facts.has_addon(SERVERS) {
        return None;
    }
    Some(always(site)?.conditional(is_chosen))
}

/// Add-ons that keep an app's data.
const SERVERS: &[&str] = &[
    "heroku-postgresql",
    "heroku-redis",
    "jawsdb",
    "cleardb",
    "stackhero-mysql",
    "rediscloud",
    "ormongo",
];

/// Whether nothing calls the function around a call by its name, which is handed to somebody who keeps it instead, as
/// in `register("bolt", NewBolt)`: one of several, of which a setting chooses one.
fn is_chosen_elsewhere(facts: &Facts<'_>, site: Site<'_>) -> bool {
    let Some(function) = site.code.function(site.call.scope) else {
        return false;
    };
    let is_it = |name: &str| name.rsplit('.').next() == Some(function);
    let calls = || facts.code(Language::Go).flat_map(|code| &code.calls);
    let is_handed = |call: &Call| {
        let mut values = call.arguments.iter().map(|argument| &argument.value);
        values.any(|value| value.name().is_some_and(is_it))
    };
    calls().any(is_handed) && !calls().any(|call| is_it(&call.callee))
}
