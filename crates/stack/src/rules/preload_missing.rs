//! A variable makes every program load a file that is not there.

use std::path::Path;

use super::{Rule, World, fix};
use crate::model::Model;
use slugsmith_facts::command;
use slugsmith_facts::layers::launched::is_launched;
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "preload-missing",
    code: "ST30",
    title: "LD_PRELOAD, NODE_OPTIONS or JAVA_TOOL_OPTIONS names a file that is not there.",
    level: Severity::Warn,
    world: World::Both,
    docs: Docs {
        finds: "A path into the app or a layer in LD_PRELOAD, behind `--require` or `--import` in NODE_OPTIONS, behind \
                `-javaagent:` in JAVA_TOOL_OPTIONS or JAVA_OPTS, or in RUBYOPT, after the build, that leads to \
                nothing.",
        why: "The loader prints `cannot be preloaded … ignored` for each program and goes on without the library; \
            Node and \
              the JVM do not start at all.",
        fix: "Correct the path: it often holds a version or an architecture that has changed.",
        silent: "For names without a folder, for paths of the run image, and while the app is not built.",
    },
    check,
};

/// Variables, what stands in front of a path in them, and whether the program dies without it.
const LOADERS: &[(&str, &[&str], bool)] = &[
    ("LD_PRELOAD", &[], false),
    ("NODE_OPTIONS", &["--require", "-r", "--import"], true),
    ("JAVA_TOOL_OPTIONS", &["-javaagent:", "-agentpath:"], true),
    ("JAVA_OPTS", &["-javaagent:", "-agentpath:"], true),
    ("RUBYOPT", &["-r"], true),
];

fn check(model: &Model<'_>) -> Vec<Finding> {
    let (Some(app), true) = (model.app, model.is_last()) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for (name, before, fatal) in LOADERS {
        let Some(variable) = model.dyno.variables.get(std::ffi::OsStr::new(name)) else {
            continue;
        };
        let value = variable.value.to_string_lossy().into_owned();
        for path in paths(&value, before) {
            let Some(reason) = missing(model, &app.root, &path) else {
                continue;
            };
            let step = variable
                .steps
                .iter()
                .rev()
                .find(|step| step.fired && step.value.to_string_lossy().contains(&path));
            let who = step.map_or_else(String::new, |step| {
                format!(", set by {}", fix::author(model, &step.by))
            });
            let end = if *fatal {
                "Programs that read it do not start."
            } else {
                "Each program warns and goes on without it."
            };
            let near = neighbour(&app.root, &path);
            let help = near.map_or_else(
                || format!("Correct {name}."),
                |near| format!("{near} is there: correct {name}."),
            );
            let mut finding = RULE.finding(
                format!("{name} names {path}{who}: {reason}. {end}"),
                vec![help],
            );
            if *fatal {
                finding.level = Severity::Error;
            }
            findings.push(finding);
        }
    }
    findings
}

/// Absolute paths of a value: all of them, or those behind the options.
fn paths(value: &str, options: &[&str]) -> Vec<String> {
    let words: Vec<&str> = value
        .split([' ', ':', '\n'])
        .filter(|word| !word.is_empty())
        .collect();
    let mut found = Vec::new();
    if options.is_empty() {
        found.extend(
            words
                .iter()
                .filter(|word| word.starts_with('/'))
                .map(|word| (*word).to_owned()),
        );
        return found;
    }
    for (at, word) in value.split_whitespace().enumerate() {
        let next = || {
            value
                .split_whitespace()
                .nth(at + 1)
                .filter(|_| options.contains(&word))
        };
        let behind = options.iter().find_map(|option| {
            let rest = word.strip_prefix(option)?;
            Some(rest.strip_prefix('=').unwrap_or(rest)).filter(|rest| !rest.is_empty())
        });
        let path = behind
            .or_else(next)
            .map(|path| path.trim_matches('"').split('=').next().unwrap_or_default());
        found.extend(path.filter(|path| path.starts_with('/')).map(str::to_owned));
    }
    found
}

fn missing(model: &Model<'_>, root: &Path, path: &str) -> Option<String> {
    let at = Path::new(path);
    if model.classic.is_none() && at.starts_with(&model.layers.root) {
        let layer = model
            .all_layers()
            .find(|(_, buildpack, layer)| at.starts_with(model.layer_path(buildpack, layer)));
        let (_, buildpack, layer) = layer?;
        if layer.folder == slugsmith_facts::layers::Folder::Absent {
            return None;
        }
        if !is_launched(model.layers, layer) {
            return Some(format!(
                "the layer {} of {} is not `launch = true`",
                layer.shown(),
                buildpack.id
            ));
        }
        return at
            .symlink_metadata()
            .is_err()
            .then(|| "there is no such file".to_owned());
    }
    let inside = at
        .strip_prefix(root)
        .ok()
        .and_then(Path::to_str)
        .map(str::to_owned);
    let inside = inside.or_else(|| command::join(None, path))?;
    root.join(inside)
        .symlink_metadata()
        .is_err()
        .then(|| "there is no such file".to_owned())
}

/// A file of the same folder with the same beginning.
fn neighbour(root: &Path, path: &str) -> Option<String> {
    let inside = command::join(None, path)?;
    let (folder, name) = inside.rsplit_once('/')?;
    let stem = name.split('.').next().filter(|stem| stem.len() > 3)?;
    let names = slugsmith_facts::app::names(&root.join(folder));
    let found = names.into_iter().find(|other| other.starts_with(stem))?;
    Some(format!(
        "{}/{found}",
        path.rsplit_once('/').map_or("", |(folder, _)| folder)
    ))
}
