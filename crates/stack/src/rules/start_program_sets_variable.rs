//! An exec.d program names a variable that others set.

use std::ffi::OsStr;

use super::{Rule, World};
use crate::environment::By;
use crate::model::Model;
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "start-program-sets-variable",
    code: "ST33",
    title: "An exec.d program may override a variable that a config var or another buildpack sets.",
    level: Severity::Info,
    world: World::CloudNative,
    docs: Docs {
        finds: "exec.d programs of launch layers whose text names a variable that the platform, the base environment \
            or \
                another buildpack sets.",
        why: "Programs of exec.d run last: what they print wins over every layer and over config vars. The value that \
              this report predicts is then not the one that the process gets.",
        fix: "Look at the variable in a running process: `heroku run env`. Ask the buildpack to leave set variables \
            alone.",
        silent: "For variables of the program's own buildpack, for lists, and for programs whose text can't be read.",
    },
    check,
};

fn check(model: &Model<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, buildpack, layer) in model.launch_layers() {
        for program in &layer.contents.exec_d {
            let text = String::from_utf8_lossy(&program.head);
            let named: Vec<String> = model
                .dyno
                .variables
                .iter()
                .filter(|(name, variable)| {
                    let others = variable.steps.iter().any(|step| match &step.by {
                        By::Layer { buildpack, .. } => *buildpack != index,
                        By::Platform => true,
                        By::Base => **name != *OsStr::new("HOME"),
                        By::Operator => false,
                    });
                    let name = name.to_string_lossy();
                    others
                        && super::separator(&name).is_none()
                        && name.len() > 3
                        && names(&text, &name)
                })
                .map(|(name, _)| name.to_string_lossy().into_owned())
                .collect();
            if !named.is_empty() {
                let message = format!(
                    "exec.d/{} of {} ({}) runs at start and names {}: it may override what config vars and other \
                     buildpacks set.",
                    program.name.to_string_lossy(),
                    buildpack.id,
                    layer.shown(),
                    super::fix::listed(&named, 5)
                );
                findings
                    .push(RULE.finding(message, vec!["Compare with `heroku run env`.".to_owned()]));
            }
        }
    }
    findings
}

/// Whether the name stands in the text as a word of its own.
fn names(text: &str, name: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text
            .get(at + name.len()..)
            .and_then(|text| text.chars().next());
        !before.is_some_and(part) && !after.is_some_and(part)
    })
}
