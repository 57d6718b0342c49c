//! Does the database live on the dyno's disk?

mod rails;
mod spring;
mod sqlite3;

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "file-database",
    code: "SF102",
    title: "The production database is a file on the dyno",
    level: Level::Error,
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
            with a `sqlite:` address, PHP's `define('DB_DRIVER', getenv('DB_DRIVER') ?: 'sqlite')`,
            a Go field with `default:"sqlite3"`.
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
        go(facts),
        go_default(facts).or_else(|| go_dialect(facts)),
        spring::check(facts),
        symfony(facts),
        php_default(facts),
    ]
    .into_iter()
    .flatten()
    .chain(rails::check(facts))
    .collect();
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

fn at(path: &str, line: u32, what: &str) -> Evidence {
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
                || matches!(
                    call.callee.as_str(),
                    "env.db"
                        | "env.db_url"
                        | "django_heroku.settings"
                        | "locals().update"
                        | "globals().update"
                )
        });
        let other = code.assignments.iter().any(|assignment| {
            assignment.target.starts_with("DATABASES")
                && !assignment
                    .value
                    .any(|value| value.text().is_some_and(|text| text.ends_with("sqlite3")))
        });
        reads || by_call || other || code.imports("django_heroku")
    })
}

fn django(facts: &Facts<'_>) -> Option<Evidence> {
    if is_replaced(facts) {
        return None;
    }
    if !facts.is_django() {
        return None;
    }
    facts.code(Language::Python).find_map(|code| {
        let settings: Vec<_> = code
            .assignments
            .iter()
            .filter(|assignment| assignment.target.starts_with("DATABASES"))
            .collect();
        let [only] = settings.as_slice() else {
            return None;
        };
        let engine = only.value.key("default")?.key("ENGINE")?.text()?;
        (engine.ends_with("sqlite3") && branch(code, only.scope) == Branch::Always)
            .then(|| at(&code.path, only.line, "Django's sqlite3 engine"))
    })
}

/// `SQLAlchemy`, where nothing else gives an address.
fn alchemy(facts: &Facts<'_>) -> Option<Evidence> {
    let is_address = |text: &str| text.starts_with("sqlite:///") && !text.contains(":memory:");
    let is_file = |code: &Code, value: &Expr| match code.resolve(value) {
        Expr::Text(text) => is_address(text) && text.len() > "sqlite:///".len(),
        Expr::Join(parts) => parts.first().and_then(Expr::text).is_some_and(is_address),
        _ => false,
    };
    let drivers = facts.packages.has_any(
        Ecosystem::Pypi,
        &[
            "psycopg",
            "psycopg2",
            "psycopg2-binary",
            "psycopg-binary",
            "mysqlclient",
            "pymysql",
            "asyncpg",
            "mysql-connector-python",
        ],
    );
    let served = facts.has_addon(&["heroku-postgresql", "jawsdb", "cleardb"])
        || facts.declared("DATABASE_URL") != Declared::No;
    // A file where nothing else is given: the fallback of a read, or of a name.
    let fallback = facts
        .code(Language::Python)
        .filter(|_| !served)
        .find_map(|code| {
            let settings = code.assignments.iter();
            let is_address = |target: &str| target.contains("SQLALCHEMY_DATABASE_URI");
            settings
                .filter(|setting| is_address(&setting.target))
                .find_map(|setting| {
                    if branch(code, setting.scope) == Branch::Development
                        || is_development_class(code, setting.scope)
                    {
                        return None;
                    }
                    let by_read = match &setting.value {
                        Expr::Env {
                            default: Some(default),
                            ..
                        } => !drivers && is_file(code, default),
                        _ => false,
                    };
                    let by_name = setting.value.name().is_some_and(|name| {
                        code.assignments.iter().any(|other| {
                            let conditional =
                                matches!(branch(code, other.scope), Branch::Conditional(_));
                            other.target == name && is_file(code, &other.value) && conditional
                        })
                    });
                    (by_read || by_name).then(|| {
                        at(
                            &code.path,
                            setting.line,
                            "Where no other address is \
                given, SQLAlchemy's `sqlite:///`",
                        )
                        .conditional(true)
                    })
                })
        });
    let reads = facts.code(Language::Python).any(|code| {
        code.reads
            .iter()
            .any(|read| read.name.ends_with("DATABASE_URL") || read.name.ends_with("DATABASE_URI"))
    });
    if reads || fallback.is_some() {
        return fallback;
    }
    facts.code(Language::Python).find_map(|code| {
        let call = code.calls.iter().find(|call| {
            matches!(
                call.callee.as_str(),
                "create_engine" | "sqlalchemy.create_engine"
            ) && call.positional(0).is_some_and(|url| is_file(code, url))
                && branch(code, call.scope) == Branch::Always
        });
        let setting = code.assignments.iter().find(|assignment| {
            assignment.target.contains("SQLALCHEMY_DATABASE_URI")
                && is_file(code, &assignment.value)
                && branch(code, assignment.scope) == Branch::Always
        });
        let line = call
            .map(|call| call.line)
            .or_else(|| setting.map(|setting| setting.line))?;
        Some(at(&code.path, line, "SQLAlchemy's `sqlite:///` address"))
    })
}

/// A base class of settings that others replace (`class Config`, `class TestingConfig(Config)`):
/// with several, which one production takes is not known.
fn is_development_class(code: &Code, scope: usize) -> bool {
    let class = code.class(scope).map(|(name, _)| name);
    class.is_some_and(|name| {
        ["Dev", "Test", "Local"]
            .iter()
            .any(|start| name.starts_with(start))
    })
}

/// Symfony loads `.env` in production, where a variable of the platform wins over it.
fn symfony(facts: &Facts<'_>) -> Option<Evidence> {
    facts.packages.wants_any(
        Ecosystem::Composer,
        &["symfony/framework-bundle", "symfony/runtime"],
    )?;
    if facts.declared("DATABASE_URL") != Declared::No {
        return None;
    }
    let text = facts.sources.text(".env")?;
    let (_, line) = text.lines().zip(1..).find(|(line, _)| {
        line.trim()
            .strip_prefix("DATABASE_URL=")
            .is_some_and(|value| value.trim_start_matches(['"', '\'']).starts_with("sqlite:"))
    })?;
    Some(
        at(
            ".env",
            line,
            "Without DATABASE_URL, which nothing declares, SQLite",
        )
        .conditional(true),
    )
}

fn prisma(facts: &Facts<'_>) -> Option<Evidence> {
    let (path, text) = facts
        .sources
        .texts
        .iter()
        .find(|(path, _)| path.ends_with("schema.prisma"))?;
    let line = text
        .lines()
        .zip(1..)
        .find(|(line, _)| line.trim().starts_with("provider") && line.contains("\"sqlite\""))?
        .1;
    Some(at(path, line, "Prisma's sqlite provider"))
}

fn node(facts: &Facts<'_>) -> Option<Evidence> {
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
            let sqlite = matches!(call.callee.as_str(), "sqlite3.Database" | "sqlite.Database")
                || (matches!(call.callee.as_str(), "Database" | "sqlite" | "DatabaseSync")
                    && (site.code.imports("better-sqlite3") || site.code.imports("node:sqlite")));
            let lowdb = matches!(
                call.callee.as_str(),
                "JSONFile" | "FileSync" | "JSONFileSync" | "FileAsync"
            ) && site
                .code
                .imports
                .iter()
                .any(|import| import.module.starts_with("lowdb"));
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
    (branch(site.code, site.call.scope) == Branch::Always).then(|| {
        at(
            &site.code.path,
            site.call.line,
            &format!("`{}`", site.call.callee),
        )
    })
}

/// A driver that is a field, of which the tag says `SQLite` where nothing is set.
fn go_default(facts: &Facts<'_>) -> Option<Evidence> {
    if facts.has_addon(&["heroku-postgresql", "jawsdb", "cleardb"]) {
        return None;
    }
    let folder = |path: &str| {
        path.rsplit_once('/')
            .map_or(String::new(), |(folder, _)| folder.to_owned())
    };
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
            .filter(|code| folder(&code.path) == folder(&site.code.path));
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
fn go_dialect(facts: &Facts<'_>) -> Option<Evidence> {
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

/// `define('DB_DRIVER', getenv('DB_DRIVER') ?: 'sqlite')`, which nothing declares.
fn php_default(facts: &Facts<'_>) -> Option<Evidence> {
    if facts.has_addon(&["heroku-postgresql", "jawsdb", "cleardb"]) {
        return None;
    }
    calls_to(facts, Language::Php, |site| site.call.callee == "define").find_map(|site| {
        let constant = site.call.positional(0)?.text()?.to_ascii_uppercase();
        let names = ["DB_", "DATABASE"]
            .iter()
            .any(|word| constant.contains(word));
        let (variable, default) = match site.call.positional(1)? {
            Expr::Env { name, default } => (Some(name), default.as_deref()?.text()?),
            Expr::Text(text) => (None, text.as_str()),
            _ => return None,
        };
        let file = matches!(default, "sqlite" | "sqlite3")
            || default.starts_with("sqlite:") && !default.contains(":memory:");
        let open = variable.is_none_or(|variable| facts.declared(variable) == Declared::No);
        let always = branch(site.code, site.call.scope) == Branch::Always;
        (names && file && open && always).then(|| {
            at(
                &site.code.path,
                site.call.line,
                "Where nothing else is set, SQLite",
            )
            .conditional(true)
        })
    })
}

fn go(facts: &Facts<'_>) -> Option<Evidence> {
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
    (branch(site.code, site.call.scope) == Branch::Always).then(|| {
        at(
            &site.code.path,
            site.call.line,
            &format!("`{}`", site.call.callee),
        )
    })
}
