//! Which commands run on a dyno, which files do they name, and what do they switch on?
//!
//! Commands are those of the Procfile, of app.json's scripts, of other buildpacks, and of
//! every package.json script that is not clearly a developer's (test, lint, build …), with
//! `npm run x` followed. Their words are references like literals in code.

mod processes;
mod runtime;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::facts::app::App;

pub use processes::set_by;
pub use runtime::runtime;

/// One command and where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// `Procfile: web`, `package.json: start`.
    pub origin: String,
    pub text: String,
}

/// Beginnings of script names that never run on a dyno.
const DEVELOPER_SCRIPTS: &[&str] = &[
    "test",
    "pretest",
    "posttest",
    "lint",
    "prelint",
    "format",
    "prettier",
    "build",
    "prebuild",
    "postbuild",
    "dev",
    "watch",
    "coverage",
    "docs",
    "doc",
    "storybook",
    "typecheck",
    "type-check",
    "prepare",
    "prepublish",
    "prepack",
    "husky",
    "e2e",
    "bench",
    "clean",
    "compile",
    "check",
    "ci",
    "debug",
    "heroku-prebuild",
    "heroku-postbuild",
    "heroku-cleanup",
    "preinstall",
    "install",
    "postinstall",
    "preversion",
    "version",
];

/// The commands of an app, in a fixed order; `set` are those that none of its files names.
#[must_use]
pub fn commands(app: &App, set: &[Command]) -> Vec<Command> {
    let mut commands: Vec<Command> = app
        .procfile
        .iter()
        .map(|process| Command {
            origin: format!("Procfile: {}", process.name),
            text: process.command.clone(),
        })
        .chain(set.iter().cloned())
        .collect();
    add_scripts(&mut commands, app.app_json.good(), "app.json", |_| true);
    let scripts = app.package_json.good();
    let called: BTreeSet<String> = commands
        .iter()
        .flat_map(|command| called_scripts(&command.text))
        .collect();
    add_scripts(&mut commands, scripts, "package.json", |name| {
        called.contains(name)
            || !DEVELOPER_SCRIPTS
                .iter()
                .any(|start| name.split(':').next() == Some(*start))
    });
    // What those scripts call in turn, until nothing new appears.
    loop {
        let known: BTreeSet<String> = commands
            .iter()
            .map(|command| command.origin.clone())
            .collect();
        let called: BTreeSet<String> = commands
            .iter()
            .flat_map(|command| called_scripts(&command.text))
            .collect();
        let before = commands.len();
        let mut more = Vec::new();
        add_scripts(&mut more, scripts, "package.json", |name| {
            called.contains(name)
        });
        commands.extend(
            more.into_iter()
                .filter(|command| !known.contains(&command.origin)),
        );
        if commands.len() == before {
            return commands;
        }
    }
}

fn add_scripts(
    commands: &mut Vec<Command>,
    json: Option<&Value>,
    file: &str,
    wanted: impl Fn(&str) -> bool,
) {
    let scripts = json
        .and_then(|json| json.get("scripts"))
        .and_then(Value::as_object);
    for (name, text) in scripts.into_iter().flatten() {
        if let (true, Some(text)) = (wanted(name), text.as_str()) {
            commands.push(Command {
                origin: format!("{file}: {name}"),
                text: text.to_owned(),
            });
        }
    }
}

/// Scripts that a command runs: `npm run x`, `yarn x`, `pnpm run x`, `npm start`.
fn called_scripts(text: &str) -> Vec<String> {
    let words: Vec<&str> = words(text).collect();
    let mut called = Vec::new();
    for (at, word) in words.iter().enumerate() {
        if !matches!(
            *word,
            "npm" | "yarn" | "pnpm" | "bun" | "run-s" | "run-p" | "npm-run-all"
        ) {
            continue;
        }
        called.extend(
            words[at + 1..]
                .iter()
                .take(6)
                .filter(|word| !word.starts_with('-') && !matches!(**word, "run" | "run-script"))
                .map(|word| (*word).to_owned()),
        );
    }
    called
}

/// The words of a shell command, quotes and operators removed.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| {
        c.is_whitespace()
            || matches!(
                c,
                ';' | '&' | '|' | '(' | ')' | '"' | '\'' | '`' | '<' | '>' | '='
            )
    })
    .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_that_run_on_a_dyno_are_followed() {
        let folder = tempfile::tempdir().unwrap();
        fs_err::write(folder.path().join("Procfile"), "web: npm run serve:prod\n").unwrap();
        fs_err::write(
            folder.path().join("package.json"),
            r#"{"scripts":{"serve:prod":"npm run build:x && node a.js","build:x":"tsc","test":"mocha test/",
"seed":"node seed.js"}}"#,
        )
        .unwrap();
        let commands = commands(&crate::facts::app::read(folder.path()), &[]);
        let origins: Vec<_> = commands
            .iter()
            .map(|command| command.origin.as_str())
            .collect();
        assert_eq!(
            origins,
            [
                "Procfile: web",
                "package.json: serve:prod",
                "package.json: seed",
                "package.json: build:x"
            ]
        );
    }
}
