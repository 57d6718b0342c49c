//! Does the app have schema migrations, and which commands run them?

mod python;

pub(super) use python::may_run_code;

use super::called;
use super::facts::{Facts, Site};
use super::guards::{self, Branch, branch};
use super::laravel;
use slugsmith_ecosystems::javascript::MANIFEST;
use slugsmith_facts::code::{Call, Language, ScopeKind};
use slugsmith_facts::packages::Ecosystem;
use slugsmith_facts::process::Command;

/// A framework's migrations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Migrations {
    /// Folder that holds them.
    pub(super) folder: String,
    pub(super) files: usize,
    /// The command that runs them, for a `release:` line.
    pub(super) command: &'static str,
}

/// The migrations of the framework that the app uses with a database; `None` without one.
pub(super) fn find(facts: &Facts<'_>) -> Option<Migrations> {
    rails(facts)
        .or_else(|| django(facts))
        .or_else(|| of_laravel(facts))
        .or_else(|| doctrine(facts))
        .or_else(|| node(facts))
        .or_else(|| alembic(facts))
        .or_else(|| go(facts))
}

fn in_folder(
    facts: &Facts<'_>,
    folder: &str,
    ending: &str,
    command: &'static str,
) -> Option<Migrations> {
    let files = facts
        .sources
        .below(folder)
        .filter(|path| path.ends_with(ending))
        .count();
    (files > 0).then(|| Migrations {
        folder: folder.to_owned(),
        files,
        command,
    })
}

fn rails(facts: &Facts<'_>) -> Option<Migrations> {
    let drivers = ["pg", "mysql2", "trilogy", "activerecord-postgis-adapter"];
    if !facts.packages.has_any(Ecosystem::Gem, &drivers) {
        return None;
    }
    let command = if facts.packages.has(Ecosystem::Gem, "rails") {
        "bundle exec rails db:migrate"
    } else {
        "bundle exec rake db:migrate"
    };
    in_folder(facts, "db/migrate/", ".rb", command)
}

fn django(facts: &Facts<'_>) -> Option<Migrations> {
    if !facts.is_django() {
        return None;
    }
    let drivers = [
        "psycopg",
        "psycopg2",
        "psycopg2-binary",
        "psycopg-binary",
        "mysqlclient",
        "pymysql",
    ];
    let database = facts.packages.has_any(Ecosystem::Pypi, &drivers)
        || facts.has_addon(&["heroku-postgresql", "jawsdb", "cleardb"]);
    if !database {
        return None;
    }
    let files: Vec<_> = facts
        .sources
        .paths
        .iter()
        .filter(|path| {
            let name = path.rsplit('/').next().unwrap_or_default();
            path.contains("/migrations/") && name.starts_with('0') && has_ending(name, "py")
        })
        .collect();
    let folder = files.first()?.rsplit_once('/')?.0;
    Some(Migrations {
        folder: format!("{folder}/"),
        files: files.len(),
        command: "python manage.py migrate --noinput",
    })
}

fn has_ending(name: &str, ending: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, found)| found == ending)
}

/// Doctrine's, as Symfony's bundle keeps them.
fn doctrine(facts: &Facts<'_>) -> Option<Migrations> {
    facts
        .packages
        .wants(Ecosystem::Composer, "doctrine/doctrine-migrations-bundle")?;
    let command = "php bin/console doctrine:migrations:migrate --no-interaction";
    ["migrations/", "src/Migrations/"]
        .iter()
        .find_map(|folder| in_folder(facts, folder, ".php", command))
}

fn of_laravel(facts: &Facts<'_>) -> Option<Migrations> {
    facts.laravel()?;
    // Laravel's own migrations (users, cache, jobs) are in the folder of every app.
    if laravel::lives_in_mongodb(facts) {
        return None;
    }
    in_folder(
        facts,
        "database/migrations/",
        ".php",
        "php artisan migrate --force",
    )
}

fn node(facts: &Facts<'_>) -> Option<Migrations> {
    let has = |names: &[&str]| {
        names.iter().any(|name| {
            facts
                .packages
                .wanted
                .iter()
                .any(|package| package.ecosystem == Ecosystem::Npm && package.name == *name)
        })
    };
    for folder in [
        "prisma/migrations/",
        "src/prisma/migrations/",
        "db/migrations/",
    ] {
        if has(&["prisma", "@prisma/client"])
            && let found @ Some(_) = in_folder(facts, folder, ".sql", "npx prisma migrate deploy")
        {
            return found;
        }
    }
    // In a package of a monorepo, whose manifest asks for Prisma.
    let mut paths = facts.sources.paths.iter();
    let nested = paths.find_map(|path| {
        let (package, rest) = path.split_once("/prisma/migrations/")?;
        let manifest = facts.sources.text(&format!("{package}/{MANIFEST}"))?;
        (rest.ends_with("/migration.sql") && manifest.contains("\"@prisma/client\""))
            .then_some(package)
    });
    if let Some(package) = nested {
        let folder = format!("{package}/prisma/migrations/");
        return in_folder(facts, &folder, ".sql", "npx prisma migrate deploy");
    }
    for (packages, command) in [
        (
            &["sequelize-cli", "sequelize"][..],
            "npx sequelize-cli db:migrate",
        ),
        (&["knex"][..], "npx knex migrate:latest"),
        (
            &["typeorm"][..],
            "npx typeorm migration:run -d dist/data-source.js",
        ),
        (&["node-pg-migrate"][..], "npx node-pg-migrate up"),
        (&["db-migrate"][..], "npx db-migrate up"),
        (
            &["drizzle-kit", "drizzle-orm"][..],
            "npx drizzle-kit migrate",
        ),
    ] {
        if !has(packages) {
            continue;
        }
        let drivers = ["pg", "mysql2", "mysql", "tedious", "postgres", "mariadb"];
        if !has(&drivers) {
            continue;
        }
        for folder in [
            "migrations/",
            "db/migrations/",
            "database/migrations/",
            "src/migrations/",
            "src/db/migrations/",
            "drizzle/",
        ] {
            let files = facts.sources.below(folder).count();
            if files > 0 {
                return Some(Migrations {
                    folder: folder.to_owned(),
                    files,
                    command,
                });
            }
        }
    }
    None
}

fn alembic(facts: &Facts<'_>) -> Option<Migrations> {
    let flask = facts
        .packages
        .wants(Ecosystem::Pypi, "flask-migrate")
        .is_some();
    if !flask && facts.packages.wants(Ecosystem::Pypi, "alembic").is_none() {
        return None;
    }
    let command = if flask {
        "flask db upgrade"
    } else {
        "alembic upgrade head"
    };
    [
        "migrations/versions/",
        "alembic/versions/",
        "app/migrations/versions/",
    ]
    .iter()
    .find_map(|folder| in_folder(facts, folder, ".py", command))
}

fn go(facts: &Facts<'_>) -> Option<Migrations> {
    let (command, tool) = [
        (
            "bin/goose -dir migrations postgres $DATABASE_URL up",
            "github.com/pressly/goose/v3",
        ),
        (
            "bin/migrate -path migrations -database $DATABASE_URL up",
            "github.com/golang-migrate/migrate/v4",
        ),
    ]
    .into_iter()
    .find(|(_, module)| facts.packages.wants(Ecosystem::Go, module).is_some())?;
    // Both are usually called from the code itself, which then migrates at boot.
    let in_code = facts.code(Language::Go).any(|code| code.imports(tool));
    if in_code {
        return None;
    }
    in_folder(facts, "migrations/", ".sql", command)
}

/// Packages of npm that a command needs and that production does not have.
pub(super) fn pruned(facts: &Facts<'_>, command: &str) -> Vec<String> {
    const TOOLS: &[(&str, &[&str])] = &[
        ("prisma", &["prisma"]),
        ("knex", &["knex"]),
        ("sequelize-cli", &["sequelize-cli"]),
        ("sequelize", &["sequelize-cli"]),
        (
            "typeorm-ts-node-commonjs",
            &["typeorm", "ts-node", "typescript"],
        ),
        ("typeorm", &["typeorm"]),
        ("drizzle-kit", &["drizzle-kit"]),
        ("node-pg-migrate", &["node-pg-migrate"]),
        ("db-migrate", &["db-migrate"]),
        ("mikro-orm", &["@mikro-orm/cli"]),
    ];
    let mut words = command
        .split_whitespace()
        .map(|word| word.rsplit('/').next().unwrap_or(word));
    let Some((tool, packages)) =
        words.find_map(|word| TOOLS.iter().find(|(tool, _)| *tool == word))
    else {
        return Vec::new();
    };
    let mut needed = packages.to_vec();
    // A configuration in TypeScript is loaded by these.
    if *tool == "knex" && facts.sources.has("knexfile.ts") {
        needed.extend(["ts-node", "typescript"]);
    }
    let only_development = |name: &&str| {
        let of = |dev: bool| {
            facts.packages.wanted.iter().any(|package| {
                package.ecosystem == Ecosystem::Npm && package.name == *name && package.dev == dev
            })
        };
        of(true) && !of(false)
    };
    needed
        .into_iter()
        .filter(only_development)
        .map(str::to_owned)
        .collect()
}

/// What a command that changes the schema should be in the release phase: those of
/// development lose data or ask questions.
pub(super) fn for_release(facts: &Facts<'_>, command: &str) -> String {
    let command = command.trim();
    let migrations = [
        "prisma/migrations/",
        "src/prisma/migrations/",
        "db/migrations/",
    ]
    .iter()
    .any(|folder| facts.sources.below(folder).next().is_some());
    let development = ["prisma db push", "prisma migrate dev"]
        .iter()
        .any(|known| command.contains(known));
    if development && migrations {
        return "npx prisma migrate deploy".to_owned();
    }
    let tool = command.split_whitespace().next().unwrap_or_default();
    let of_npm = matches!(
        tool,
        "prisma"
            | "knex"
            | "sequelize"
            | "sequelize-cli"
            | "typeorm"
            | "drizzle-kit"
            | "node-pg-migrate"
            | "db-migrate"
            | "mikro-orm"
    );
    if of_npm {
        format!("npx {command}")
    } else {
        command.to_owned()
    }
}

/// Where the app's own code runs its migrations when it boots.
pub(super) fn at_boot<'a>(facts: &'a Facts<'_>) -> Option<Site<'a>> {
    facts
        .calls()
        .filter(|site| match site.code.language {
            Language::Ruby => {
                let initializer = site.code.path.starts_with("config/");
                initializer
                    && matches!(
                        site.call.callee.as_str(),
                        "ActiveRecord.Tasks.DatabaseTasks.migrate"
                            | "ActiveRecord.Migrator.migrate"
                            | "ActiveRecord.MigrationContext.migrate"
                    )
            }
            Language::JavaScript => {
                let receiver = site.call.receiver();
                site.call.callee.ends_with(".migrate.latest") && site.code.imports("knex")
                    || receiver == "umzug" && site.call.method() == "up"
                    || site.call.method() == "runMigrations" && site.code.imports("typeorm")
            }
            Language::Go => in_go(facts, *site),
            Language::Python => python::at_boot(facts, *site),
            _ => false,
        })
        .filter(|site| branch(site.code, site.call.scope) != Branch::Development)
        .find(|site| !guards::is_maintenance(facts, &site.code.path))
}

/// `m.Up()` of golang-migrate, `goose.Up` in a function that the program calls, whatever the flags say.
fn in_go(facts: &Facts<'_>, site: Site<'_>) -> bool {
    let runs = site.call.callee == "goose.Up"
        || matches!(site.call.method(), "Up" | "Migrate")
            && site.call.arguments.is_empty()
            && site.code.imports("github.com/golang-migrate/migrate");
    // `switch direction { case "up": … }` of a function that is told what to do; in `main` it is a flag.
    let when = branch(site.code, site.call.scope);
    let in_main = site.code.function(site.call.scope) == Some("main");
    let always = when == Branch::Always || when == Branch::Conditional(String::new()) && !in_main;
    runs && always && facts.process("web").is_some() && !called::is_dead(facts, site)
}

/// The command of the web process with a flag that makes a Go program migrate before it listens: `bin/shop -migrate`
/// where `main` has `if migrate { db.AutoMigrate(…) }`.
pub(super) fn switched_on_in_go<'f>(facts: &'f Facts<'_>) -> Option<(&'f Command, &'f str)> {
    let web = facts.process("web")?;
    facts.code(Language::Go).find_map(|code| {
        let migrates = |call: &&Call| {
            call.method() == "AutoMigrate" && code.imports("gorm.io/gorm")
                || call.method() == "Up" && code.imports("github.com/golang-migrate/migrate")
                || call.callee == "goose.Up"
        };
        let runs = code
            .calls
            .iter()
            .filter(migrates)
            .filter(|call| code.function(call.scope) == Some("main"));
        let flags = || {
            code.calls
                .iter()
                .filter_map(|call| match call.callee.as_str() {
                    // `flag.BoolVar(&migrate, "migrate", …)`, `migrate := flag.Bool("migrate", …)`
                    "flag.BoolVar" | "pflag.BoolVar" => call.positional(1)?.text(),
                    "flag.Bool" | "pflag.Bool" => call.positional(0)?.text(),
                    _ => None,
                })
        };
        runs.into_iter().find_map(|call| {
            let mut around = code.around(call.scope);
            let asked = around.find_map(|scope| match &scope.kind {
                ScopeKind::Branch {
                    condition,
                    holds: true,
                } if !condition.contains("err") => Some(condition),
                _ => None,
            })?;
            let condition = asked.trim().trim_start_matches('*').to_ascii_lowercase();
            let flag =
                flags().find(|flag| flag.replace('-', "").eq_ignore_ascii_case(&condition))?;
            let command = web.commands.iter().find(|command| {
                command.words.iter().any(|word| {
                    let plain = word.trim_start_matches('-');
                    word.starts_with('-') && (plain == flag || plain == format!("{flag}=true"))
                })
            })?;
            Some((command, call.callee.as_str()))
        })
    })
}

const COMMANDS: &[&str] = &[
    "db:migrate",
    "manage.py migrate",
    "django-admin migrate",
    "prisma migrate deploy",
    "prisma db push",
    "prisma migrate dev",
    "knex migrate",
    "migrate:latest",
    "migration:run",
    "alembic upgrade",
    // Flask-Migrate, by `flask` or by a script of the app's own.
    " db upgrade",
    "artisan migrate",
    "node-pg-migrate",
    "db-migrate up",
    "goose up",
    "migrate up",
    "drizzle-kit migrate",
    "drizzle-kit push",
    "migration:up",
    "flyway migrate",
    "doctrine:migrations:migrate",
    "doctrine:schema:update --force",
    "yii migrate",
    "spark migrate",
    "cake migrations migrate",
    "phinx migrate",
    "db:schema:load",
    "db:prepare",
    "ecto.migrate",
    "migrate deploy",
    "mikro-orm migration:up",
];

/// Whether a command runs migrations.
pub(super) fn runs(command: &Command) -> bool {
    let text = command.text.replace('"', "");
    // `manage.py makemigrations` only writes files, `migrate:status` only looks.
    COMMANDS.iter().any(|known| text.contains(known)) && !text.contains("migrate:status")
}
