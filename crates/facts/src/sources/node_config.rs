//! Settings that node-config and its kin load by the stage: `config/default.json`, then `config/production.js`.
//!
//! `require("config")` gives what these files hold, a stage's over the default, and what
//! `config/custom-environment-variables.json` takes from the environment over both. The files are read as modules of
//! the app, and `config.get("mail.password")` as the name `config.mail.password`.

use serde_json::Value;

use super::{Sources, json_modules};
use crate::app::App;
use crate::code::{Code, Expr, Import, Language};
use crate::process::Runs;

/// Packages that load the files of `config/`.
const PACKAGES: &[&str] = &["config", "config-lite"];
const ENDINGS: &[&str] = &["json", "json5", "js", "cjs", "mjs", "ts"];
const VARIABLES: &str = "config/custom-environment-variables";

/// Notes the files that production loads, those that win first, and parses those that are no code.
pub(super) fn read(app: &App, sources: &mut Sources, processes: &[Runs]) {
    let wanted = |name: &str| {
        let manifest = app.package_json.good();
        manifest
            .is_some_and(|manifest| manifest.pointer(&format!("/dependencies/{name}")).is_some())
    };
    if !PACKAGES.iter().any(|name| wanted(name)) {
        return;
    }
    let file = |stem: &str| {
        let mut paths = ENDINGS.iter().map(|ending| format!("{stem}.{ending}"));
        paths.find(|path| sources.has(path))
    };
    let stage = stage(app, processes).or_else(|| {
        // Such a file is only there for somebody who sets NODE_ENV=heroku.
        file("config/heroku").map(|_| "heroku".to_owned())
    });
    let stage = stage.unwrap_or_else(|| "production".to_owned());
    let stems = [
        VARIABLES.to_owned(),
        format!("config/{stage}"),
        "config/default".to_owned(),
    ];
    let found: Vec<String> = stems.iter().filter_map(|stem| file(stem)).collect();
    for path in &found {
        if sources.files.iter().any(|code| code.path == *path) {
            continue;
        }
        let text = json_modules::text(app, path);
        if let Some(text) = text.filter(|text| text.trim_start().starts_with(['{', '/'])) {
            let is_of_variables = path.starts_with(VARIABLES);
            let text = if is_of_variables {
                variables(&text)
            } else {
                text
            };
            json_modules::add(sources, path, &text);
        }
    }
    sources.node_config = found;
    for code in &mut sources.files {
        by_name(code);
    }
}

/// The stage that app.json or a process names.
fn stage(app: &App, processes: &[Runs]) -> Option<String> {
    const NAMES: &[&str] = &["NODE_CONFIG_ENV", "NODE_ENV"];
    let manifest = app.app_json.good();
    let declared = |name: &str| {
        let entry = manifest?.pointer(&format!("/env/{name}"))?;
        let value = entry
            .as_str()
            .or_else(|| entry.get("value").and_then(Value::as_str));
        value.map(str::to_owned)
    };
    let commands = || {
        let served = processes.iter().filter(|process| process.name == "web");
        served.flat_map(|process| &process.commands)
    };
    let given = |name: &str| {
        let mut set = commands().flat_map(|command| &command.environment);
        set.find(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
    };
    NAMES
        .iter()
        .find_map(|name| given(name).or_else(|| declared(name)))
}

/// `"url": "DATABASE_URL"` names the variable that the value comes from.
fn variables(text: &str) -> String {
    let is_variable = |part: &str| {
        let mut letters = part.chars();
        letters
            .next()
            .is_some_and(|first| first.is_ascii_uppercase())
            && letters.all(|one| one.is_ascii_uppercase() || one.is_ascii_digit() || one == '_')
    };
    let parts: Vec<&str> = text.split('"').collect();
    let mut found = String::new();
    for (at, part) in parts.iter().enumerate() {
        let quoted = at % 2 == 1;
        let is_key = parts
            .get(at + 1)
            .is_some_and(|after| after.trim_start().starts_with(':'));
        match quoted {
            true if !is_key && is_variable(part) => found.push_str(&format!("process.env.{part}")),
            true => found.push_str(&format!("\"{part}\"")),
            false => found.push_str(part),
        }
    }
    found
}

/// Whether an import loads the files.
pub(super) fn loads(import: &Import) -> bool {
    PACKAGES.contains(&import.module.as_str())
}

/// The names that a file gives to the settings.
pub(super) fn locals(code: &Code) -> Vec<String> {
    let mut found = Vec::new();
    for import in code.imports.iter().filter(|import| loads(import)) {
        found.extend(import.names.iter().cloned());
        // `const config = require("config-lite")(__dirname)`
        let given = code.assignments.iter().filter(|one| {
            one.line.number() == import.line.number()
                && one
                    .value
                    .callee()
                    .is_some_and(|callee| callee.starts_with("require"))
        });
        found.extend(given.map(|one| one.target.clone()));
    }
    found.sort();
    found.dedup();
    found
}

/// Reads `config.get("mail.password")` as `config.mail.password`.
fn by_name(code: &mut Code) {
    if code.language != Language::JavaScript {
        return;
    }
    let locals = locals(code);
    if locals.is_empty() {
        return;
    }
    let mut change = |value: &mut Expr| {
        let Expr::Call { callee, arguments } = &*value else {
            return;
        };
        let local = callee
            .strip_suffix(".get")
            .filter(|local| locals.iter().any(|one| one == local));
        let key = arguments.first().and_then(|first| first.value.text());
        if let (Some(local), Some(key)) = (local, key) {
            *value = Expr::Name(format!("{local}.{key}"));
        }
    };
    for argument in code.calls.iter_mut().flat_map(|call| &mut call.arguments) {
        argument.value.walk_mut(&mut change);
    }
    for one in &mut code.assignments {
        one.value.walk_mut(&mut change);
    }
    for one in &mut code.returns {
        one.value.walk_mut(&mut change);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_stand_for_what_the_environment_gives() {
        let text = "{ \"db\": { \"url\": \"DATABASE_URL\", \"raw\": { \"__name\": \"RAW\", \
                    \"__format\": \"json\" } } }";
        assert_eq!(
            variables(text),
            "{ \"db\": { \"url\": process.env.DATABASE_URL, \"raw\": { \"__name\": process.env.RAW, \
             \"__format\": \"json\" } } }"
        );
    }
}
