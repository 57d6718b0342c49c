//! A classic buildpack behind a shim left its variables where nobody looks.

use super::{Rule, World};
use crate::model::Model;
use slugsmith_facts::layers::Layer;
use slugsmith_facts::shell;
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "classic-export-ignored",
    code: "ST18",
    title: "A shimmed classic buildpack exports variables that later buildpacks or the dyno never get.",
    level: Severity::Warn,
    world: World::CloudNative,
    docs: Docs {
        finds: "A layer named `profile` or `shim` with `profile.d` scripts but neither `env.launch` nor `env`, \
            while the image has processes that start without a shell.",
        why: "Classic buildpacks speak through `export` files and `.profile.d`. A shim turns them into a layer's \
              profile scripts, which direct processes never source; its `env.build` serves only the build.",
        fix: "Use the Cloud Native version of the buildpack, or set its variables as config vars.",
        silent: "When the layer also has variables for the launch.",
    },
    check,
};

fn check(model: &Model<'_>) -> Vec<Finding> {
    if !model
        .processes
        .processes
        .iter()
        .any(|one| one.process.direct)
    {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (_, buildpack, layer) in model.launch_layers() {
        let is_shim = ["profile", "shim"].contains(&layer.shown().as_str());
        let silent = layer.env_launch.files().is_empty() && layer.env.files().is_empty();
        let variables = exported(layer);
        if is_shim && silent && !variables.is_empty() {
            let message = format!(
                "{} exports {} by profile scripts only; processes started without a shell never get them.",
                buildpack.id,
                variables.join(", ")
            );
            let help = variables
                .iter()
                .map(|name| format!("heroku config:set {name}=…"))
                .collect();
            findings.push(RULE.finding(message, help));
        }
    }
    findings
}

fn exported(layer: &Layer) -> Vec<String> {
    let scripts = layer.contents.profile_d.iter();
    let mut names: Vec<String> = scripts
        .flat_map(|script| shell::parse(&String::from_utf8_lossy(&script.head)).assignments)
        .map(|one| one.name)
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}
