//! Ruby's servers that are told a port in their settings, or are told none and have one of their own.

use super::command::{fixed, without};
use crate::Facts;
use crate::registry::Evidence;
use slugsmith_facts::code::{Branch, Call, Code, Expr, branch};
use slugsmith_facts::process::Command;
use slugsmith_facts::sources::configured;

/// What the settings of a server say of its port.
enum Said<'a> {
    /// Always this one.
    Fixed(&'a Call, String),
    /// Something that the text does not tell, such as what PORT holds.
    Open,
    Nothing,
}

pub(super) fn server(facts: &Facts<'_>, command: &Command) -> Option<Evidence> {
    let words = command.words();
    let told = |names: &[&str]| {
        words
            .iter()
            .any(|word| names.iter().any(|name| word.starts_with(name)))
    };
    let behind_nginx = command
        .wrappers
        .iter()
        .any(|one| one.contains("start-nginx"));
    if behind_nginx || told(&["-p", "-l", "-b", "--port", "--listen", "--bind"]) {
        return None;
    }
    let program = command.program();
    let named = configured::named(command).map(|(path, _)| path);
    let (calls, otherwise): (&[&str], _) = match program {
        "unicorn" | "unicorn_rails" | "rainbows" => (&["listen"], Some("8080")),
        "puma" => (&["port", "bind"], None),
        // Whatever server it finds, it hands this one over (rack/rackup `lib/rackup/server.rb`, `default_options`).
        "rackup" => (&[], Some("9292")),
        // thin's own settings are in YAML (macournoyer/thin `lib/thin/runner.rb`).
        "thin" if words.contains(&"start") && !told(&["-C", "--config", "-S", "--socket"]) => {
            return Some(without(command, "thin", "3000"));
        }
        _ => return None,
    };
    let path = named.or_else(|| (program == "puma").then(|| "config/puma.rb".to_owned()));
    let code = path
        .as_ref()
        .and_then(|path| facts.sources.files.iter().find(|code| code.path == *path));
    match code.map_or(Said::Nothing, |code| said(code, calls)) {
        Said::Fixed(call, port) => {
            let code = code?;
            let fix = match program {
                "puma" => "port ENV.fetch(\"PORT\", 3000)",
                _ => "listen ENV.fetch(\"PORT\", 8080)",
            };
            Some(fixed(&code.path, call.line, program, &port).help(fix))
        }
        Said::Nothing if path.is_some() && code.is_none() && program != "puma" => None,
        // rackup's options may stand in config.ru.
        Said::Nothing if !options_in_rackup(facts) => {
            otherwise.map(|port| without(command, program, port))
        }
        _ => None,
    }
}

fn options_in_rackup(facts: &Facts<'_>) -> bool {
    let text = facts.sources.text("config.ru").unwrap_or_default();
    text.starts_with("#\\")
}

fn said<'a>(code: &'a Code, names: &[&str]) -> Said<'a> {
    let (mut found, mut socket) = (None, false);
    let listens = code
        .calls
        .iter()
        .filter(|call| names.contains(&call.callee.as_str()));
    for call in listens {
        match branch(code, call.scope) {
            Branch::Development => continue,
            Branch::Conditional(_) => return Said::Open,
            Branch::Always => {}
        }
        let port = match call.positional(0).map(|value| code.resolve(value)) {
            Some(Expr::Number(port)) => port.as_str(),
            Some(Expr::Text(text)) => text.rsplit(':').next().unwrap_or(text),
            _ => return Said::Open,
        };
        // A socket is for a server in front of this one.
        if port.parse::<u16>().is_ok() {
            found = found.or(Some((call, port.to_owned())));
        } else {
            socket = true;
        }
    }
    match found {
        Some((call, port)) => Said::Fixed(call, port),
        None if socket => Said::Open,
        None => Said::Nothing,
    }
}
