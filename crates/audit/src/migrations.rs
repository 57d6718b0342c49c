//! Does the app have schema migrations, and which commands run them?

mod frameworks;
mod python;

pub(super) use frameworks::find;
pub(super) use python::may_run_code;

use super::called;
use super::facts::{Facts, Site};
use super::guards::{self, Branch, branch};
use slugsmith_facts::code::{Call, Language, ScopeKind};
use slugsmith_facts::packages::Ecosystem;
use slugsmith_facts::process::Command;

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
