//! A command, or gunicorn's settings, that fixes the port or an address only the dyno can reach.

use super::is_loopback;
use crate::gunicorn;
use crate::registry::Evidence;
use crate::{Declared, Facts};
use slugsmith_facts::process::Command;
use slugsmith_finding::LineSpan;

/// What is wrong with an address that a server listens on.
enum Wrong<'a> {
    /// A host that only the dyno itself can reach.
    Loopback(&'a str),
    /// A port that is written out.
    Fixed(&'a str),
}

impl<'a> Wrong<'a> {
    fn of(host: Option<&'a str>, port: Option<&'a str>) -> Option<Self> {
        let host = host.filter(|host| is_loopback(host.trim_start_matches("tcp://")));
        let is_number = |port: &&str| !port.is_empty() && port.chars().all(|c| c.is_ascii_digit());
        host.map(Self::Loopback)
            .or_else(|| port.filter(is_number).map(Self::Fixed))
    }

    fn message(&self, program: &str) -> String {
        match self {
            Self::Loopback(host) => {
                format!(
                    "`{program}` binds {host}: the router can't reach it from outside the dyno."
                )
            }
            Self::Fixed(port) => format!(
                "`{program}` listens on the fixed port {port}; the router sends requests to $PORT."
            ),
        }
    }
}

/// The address that gunicorn binds, in its command, its variable or its configuration file. One
/// that is computed is not judged.
pub(super) fn gunicorn_bind(facts: &Facts<'_>, command: &Command) -> Option<Evidence> {
    let set = gunicorn::setting(facts, command, "bind", &["--bind", "-b"])?;
    let (host, port) = set.value.text()?.rsplit_once(':')?;
    let wrong = Wrong::of(Some(host), Some(port))?;
    let fix = match set.value {
        gunicorn::Value::Word(_) => "0.0.0.0:$PORT",
        gunicorn::Value::Code(..) => "\"0.0.0.0:\" + os.environ[\"PORT\"]",
    };
    let fix = set.value.written("--bind", "bind", fix);
    Some(Evidence::line(&set.path, set.line, wrong.message("gunicorn")).help(fix))
}

/// Whether a configuration file of a development server has a word about its address.
fn is_configured_by(facts: &Facts<'_>, file: &str) -> bool {
    let text = facts.sources.text(file).unwrap_or_default();
    ["\"host\"", "\"port\""]
        .iter()
        .any(|key| text.contains(key))
}

/// A server that listens on a port that is written out.
pub(super) fn fixed(path: &str, line: LineSpan, program: &str, port: &str) -> Evidence {
    Evidence::line(path, line, Wrong::Fixed(port).message(program))
}

/// A command that says no port, to a server that has one of its own.
pub(super) fn without(command: &Command, program: &str, own: &str) -> Evidence {
    let message = format!(
        "`{program}` is told no port and listens on {own}; the router sends requests to $PORT."
    );
    let option = if program == "waitress-serve" || program == "daphne" || program == "uvicorn" {
        "--port=$PORT"
    } else {
        "-p $PORT"
    };
    Evidence::line(&command.path, command.line, message).help(format!("Add {option}"))
}

/// The port that a server takes which has a host that is reached, no port, and no other way to be
/// told one: uvicorn's options may stand in variables of its own.
fn own_port(
    facts: &Facts<'_>,
    command: &Command,
    program: &str,
    host: Option<&str>,
    port: Option<&str>,
) -> Option<&'static str> {
    let (own, variable) = match program {
        "uvicorn" => ("8000", "UVICORN_PORT"),
        "daphne" => ("8000", ""),
        "flask" => ("5000", "FLASK_RUN_PORT"),
        _ => return None,
    };
    let other = [
        "--uds",
        "--fd",
        "--env-file",
        "-e",
        "--endpoint",
        "-u",
        "--unix-socket",
    ];
    let told = command.words().iter().any(|word| {
        other
            .iter()
            .any(|option| word == option || word.starts_with(&format!("{option}=")))
    });
    let set = !variable.is_empty()
        && (facts.declared(variable) != Declared::No
            || command.environment.iter().any(|(name, _)| name == variable)
            || facts
                .sources
                .texts
                .values()
                .any(|text| text.contains(variable)));
    (host.is_some() && port.is_none() && !told && !set).then_some(own)
}

/// A web command that fixes the port or the address itself.
pub(super) fn command(facts: &Facts<'_>, command: &Command) -> Option<Evidence> {
    let words = command.words();
    let fixed = command.environment.iter().find(|(name, _)| name == "PORT");
    if let Some((_, port)) = fixed
        && port.parse::<u16>().is_ok()
    {
        let message = format!(
            "The command sets PORT to {port}; the router sends requests to the port that the \
             platform sets."
        );
        let found = Evidence::line(&command.path, command.line, message);
        return Some(found.help(format!("Leave PORT={port} out.")));
    }
    let mut program = words.first()?.rsplit('/').next()?;
    // `python -m uvicorn`
    if let ("python" | "python3", Some(&"-m"), Some(module)) = (program, words.get(1), words.get(2))
    {
        program = module;
    }
    let value = |names: &[&str]| {
        words.iter().enumerate().find_map(|(at, word)| {
            names.iter().find_map(|name| {
                if word == name {
                    words.get(at + 1).copied()
                } else {
                    word.strip_prefix(name)?.strip_prefix('=')
                }
            })
        })
    };
    let (port, host) = match program {
        "uvicorn" | "hypercorn" | "daphne" | "flask" | "fastapi" | "granian" => {
            (value(&["--port", "-p"]), value(&["--host", "--bind", "-b"]))
        }
        "puma" | "rails" | "thin" | "rackup" | "unicorn" => (
            value(&["-p", "--port"]),
            value(&["-b", "--binding", "-o", "--host"]),
        ),
        "next" | "nuxt" | "vite" | "serve" | "http-server" | "ng" => (
            value(&["-p", "--port", "-l"]),
            value(&["-H", "--hostname", "--host"]),
        ),
        _ => return None,
    };
    let (port, host) = match (program, words.get(1).copied()) {
        ("ng", Some("serve")) if !is_configured_by(facts, "angular.json") => {
            let host = value(&["--host"]).or(Some("localhost"));
            (value(&["--port"]).or(Some("4200")), host)
        }
        _ => (port, host),
    };
    let port = port.or(host
        .and_then(|host| host.rsplit_once(':'))
        .map(|(_, port)| port));
    if let Some(wrong) = Wrong::of(host, port) {
        let help = match wrong {
            Wrong::Loopback(_) => "Use --host 0.0.0.0 --port $PORT".to_owned(),
            Wrong::Fixed(port) => format!("Write $PORT instead of {port}."),
        };
        let message = wrong.message(program);
        return Some(Evidence::line(&command.path, command.line, message).help(help));
    }
    if let Some(own) = own_port(facts, command, program, host, port) {
        return Some(without(command, program, own));
    }
    // These two bind the loopback address unless told otherwise.
    let quiet = matches!(program, "uvicorn" | "hypercorn")
        && host.is_none()
        && !command.text.contains("--uds")
        && !command.text.contains("--fd");
    quiet.then(|| {
        Evidence::line(
            &command.path,
            command.line,
            format!("`{program}` without --host binds 127.0.0.1: the router can't reach it."),
        )
        .help("Add --host 0.0.0.0 --port $PORT")
    })
}
