//! Scripts of the release that go on after a migration that failed.

use crate::migrations;
use crate::rules::prelude::*;
use slugsmith_facts::bash::{self, Command as Shell, Pipeline, When, strict};
use slugsmith_facts::beneath;
use slugsmith_facts::command::is_shell;
use slugsmith_facts::process::{self, Command, Runs};

/// The first migration of a script without `set -e` behind which the script goes on: only the last command's status
/// is the release's.
pub(super) fn find(facts: &Facts<'_>, release: &Runs) -> Option<Evidence> {
    let mut scripts: Vec<&Command> = Vec::new();
    for command in &release.commands {
        let is_new = scripts.iter().all(|known| known.path != command.path);
        if is_new && command.path != release.command.path {
            scripts.push(command);
        }
    }
    scripts.into_iter().find_map(|command| {
        let text = beneath::text_in(&facts.app.root, &command.path).ok()?;
        // `bash bin/release` does not ask the first line, `#!/bin/bash -e`.
        let own = match text.split_once('\n') {
            Some((_, rest)) if by_shell(release, &command.path).is_some() => rest,
            _ => &text,
        };
        if !is_shell(&command.path, &text)
            || strict::ends_on_failure(own)
            || is_told(release, &command.path)
        {
            return None;
        }
        judge(facts, &bash::parse(&text).list, command)
    })
}

fn judge(facts: &Facts<'_>, list: &[Pipeline], script: &Command) -> Option<Evidence> {
    let path = script.path.as_str();
    // `npm run migrate` and `bin/migrate` migrate by what they lead to.
    let runs = |one: &Pipeline| {
        let mut command = Command::written(&one.source, path, 0);
        command.folder.clone_from(&script.folder);
        let followed = || process::follow(facts.app, &command);
        migrations::runs(&command) || followed().iter().any(migrations::runs)
    };
    let migrates =
        |one: &Pipeline| is_plain(one) && !one.negated && one.when != When::Failure && runs(one);
    let (at, migration) = list.iter().enumerate().find_map(|(at, one)| {
        if migrates(one) {
            return Some((at, one));
        }
        // `if [ "$MIGRATE" = true ]; then …; fi`: its status is that of the last command in it.
        let mut last = bodies(one).filter_map(|body| body.last());
        Some((at, last.find(|one| migrates(one))?))
    })?;
    let mut after = list.get(at + 1..)?.iter();
    let next = after.find(|one| one.when != When::Success)?;
    // `|| exit 1` stops the script; what `||` hides is told of the command line.
    if next.when == When::Failure || asks_for_status(next) {
        return None;
    }
    // What has several lines is shown by its first.
    let shown = |one: &Pipeline| {
        let first = one.source.trim().chars().take_while(|one| *one != '\n');
        first.take(60).collect::<String>()
    };
    let message = format!(
        "The script has no `set -e`: when `{}` fails, `{}` still runs, and the release is promoted with a schema that \
         does not fit.",
        shown(migration),
        shown(next)
    );
    Some(
        Evidence::line(path, migration.line, message)
            .help(format!("{path}: set -e, above the first command")),
    )
}

/// What the branches of an `if` run.
fn bodies(one: &Pipeline) -> impl Iterator<Item = &bash::List> {
    let branches = match one.pipeline.as_slice() {
        [Shell::If { branches, .. }] if !one.background => branches.as_slice(),
        _ => &[],
    };
    branches.iter().map(|(_, body)| body)
}

/// One program, without a branch around it and without a pipe behind it.
fn is_plain(one: &Pipeline) -> bool {
    !one.background && matches!(one.pipeline.as_slice(), [Shell::Simple(_)])
}

/// `if [ $? -ne 0 ]`, `exit $?`, `status=$?`.
fn asks_for_status(one: &Pipeline) -> bool {
    one.source.contains("$?") || one.source.contains("PIPESTATUS")
}

/// Whether the command that runs the script says so itself (`bash -e bin/release`).
fn is_told(release: &Runs, path: &str) -> bool {
    let command = by_shell(release, path);
    command.is_some_and(|command| {
        let mut words = command.words().into_iter();
        words.any(|word| word.starts_with('-') && !word.starts_with("--") && word.contains('e'))
    })
}

/// The command that hands the script to a shell: `bash bin/release`.
fn by_shell<'a>(release: &'a Runs, path: &str) -> Option<&'a Command> {
    let name = path.rsplit('/').next().unwrap_or(path);
    release.commands.iter().find(|command| {
        let shell = matches!(command.program(), "sh" | "bash" | "dash" | "zsh");
        shell && command.words().iter().any(|word| word.ends_with(name))
    })
}
