//! Which commands run on a dyno, which files do they name, and what do they switch on?
//!
//! Commands are those of the Procfile, of app.json's scripts, of other buildpacks, and of
//! every package.json script that is not clearly a developer's (test, lint, build …), and
//! what they lead to. Their words are references like literals in code.

pub(super) mod compilers;
mod processes;
mod runtime;

use serde_json::Value;

use slugsmith_facts::app::App;
use slugsmith_facts::command::{self, AppFolder, Start};

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
    "preview",
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
    add_scripts(
        &mut commands,
        app.package_json.good(),
        slugsmith_ecosystems::javascript::MANIFEST,
        |name| !is_of_developers(name),
    );
    let files = AppFolder(app.root.clone());
    let led: Vec<Command> = commands
        .iter()
        .flat_map(|command| {
            let start = Start::at_root(&command.text, &command.origin, 0);
            command::follow(&files, &start)
        })
        .map(|found| Command {
            origin: match found.line.number() {
                0 => found.path,
                line => format!("{}:{line}", found.path),
            },
            text: found.text,
        })
        .collect();
    for command in led {
        if !commands.iter().any(|known| known.text == command.text) {
            commands.push(command);
        }
    }
    commands
}

/// Whether a script of a package.json never runs on a dyno, by its name: `test`, `test:unit`, `test-single`. One that
/// a process runs all the same is a command of that process.
pub(crate) fn is_of_developers(script: &str) -> bool {
    // `build-feed` may be a worker's.
    const WHATEVER_FOLLOWS: &[&str] = &[
        "test",
        "lint",
        "e2e",
        "coverage",
        "storybook",
        "format",
        "prettier",
    ];
    let first = |marks: &[char]| script.split(marks).next().unwrap_or(script);
    DEVELOPER_SCRIPTS.contains(&first(&[':']))
        || WHATEVER_FOLLOWS.contains(&first(&[':', '-', '_', '.']))
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

/// Whether a command names a file of the app: `sh run`.
pub(crate) fn names(commands: &[Command], path: &str) -> bool {
    let mut words = commands.iter().flat_map(|command| words(&command.text));
    words.any(|word| word.trim_start_matches("./") == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_of_developers_are_known_by_their_names() {
        for name in [
            "test",
            "test:unit",
            "test-single",
            "lint_fix",
            "build",
            "build:css",
        ] {
            assert!(is_of_developers(name), "{name}");
        }
        for name in ["start", "build-feed", "seed", "tester"] {
            assert!(!is_of_developers(name), "{name}");
        }
    }

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
        let commands = commands(&slugsmith_facts::app::read(folder.path()), &[]);
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
                "package.json:1",
                "package.json:1",
                "package.json:1"
            ]
        );
    }
}
