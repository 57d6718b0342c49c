//! Does the platform understand the Procfile as it is written?

use crate::rules::prelude::*;
use slugsmith_ecosystems::is_server;
use slugsmith_facts::encoding::Mark;
use slugsmith_facts::formats::procfile::{self, Line};
use slugsmith_facts::process::{Command, Runs};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Evidence> {
    let text = facts.sources.text("Procfile").unwrap_or_default();
    let lines = procfile::lines(text);
    if let Some(found) = encoding(facts, &lines) {
        return vec![found];
    }
    let found = [
        colon(&lines),
        decorated(facts, &lines),
        empty(facts, &lines),
        unrouted(facts),
    ];
    found.into_iter().flatten().collect()
}

/// The platform reads UTF-8 and matches from a line's first letter (`lib/slug_compiler.rb` of
/// Heroku's slug compiler): a mark hides the first line, UTF-16 all of them.
fn encoding(facts: &Facts<'_>, lines: &[Line<'_>]) -> Option<Evidence> {
    let (what, lost) = match facts.app.procfile_mark? {
        Mark::Utf8 => {
            let first = lines.first().filter(|line| line.process.is_some())?;
            (
                "begins with a byte order mark",
                format!("`{}`", first.text.trim()),
            )
        }
        Mark::Utf16Little | Mark::Utf16Big => ("is written in UTF-16", "any line".to_owned()),
    };
    let message = format!("The Procfile {what}: the platform finds no process in {lost}.");
    let fix = "Save it as UTF-8 without a byte order mark.";
    Some(Evidence::line("Procfile", 1, message).help(fix))
}

/// A Procfile in which nothing is said, where the buildpack has no process of its own.
fn empty(facts: &Facts<'_>, lines: &[Line<'_>]) -> Option<Evidence> {
    let only_python = facts.packages.manifest(Ecosystem::Pypi).is_some()
        && [
            Ecosystem::Npm,
            Ecosystem::Gem,
            Ecosystem::Composer,
            Ecosystem::Maven,
            Ecosystem::Go,
        ]
        .iter()
        .all(|other| facts.packages.manifest(*other).is_none());
    let silent = facts.sources.has("Procfile") && lines.iter().all(Line::is_silent);
    let message =
        "The Procfile names no process, and the Python buildpack has no default: nothing serves.";
    (only_python && silent && facts.processes.is_empty())
        .then(|| Evidence::line("Procfile", 1, message).help("Procfile: web: gunicorn MODULE:app"))
}

/// A web server under another name than `web`, the only type that the router sends requests to
/// (devcenter.heroku.com/articles/procfile, "The web process type"), where nothing is `web`.
fn unrouted(facts: &Facts<'_>) -> Option<Evidence> {
    // PHP's and Node's buildpacks add a `web` of their own.
    let of_buildpack = [Ecosystem::Composer, Ecosystem::Maven, Ecosystem::Go]
        .iter()
        .any(|other| facts.packages.manifest(*other).is_some());
    let serves = |command: &Command| is_server(command.program()) || command.program() == "rackup";
    let of_file = |process: &&Runs| process.command.path == "Procfile" && process.name != "release";
    let mut servers = facts.processes.iter().filter(of_file);
    let has_web = facts.process("web").is_some();
    if has_web {
        // Another server beside it takes the platform's port, but no requests.
        let process = servers.find(|process| {
            let takes_port = |one: &Command| serves(one) && one.text.contains("$PORT");
            process.name.starts_with("web")
                && process.name != "web"
                && process.commands.iter().any(takes_port)
        })?;
        return Some(no_requests(process, "which is another one").level(Severity::Warn));
    }
    let process = servers.find(|process| process.commands.iter().any(serves))?;
    (!of_buildpack).then(|| {
        no_requests(
            process,
            "which nothing names: every page answers \"No web processes running\" (H14)",
        )
        .help(format!("Name it web: web: {}", process.command.text))
    })
}

fn no_requests(process: &Runs, but: &str) -> Evidence {
    let name = &process.name;
    let message = format!(
        "`{name}` starts a web server, but requests reach only the process type `web`, {but}."
    );
    Evidence::line("Procfile", process.command.line, message)
}

fn colon(lines: &[Line<'_>]) -> Option<Evidence> {
    let line = lines.iter().find(|line| line.lacks_colon())?;
    let (name, command) = line.text.split_once([' ', '\t']).unwrap_or((line.text, ""));
    let message = format!(
        "`{name}` has no colon after it: Cloud Native builds refuse the Procfile, and the process \
         may not be there."
    );
    Some(
        Evidence::line("Procfile", line.number, message)
            .level(Severity::Warn)
            .help(format!("{name}: {}", command.trim())),
    )
}

/// A line that names a process once quotes, a bullet or the like around it are gone. Where the
/// buildpack has a default of the same type, that runs instead.
fn decorated(facts: &Facts<'_>, lines: &[Line<'_>]) -> Option<Evidence> {
    const AROUND: &[char] = &['"', '\'', '`', '-', '*', '>', '$', ' ', '\t'];
    let (process, number) = lines.iter().find_map(|line| {
        let inner = line.text.trim_start_matches(AROUND);
        let lost = inner.len() < line.text.trim_start().len() && line.process.is_none();
        let inner = inner.trim().trim_end_matches(['"', '\'', '`']);
        let process = procfile::process(line.number, inner).filter(|_| lost)?;
        Some((process, line.number))
    })?;
    let named = facts.app.process(&process.name).is_some();
    let replaced = facts.packages.manifest(Ecosystem::Maven).is_some()
        || facts.process(&process.name).is_some();
    let message = format!(
        "The line of `{}` does not begin with the name of a process type, so that the platform \
         does not run its command.",
        process.name
    );
    let found = Evidence::line("Procfile", number, message);
    let found = if replaced {
        found.level(Severity::Warn)
    } else {
        found
    };
    (!named).then(|| found.help(format!("{}: {}", process.name, process.command)))
}
