//! The schema migrations that each framework keeps in its own folder, for the rules about the release phase.

use super::super::facts::Facts;
use super::super::laravel;
use slugsmith_ecosystems::javascript::MANIFEST;
use slugsmith_facts::code::Language;
use slugsmith_facts::packages::Ecosystem;

/// A framework's migrations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Migrations {
    /// Folder that holds them.
    pub(in super::super) folder: String,
    pub(in super::super) files: usize,
    /// The command that runs them, for a `release:` line.
    pub(in super::super) command: &'static str,
}

/// The migrations of the framework that the app uses with a database; `None` without one.
pub(in super::super) fn find(facts: &Facts<'_>) -> Option<Migrations> {
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
