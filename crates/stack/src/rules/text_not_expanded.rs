//! A value holds the text `$NAME`, which nothing expands.

use std::collections::BTreeSet;
use std::ffi::OsStr;

use super::{Rule, World, fix};
use crate::environment::{By, Environment, Modification};
use crate::model::Model;
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "text-not-expanded",
    code: "ST37",
    title: "A path at launch holds the text `$NAME` instead of the variable's value.",
    level: Severity::Warn,
    world: World::Both,
    docs: Docs {
        finds: "A list such as PATH, or a value that begins with `$`, in which the name of a variable stands as text: \
                the `$` of a script is quoted or escaped, or a file of `env` was written as if a shell would read it.",
        why: "The launcher takes environment files as they are, and a shell expands nothing between single quotes. The \
              folder `$HOME/bin` is nowhere.",
        fix: "In a script use double quotes and no backslash. In a layer write the path itself, and `.prepend` or \
              `.append` with a `.delim` to extend a list.",
        silent: "For other values, which a program may expand itself. Where the text takes the place of what others \
                 set, `list-variable-clobbered` says so.",
    },
    check,
};

fn check(model: &Model<'_>) -> Vec<Finding> {
    let mut told = BTreeSet::new();
    let mut findings = Vec::new();
    for environment in std::iter::once(&model.dyno).chain(model.by_process.values()) {
        for (name, step, text) in texts(environment) {
            if told.insert((name.to_owned(), step.file.clone())) {
                findings.push(finding(model, name, step, &text));
            }
        }
    }
    findings
}

fn texts(environment: &Environment) -> Vec<(&OsStr, &Modification, String)> {
    let mut found = Vec::new();
    for (name, variable) in &environment.variables {
        let is_list = super::separator(&name.to_string_lossy()).is_some();
        let mut others = false;
        for step in variable.steps.iter().filter(|step| step.fired) {
            let value = step.value.to_string_lossy();
            let text = literal(&value, is_list, environment);
            let clobbers = others && text.as_deref() == name.to_str();
            if let (Some(text), By::Layer { .. }, false) = (text, &step.by, clobbers) {
                found.push((name.as_os_str(), step, text));
            }
            others |= step.by != By::Base;
        }
    }
    found
}

/// The name of a variable that stands in a value as text: in any entry of a list, else at the
/// beginning.
pub(super) fn literal(value: &str, is_list: bool, environment: &Environment) -> Option<String> {
    let mut dollars = value.match_indices('$');
    let name = dollars.find_map(|(at, _)| {
        let rest = value.get(at + 1..)?;
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let end = rest.find(|c| !part(c)).unwrap_or(rest.len());
        let name = rest.get(..end)?;
        let known = name == "HOME" || environment.variables.contains_key(OsStr::new(name));
        (known && (is_list || at == 0)).then(|| name.to_owned())
    });
    name.filter(|name| name.len() > 1)
}

fn finding(model: &Model<'_>, name: &OsStr, step: &Modification, text: &str) -> Finding {
    let who = fix::author(model, &step.by);
    let name = name.to_string_lossy();
    let (why, help) = if model.classic.is_some() {
        (
            "the `$` is quoted there",
            format!("In {} use double quotes, without a backslash.", step.file),
        )
    } else {
        (
            "the launcher takes the file as it is",
            format!("{who} has to write the path itself into {}.", step.file),
        )
    };
    let message = format!(
        "{name} holds the text `${text}` at launch ({} of {who}): {why}, so nothing expands it.",
        step.file
    );
    RULE.finding(message, vec![help])
}
