//! Does the database live on the dyno's disk?

use super::prelude::*;

pub(super) static RULE: Rule = Rule {
    id: "file-database",
    code: "SF102",
    title: "The production database is a file on the dyno",
    level: Level::Error,
    group: Group::Storage,
    ecosystems: &["node", "python", "ruby", "go", "java"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: "SQLite as the only database of production: Django's `DATABASES`, `config/database.yml`, Prisma's `provider = \"sqlite\"`, `new sqlite3.Database(\"…\")`, `better-sqlite3`, Sequelize's `dialect: \"sqlite\"`, `sql.Open(\"sqlite3\", …)`; lowdb and NeDB files.",
        why: "The file is thrown away at every restart, at least once a day, and at every deploy; each dyno has its own. All data since the last deploy is lost.",
        fix: "```\nheroku addons:create heroku-postgresql:essential-0\n```\nand connect to `DATABASE_URL`, for example `dj_database_url.config()`, `provider = \"postgresql\"`, `new Pool({ connectionString: process.env.DATABASE_URL })`.",
        silent: "SQLite only in the branch for development, or as the fallback when `DATABASE_URL` is missing; `:memory:`; tests; a database add-on with its driver beside it.",
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let evidence: Vec<_> = [django(facts), rails(facts), prisma(facts), node(facts), go(facts)].into_iter().flatten().collect();
    let applies = !facts.processes.is_empty();
    Outcome::when(applies, evidence)
}

/// Where a real database is declared or its driver is there and its address read, a file is
/// only the fallback.
fn has_server(facts: &Facts<'_>) -> bool {
    let drivers = facts.packages.has_any(Ecosystem::Pypi, &["psycopg", "psycopg2", "psycopg2-binary", "psycopg-binary", "mysqlclient", "dj-database-url", "django-heroku", "asyncpg"])
        || facts.packages.has_any(Ecosystem::Npm, &["pg", "mysql2", "mysql", "mongodb", "mongoose", "postgres"])
        || facts.packages.has_any(Ecosystem::Gem, &["pg", "mysql2", "trilogy"]);
    let addon = facts.has_addon(&["heroku-postgresql", "jawsdb", "cleardb"]);
    let reads = facts.sources.files.iter().any(|code| code.reads.iter().any(|read| read.name.ends_with("DATABASE_URL")) || code.calls.iter().any(|call| call.callee.starts_with("dj_database_url.") || call.callee == "env.db"));
    addon || drivers || reads
}

fn at(path: &str, line: u32, what: &str) -> Evidence {
    Evidence::line(path, line, format!("{what} keeps the database in a file on the dyno's disk: all data is lost at each restart and deploy."))
        .help("heroku addons:create heroku-postgresql:essential-0, and connect to DATABASE_URL")
}

fn django(facts: &Facts<'_>) -> Option<Evidence> {
    if has_server(facts) {
        return None;
    }
    facts.packages.wants(Ecosystem::Pypi, "django")?;
    facts.code(Language::Python).find_map(|code| {
        let settings: Vec<_> = code.assignments.iter().filter(|assignment| assignment.target.starts_with("DATABASES")).collect();
        let [only] = settings.as_slice() else {
            return None;
        };
        let engine = only.value.key("default")?.key("ENGINE")?.text()?;
        (engine.ends_with("sqlite3") && branch(code, only.scope) == Branch::Always).then(|| at(&code.path, only.line, "Django's sqlite3 engine"))
    })
}

fn rails(facts: &Facts<'_>) -> Option<Evidence> {
    let text = facts.sources.text("config/database.yml")?;
    if facts.has_addon(&["heroku-postgresql", "jawsdb", "cleardb"]) || text.contains("ENV[") || text.contains("ENV.fetch") || facts.packages.has_any(Ecosystem::Gem, &["pg", "mysql2", "trilogy"]) {
        return None;
    }
    // Production's own adapter, or the one it inherits.
    let yaml: serde_yaml_ng::Value = serde_yaml_ng::from_str(text).ok()?;
    let production = yaml.get("production")?;
    let adapter = production.get("adapter").or_else(|| production.get("<<")?.get("adapter")).or_else(|| production.get("primary")?.get("adapter"))?.as_str()?;
    (adapter == "sqlite3").then(|| at("config/database.yml", facts.line("config/database.yml", "production:").unwrap_or(0), "SQLite in production"))
}

fn prisma(facts: &Facts<'_>) -> Option<Evidence> {
    let (path, text) = facts.sources.texts.iter().find(|(path, _)| path.ends_with("schema.prisma"))?;
    let line = text.lines().zip(1..).find(|(line, _)| line.trim().starts_with("provider") && line.contains("\"sqlite\""))?.1;
    Some(at(path, line, "Prisma's sqlite provider"))
}

fn node(facts: &Facts<'_>) -> Option<Evidence> {
    if has_server(facts) {
        return None;
    }
    let site = calls_to(facts, Language::JavaScript, |site| {
        let call = site.call;
        let first = call.positional(0).map(|value| site.code.resolve(value));
        let file = first.is_some_and(|value| value.text().is_some_and(|text| !text.contains(":memory:") && !text.is_empty()) || matches!(value, Expr::Call { callee, .. } if callee.ends_with("join") || callee.ends_with("resolve")));
        let sqlite = matches!(call.callee.as_str(), "sqlite3.Database" | "sqlite.Database") || (matches!(call.callee.as_str(), "Database" | "sqlite" | "DatabaseSync") && (site.code.imports("better-sqlite3") || site.code.imports("node:sqlite")));
        let lowdb = matches!(call.callee.as_str(), "JSONFile" | "FileSync" | "JSONFileSync" | "FileAsync") && site.code.imports.iter().any(|import| import.module.starts_with("lowdb"));
        let sequelize = call.callee.ends_with("Sequelize") && call.named("dialect").and_then(Expr::text) == Some("sqlite") && call.named("storage").and_then(Expr::text) != Some(":memory:");
        (sqlite || lowdb) && file || sequelize
    })
    .next()?;
    (branch(site.code, site.call.scope) == Branch::Always).then(|| at(&site.code.path, site.call.line, &format!("`{}`", site.call.callee)))
}

fn go(facts: &Facts<'_>) -> Option<Evidence> {
    let site = calls_to(facts, Language::Go, |site| {
        let call = site.call;
        let sql = call.callee == "sql.Open" && matches!(call.positional(0).and_then(Expr::text), Some("sqlite3" | "sqlite"));
        let gorm = call.callee == "gorm.Open" && matches!(call.positional(0), Some(Expr::Call { callee, .. }) if callee == "sqlite.Open");
        let bolt = matches!(call.callee.as_str(), "bolt.Open" | "bbolt.Open" | "leveldb.OpenFile" | "badger.Open");
        let memory = call.arguments.iter().any(|argument| argument.value.any(|value| value.text().is_some_and(|text| text.contains(":memory:"))));
        (sql || gorm || bolt) && !memory
    })
    .next()?;
    (branch(site.code, site.call.scope) == Branch::Always).then(|| at(&site.code.path, site.call.line, &format!("`{}`", site.call.callee)))
}
