//! `SQLite` and `MongoDB` in the memory of the process, in an app that has no other database.

use super::has_server;
use super::spring::in_memory;
use crate::rules::prelude::*;

pub(super) fn check(facts: &Facts<'_>) -> Option<Evidence> {
    if has_server(facts) {
        return None;
    }
    let site = facts.calls().find(|site| {
        (opens(*site) || starts_mongo(*site))
            && branch(site.code, site.call.scope) == Branch::Always
            && !guards::is_maintenance(facts, &site.code.path)
    })?;
    let what = format!("`{}`", site.call.callee);
    let found = in_memory(&site.code.path, site.call.line, &what);
    // What is worked out anew at each start may be kept so on purpose.
    Some(
        found.conditional(true).help(
            "heroku addons:create heroku-postgresql:essential-0, and connect to DATABASE_URL",
        ),
    )
}

/// A call that opens a database whose address says that it is in memory.
fn opens(site: Site<'_>) -> bool {
    const CALLS: &[(Language, &[&str])] = &[
        (
            // Of the others of Node a store in memory is often a cache.
            Language::JavaScript,
            &["Sequelize"],
        ),
        (
            Language::Python,
            &["connect", "create_engine", "create_async_engine"],
        ),
        (Language::Go, &["Open", "Connect", "MustConnect"]),
        (Language::Php, &["PDO"]),
        (
            Language::Ruby,
            &["Database.new", "establish_connection", "connect"],
        ),
    ];
    let call = site.call;
    let mut known = CALLS.iter();
    let by_name = known.any(|(language, names)| {
        *language == site.code.language
            && names
                .iter()
                .any(|name| call.callee == *name || call.callee.ends_with(&format!(".{name}")))
    });
    by_name
        && call.arguments.iter().any(|argument| {
            let value = site.code.resolve_from(&argument.value, call.scope);
            value.any(|part| part.text().is_some_and(is_memory))
        })
}

/// `:memory:`, `sqlite://`, `file::memory:?cache=shared`, `sqlite::memory:`.
fn is_memory(text: &str) -> bool {
    let sqlite = text == "sqlite://" || text == ":memory:";
    sqlite
        || text.starts_with("file::memory:")
        || text.starts_with("sqlite") && text.ends_with(":memory:")
}

/// `MongoMemoryServer.create()` of mongodb-memory-server.
fn starts_mongo(site: Site<'_>) -> bool {
    let module = ["mongodb-memory-server", "mongodb-memory-server-core"]
        .iter()
        .any(|module| site.code.imports(module));
    module
        && matches!(
            site.call.callee.as_str(),
            "MongoMemoryServer.create" | "MongoMemoryServer"
        )
}
