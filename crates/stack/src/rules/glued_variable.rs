//! Values are put together without a separator.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::list_variable_clobbered::separator;
use super::{Rule, World, fix};
use crate::environment::{Environment, Modification, ModificationRule};
use crate::model::Model;
use crate::secrets;
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "glued-variable",
    code: "ST05",
    title: "A value is appended or prepended without a delimiter.",
    level: Severity::Warn,
    world: World::CloudNative,
    docs: Docs {
        finds: "`NAME.append` or `NAME.prepend` on a variable that has a value already, without a \
                `NAME.delim` in the same folder (`env/NAME.delim` does not serve `env.launch/NAME.prepend`).",
        why: "The lifecycle puts nothing between the two values unless it is told: `/a/lib` and `/b/lib` \
              become `/a/lib/b/lib`, and neither is found.",
        fix: "Add `NAME.delim` with `:` (or a space for options) beside the file, in the same folder.",
        silent: "When the variable was empty, or when one of the values brings a separator itself.",
    },
    check,
};

fn check(model: &Model<'_>) -> Vec<Finding> {
    let environments = [
        (&model.build, "when the next buildpack runs"),
        (&model.dyno, "at launch"),
    ];
    let mut told = BTreeSet::new();
    let mut findings = Vec::new();
    let by_process = model.by_process.values().map(|one| (one, "at launch"));
    for (environment, when) in environments.into_iter().chain(by_process) {
        for (name, step, before, after) in glued(environment) {
            if told.insert((name.to_owned(), format!("{:?}", step.by), step.file.clone())) {
                findings.push(finding(
                    model,
                    &name.to_string_lossy(),
                    step,
                    &before,
                    &after,
                    when,
                ));
            }
        }
    }
    findings
}

type Glued<'a> = (&'a OsStr, &'a Modification, String, String);

fn glued(environment: &Environment) -> Vec<Glued<'_>> {
    let mut found = Vec::new();
    for (name, variable) in &environment.variables {
        let may = |step: &Modification| {
            matches!(
                step.how,
                ModificationRule::Append | ModificationRule::Prepend
            ) && step.delim.is_empty()
        };
        // Replaying a long PATH is dear: only where a delimiter is missing at all.
        if !variable.steps.iter().any(may) {
            continue;
        }
        for (step, before, after) in variable.history() {
            let joins = matches!(
                step.how,
                ModificationRule::Append | ModificationRule::Prepend
            );
            if !joins || before.is_empty() || step.value.is_empty() || !step.delim.is_empty() {
                continue;
            }
            let (left, right) = if step.how == ModificationRule::Append {
                (before.as_os_str(), step.value.as_os_str())
            } else {
                (step.value.as_os_str(), before.as_os_str())
            };
            let separates = |byte: Option<&u8>| byte.is_some_and(|byte| b":;, \t\n".contains(byte));
            if !separates(left.as_bytes().last()) && !separates(right.as_bytes().first()) {
                let text = |value: &OsStr| value.to_string_lossy().into_owned();
                found.push((name.as_os_str(), step, text(&before), text(&after)));
            }
        }
    }
    found
}

fn finding(
    model: &Model<'_>,
    name: &str,
    step: &Modification,
    before: &str,
    after: &str,
    when: &str,
) -> Finding {
    let who = fix::author(model, &step.by);
    let folder = step.file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let delimiter =
        separator(OsStr::new(name)).map_or(":", |byte| if byte == b' ' { " " } else { ":" });
    let shown = |value: &str| cut(&secrets::shown(name, value));
    let message = format!(
        "{who} joins {name} {when} without a delimiter ({}): `{}` becomes `{}`.",
        step.file,
        shown(before),
        shown(after),
    );
    let help = vec![format!(
        "Add {folder}/{name}.delim with `{delimiter}` to that layer of {who}."
    )];
    RULE.finding(message, help)
}

/// Long values are cut for the log; the middle says the least.
fn cut(value: &str) -> String {
    let characters: Vec<char> = value.chars().collect();
    if characters.len() <= 100 {
        return value.to_owned();
    }
    let head: String = characters.iter().take(48).collect();
    let tail: String = characters.iter().skip(characters.len() - 48).collect();
    format!("{head} … {tail}")
}
