//! A profile script replaces a list variable.

use super::list_variable_clobbered::LISTS;
use super::{Rule, World};
use crate::model::Model;
use slugsmith_facts::layers::Program;
use slugsmith_facts::shell;
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "profile-script-clobbers",
    code: "ST17",
    title: "A profile script sets a list variable without keeping what it held.",
    level: Severity::Warn,
    world: World::CloudNative,
    docs: Docs {
        finds: "`export PATH=…` or another list variable in a `profile.d` script of a launch layer whose value does \
                not mention the variable itself.",
        why: "Scripts run one after another in order of buildpacks, layers and names. Such a line throws away \
              what all of them and all layers before it have put there.",
        fix: "Write `export PATH=\"/new:$PATH\"`.",
        silent: "When no process is started in a shell: then profile scripts have no effect at all.",
    },
    check,
};

fn check(model: &Model<'_>) -> Vec<Finding> {
    if model
        .processes
        .processes
        .iter()
        .all(|one| one.process.direct)
    {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (_, buildpack, layer) in model.launch_layers() {
        for script in &layer.contents.profile_d {
            for (name, line) in clobbered(script) {
                let message = format!(
                    "profile.d/{} of {} ({}) replaces {name} in line {line} without keeping what it held.",
                    script.name.to_string_lossy(),
                    buildpack.id,
                    layer.shown()
                );
                findings.push(RULE.finding(message, vec![format!("export {name}=\"…:${name}\"")]));
            }
        }
    }
    findings
}

/// Names and 1-based lines.
fn clobbered(script: &Program) -> Vec<(&'static str, usize)> {
    shell::parse(&String::from_utf8_lossy(&script.head))
        .assignments
        .iter()
        .filter(|one| !one.keeps())
        .filter_map(|one| {
            let (list, _) = LISTS.iter().find(|(list, _)| *list == one.name)?;
            Some((*list, one.line))
        })
        .collect()
}
