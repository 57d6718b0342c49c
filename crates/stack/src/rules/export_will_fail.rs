//! The build will fail when all buildpacks are done.

use super::{Rule, World};
use crate::model::Model;
use slugsmith_facts::layers::launched::reused;
use slugsmith_facts::layers::{Folder, LayerToml};
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "export-will-fail",
    code: "ST22",
    title: "The image can't be made from these layers.",
    level: Severity::Error,
    world: World::CloudNative,
    docs: Docs {
        finds: "Launch layers without contents that are cached too or that the previous image does not have, layer \
                files that are no TOML or have flags outside `[types]`, and process types with one of \
                `/`, `>`, `<`, `:`, `|`, `&`, `\\`.",
        why: "The lifecycle notices only when it exports, after everything has been built.",
        fix: "Write the layer's contents again, or drop its `.toml`; rename the process type.",
        silent: "For layers of buildpacks that have not run yet, and outside of a build.",
    },
    check,
};

/// Characters that the exporter refuses in a process type.
const FORBIDDEN: &str = r"/><:|&\";

fn check(model: &Model<'_>) -> Vec<Finding> {
    if model.layers.finished.is_some() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (index, buildpack, layer) in model.all_layers() {
        if model.own.is_some_and(|own| index >= own) {
            continue;
        }
        let at = format!("{} layer {}", buildpack.id, layer.shown());
        if let LayerToml::Broken(reason) = &layer.toml {
            let help = format!("{} must mend {}.toml.", buildpack.id, layer.shown());
            findings.push(RULE.finding(
                format!("{at}: its .toml is not valid: {reason}."),
                vec![help],
            ));
        }
        let Some(types) = layer
            .types()
            .filter(|types| types.launch && layer.folder == Folder::Absent)
        else {
            continue;
        };
        let known = model.layers.analyzed.as_ref();
        if types.cache {
            findings.push(RULE.finding(
                format!("{at} is cached and for launch, but has no contents."),
                vec![fill(&buildpack.id, layer.shown())],
            ));
        } else if known.is_some() && reused(known, &buildpack.id, layer).is_none() {
            let message =
                format!("{at} has no contents, and the previous image has no such layer to reuse.");
            findings.push(RULE.finding(message, vec![fill(&buildpack.id, layer.shown())]));
        }
    }
    for one in &model.processes.processes {
        let kind = &one.process.kind;
        if kind.is_empty() || kind.contains(|c| FORBIDDEN.contains(c)) {
            let owner = one.owner.map_or("?", |owner| model.id(owner));
            let message = if kind.is_empty() {
                format!("A process type of {owner} has no name, which image export refuses.")
            } else {
                format!(
                    "The process type `{kind}` of {owner} has a character that image export refuses."
                )
            };
            let help = format!("{owner} must name it by letters, digits, `.`, `_` and `-`.");
            findings.push(RULE.finding(message, vec![help]));
        }
    }
    findings
}

fn fill(buildpack: &str, layer: impl std::fmt::Display) -> String {
    format!(
        "{buildpack} must write files into {layer}, or take `launch = true` out of {layer}.toml."
    )
}
