//! Does the database live on the dyno's disk?

mod adonis;
mod go;
mod jvm;
mod memory;
mod node;
mod php;
mod python;
mod rails;
mod spring;
mod sqlite3;

use crate::django::{DJANGO_HEROKU, sets_up_for_heroku};
use crate::rules::prelude::*;
use adonis::adonis;
use go::{go, go_default, go_dialect};
use node::{node, prisma};
use php::{laravel, php_default, symfony};
use python::{alchemy, django};
use slugsmith_finding::LineSpan;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "file-database",
    code: "SF102",
    title: "The production database is a file on the dyno",
    level: Severity::Error,
    group: Group::Storage,
    ecosystems: &["node", "python", "ruby", "go", "java", "php"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {r#"
            SQLite as the only database of production: Django's `DATABASES`, `config/database.yml`,
            Prisma's `provider = "sqlite"`, `new sqlite3.Database("…")`, `better-sqlite3`,
            Sequelize's `dialect: "sqlite"`, Spring's datasource in H2, HSQL or Derby, also in memory,
            `sql.Open("sqlite3", …)`; Python's `sqlite3.connect(…)` where the app changes tables;
            `gorm.Open("sqlite3", …)`;
            lowdb and NeDB files. SQLite where nothing else is set is a warning: Symfony's `.env`
            with a `sqlite:` address, Laravel's `env('DB_CONNECTION', 'sqlite')`, Adonis'
            `Env.get("DB_CONNECTION", "sqlite")`, PHP's
            `define('DB_DRIVER', getenv('DB_DRIVER') ?: 'sqlite')`, a Go field with `default:"sqlite3"`.
            H2, HSQL and SQLite that code of Java or Kotlin opens by address, and a database in the memory of the
            process (`:memory:`, `MongoMemoryServer`; a warning), where there is no other.
        "#},
        why: indoc! {"
            The file is thrown away at every restart, at least once a day, and at every deploy; each
            dyno has its own. All data since the last deploy is lost.
        "},
        fix: indoc! {r#"
            ```
            heroku addons:create heroku-postgresql:essential-0
            ```
            and connect to `DATABASE_URL`, for example `dj_database_url.config()`,
            `provider = "postgresql"`, `new Pool({ connectionString: process.env.DATABASE_URL })`.
        "#},
        silent: indoc! {"
            SQLite only in the branch for development, or as the fallback when `DATABASE_URL` is
            missing; SQLite's `:memory:`; tests; a database add-on with its driver beside it.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let evidence: Vec<_> = [
        django(facts),
        alchemy(facts),
        sqlite3::check(facts),
        prisma(facts),
        node(facts),
        adonis(facts),
        go(facts),
        go_default(facts).or_else(|| go_dialect(facts)),
        spring::check(facts).or_else(|| jvm::check(facts)),
        symfony(facts),
        laravel(facts),
        php_default(facts),
    ]
    .into_iter()
    .flatten()
    .chain(rails::check(facts))
    .collect();
    let evidence = if evidence.is_empty() {
        memory::check(facts).into_iter().collect()
    } else {
        evidence
    };
    let applies = !facts.processes.is_empty();
    Outcome::when(applies, evidence)
}

/// Where a real database is declared or its driver is there and its address read, a file is
/// only the fallback.
fn has_server(facts: &Facts<'_>) -> bool {
    let drivers = facts.packages.has_any(
        Ecosystem::Pypi,
        &[
            "psycopg",
            "psycopg2",
            "psycopg2-binary",
            "psycopg-binary",
            "mysqlclient",
            "dj-database-url",
            "django-heroku",
            "asyncpg",
        ],
    ) || facts.packages.has_any(
        Ecosystem::Npm,
        &["pg", "mysql2", "mysql", "mongodb", "mongoose", "postgres"],
    ) || facts
        .packages
        .has_any(Ecosystem::Gem, &["pg", "mysql2", "trilogy"]);
    let addon = facts.has_addon(&["heroku-postgresql", "jawsdb", "cleardb"]);
    let reads = facts.sources.files.iter().any(|code| {
        code.reads
            .iter()
            .any(|read| read.name.ends_with("DATABASE_URL"))
            || code
                .calls
                .iter()
                .any(|call| call.callee.starts_with("dj_database_url.") || call.callee == "env.db")
    });
    addon || drivers || reads
}

fn at(path: &str, line: LineSpan, what: &str) -> Evidence {
    Evidence::line(
        path,
        line,
        format!(
            "{what} keeps the database in a file on the dyno's disk: \
        all data is lost at each restart and deploy."
        ),
    )
    .help("heroku addons:create heroku-postgresql:essential-0, and connect to DATABASE_URL")
}

/// A call that opens a file as its database, unless some branch chooses it.
fn always(site: Site<'_>) -> Option<Evidence> {
    let is_always = branch(site.code, site.call.scope) == Branch::Always;
    is_always.then(|| {
        at(
            &site.code.path,
            site.call.line,
            &format!("`{}`", site.call.callee),
        )
    })
}

/// Something replaces Django's `DATABASES` where the platform gives an address.
fn is_replaced(facts: &Facts<'_>) -> bool {
    facts.code(Language::Python).any(|code| {
        let reads = code.reads.iter().any(|read| {
            read.name.ends_with("DATABASE_URL")
                || read.name.starts_with("DB_")
                || read.name.starts_with("POSTGRES")
        });
        let by_call = code.calls.iter().any(|call| {
            call.callee.starts_with("dj_database_url.")
                || sets_up_for_heroku(call)
                || matches!(
                    call.callee.as_str(),
                    "env.db" | "env.db_url" | "locals().update" | "globals().update"
                )
        });
        let other = code.assignments.iter().any(|assignment| {
            assignment.target.starts_with("DATABASES")
                && !assignment
                    .value
                    .any(|value| value.text().is_some_and(|text| text.ends_with("sqlite3")))
        });
        reads || by_call || other || DJANGO_HEROKU.iter().any(|name| code.imports(name))
    })
}
