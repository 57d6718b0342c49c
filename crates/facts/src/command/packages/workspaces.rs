//! Which folders does a command of a package manager mean: its own, or members of a workspace?

use serde_json::Value;
use slugsmith_ecosystems as ecosystems;

use super::super::Command;
use super::super::files::{Files, join};
use super::Asked;

/// The folders with the package.json that a command means.
pub(in super::super) fn folders(
    files: &dyn Files,
    command: &Command,
    asked: &Asked<'_>,
) -> Vec<String> {
    let base = match asked.folder {
        Some(folder) => join(command.folder.as_deref(), folder),
        None => command.folder.clone(),
    };
    let Some(base) = base else {
        return Vec::new();
    };
    if asked.workspaces.is_empty() && !asked.all_workspaces {
        return vec![nearest(files, &base)];
    }
    members(files, &base)
        .into_iter()
        .filter(|(folder, name)| {
            asked.all_workspaces
                || asked
                    .workspaces
                    .iter()
                    .any(|wanted| is_meant(wanted, folder, name, &base))
        })
        .map(|(folder, _)| folder)
        .collect()
}

/// npm and its peers look upwards for a package.json.
pub(in super::super) fn nearest(files: &dyn Files, folder: &str) -> String {
    let mut at = folder;
    loop {
        if files.has_file(&within(at, ecosystems::javascript::MANIFEST)) {
            return at.to_owned();
        }
        match at.rsplit_once('/') {
            Some((parent, _)) => at = parent,
            None if !at.is_empty() && files.has_file(ecosystems::javascript::MANIFEST) => {
                return String::new();
            }
            None => return folder.to_owned(),
        }
    }
}

pub(in super::super) fn within(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

/// `-w NAME`, `-w FOLDER`, `--filter ./folder`, `--filter NAME...`.
pub(in super::super) fn is_meant(wanted: &str, folder: &str, name: &str, base: &str) -> bool {
    let pattern = wanted
        .trim_start_matches("...")
        .trim_end_matches("...")
        .trim_end_matches('^');
    let pattern = pattern.trim_start_matches('{').trim_end_matches('}');
    pattern == name
        || join(Some(base), pattern).is_some_and(|path| path == folder)
        || pattern
            .strip_suffix('*')
            .is_some_and(|prefix| name.starts_with(prefix))
        || pattern
            .strip_prefix("*/")
            .is_some_and(|end| name.rsplit('/').next() == Some(end))
}

/// Folder and name of each workspace.
pub(in super::super) fn members(files: &dyn Files, base: &str) -> Vec<(String, String)> {
    let mut patterns: Vec<String> = Vec::new();
    if let Some(manifest) = manifest(files, base) {
        let list = manifest.get("workspaces");
        let list = list.and_then(|list| list.get("packages").or(Some(list)));
        let texts = list.and_then(Value::as_array).into_iter().flatten();
        patterns.extend(texts.filter_map(Value::as_str).map(str::to_owned));
    }
    if let Some(text) = files.text(&within(base, "pnpm-workspace.yaml"))
        && let Some(yaml) = crate::bounds::yaml(&text)
    {
        let list = yaml
            .get("packages")
            .and_then(serde_yaml_ng::Value::as_sequence);
        let texts = list.into_iter().flatten().filter_map(|one| one.as_str());
        patterns.extend(texts.map(str::to_owned));
    }
    let mut found = Vec::new();
    for pattern in patterns.iter().filter(|pattern| !pattern.starts_with('!')) {
        let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
        let candidates: Vec<String> =
            match pattern.strip_suffix("/*").or(pattern.strip_suffix("/**")) {
                Some(parent) => {
                    let parent = within(base, parent);
                    files
                        .names(&parent)
                        .iter()
                        .map(|name| within(&parent, name))
                        .collect()
                }
                None if pattern == "*" => files
                    .names(base)
                    .iter()
                    .map(|name| within(base, name))
                    .collect(),
                None => vec![within(base, pattern)],
            };
        for folder in candidates {
            if let Some(manifest) = manifest(files, &folder) {
                let name = manifest
                    .get("name")
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                found.push((folder, name.to_owned()));
            }
        }
    }
    found
}

pub(in super::super) fn manifest(files: &dyn Files, folder: &str) -> Option<Value> {
    let text = files.text(&within(folder, ecosystems::javascript::MANIFEST))?;
    serde_json::from_str(text.strip_prefix('\u{feff}').unwrap_or(&text)).ok()
}
