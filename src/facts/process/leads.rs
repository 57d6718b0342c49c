//! Which scripts does a command run?
//!
//! Those of package.json by the package manager's words, shell scripts of the app, and what
//! a Node script in `scripts/` or `bin/` starts in turn.

use super::{Command, line_of, script, shell_lines};
use crate::facts::app::App;
use crate::facts::code::{self, Call, Expr, Language};
use crate::facts::sources::Sources;

/// A script larger than this many bytes is no script.
const SCRIPT_LIMIT: usize = 100_000;

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
    if let ["node" | "tsx" | "ts-node" | "bun", path, ..] = words.as_slice() {
        found.extend(started_by(app, sources, path.trim_start_matches("./")));
    }
    found
}

/// Commands that a Node script starts (`execSync("prisma migrate deploy")`). Only helper
/// scripts are followed: what a server starts while it answers is no step of its start.
fn started_by(app: &App, sources: &Sources, path: &str) -> Vec<Command> {
    let helper = ["scripts/", "script/", "bin/", "build/", "tools/"]
        .iter()
        .any(|folder| path.starts_with(folder));
    if !helper || Language::of(path) != Some(Language::JavaScript) || !sources.has(path) {
        return Vec::new();
    }
    let Ok(text) = fs_err::read_to_string(app.root.join(path)) else {
        return Vec::new();
    };
    if text.len() > SCRIPT_LIMIT || sources.skipped.iter().any(|(skipped, _)| skipped == path) {
        return Vec::new();
    }
    let code = code::parse(path, Language::JavaScript, &text);
    let started = code.calls.iter().filter_map(|call| {
        Some(Command {
            text: command_of(call)?,
            path: path.to_owned(),
            line: call.line,
        })
    });
    started.collect()
}

/// The command line of `exec("a b")` or `spawn("a", ["b"])`.
fn command_of(call: &Call) -> Option<String> {
    let starts = matches!(
        call.method(),
        "exec" | "execSync" | "spawn" | "spawnSync" | "execFile" | "execFileSync" | "execa"
    );
    let program = call.positional(0).filter(|_| starts)?.text()?;
    let mut line = program.to_owned();
    if let Some(Expr::List(arguments)) = call.positional(1) {
        for argument in arguments.iter().filter_map(Expr::text) {
            line.push(' ');
            line.push_str(argument);
        }
    }
    Some(line)
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
