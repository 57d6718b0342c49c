//! Commands, and settings of servers, that send a process's log to a file.

use super::is_file;
use crate::gunicorn;
use crate::rules::prelude::*;
use slugsmith_facts::process::Command;
use slugsmith_facts::sources::configured;
use slugsmith_finding::LineSpan;

pub(super) fn check(facts: &Facts<'_>) -> Vec<Evidence> {
    let mut found: Vec<Evidence> = Vec::new();
    let processes = facts
        .processes
        .iter()
        .filter(|process| process.name != "release");
    for command in processes.flat_map(|process| &process.commands) {
        let by_option = option(facts, command).or_else(|| by_gunicorn(facts, command));
        found.extend(by_option.or_else(|| redirect(command)));
        found.extend(settings(facts, command));
    }
    found.sort_by(|a, b| a.location.cmp(&b.location));
    found.dedup_by(|a, b| a.location == b.location);
    found
}

fn at(path: &str, line: LineSpan, what: &str, fix: &str) -> Evidence {
    let message = format!(
        "`{what}` writes logs to a file on the dyno: the log stream never sees them, and a restart deletes them."
    );
    Evidence::line(path, line, message).help(fix)
}

/// A file of the app, not the stream or something that a device stands for.
fn is_path(value: &str) -> bool {
    let stream = value == "-" || value.starts_with("/dev/") || value.starts_with("/proc/");
    !stream && !value.is_empty() && !value.contains('$')
}

/// `sidekiq -L log/sidekiq.log`, which Sidekiq took out in 6.0 (Changes.md), `celery --logfile=…`, Puma's own.
fn option(facts: &Facts<'_>, command: &Command) -> Option<Evidence> {
    let options: &[&str] = match command.program() {
        "sidekiq" if guards::at_least(facts, Ecosystem::Gem, "sidekiq", &[6]) == Some(false) => {
            &["-L", "--logfile"]
        }
        "celery" => &["-f", "--logfile"],
        "puma" => &["--redirect-stdout"],
        _ => return None,
    };
    let words = command.words();
    let (option, value) = words.iter().enumerate().find_map(|(at, word)| {
        options.iter().find_map(|option| {
            let value = if word == option {
                words.get(at + 1).copied()
            } else {
                word.strip_prefix(option)?.strip_prefix('=')
            };
            value.map(|value| (*option, value))
        })
    })?;
    let what = format!("{option} {value}");
    is_path(value).then(|| {
        at(
            &command.path,
            command.line,
            &what,
            &format!("Leave out {what}."),
        )
    })
}

fn by_gunicorn(facts: &Facts<'_>, command: &Command) -> Option<Evidence> {
    if command.program() != "gunicorn" {
        return None;
    }
    let set = gunicorn::setting(
        facts,
        command,
        "errorlog",
        &["--log-file", "--error-logfile"],
    )?;
    let value = set.value.text().filter(|value| is_path(value))?;
    let what = set.value.written("--error-logfile", "errorlog", value);
    let fix = set.value.written("--error-logfile", "errorlog", "-");
    Some(at(&set.path, set.line, &what, &fix))
}

/// `web: node server.js >> log/web.log`.
fn redirect(command: &Command) -> Option<Evidence> {
    let words: Vec<&str> = command.text.split_whitespace().collect();
    let (arrow, path) = words.iter().enumerate().find_map(|(at, word)| {
        ["1>>", "&>>", ">>", "1>", "&>", ">"]
            .iter()
            .find_map(|arrow| {
                let rest = word.strip_prefix(arrow)?;
                let path = if rest.is_empty() {
                    words.get(at + 1).copied()?
                } else {
                    rest
                };
                Some((*arrow, path))
            })
    })?;
    let is_log = path.rsplit_once('.').is_some_and(|(_, end)| end == "log");
    let what = format!("{arrow} {path}");
    (is_log && is_path(path)).then(|| {
        at(
            &command.path,
            command.line,
            &what,
            &format!("Leave out {what}."),
        )
    })
}

/// `stderr_path "log/unicorn.log"` of unicorn, `stdout_redirect` of Puma, in the file that the command reads.
fn settings(facts: &Facts<'_>, command: &Command) -> Option<Evidence> {
    let (names, otherwise): (&[&str], _) = match command.program() {
        "unicorn" | "unicorn_rails" => (&["stderr_path", "stdout_path"], None),
        "puma" => (&["stdout_redirect"], Some("config/puma.rb")),
        _ => return None,
    };
    let path = configured::named(command)
        .map(|(path, _)| path)
        .or_else(|| otherwise.map(str::to_owned))?;
    let code = facts.code(Language::Ruby).find(|code| code.path == path)?;
    let call = code.calls.iter().find(|call| {
        let site = Site { code, call };
        names.contains(&call.callee.as_str())
            && branch(code, call.scope) == Branch::Always
            && is_file(site, call.positional(0))
    })?;
    Some(at(
        &code.path,
        call.line,
        &call.callee,
        &format!("Leave out {}.", call.callee),
    ))
}
