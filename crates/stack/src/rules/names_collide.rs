//! Labels, slices or folders that two buildpacks share.

use std::collections::BTreeMap;

use super::{Rule, World};
use crate::model::Model;
use slugsmith_facts::layers::escape;
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::units;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "names-collide",
    code: "ST19",
    title: "Two buildpacks use one label, one slice of the app, or one folder.",
    level: Severity::Warn,
    world: World::CloudNative,
    docs: Docs {
        finds: "Ids that differ only in `/` and `_` (`a/b_c` and `a_b/c`), one label with two values, and files of the \
                app that the slices of two buildpacks match.",
        why: "Such ids share one layers folder, so each sees and changes the other's layers. Of two labels the \
              last one wins. Of two slices the first one takes the files.",
        fix: "Rename the buildpack or the label; let one buildpack slice the app.",
        silent: "For one label with one value, and for slices that share no file of this app.",
    },
    check,
};

fn check(model: &Model<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut folders: BTreeMap<String, &str> = BTreeMap::new();
    let mut labels: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    for buildpack in &model.layers.group {
        let id = buildpack.id.as_str();
        if let Some(other) = folders.insert(escape(id), id).filter(|other| *other != id) {
            findings.push(RULE.finding(
                format!("{other} and {id} share the layers folder {}.", escape(id)),
                Vec::new(),
            ));
        }
        let Some(launch) = &buildpack.launch else {
            continue;
        };
        for (key, value) in &launch.labels {
            if let Some((other, old)) = labels
                .insert(key, (id, value))
                .filter(|(other, old)| *other != id && old != value)
            {
                findings.push(RULE.finding(
                    format!(
                        "{id} sets the label {key} to `{value}` and replaces `{old}` of {other}."
                    ),
                    Vec::new(),
                ));
            }
        }
    }
    findings.extend(model.surroundings.overlaps.iter().map(|one| {
        let (first, second) = (model.id(one.first), model.id(one.second));
        let message = format!(
            "{first} and {second} both slice {} of the app ({}); they go to {first}'s slice.",
            units::counted(one.files, "file"),
            one.example.display()
        );
        RULE.finding(message, Vec::new())
    }));
    findings
}
