//! Can the release command do harm?

use crate::rules::prelude::*;
use slugsmith_facts::process::Command;

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
            `db:schema:load`, `migrate:fresh`, `flush`, `--accept-data-loss`), one that answers
            questions for itself (`yes |`), or one that hides failure (`|| true`, `;` before another
            command), or one that writes files which no dyno ever has (`makemigrations`, `next build`,
            `assets:precompile`).
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
        silent: "app.json's `postdeploy`, which seeds review apps; worker processes.",
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
        if let Some(found) = DESTRUCTIVE.iter().find(|text| command.text.contains(*text)) {
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
    evidence.extend(release.commands.iter().find_map(loses_files));
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
fn loses_files(command: &Command) -> Option<Evidence> {
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
    let fix = if shown == "makemigrations" {
        "Run makemigrations before the commit; the release only migrates."
    } else {
        "Build in the build: the buildpack's own step, heroku-postbuild or bin/post_compile."
    };
    Some(Evidence::line(&command.path, command.line, message).help(fix))
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
