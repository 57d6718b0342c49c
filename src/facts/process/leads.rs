//! Which scripts does a command run?
//!
//! Those of package.json by the package manager's words, and shell scripts of the app.

use super::{Command, line_of, script, shell_lines};
use crate::facts::app::App;
use crate::facts::sources::Sources;

/// Scripts that a command runs.
pub(super) fn to(app: &App, sources: &Sources, command: &Command) -> Vec<Command> {
    let words = command.words();
    let mut found = Vec::new();
    if let Some(name) = script_name(&words) {
        for name in [format!("pre{name}"), name.to_owned()] {
            found.extend(script(app, &name).map(|text| {
                Command {
                    text: text.to_owned(),
                    path: "package.json".to_owned(),
                    line: sources
                        .text("package.json")
                        .map_or(0, |manifest| line_of(manifest, &format!("\"{name}\""))),
                }
            }));
        }
    }
    // `npm-run-all build:*` and `run-s a b`.
    if matches!(
        words.first(),
        Some(&("npm-run-all" | "run-s" | "run-p" | "concurrently"))
    ) {
        for word in words.iter().skip(1) {
            let word = word.trim_start_matches("npm:");
            found.extend(matching_scripts(app, word));
        }
    }
    for word in words.iter().take(3) {
        let path = word.trim_start_matches("./").trim_start_matches("/app/");
        if let Some(text) = sources.text(path)
            && is_shell(path, text)
        {
            found.extend(shell_lines(path, text));
        }
    }
    found
}

fn matching_scripts(app: &App, word: &str) -> Vec<Command> {
    let scripts = app
        .package_json
        .good()
        .and_then(|manifest| manifest.get("scripts"))
        .and_then(|scripts| scripts.as_object());
    let prefix = word.strip_suffix('*');
    scripts
        .into_iter()
        .flatten()
        .filter(|(name, _)| match prefix {
            Some(prefix) => name.starts_with(prefix),
            None => name.as_str() == word,
        })
        .filter_map(|(_, text)| text.as_str())
        .map(|text| Command {
            text: text.to_owned(),
            path: "package.json".to_owned(),
            line: 0,
        })
        .collect()
}

fn is_shell(path: &str, text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    has_extension(path, "sh") || (first.starts_with("#!") && (first.contains("sh")))
}

fn has_extension(path: &str, extension: &str) -> bool {
    path.rsplit_once('.')
        .is_some_and(|(_, found)| found.eq_ignore_ascii_case(extension))
}

/// The package.json script that a command runs.
fn script_name<'a>(words: &[&'a str]) -> Option<&'a str> {
    match words {
        [
            "npm" | "pnpm" | "yarn" | "bun",
            "run" | "run-script",
            name,
            ..,
        ] => Some(name),
        ["npm" | "pnpm" | "yarn" | "bun", "start", ..] => Some("start"),
        ["yarn" | "pnpm", name, ..] if !name.starts_with('-') => Some(name),
        ["npm", option, "start", ..] if option.starts_with('-') => Some("start"),
        ["npm", option, "run", name, ..] if option.starts_with('-') => Some(name),
        _ => None,
    }
}
