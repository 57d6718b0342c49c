//! Commands that a server starts besides itself, as its own settings say: uWSGI's hooks, daemons and cron, and the
//! watchers of Circus.
//!
//! uWSGI runs a hook and waits for it; what it attaches, mules and cron run beside it (uWSGI documentation, "Hooks",
//! "Managing external daemons/services with uWSGI", "The uWSGI cron-like interface").

use slugsmith_finding::LineSpan;

use super::Command;
use super::files::{Files, join};
use super::next::Next;
use crate::code::Language;
use crate::formats::ini;

/// Options of uWSGI that run a command before it serves, and wait for it.
const BEFORE: &[&str] = &[
    "exec-asap",
    "exec-pre-jail",
    "exec-post-jail",
    "exec-in-jail",
    "exec-as-root",
    "exec-as-user",
    "exec-as-vassal",
    "exec-pre-app",
    "exec-post-app",
];
/// Hooks of uWSGI whose value says by a prefix what is done.
const HOOKS: &[&str] = &[
    "hook-asap",
    "hook-pre-jail",
    "hook-post-jail",
    "hook-in-jail",
    "hook-as-root",
    "hook-as-user",
    "hook-pre-app",
    "hook-post-app",
    "hook-master-start",
];
/// Options of uWSGI that keep a command running beside it.
const BESIDE: &[&str] = &[
    "attach-daemon",
    "attach-daemon2",
    "smart-attach-daemon",
    "smart-attach-daemon2",
    "legion-attach-daemon",
    "mule",
    "cron",
    "cron2",
    "unique-cron",
    "unique-cron2",
];

pub(super) fn leads(files: &dyn Files, command: &Command) -> Vec<Next> {
    match command.program() {
        "uwsgi" | "pyuwsgi" => uwsgi(files, command),
        "circusd" => circus(files, command),
        _ => Vec::new(),
    }
}

/// What uWSGI's words and the files that they name start.
fn uwsgi(files: &dyn Files, command: &Command) -> Vec<Next> {
    let mut found = Vec::new();
    let mut words = command.words.iter().skip(1).map(String::as_str).peekable();
    while let Some(word) = words.next() {
        let Some(option) = word.strip_prefix("--") else {
            if word
                .split(':')
                .next()
                .is_some_and(|file| file.ends_with(".ini"))
            {
                found.extend(settings(files, command, word));
            }
            continue;
        };
        let (name, value) = match option.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (option, words.peek().copied()),
        };
        let Some(value) = value else { continue };
        if name == "ini" {
            found.extend(settings(files, command, value));
        } else if let Some(text) = started(name, value) {
            found.push(Next::beside(command, &text));
        }
    }
    found
}

/// The commands of a file of settings: `uwsgi.ini`, or one of its sections by `uwsgi.ini:web`.
fn settings(files: &dyn Files, command: &Command, named: &str) -> Vec<Next> {
    let (file, section) = named.split_once(':').unwrap_or((named, "uwsgi"));
    let Some(path) = join(command.folder.as_deref(), file) else {
        return Vec::new();
    };
    let text = files.text(&path).unwrap_or_default();
    let entries = ini::read(&text).into_iter().filter_map(|entry| {
        let name = entry
            .key
            .strip_prefix(section)?
            .strip_prefix('.')?
            .to_owned();
        Some((name, entry))
    });
    let entries: Vec<_> = entries.collect();
    let mut folder = command.folder.clone();
    let mut found = Vec::new();
    for (name, entry) in &entries {
        if name == "chdir" {
            folder = join(command.folder.as_deref(), &entry.value);
        } else if name == "if-env" || name.starts_with("if-") {
            // What follows holds only where the variable is set.
            break;
        } else if let Some(text) = started(name, &entry.value) {
            found.push(Next::line(&text, &path, entry.line, folder.clone()));
        }
    }
    found
}

/// The command line that an option of uWSGI starts.
fn started(name: &str, value: &str) -> Option<String> {
    let value = value.trim();
    if BEFORE.contains(&name) {
        return Some(value.to_owned());
    }
    if HOOKS.contains(&name) {
        let (action, rest) = value.split_once(':')?;
        return matches!(action.trim(), "exec" | "safeexec").then(|| rest.trim().to_owned());
    }
    if !BESIDE.contains(&name) {
        return None;
    }
    // A number of mules runs the app's own code.
    let plain = match name {
        "mule" => {
            (Language::of(value) == Some(Language::Python)).then(|| format!("python {value}"))?
        }
        _ if name.ends_with('2') => behind_options(value),
        "smart-attach-daemon" | "legion-attach-daemon" => behind(value, 1)?,
        "cron" | "unique-cron" => behind(value, 5)?,
        _ => value.to_owned(),
    };
    Some(format!("{plain} &"))
}

/// What is left behind so many words.
fn behind(text: &str, words: usize) -> Option<String> {
    let mut rest = text.trim_start();
    for _ in 0..words {
        rest = rest.split_once(char::is_whitespace)?.1.trim_start();
    }
    (!rest.is_empty()).then(|| rest.to_owned())
}

/// `cmd=celery worker,freq=5` and `minute=0,hour=2 ./manage.py cleanup`.
fn behind_options(text: &str) -> String {
    if let Some((_, rest)) = text.split_once("cmd=") {
        return rest.split(',').next().unwrap_or(rest).to_owned();
    }
    match text.split_once(char::is_whitespace) {
        Some((options, rest)) if options.contains('=') => rest.trim_start().to_owned(),
        _ => text.to_owned(),
    }
}

/// `[watcher:NAME]` sections: `cmd` with its `args`.
fn circus(files: &dyn Files, command: &Command) -> Vec<Next> {
    let file = command
        .words
        .iter()
        .skip(1)
        .find(|word| !word.starts_with('-'));
    let Some(path) = file.and_then(|file| join(command.folder.as_deref(), file)) else {
        return Vec::new();
    };
    let entries = ini::read(&files.text(&path).unwrap_or_default());
    let of = |watcher: &str, name: &str| {
        let key = format!("{watcher}.{name}");
        let mut own = entries.iter().filter(|entry| entry.key == key);
        own.next().map(|entry| (entry.value.clone(), entry.line))
    };
    let watchers = entries.iter().filter_map(|entry| {
        let watcher = entry.key.strip_suffix(".cmd")?;
        watcher
            .starts_with("watcher:")
            .then_some((watcher, &entry.value, entry.line))
    });
    watchers
        .map(|(watcher, text, line): (&str, &String, LineSpan)| {
            let folder = match of(watcher, "working_dir") {
                Some((folder, _)) => join(command.folder.as_deref(), &folder),
                None => command.folder.clone(),
            };
            let arguments = of(watcher, "args").map_or(String::new(), |(value, _)| value);
            Next::line(format!("{text} {arguments}").trim(), &path, line, folder)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hooks_are_waited_for_and_daemons_run_beside() {
        for (name, value, text) in [
            ("exec-asap", "./manage.py migrate", "./manage.py migrate"),
            ("hook-pre-app", "exec:python warm.py", "python warm.py"),
            (
                "attach-daemon",
                "celery -A shop worker",
                "celery -A shop worker &",
            ),
            (
                "smart-attach-daemon",
                "/tmp/a.pid celery -A shop worker",
                "celery -A shop worker &",
            ),
            ("attach-daemon2", "cmd=rq worker,freq=5", "rq worker &"),
            ("mule", "mail.py", "python mail.py &"),
            (
                "cron",
                "0 2 -1 -1 -1 python manage.py clearsessions",
                "python manage.py clearsessions &",
            ),
            (
                "cron2",
                "minute=0,hour=2 python tidy.py",
                "python tidy.py &",
            ),
        ] {
            assert_eq!(started(name, value).as_deref(), Some(text), "{name}");
        }
        for (name, value) in [
            ("mule", "2"),
            ("processes", "4"),
            ("hook-asap", "mount:tmpfs none /x"),
            ("cron", "-1"),
        ] {
            assert_eq!(started(name, value), None, "{name}");
        }
    }
}
