//! A list variable gets its entries only if nobody else set it.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::list_variable_clobbered::separator;
use super::{Rule, World, fix};
use crate::environment::{By, How};
use crate::model::Model;
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Level};

pub(super) static RULE: Rule = Rule {
    id: "list-default-yields",
    code: "ST29",
    title: "A default for a list such as PATH yields to another entry, and its own entries are never there.",
    level: Level::Warn,
    world: World::Both,
    docs: Docs {
        finds: "`${LD_LIBRARY_PATH:-folder}` in a script of `.profile.d`, or a `.default` file in a layer, for a list \
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
            .filter(|step| step.how == How::Default && !step.fired)
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
                .find(|one| one.fired && one.how != How::Default);
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
    findings
}
