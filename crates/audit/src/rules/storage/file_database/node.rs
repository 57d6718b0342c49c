//! Databases in files that a driver or an object mapper of JavaScript opens.

use super::{always, at, has_server};
use crate::rules::prelude::*;
use slugsmith_facts::formats::prisma;

pub(super) fn prisma(facts: &Facts<'_>) -> Option<Evidence> {
    let (path, text) = facts
        .sources
        .texts
        .iter()
        .find(|(path, _)| path.ends_with("schema.prisma"))?;
    let entries = prisma::read(text);
    let entry = entries.iter().find(|entry| {
        let is_source = entry.key.starts_with("datasource.") && entry.key.ends_with(".provider");
        is_source && entry.value == "sqlite"
    })?;
    Some(at(path, entry.line, "Prisma's sqlite provider"))
}

/// Packages and modules whose databases are files.
const DRIVERS: &[&str] = &[
    "better-sqlite3",
    "bun:sqlite",
    "node:sqlite",
    "sqlite",
    "sqlite3",
];

/// Whether what is called came with an import of these modules, under whatever name.
fn is_made_by(site: Site<'_>, modules: &[&str]) -> bool {
    let callee = &site.call.callee;
    let root = callee.split(['.', '(']).next().unwrap_or(callee);
    site.code.imports.iter().any(|import| {
        let is_driver = modules.iter().any(|module| {
            let rest = import.module.strip_prefix(module);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        is_driver && import.names.iter().any(|name| name == root)
    })
}

pub(super) fn node(facts: &Facts<'_>) -> Option<Evidence> {
    let server = has_server(facts);
    let site =
        calls_to(facts, Language::JavaScript, |site| {
            let call = site.call;
            let first = call.positional(0).map(|value| site.code.resolve(value));
            let file = first.is_some_and(|value| {
                value
                    .text()
                    .is_some_and(|text| !text.contains(":memory:") && !text.is_empty())
                    || value.callee().is_some_and(|callee| {
                        callee.ends_with("join") || callee.ends_with("resolve")
                    })
            });
            let file = file
                || call
                    .named("filename")
                    .is_some_and(|name| site.code.resolve(name).text() != Some(":memory:"));
            let sqlite = matches!(call.callee.as_str(), "sqlite3.Database" | "sqlite.Database")
                || is_made_by(site, DRIVERS);
            let lowdb = is_made_by(site, &["lowdb"]) && call.method() != "Low";
            let sequelize = call.callee.ends_with("Sequelize")
                && call.named("dialect").and_then(Expr::text) == Some("sqlite")
                && call.named("storage").and_then(Expr::text) != Some(":memory:");
            let file_client = |key: &str| {
                call.named(key)
                    .and_then(Expr::text)
                    .is_some_and(|client| matches!(client, "sqlite" | "sqlite3" | "better-sqlite3"))
            };
            let memory = call
                .arguments
                .iter()
                .any(|argument| argument.value.any(|value| value.text() == Some(":memory:")));
            let builder = !server
                && !memory
                && (matches!(call.callee.as_str(), "knex" | "Knex") && file_client("client")
                    || matches!(
                        call.callee.as_str(),
                        "DataSource" | "createConnection" | "TypeOrmModule.forRoot"
                    ) && file_client("type"));
            // A file that also knows a real database chooses between the two.
            let chooses =
                server
                    && (site.code.reads.iter().any(|read| {
                        read.name.contains("DATABASE") || read.name.starts_with("DB_")
                    }) || ["pg", "mysql2", "mysql"]
                        .iter()
                        .any(|driver| site.code.imports(driver)));
            ((sqlite || lowdb) && file || sequelize && !server || builder) && !chooses
        })
        .next()?;
    always(site)
}
