//! Configuration files of servers that commands name, whatever their names are.
//!
//! `gunicorn -c gunicorn.conf app:app`, `puma -C ops/puma`, `python:shop.gunicorn`: code in a
//! language that the name of the file does not tell.

use super::Sources;
use crate::app::App;
use crate::code::{self, Language};
use crate::process::{Command, Runs};

/// A file of settings is smaller than this many bytes.
const LIMIT: usize = 200_000;

/// The configuration file that a server's command reads, relative to the app, with its
/// language.
#[must_use]
pub fn named(command: &Command) -> Option<(String, Language)> {
    let (language, options): (_, &[&str]) = match command.program() {
        "gunicorn" | "hypercorn" => (Language::Python, &["-c", "--config"]),
        "puma" => (Language::Ruby, &["-C", "--config"]),
        "unicorn" | "unicorn_rails" | "rainbows" => (Language::Ruby, &["-c", "--config-file"]),
        _ => return None,
    };
    let mut words: Vec<&str> = command.words.iter().map(String::as_str).collect();
    // What the variable holds comes before the words of the command.
    let by_variable = command
        .environment
        .iter()
        .find(|(name, _)| name == "GUNICORN_CMD_ARGS");
    words.extend(
        by_variable
            .into_iter()
            .flat_map(|(_, value)| value.split_whitespace()),
    );
    let value = words.iter().enumerate().find_map(|(at, word)| {
        options.iter().find_map(|option| {
            if word == option {
                return words.get(at + 1).copied();
            }
            let rest = word.strip_prefix(option)?;
            let short = option.len() == 2;
            rest.strip_prefix('=')
                .or_else(|| (short && !rest.is_empty()).then_some(rest))
        })
    })?;
    let path = match value.strip_prefix("python:") {
        Some(module) => format!("{}.py", module.replace('.', "/")),
        None => value.trim_start_matches("file:").to_owned(),
    };
    Some((command.in_app(&path)?, language))
}

/// Reads those files that were not read as code.
pub(super) fn read(app: &App, sources: &mut Sources, processes: &[Runs]) {
    let wanted: Vec<_> = processes
        .iter()
        .flat_map(|process| &process.commands)
        .filter_map(named)
        .collect();
    for (path, language) in wanted {
        let known = sources.files.iter().any(|code| code.path == path);
        if known || !sources.has(&path) {
            continue;
        }
        let Ok(text) = crate::beneath::text_in(&app.root, &path) else {
            continue;
        };
        if text.len() > LIMIT || super::unfit(&text).is_some() {
            continue;
        }
        let code = code::parse(&path, language, &text);
        sources.texts.insert(path, text);
        let at = sources
            .files
            .partition_point(|other| other.path < code.path);
        sources.files.insert(at, code);
    }
}
