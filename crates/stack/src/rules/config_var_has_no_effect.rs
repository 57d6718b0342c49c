//! A variable that config vars can't change.

use std::collections::BTreeMap;

use super::list_variable_clobbered::separator;
use super::{Rule, World, fix};
use crate::environment::{By, ModificationRule};
use crate::model::Model;
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "config-var-has-no-effect",
    code: "ST07",
    title: "A buildpack overrides a variable at launch, so a config var can't change it.",
    level: Severity::Info,
    world: World::Both,
    docs: Docs {
        finds: "Variables, lists left out, that a layer sets at launch with `.override` or without a suffix. \
                When the app's build sees a config var of that name with another value, it is a warning.",
        why: "The launcher applies layers after the container's own environment: an override beats config \
              vars and `docker run -e`. Only `.default` yields.",
        fix: "Ask the buildpack for a setting, or set the variable in the process's own command: \
              `web: env NAME=value …`.",
        silent: "For lists such as PATH, and for variables with `.default`.",
    },
    check,
};

/// How many names one finding lists.
const NAMED: usize = 5;

fn check(model: &Model<'_>) -> Vec<Finding> {
    let mut names: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let mut findings = Vec::new();
    for (name, variable) in &model.dyno.variables {
        let Some(last) = variable.steps.iter().rev().find(|step| step.fired) else {
            continue;
        };
        let By::Layer { buildpack, .. } = last.by else {
            continue;
        };
        if last.how != ModificationRule::Override || separator(name).is_some() {
            continue;
        }
        let shown = name.to_string_lossy().into_owned();
        let wanted = model
            .surroundings
            .platform
            .files()
            .iter()
            .find(|file| file.name == *name);
        if wanted.is_some_and(|file| {
            file.value
                .as_ref()
                .is_ok_and(|value| *value != variable.value)
        }) {
            let message = format!(
                "The config var {shown} has no effect at launch: {} overrides it ({}).",
                fix::author(model, &last.by),
                last.file
            );
            let help = format!("Procfile: <type>: env {shown}=… <command>");
            let mut finding = RULE.finding(message, vec![help]);
            finding.level = Severity::Warn;
            findings.push(finding);
        } else {
            names.entry(buildpack).or_default().push(shown);
        }
    }
    findings.extend(names.into_iter().map(|(buildpack, names)| {
        let message = format!(
            "{} overrides {} at launch: config vars of these names have no effect.",
            model.id(buildpack),
            names.join(", ")
        );
        RULE.finding(message, Vec::new())
    }));
    findings.extend(unseen(model));
    findings
}

/// Buildpacks that want no config vars in their environment.
fn unseen(model: &Model<'_>) -> Option<Finding> {
    let names: Vec<String> = model
        .surroundings
        .platform
        .files()
        .iter()
        .map(|file| file.name.to_string_lossy().into_owned())
        .collect();
    let without = |id: &str| {
        let descriptor = model.surroundings.descriptors.get(id);
        descriptor.is_some_and(|one| one.clear_env)
    };
    let ids: Vec<&str> = model
        .layers
        .group
        .iter()
        .map(|one| one.id.as_str())
        .filter(|id| without(id))
        .collect();
    if ids.is_empty() || names.is_empty() {
        return None;
    }
    let message = format!(
        "{} asked for an environment without config vars (`clear-env`) and did not see {}.",
        fix::listed(&ids, NAMED),
        fix::listed(&names, NAMED)
    );
    Some(RULE.finding(message, Vec::new()))
}
