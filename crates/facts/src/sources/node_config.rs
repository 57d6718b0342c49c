//! Settings that node-config and its kin load by the stage: `config/default.json`, then `config/production.js`.
//!
//! `require("config")` gives what these files hold, a stage's over the default, and what
//! `config/custom-environment-variables.json` takes from the environment over both. The files are read as modules of
//! the app, and `config.get("mail.password")` as the name `config.mail.password`.

mod folder;

use serde_json::{Map, Value};

use super::{Sources, json_modules};
use crate::app::App;
use crate::code::{Code, Expr, Import, Language};
use crate::formats::yaml;
use crate::process::Runs;

/// Packages that load the files of `config/`.
const PACKAGES: &[&str] = &["config", "config-lite"];
const ENDINGS: &[&str] = &["json", "json5", "yaml", "yml", "js", "cjs", "mjs", "ts"];
const VARIABLES: &str = "custom-environment-variables";

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
    let folder = given(app, processes, "NODE_CONFIG_DIR");
    let folder = folder.map_or_else(|| folder::of(sources), |given| folder::plain(&given));
    let stage = stage(app, processes).or_else(|| {
        // Such a file is only there for somebody who sets NODE_ENV=heroku.
        file(&format!("{folder}/heroku")).map(|_| "heroku".to_owned())
    });
    let stage = stage.unwrap_or_else(|| "production".to_owned());
    let stems = [VARIABLES, &stage, "default"].map(|stem| format!("{folder}/{stem}"));
    let found: Vec<String> = stems.iter().filter_map(|stem| file(stem)).collect();
    for path in &found {
        if sources.files.iter().any(|code| code.path == *path) {
            continue;
        }
        let is_yaml = path.ends_with(".yaml") || path.ends_with(".yml");
        let text = json_modules::text(app, path);
        let text = text.map(|text| if is_yaml { as_json(&text) } else { text });
        if let Some(text) = text.filter(|text| text.trim_start().starts_with(['{', '/'])) {
            let is_of_variables = path.contains(VARIABLES);
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
    let names = ["NODE_CONFIG_ENV", "NODE_ENV"];
    names.iter().find_map(|name| given(app, processes, name))
}

/// The value that the command of the web process or app.json gives a variable.
fn given(app: &App, processes: &[Runs], name: &str) -> Option<String> {
    let served = processes.iter().filter(|process| process.name == "web");
    let commands = served.flat_map(|process| &process.commands);
    let mut set = commands.flat_map(|command| &command.environment);
    let by_command = set.find(|(known, _)| known == name);
    let declared = || {
        let entry = app.app_json.good()?.pointer(&format!("/env/{name}"))?;
        let value = entry
            .as_str()
            .or_else(|| entry.get("value").and_then(Value::as_str));
        value.map(str::to_owned)
    };
    by_command.map(|(_, value)| value.clone()).or_else(declared)
}

/// The settings of a file of YAML as an object of JSON. Items of lists are no settings that have a name.
fn as_json(text: &str) -> String {
    let mut root = Map::new();
    for entry in yaml::read(text)
        .iter()
        .filter(|entry| !entry.key.contains('['))
    {
        let value = match entry.value.as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            text => Value::String(text.to_owned()),
        };
        put(&mut root, &entry.key, value);
    }
    Value::Object(root).to_string()
}

/// Sets `session.secret` in an object of objects.
fn put(object: &mut Map<String, Value>, key: &str, value: Value) {
    let Some((first, rest)) = key.split_once('.') else {
        object.entry(key).or_insert(value);
        return;
    };
    let below = object.entry(first).or_insert(Value::Null);
    if !below.is_object() {
        *below = Value::Object(Map::new());
    }
    if let Value::Object(below) = below {
        put(below, rest, value);
    }
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
