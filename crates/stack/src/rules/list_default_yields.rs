//! A list variable gets its entries only if nobody else set it.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::list_variable_clobbered::separator;
use super::{Rule, World, fix};
use crate::classic::guarded;
use crate::environment::{By, ModificationRule};
use crate::model::Model;
use slugsmith_facts::shell::OPEN;
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "list-default-yields",
    code: "ST29",
    title: "A default for a list such as PATH yields to another entry, and its own entries are never there.",
    level: Severity::Warn,
    world: World::Both,
    docs: Docs {
        finds: "`${LD_LIBRARY_PATH:-folder}`, `${LD_LIBRARY_PATH:=folder}` or `[ -z \"$LD_LIBRARY_PATH\" ]` before an \
                assignment in a script of `.profile.d`, or a `.default` file in a layer, for a list \
                variable that somebody else has set before.",
        why: "A default takes all or nothing: what the buildpack needs in the list is missing as soon as another \
              buildpack or a config var adds an entry of its own.",
        fix: "Extend the list: `export NAME=\"folder${NAME:+:$NAME}\"`, or a `.prepend` file with its `.delim`.",
        silent: "When the list holds the entries all the same, and for options such as NODE_OPTIONS, where a default \
            is \
                 a choice.",
    },
    check,
};

fn check(model: &Model<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, variable) in &model.dyno.variables {
        if separator(name) != Some(b':') {
            continue;
        }
        let entries: Vec<&[u8]> = variable
            .value
            .as_bytes()
            .split(|byte| *byte == b':')
            .collect();
        for step in variable
            .steps
            .iter()
            .filter(|step| step.how == ModificationRule::Default && !step.fired)
        {
            let lost: Vec<String> = step
                .value
                .as_bytes()
                .split(|byte| *byte == b':')
                .filter(|entry| !entry.is_empty() && !entries.contains(entry))
                .map(|entry| OsStr::from_bytes(entry).to_string_lossy().into_owned())
                .collect();
            let first = variable
                .steps
                .iter()
                .find(|one| one.fired && one.how != ModificationRule::Default);
            let (Some(first), false) = (first, lost.is_empty() || matches!(step.by, By::Base))
            else {
                continue;
            };
            let shown = name.to_string_lossy();
            let message = format!(
                "{} is not in {shown} at launch: {} ({}) gives it only where nothing is set, and {} has set {shown} \
                    before.",
                fix::listed(&lost, 3),
                fix::author(model, &step.by),
                step.file,
                fix::author(model, &first.by),
            );
            let help = format!(
                "export {shown}=\"{}${{{shown}:+:${shown}}}\"",
                lost.join(":")
            );
            findings.push(RULE.finding(message, vec![help]));
        }
    }
    findings.extend(guarded(model));
    findings
}

/// Defaults of scripts in other words: `if [ -z "$NAME" ]; then export NAME=…`.
fn guarded(model: &Model<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let scripts = model.slug.into_iter().flat_map(|slug| &slug.scripts);
    for script in scripts {
        for one in guarded::of(&script.script.tree.list) {
            let name = OsStr::new(&one.name);
            let Some(variable) = model.dyno.variables.get(name) else {
                continue;
            };
            let value = variable.value.to_string_lossy();
            let entries: Vec<&str> = value.split(':').collect();
            let mut lost: Vec<String> = one.value.split(':').map(str::to_owned).collect();
            lost.retain(|entry| !entry.is_empty() && !entries.contains(&entry.as_str()));
            let first = variable
                .steps
                .iter()
                .find(|step| step.fired && step.how != ModificationRule::Default);
            let is_list = separator(name) == Some(b':') && !value.contains(OPEN);
            let Some(first) = first.filter(|_| is_list && !lost.is_empty()) else {
                continue;
            };
            let message = format!(
                "{} is not in {} at launch: {} ({} line {}) gives it only where nothing is set, and {} has set {} \
                 before.",
                fix::listed(&lost, 3),
                one.name,
                script.maker,
                script.path,
                one.line,
                fix::author(model, &first.by),
                one.name,
            );
            let help = format!(
                "export {0}=\"{1}${{{0}:+:${0}}}\"",
                one.name,
                lost.join(":")
            );
            findings.push(RULE.finding(message, vec![help]));
        }
    }
    findings
}
