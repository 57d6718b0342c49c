//! A command at build is not the one at launch.

use std::collections::BTreeSet;
use std::ffi::OsStr;

use super::{Rule, World, fix, second_runtime};
use crate::model::Model;
use crate::which::{Candidate, Owner, is_runtime};
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "build-and-launch-differ",
    code: "ST03",
    title: "A command that later buildpacks run is another one than the dyno's.",
    level: Severity::Warn,
    world: World::CloudNative,
    docs: Docs {
        finds: "A command that two layers have, where the layer that wins for later buildpacks is not the \
                one that wins at launch.",
        why: "What is compiled or generated with one version runs with another. This happens when the \
              winner at launch is no build layer, and when one layer's name is the beginning of another's: \
              the builder sorts `node-2.toml` before `node.toml`, the launcher `node` before `node-2`.",
        fix: "Give both layers the same flags, rename the layer, or remove one of them.",
        silent: "When both have equal content, and when only one of them is there at build and at launch.",
    },
    check,
};

/// How many commands one finding lists.
const NAMED: usize = 5;

fn check(model: &Model<'_>) -> Vec<Finding> {
    let doubled: BTreeSet<(usize, usize)> = second_runtime::conflicts(model)
        .into_iter()
        .filter(|conflict| is_runtime(&conflict.shadowing.name))
        .map(|conflict| conflict.pair())
        .collect();
    let mut told: BTreeSet<(Owner, Owner)> = BTreeSet::new();
    let mut findings = Vec::new();
    for shadowing in &model.shadowings {
        let at_build = model.build_index.candidates(OsStr::new(&shadowing.name));
        let Some(winner) = at_build.first() else {
            continue;
        };
        let is_layer = |one: &Candidate| matches!(one.owner, Owner::Layer { .. });
        let differ = winner.owner != shadowing.winner.owner
            && is_layer(winner)
            && is_layer(&shadowing.winner)
            && !winner.is_same_as(&shadowing.winner);
        // A layer of the same buildpack that is not there at build is its own decision.
        let own = fix::owner(model, &winner.owner) == fix::owner(model, &shadowing.winner.owner);
        let both = at_build
            .iter()
            .any(|one| one.owner == shadowing.winner.owner);
        // Where a runtime is doubled, `second-runtime` says this too.
        let told_there = match (&shadowing.winner.owner, &winner.owner) {
            (
                Owner::Layer { buildpack: one, .. },
                Owner::Layer {
                    buildpack: other, ..
                },
            ) => doubled.contains(&(*one, *other)),
            _ => false,
        };
        let pair = (winner.owner.clone(), shadowing.winner.owner.clone());
        if differ && !told_there && (!own || both) && told.insert(pair.clone()) {
            let names: Vec<String> = model
                .shadowings
                .iter()
                .filter(|one| {
                    one.winner.owner == pair.1
                        && one.losers.iter().any(|loser| loser.owner == pair.0)
                })
                .map(|one| format!("`{}`", one.name))
                .take(NAMED)
                .collect();
            findings.push(finding(model, &names.join(", "), winner, &shadowing.winner));
        }
    }
    findings
}

fn finding(model: &Model<'_>, names: &str, build: &Candidate, launch: &Candidate) -> Finding {
    let version = |one: &Candidate| {
        one.version
            .clone()
            .map(|version| format!(" {version}"))
            .unwrap_or_default()
    };
    let message = format!(
        "{names}: later buildpacks run {} ({}{}), the dyno runs {} ({}{}).",
        build.folder.display(),
        fix::owner(model, &build.owner),
        version(build),
        launch.folder.display(),
        fix::owner(model, &launch.owner),
        version(launch),
    );
    RULE.finding(
        message,
        vec![
            "Build and run with one of them: same flags for both layers, or only one buildpack."
                .to_owned(),
        ],
    )
}
