//! Which parts of the app does an install copy, and which files do its settings name?

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use serde_json::Value;

use super::Project;
use super::manifest::{Member, runs_script};
use super::plan::Plan;
use super::settings::SETTINGS;
use crate::inputs::{Inputs, read_regular};
use crate::presets::reached;
use slugsmith_ecosystems::javascript::MANIFEST;
use slugsmith_facts::{app as facts, beneath};

/// Fields whose strings may name a file or folder of the app (npm docs, "package.json"; the
/// manuals of yarn, pnpm and Bun for patches).
const FIELDS: &[&str] = &[
    "dependencies",
    "devDependencies",
    "optionalDependencies",
    "overrides",
    "resolutions",
    "pnpm",
    "patchedDependencies",
    "prisma",
];

/// Folders of the app, relative to it, of which every file counts.
pub(in crate::presets) fn reads(
    place: &Project<'_>,
    manifest: &Value,
    members: &[Member],
    plan: &Plan,
    copies: bool,
) -> Vec<PathBuf> {
    if plan.runs_code || has_hook(&place.app.root) {
        return vec![PathBuf::new()];
    }
    let manifests = || every(manifest, members);
    let is_injected = manifests().any(|(_, manifest)| {
        let meta = manifest.get("dependenciesMeta").map(ToString::to_string);
        meta.is_some_and(|meta| meta.contains("\"injected\":true"))
    });
    // `exec:` is a script of the app that makes a package (yarn's manual, "Exec Protocol").
    let is_made = manifests().any(|(_, manifest)| {
        let mut texts = strings(manifest).into_iter();
        texts.any(|text| text.starts_with("exec:"))
    });
    if is_injected || is_made || is_on(place, "inject-workspace-packages") {
        return vec![PathBuf::new()];
    }
    if !copies && !is_on(place, "install-links") {
        return Vec::new();
    }
    let manifests = manifests().map(|(folder, manifest)| (place.tree(folder), manifest.clone()));
    copied(place, manifests.collect())
}

/// Whether a plugin of the app has code that yarn runs at the end of an install (yarn's manual,
/// "Plugins", and `Hooks` of its core). Plugins with commands alone have none.
fn has_hook(root: &Path) -> bool {
    let settings = beneath::text_in(root, ".yarnrc.yml").unwrap_or_default();
    let words = settings.split([' ', '\n', '\r', '"', '\'']);
    let files = words.filter(|word| [".cjs", ".js"].iter().any(|end| word.ends_with(end)));
    let mut plugins = files.filter(|word| !word.contains("releases/"));
    plugins.any(|file| {
        let text = inside(Path::new(""), file).and_then(|path| beneath::text_in(root, path).ok());
        text.is_some_and(|text| text.contains("afterAllInstalled"))
    })
}

/// The folders and archives that these manifests name as packages, those that they name in their
/// turn, and the whole app where one has a script that its install runs.
fn copied(place: &Project<'_>, mut pending: Vec<(PathBuf, Value)>) -> Vec<PathBuf> {
    let app = &place.context.app.root;
    let mut found = BTreeSet::new();
    while let Some((folder, manifest)) = pending.pop() {
        for text in strings(&manifest) {
            let is_path = text.starts_with('.');
            let path = text.strip_prefix("file:").or(is_path.then_some(text));
            let path = path.and_then(|path| reached(folder.clone(), path));
            let Some(path) = path.filter(|path| *path != place.at) else {
                continue;
            };
            if !found.insert(path.clone()) {
                continue;
            }
            let root = app.join(&path);
            let Some(manifest) = facts::json(&root, MANIFEST).good().cloned() else {
                continue;
            };
            if runs_script(&manifest, &root) {
                return vec![PathBuf::new()];
            }
            pending.push((path, manifest));
        }
    }
    found.into_iter().collect()
}

/// Whether a setting of npm or pnpm is on: npm copies `file:` packages with `install-links` and
/// links to them otherwise, pnpm copies workspaces with `inject-workspace-packages`.
fn is_on(place: &Project<'_>, name: &str) -> bool {
    let snake = name.replace('-', "_");
    let mut variables = place.context.environment.variables.iter();
    let is_set = variables.any(|(variable, value)| {
        let variable = variable.to_ascii_lowercase();
        let setting = ["npm_config_", "pnpm_config_"]
            .iter()
            .find_map(|prefix| variable.strip_prefix(prefix));
        setting == Some(&snake) && value == "true"
    });
    let compact = name.replace('-', "").to_ascii_lowercase();
    is_set
        || [".npmrc", "pnpm-workspace.yaml"].iter().any(|file| {
            let text = read_regular(&place.app.root.join(file)).unwrap_or_default();
            let text = String::from_utf8_lossy(&text).to_ascii_lowercase();
            text.lines().any(|line| {
                let line = line.replace(['-', ' ', '"', '\''], "");
                line.strip_prefix(&compact)
                    .is_some_and(|value| [":true", "=true"].contains(&value.trim_end()))
            })
        })
}

/// Files of the app that manifests and settings name: patches, plugins, archives.
pub(in crate::presets) fn named(
    inputs: &mut Inputs,
    place: &Project<'_>,
    manifest: &Value,
    members: &[Member],
) {
    let root = &place.app.root;
    let mut add = |folder: &str, text: &str| {
        for word in text.split(['#', '"', '\'', ' ', '\t', ',', '\n', '&', '=']) {
            let word = word.trim_start_matches("file:").trim_start_matches("~/");
            let path = inside(Path::new(folder), word).filter(|path| root.join(path).is_file());
            if let Some(path) = path {
                inputs.file(root, &path.to_string_lossy());
            }
        }
    };
    for (folder, manifest) in every(manifest, members) {
        for text in strings(manifest) {
            add(folder, text);
            // A patch is named from the root, whoever asks for it.
            add("", text);
        }
    }
    for name in SETTINGS {
        let text = read_regular(&root.join(name)).unwrap_or_default();
        add("", &String::from_utf8_lossy(&text));
    }
}

fn every<'a>(
    manifest: &'a Value,
    members: &'a [Member],
) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let members = members.iter();
    let members = members.map(|member| (member.folder.as_str(), &member.manifest));
    std::iter::once(("", manifest)).chain(members)
}

/// Every string in the fields that may name something of the app.
fn strings(manifest: &Value) -> Vec<&str> {
    let fields = FIELDS.iter().filter_map(|field| manifest.get(field));
    fields.flat_map(crate::presets::strings).collect()
}

/// A path as seen from `folder`, if it stays in the place and is not all of it.
fn inside(folder: &Path, path: &str) -> Option<PathBuf> {
    let mut found = folder.to_owned();
    for part in Path::new(path).components() {
        match part {
            Component::Normal(name) => found.push(name),
            Component::CurDir => {}
            Component::ParentDir if found.pop() => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    (!found.as_os_str().is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_their_manifest_and_stay_inside() {
        let inside = |folder: &str, path: &str| super::inside(Path::new(folder), path);
        assert_eq!(inside("", "./libs/a"), Some(PathBuf::from("libs/a")));
        assert_eq!(
            inside("packages/api", "../b"),
            Some(PathBuf::from("packages/b"))
        );
        assert_eq!(inside("", "../b"), None);
        assert_eq!(inside("", "/b"), None);
        assert_eq!(inside("", "."), None);
    }
}
