//! Layers of one buildpack whose order at launch is not the one at build.

use super::{Rule, World};
use crate::model::Model;
use slugsmith_facts::layers::launched::is_launched;
use slugsmith_facts::layers::{Layer, Root};
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "layer-order-flips",
    code: "ST16",
    title: "Two layers of one buildpack are applied in one order at build and in the other at launch.",
    level: Severity::Info,
    world: World::CloudNative,
    docs: Docs {
        finds: "Two layers of one buildpack, both for build and launch and both with commands or variables, \
                where one name is the beginning of the other and the next character sorts before a dot \
                (`node` and `node-modules`).",
        why: "The builder sorts layers by `<name>.toml`, the launcher by `<name>`. Between such names the two \
              differ, so that another layer's command or variable wins at launch.",
        fix: "The buildpack should rename one of the layers, `node_modules` for instance.",
        silent: "When one of the two brings nothing to PATH and no variables.",
    },
    check,
};

fn check(model: &Model<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for buildpack in &model.layers.group {
        let layers: Vec<(&Layer, String)> = buildpack
            .layers
            .iter()
            .filter(|layer| {
                layer.types().is_some_and(|types| types.build)
                    && is_launched(model.layers, layer)
                    && brings(layer)
            })
            .map(|layer| (layer, layer.shown()))
            .collect();
        for (_, short) in &layers {
            for (_, long) in &layers {
                let next = long
                    .strip_prefix(short.as_str())
                    .and_then(|rest| rest.bytes().next());
                if next.is_some_and(|byte| byte < b'.') {
                    let message = format!(
                        "Layers {short} and {long} of {}: at build {short} comes last and wins, at launch {long} does.",
                        buildpack.id
                    );
                    findings.push(RULE.finding(message, Vec::new()));
                }
            }
        }
    }
    findings
}

fn brings(layer: &Layer) -> bool {
    layer.roots.bin == Root::Present || !layer.env.files().is_empty()
}
