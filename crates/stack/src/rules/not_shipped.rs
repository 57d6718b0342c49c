//! Something at launch points to what is not in the image.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Rule, World, fix};
use crate::model::Model;
use slugsmith_facts::layers::launched::is_launched;
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "not-shipped",
    code: "ST13",
    title: "A link or variable at launch points to something that is not in the image.",
    level: Severity::Warn,
    world: World::Both,
    docs: Docs {
        finds: "Absolute links in launch layers, and values of variables at launch, that point into a layer \
                without `launch = true`, to `/tmp`, `/cache`, `/platform` or `/cnb/buildpacks`.",
        why: "These folders exist only while the app is built. The link dangles and the path is empty in \
              the dyno.",
        fix: "Set `launch = true` for the layer that is pointed to, or copy what is needed into a launch layer.",
        silent: "For links within one layer and paths that launch layers ship.",
    },
    check,
};

/// Folders that exist only during a build.
const BUILD_ONLY: &[&str] = &["/tmp", "/cache", "/platform", "/cnb/buildpacks"];

fn check(model: &Model<'_>) -> Vec<Finding> {
    let mut missing: Vec<(PathBuf, String)> = BUILD_ONLY
        .iter()
        .map(|folder| {
            (
                PathBuf::from(folder),
                "which exists only during a build".to_owned(),
            )
        })
        // A stack that lies in such a folder itself can't be judged by it.
        .filter(|(folder, _)| !model.layers.root.starts_with(folder))
        .collect();
    for (_, buildpack, layer) in model.all_layers() {
        if !is_launched(model.layers, layer) {
            let folder = model.layer_path(buildpack, layer);
            let reason = format!(
                "but the layer {} of {} is not launch = true",
                layer.shown(),
                buildpack.id
            );
            missing.push((folder, reason));
        }
    }
    let why = |target: &Path| {
        missing
            .iter()
            .find(|(folder, _)| target.starts_with(folder))
            .map(|(_, why)| why)
    };
    let mut findings = links(model, &why);
    findings.extend(values(model, &why));
    findings
}

fn links<'m>(model: &Model<'_>, why: &dyn Fn(&Path) -> Option<&'m String>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (_, buildpack, layer) in model.launch_layers() {
        let broken: Vec<_> = layer
            .contents
            .links
            .iter()
            .filter_map(|link| why(&link.target).map(|reason| (link, reason)))
            // A dyno has an empty /tmp, and a program of exec.d may fill it before the process starts.
            .filter(|(link, _)| !(link.target.starts_with("/tmp") && has_start_program(model)))
            .collect();
        if let Some((link, reason)) = broken.first() {
            let more = match broken.len() {
                1 => String::new(),
                count => format!(" ({} more such links)", count - 1),
            };
            let message = format!(
                "{} in layer {} of {} points to {}, {reason}.{more}",
                link.path.display(),
                layer.shown(),
                buildpack.id,
                link.target.display()
            );
            findings.push(RULE.finding(message, help(model, &link.target)));
        }
    }
    findings
}

/// What takes the place of a path that is not there at launch.
fn help(model: &Model<'_>, path: &Path) -> Vec<String> {
    let hidden = model.all_layers().find(|(_, buildpack, layer)| {
        !is_launched(model.layers, layer) && path.starts_with(model.layer_path(buildpack, layer))
    });
    vec![match hidden {
        Some((_, buildpack, layer)) => {
            let id = &buildpack.id;
            format!("{id} has to set `launch = true` for {}.", layer.shown())
        }
        None => of_app(model, path).map_or_else(
            || "Copy what is needed to where the dyno has it.".to_owned(),
            |path| format!("On a dyno it is {path}."),
        ),
    }]
}

/// A path of a classic build folder (`/tmp/build_1a2b/vendor`) as a dyno has it.
fn of_app(model: &Model<'_>, path: &Path) -> Option<String> {
    model.slug?;
    let inside = path.strip_prefix("/tmp").ok()?;
    let mut parts = inside.components();
    let folder = parts.next()?.as_os_str().to_str()?;
    let rest = parts.as_path().display();
    folder.starts_with("build").then(|| format!("$HOME/{rest}"))
}

fn has_start_program(model: &Model<'_>) -> bool {
    model
        .launch_layers()
        .any(|(_, _, layer)| !layer.contents.exec_d.is_empty())
}

fn values<'m>(model: &Model<'_>, why: &dyn Fn(&Path) -> Option<&'m String>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut told = BTreeSet::new();
    for environment in std::iter::once(&model.dyno).chain(model.by_process.values()) {
        for (name, variable) in &environment.variables {
            for step in variable.steps.iter().filter(|step| step.fired) {
                let from_layer = matches!(step.by, crate::environment::By::Layer { .. });
                let hit = std::env::split_paths(&step.value)
                    .filter(|part| part.is_absolute())
                    .find_map(|part| why(&part).map(|reason| (part, reason)));
                let Some((part, reason)) = hit.filter(|_| from_layer) else {
                    continue;
                };
                if told.insert((name.clone(), part.clone())) {
                    let message = format!(
                        "{} puts {} into {} at launch ({}), {reason}.",
                        fix::author(model, &step.by),
                        part.display(),
                        name.to_string_lossy(),
                        step.file
                    );
                    findings.push(RULE.finding(message, help(model, &part)));
                }
            }
        }
    }
    findings
}
