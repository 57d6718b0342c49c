//! Two buildpacks set one variable to different values.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};

use super::list_variable_clobbered::separator;
use super::{Rule, World, fix};
use crate::environment::{By, Environment, Modification, ModificationRule};
use crate::model::Model;
use crate::secrets;
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "variable-set-twice",
    code: "ST06",
    title: "Two buildpacks set one variable to different values.",
    level: Severity::Warn,
    world: World::Both,
    docs: Docs {
        finds: "A variable that a buildpack overrides after another one set it, or a `default` that another \
                buildpack's value keeps from taking effect; the values differ.",
        why: "One of the two buildpacks runs with settings it did not choose. An override beats everything \
              before it, config vars included; among defaults the first one wins.",
        fix: "Set the variable yourself as a config var where it is a default. Otherwise put the buildpack \
              whose value should win last, or configure the other one.",
        silent: "For equal values (and only information where a default is replaced), for values of one buildpack \
            or family, for lists that are extended, and for values of the platform or the image.",
    },
    check,
};

fn check(model: &Model<'_>) -> Vec<Finding> {
    let mut told = BTreeSet::new();
    let mut findings = Vec::new();
    let environments = [
        (&model.dyno, "at launch"),
        (&model.build, "when the next buildpack runs"),
    ];
    let by_process = model.by_process.values().map(|one| (one, "at launch"));
    for (environment, when) in environments.into_iter().chain(by_process) {
        for (name, first, second) in clashes(model, environment) {
            if told.insert((name.to_owned(), buildpack(first), buildpack(second))) {
                findings.push(finding(model, name, first, second, when));
            }
        }
    }
    findings
}

fn buildpack(step: &Modification) -> Option<usize> {
    match &step.by {
        By::Layer { buildpack, .. } => Some(*buildpack),
        By::Base | By::Platform | By::Operator => None,
    }
}

/// Pairs of steps where the second one replaces, or yields to, another buildpack's value.
fn clashes<'e>(
    model: &Model<'_>,
    environment: &'e Environment,
) -> Vec<(&'e OsStr, &'e Modification, &'e Modification)> {
    let mut found = Vec::new();
    for (name, variable) in &environment.variables {
        if separator(name).is_some() {
            continue;
        }
        let mut holder: Option<&Modification> = None;
        let mut value = OsString::new();
        for (step, _, after) in variable.history() {
            let clash = holder.filter(|holder| {
                let (Some(one), Some(other)) = (buildpack(holder), buildpack(step)) else {
                    return false;
                };
                let sets = matches!(
                    step.how,
                    ModificationRule::Override | ModificationRule::Default
                );
                sets && value != step.value && !fix::are_family(model.id(one), model.id(other))
            });
            if let Some(holder) = clash {
                found.push((name.as_os_str(), holder, step));
            }
            if step.fired {
                holder = Some(step);
                value = after;
            }
        }
    }
    found
}

fn finding(
    model: &Model<'_>,
    name: &OsStr,
    first: &Modification,
    second: &Modification,
    when: &str,
) -> Finding {
    let name = name.to_string_lossy();
    let (one, other) = (
        fix::author(model, &first.by),
        fix::author(model, &second.by),
    );
    let value = |step: &Modification| secrets::of_step(&name, step);
    let (message, level) = if second.fired {
        let message = format!(
            "{other} sets {name} to `{}` {when} ({}) and replaces `{}` of {one} ({}).",
            value(second),
            second.file,
            value(first),
            first.file,
        );
        // A default is there to be replaced; it is still worth knowing by whom.
        let level = if first.how == ModificationRule::Default {
            Severity::Info
        } else {
            Severity::Warn
        };
        (message, level)
    } else {
        let message = format!(
            "{other} would set {name} to `{}` {when} ({}), but `{}` of {one} was there first.",
            value(second),
            second.file,
            value(first),
        );
        (message, Severity::Info)
    };
    let mut help = Vec::new();
    if first.how == ModificationRule::Default && !second.fired {
        help.push(format!(
            "Choose the value yourself: heroku config:set {name}=…"
        ));
    } else if let (true, Some(winner), Some(loser)) =
        (second.fired, buildpack(second), buildpack(first))
    {
        let order = fix::order_in_words(model, winner, loser);
        help.push(format!("If {one}'s value should win: {order}"));
    }
    let mut finding = RULE.finding(message, help);
    finding.level = level;
    finding
}
