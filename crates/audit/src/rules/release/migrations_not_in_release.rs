//! Are schema changes applied when a release is made?

use crate::migrations;
use crate::rules::prelude::*;
use slugsmith_finding::LineSpan;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "migrations-not-in-release",
    code: "SF601",
    title: "Nothing runs the migrations when a release is made",
    level: Severity::Warn,
    group: Group::Release,
    ecosystems: &["node", "python", "ruby", "go", "php"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &["migrations-at-build-or-boot"],
    docs: Docs {
        finds: indoc! {"
            Migrations (Rails, Django, Laravel, Prisma, Sequelize, Knex, TypeORM, Alembic, goose) in
            an app that uses a database, and no `release:` process that runs them. app.json's
            `postdeploy` does not count: it runs once per app. The finding stands at the Procfile, where the
            line belongs; at app.json's `postdeploy` where that migrates; at the folder without a Procfile.
        "},
        why: indoc! {"
            New code meets the old schema until somebody remembers to migrate by hand. The release
            phase runs after the build, once, before any dyno starts, and stops the deploy if it
            fails.
        "},
        fix: indoc! {"
            Procfile:
            ```
            release: bundle exec rails db:migrate
            release: python manage.py migrate --noinput
            release: npx prisma migrate deploy
            release: php artisan migrate --force
            ```
        "},
        silent: indoc! {"
            Without a database driver or add-on; with MongoDB, also where all models of a Laravel app live
            in it and only the framework's own migrations are there; where the framework migrates at boot
            by itself (Flyway, Liquibase); where the build or the web process runs them
            (`migrations-at-build-or-boot` says so).
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let Some(found) = migrations::find(facts) else {
        return Outcome::not_applicable();
    };
    let released = facts.process("release").is_some_and(|release| {
        release.commands.iter().any(|command| {
            migrations::runs(command)
                || is_opaque(&command.text)
                || migrations::may_run_code(facts, command)
        })
    });
    // That they run at boot is another rule's finding.
    if released || migrations::at_boot(facts).is_some() {
        return Outcome::of(Vec::new());
    }
    let count = if found.files == 1 {
        "1 migration".to_owned()
    } else {
        format!("{} migrations", found.files)
    };
    let postdeploy = facts
        .app_json(&["scripts", "postdeploy"])
        .and_then(|script| script.as_str())
        .is_some_and(|script| script.contains("migrate"));
    let but = if postdeploy {
        "; app.json's postdeploy runs only once, when an app is created"
    } else {
        ""
    };
    // Where the missing line belongs.
    let place = if postdeploy {
        "app.json"
    } else if facts.is_container() && facts.sources.has("heroku.yml") {
        "heroku.yml"
    } else if facts.sources.has("Procfile") {
        "Procfile"
    } else {
        found.folder.as_str()
    };
    let line = if postdeploy {
        facts.line("app.json", "postdeploy").unwrap_or_default()
    } else {
        LineSpan::default()
    };
    let pruned = migrations::pruned(facts, found.command);
    let install =
        (!pruned.is_empty()).then(|| format!("npm install --save-prod {}", pruned.join(" ")));
    let evidence = install.into_iter().fold(
        Evidence::line(
            place,
            line,
            format!(
                "{count} in {}, and no release process runs \
            them{but}: new code meets the old schema.",
                found.folder
            ),
        ),
        Evidence::help,
    );
    Outcome::of(vec![
        evidence.help(format!("Procfile: release: {}", found.command)),
    ])
}

/// A release command whose content is not known may well migrate.
fn is_opaque(command: &str) -> bool {
    ["bin/", "./", "make ", "sh ", "bash ", "rake ", "task "]
        .iter()
        .any(|start| command.starts_with(start))
}
