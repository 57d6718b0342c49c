//! The table of `slugsmith check --config`: who reads a variable, who declares it.

use std::fmt::Write as _;

use serde_json::json;

use super::safe;

use slugsmith_audit::contract::Variable;

/// One line per variable; what is missing first.
#[must_use]
pub fn text(variables: &[Variable]) -> String {
    let width = variables
        .iter()
        .map(|variable| variable.name.len())
        .max()
        .unwrap_or(0)
        .max(8);
    let mut sorted: Vec<_> = variables.iter().collect();
    sorted.sort_by_key(|variable| (rank(variable), variable.name.as_str()));
    let mut out = format!(
        "{:<10}  {:<width$}  {:<40}  declared by\n",
        "", "variable", "read"
    );
    for variable in &sorted {
        let row = format!(
            "{:<10}  {:<width$}  {:<40}  {}",
            word(variable),
            safe::word(&variable.name),
            safe::word(&read(variable)),
            declared(variable).join(", ")
        );
        let _ = writeln!(out, "{}", safe::line(&row));
    }
    let missing = sorted.iter().filter(|variable| rank(variable) == 0).count();
    let _ = writeln!(out, "\n{} variables, {missing} missing", sorted.len());
    out
}

/// The same as JSON, for other tools.
#[must_use]
pub fn json(variables: &[Variable]) -> String {
    let entries: Vec<_> = variables
        .iter()
        .map(|variable| {
            json!({
                "name": variable.name,
                "status": word(variable),
                "reads": variable.reads.iter().map(|read| json!({
                    "path": read.location.path,
                    "line": read.location.number(),
                    "required": read.required,
                })).collect::<Vec<_>>(),
                "declared_by": declared(variable),
                "set": variable.set,
            })
        })
        .collect();
    let mut text = serde_json::to_string_pretty(&json!({
        "schema": super::json::SCHEMA,
        "variables": entries,
    }))
    .unwrap_or_default();
    text.push('\n');
    text
}

fn rank(variable: &Variable) -> u8 {
    match word(variable) {
        "missing" => 0,
        "unset" => 1,
        "undeclared" => 2,
        "unread" => 3,
        _ => 4,
    }
}

/// What the table says of a variable.
#[must_use]
pub fn word(variable: &Variable) -> &'static str {
    let required = variable.required().is_some();
    match (
        variable.is_declared() || variable.set == Some(true),
        required,
    ) {
        (false, true) => "missing",
        (false, false) if variable.defaulted => "optional",
        (false, false) => "undeclared",
        (true, true) if variable.set == Some(false) => "unset",
        (true, _) if variable.reads.is_empty() => "unread",
        (true, _) => "ok",
    }
}

fn read(variable: &Variable) -> String {
    let Some(first) = variable.required().or(variable.reads.first()) else {
        return "-".to_owned();
    };
    let more = variable.reads.len() - 1;
    let tail = if more > 0 {
        format!(" +{more}")
    } else {
        String::new()
    };
    let mark = if first.required { " (required)" } else { "" };
    format!("{}{tail}{mark}", first.location)
}

fn declared(variable: &Variable) -> Vec<String> {
    let mut found = Vec::new();
    if variable.app_json.is_some() {
        found.push("app.json".to_owned());
    }
    found.extend(
        variable
            .examples
            .iter()
            .map(|location| location.path.clone()),
    );
    found.extend(
        variable
            .terraform
            .iter()
            .map(|location| location.path.clone()),
    );
    found.extend(variable.addon.clone());
    if variable.platform {
        found.push("platform".to_owned());
    }
    if variable.set == Some(true) {
        found.push("set here".to_owned());
    }
    found.dedup();
    found
}
