//! Can the release command do harm?

mod unchecked;
mod wiped;

use crate::rules::prelude::*;
use slugsmith_facts::process::{Command, Runs};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "release-command-hazard",
    code: "SF603",
    title: "The release command can destroy data, hides its failure, or works for nothing",
    level: Severity::Warn,
    group: Group::Release,
    ecosystems: &["all"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            A `release:` process with a destructive command (`db:reset`, `db:drop`,
            `db:schema:load`, `migrate:fresh`, `flush`, `--accept-data-loss`), or one that runs a program of
            the app whose code deletes all rows (`query(X).delete()`, `drop_all`, `destroy_all`,
            `deleteMany()`); one that answers questions for itself (`yes |`); one that hides failure
            (`|| true`, `;` before another command, or a script without `set -e` that goes on after the
            migration); one that writes files which no dyno ever has (`makemigrations`,
            `flask db migrate`, `next build`, `assets:precompile`); `db stamp head` before `upgrade`, which
            then has nothing to do. The finding stands at the command, which may be in a script that the
            Procfile names.
        "},
        why: indoc! {"
            It runs at every deploy, unattended, against the production database. A failure that is
            hidden promotes a release whose schema does not fit.
        "},
        fix: indoc! {"
            ```
            release: bundle exec rails db:migrate
            release: python manage.py migrate --noinput && python manage.py check --deploy
            ```
        "},
        silent: indoc! {"
            app.json's `postdeploy`, which seeds review apps; worker processes; a script that looks at
            `$?`, ends with `|| exit 1` or has a trap for errors; deletes with a filter or below a condition.
        "},
    },
    check,
};

const DESTRUCTIVE: &[&str] = &[
    "db:reset",
    "db:drop",
    "db:schema:load",
    "db:setup",
    "db:migrate:reset",
    "migrate:fresh",
    "migrate:refresh",
    "migrate:reset",
    "--accept-data-loss",
    "migrate reset",
    "manage.py flush",
    "db push --force-reset",
    "db:wipe",
    "--force-reset",
];

fn check(facts: &Facts<'_>) -> Outcome {
    let Some(release) = facts.process("release") else {
        return Outcome::not_applicable();
    };
    let mut evidence = Vec::new();
    for command in &release.commands {
        // `if [ "$version" = 0 ]; then rails db:schema:load`: the script looks first.
        let destructive = DESTRUCTIVE.iter().filter(|_| !command.conditional);
        if let Some(found) = destructive
            .into_iter()
            .find(|text| command.text.contains(*text))
        {
            evidence.push(
                Evidence::line(
                    &command.path,
                    command.line,
                    format!("`{found}` can destroy production data at every deploy."),
                )
                .level(Severity::Error)
                .help("Use a command that only applies what is new, such as db:migrate."),
            );
        }
    }
    let flask = facts
        .packages
        .wants(Ecosystem::Pypi, "flask-migrate")
        .is_some();
    let losing = |command: &Command| loses_files(command, flask);
    evidence.extend(release.commands.iter().find_map(losing));
    evidence.extend(stamped(release));
    evidence.extend(unchecked::find(facts, release));
    evidence.extend(wiped::find(facts, release));
    let written = &release.command.text;
    let hidden = ["|| true", "|| :", "|| exit 0", "|| echo"]
        .iter()
        .any(|end| hides(written, end));
    let chained = written.split('"').next().unwrap_or(written).contains("; ");
    if hidden || chained {
        let how = if hidden {
            "`||` hides its failure"
        } else {
            "`;` goes on after a failure"
        };
        evidence.push(
            Evidence::line(
                &release.command.path,
                release.command.line,
                format!("{how}: a release whose migration failed is promoted all the same."),
            )
            .help("Join commands with && and let them fail."),
        );
    }
    let piped = written.rsplit_once('|').map_or("", |(before, _)| before);
    let agrees = piped
        .split(['|', '&', ';'])
        .any(|part| part.split_whitespace().next() == Some("yes"));
    if agrees {
        evidence.push(
            Evidence::line(
                &release.command.path,
                release.command.line,
                "`yes |` agrees to whatever the command asks.",
            )
            .help("Use the command's own flag, such as --noinput or --force."),
        );
    }
    Outcome::of(evidence)
}

/// Commands that write files of the app. The release phase runs in a dyno of its own, whose disk
/// is gone afterwards (devcenter.heroku.com/articles/release-phase).
fn loses_files(command: &Command, flask_migrate: bool) -> Option<Evidence> {
    let words = command.words();
    let program = words.first()?.rsplit('/').next()?;
    let second = words.get(1).copied().unwrap_or_default();
    let bundler = matches!(
        program,
        "next" | "vite" | "nuxt" | "nuxi" | "astro" | "gatsby" | "ng"
    ) && second == "build"
        || matches!(
            program,
            "webpack" | "rollup" | "esbuild" | "tsc" | "react-scripts"
        ) && matches!(second, "" | "build" | "-p" | "--mode" | "--config" | "-c");
    let task = ["makemigrations", "assets:precompile"]
        .into_iter()
        .find(|task| words.contains(task));
    let shown = match task {
        Some(task) => task.to_owned(),
        // Flask-Migrate's, which writes a revision; a module of this name in Rails runs them.
        None if flask_migrate && words.windows(2).any(|pair| pair == ["db", "migrate"]) => {
            "db migrate".to_owned()
        }
        None if program == "alembic" && second == "revision" => "alembic revision".to_owned(),
        None if bundler => format!("{program} {second}").trim().to_owned(),
        None => return None,
    };
    if words.contains(&"--check") || words.contains(&"--dry-run") {
        return None;
    }
    let message = format!(
        "`{shown}` writes files in the release phase, whose disk is gone when it ends: no dyno ever \
         has them."
    );
    let fix = match shown.as_str() {
        "makemigrations" => "Run makemigrations before the commit; the release only migrates.",
        "db migrate" | "alembic revision" => "Run it before the commit; the release only upgrades.",
        _ => "Build in the build: the buildpack's own step, heroku-postbuild or bin/post_compile.",
    };
    Some(Evidence::line(&command.path, command.line, message).help(fix))
}

/// `db stamp head` notes the newest migration as done, so that an `upgrade` behind it runs none.
fn stamped(release: &Runs) -> Option<Evidence> {
    let has = |command: &Command, wanted: &[&str]| {
        wanted
            .iter()
            .all(|word| command.words.iter().any(|own| own == word))
    };
    let at = release
        .commands
        .iter()
        .position(|command| has(command, &["stamp", "head"]) && !command.conditional)?;
    let stamp = release.commands.get(at)?;
    let mut after = release.commands.get(at + 1..)?.iter();
    after.find(|command| has(command, &["upgrade"]))?;
    let message = "`stamp head` notes every migration as done without running it: the `upgrade` behind it has nothing \
                   to do, and new code meets the old schema.";
    Some(
        Evidence::line(&stamp.path, stamp.line, message)
            .help("Take it out: only a database that was made without migrations needs it, once."),
    )
}

/// Whether `end` hides a failure of the command. In brackets it only stands for what is in
/// them, which counts if that changes the schema: `db:migrate && (notify || true)` is safe.
fn hides(command: &str, end: &str) -> bool {
    command.match_indices(end).any(|(at, _)| {
        let before = &command[..at];
        let mut depth = 0_usize;
        let open = before.char_indices().rev().find_map(|(at, character)| {
            match character {
                ')' => depth += 1,
                '(' if depth == 0 => return Some(at),
                '(' => depth -= 1,
                _ => {}
            }
            None
        });
        let schema = |group: &str| {
            ["migrat", "upgrade", "schema", "db:", "db push"]
                .iter()
                .any(|word| group.contains(word))
        };
        open.is_none_or(|open| schema(&before[open..]))
    })
}
