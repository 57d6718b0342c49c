//! Layer files that have no effect.

use super::{Rule, World};
use crate::model::Model;
use slugsmith_facts::layers::{EnvDir, EnvFile, Folder, Layer, LayerToml};
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "useless-layer-file",
    code: "ST15",
    title: "A buildpack wrote variables, programs or a layer that nobody will ever read.",
    level: Severity::Warn,
    world: World::CloudNative,
    docs: Docs {
        finds: "`env.build` in a layer without `build`; `env.launch`, `exec.d` or `profile.d` in one without \
                `launch`; a folder without a `.toml`; environment files with a suffix that nobody knows \
                (`.APPEND`, `.bak`); layers named `build`, `launch` or `store`.",
        why: "The lifecycle ignores all of these without a word: the variable is simply not there.",
        fix: "Set the flag in the layer's `[types]`, or rename the file. Known suffixes are `override`, \
              `append`, `prepend`, `default` and `delim`.",
        silent: "For layers of buildpacks that have not run yet, and for `env`, which serves both phases.",
    },
    check,
};

const RESERVED: &[&str] = &["build", "launch", "store"];

fn check(model: &Model<'_>) -> Vec<Finding> {
    // In an image nothing of this can be seen: tomls and build layers are gone.
    if !model.layers.has_layer_tomls {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (index, buildpack, layer) in model.all_layers() {
        if model.own.is_some_and(|own| index >= own) {
            continue;
        }
        for what in useless(layer, model.layers.finished.is_some()) {
            let message = format!("{} layer {}: {what}.", buildpack.id, layer.shown());
            findings.push(RULE.finding(message, Vec::new()));
        }
    }
    findings
}

fn useless(layer: &Layer, is_finished: bool) -> Vec<String> {
    let mut found = Vec::new();
    let name = layer.shown();
    if RESERVED.contains(&name.as_str()) && layer.folder == Folder::Directory {
        found.push(format!(
            "a layer can't be named `{name}`, its metadata file means something else"
        ));
        return found;
    }
    if layer.folder == Folder::Directory && matches!(layer.toml, LayerToml::Missing) {
        // The lifecycle renames layers without any flag to `<layer>.ignore`: that is their choice.
        if !name.ends_with(".ignore") {
            found.push(format!(
                "the folder has no {name}.toml, so it is neither kept nor shipped"
            ));
        }
        return found;
    }
    // During a build the export fails, which is another finding.
    if let LayerToml::Broken(reason) = &layer.toml {
        if is_finished {
            found.push(format!("its {name}.toml is not read: {reason}"));
        }
        return found;
    }
    let types = layer.types().unwrap_or_default();
    if !types.build && !layer.env_build.files().is_empty() {
        found.push("env.build has no effect without build = true".to_owned());
    }
    if !types.launch {
        let ignored = [
            (
                !layer.env_launch.files().is_empty() || !layer.env_process.is_empty(),
                "env.launch",
            ),
            (!layer.contents.exec_d.is_empty(), "exec.d"),
            (!layer.contents.profile_d.is_empty(), "profile.d"),
        ];
        for (_, folder) in ignored.iter().filter(|(seen, _)| *seen) {
            found.push(format!("{folder} has no effect without launch = true"));
        }
    }
    found.extend(unknown_suffixes(layer));
    found
}

fn unknown_suffixes(layer: &Layer) -> Vec<String> {
    let folders = [
        ("env", &layer.env),
        ("env.build", &layer.env_build),
        ("env.launch", &layer.env_launch),
    ];
    let known = ["", "override", "append", "prepend", "default", "delim"];
    let is_unknown = |file: &&EnvFile| {
        let name = file.name.to_string_lossy();
        name.split_once('.')
            .is_some_and(|(_, suffix)| !known.contains(&suffix))
    };
    folders
        .into_iter()
        .flat_map(|(folder, files): (&str, &EnvDir)| {
            files.files().iter().filter(is_unknown).map(move |file| {
                format!(
                    "{folder}/{} has a suffix that nobody knows, so it has no effect",
                    file.name.to_string_lossy()
                )
            })
        })
        .collect()
}
