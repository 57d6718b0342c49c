//! Pipenv, Poetry and uv.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use toml::Table;

use super::{Found, Locked, text};
use crate::graph;
use crate::names::pep_503;
use crate::recognise::Look;

/// Name and wish of a requirement (PEP 508) without a marker: one with a marker may be left out
/// of a lockfile for good reason.
fn requirement(text: &str) -> Option<(String, String)> {
    if text.contains([';', '@', '/']) {
        return None;
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let end = text
        .trim()
        .find(|c| !is_name(c))
        .unwrap_or(text.trim().len());
    let (name, rest) = text.trim().split_at_checked(end)?;
    let rest = rest.trim().strip_prefix('[').map_or(rest.trim(), |extras| {
        extras.split_once(']').map_or("", |(_, rest)| rest)
    });
    let wish: String = rest
        .chars()
        .filter(|c| !c.is_whitespace() && !"()".contains(*c))
        .collect();
    (!name.is_empty()).then(|| (name.to_owned(), wish))
}

/// The version of a wish for exactly one.
fn exact(wish: &str) -> Option<&str> {
    let version = wish.strip_prefix("==")?.trim();
    (!version.contains([',', '*', '='])).then_some(version)
}

fn manifest(look: &dyn Look, at: &str, name: &str) -> Option<Table> {
    graph::toml(&text(look, at, name)?).ok()
}

pub(super) fn pipenv(look: &dyn Look, at: &str, name: &str) -> Vec<Found> {
    let lock = text(look, at, name).and_then(|text| graph::json(&text).ok());
    let (Some(lock), Some(wanted)) = (lock, manifest(look, at, "Pipfile")) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (group, locked) in [("packages", "default"), ("dev-packages", "develop")] {
        let locked = lock.get(locked).and_then(Value::as_object);
        let locked: BTreeMap<String, &Value> = locked
            .into_iter()
            .flatten()
            .map(|(name, package)| (pep_503(name), package))
            .collect();
        let wishes = wanted.get(group).and_then(toml::Value::as_table);
        for (name, wish) in wishes.into_iter().flatten() {
            let wish = match wish {
                toml::Value::String(wish) => wish.trim(),
                // Folders, git and markers are locked in forms of their own.
                toml::Value::Table(table)
                    if table
                        .keys()
                        .all(|key| key == "version" || key == "extras" || key == "index") =>
                {
                    table
                        .get("version")
                        .and_then(toml::Value::as_str)
                        .unwrap_or("*")
                }
                _ => continue,
            };
            let shown = if wish == "*" { "" } else { wish };
            let Some(package) = locked.get(&pep_503(name)) else {
                found.push(Found::new("Pipfile", name, shown, Locked::Nothing));
                continue;
            };
            let version = package.get("version").and_then(Value::as_str);
            let version = version.map(|version| version.trim_start_matches('='));
            if let (Some(wanted), Some(version)) = (exact(wish), version)
                && wanted != version
            {
                found.push(Found::new(
                    "Pipfile",
                    name,
                    shown,
                    Locked::Version(version.to_owned()),
                ));
            }
        }
    }
    found
}

const PROJECT: &str = "pyproject.toml";

/// Wishes of `[project]` and of `[dependency-groups]`.
fn project_wishes(project: &Table) -> Vec<(String, String)> {
    let main = project
        .get("project")
        .and_then(|project| project.get("dependencies")?.as_array());
    let groups = project
        .get("dependency-groups")
        .and_then(toml::Value::as_table);
    let groups = groups
        .into_iter()
        .flatten()
        .filter_map(|(_, group)| group.as_array());
    let all = main.into_iter().chain(groups).flatten();
    all.filter_map(|one| requirement(one.as_str()?)).collect()
}

pub(super) fn poetry(look: &dyn Look, at: &str, name: &str) -> Vec<Found> {
    let (Some(lock), Some(project)) = (manifest(look, at, name), manifest(look, at, PROJECT))
    else {
        return Vec::new();
    };
    let packages = lock.get("package").and_then(toml::Value::as_array);
    let names = packages.into_iter().flatten();
    let locked: BTreeSet<String> = names
        .filter_map(|one| Some(pep_503(one.get("name")?.as_str()?)))
        .collect();
    let mut wishes = project_wishes(&project);
    let poetry = project.get("tool").and_then(|tool| tool.get("poetry"));
    let groups = poetry.and_then(|poetry| poetry.get("group")?.as_table());
    let groups = groups
        .into_iter()
        .flatten()
        .filter_map(|(_, group)| group.get("dependencies"));
    let main = ["dependencies", "dev-dependencies"].iter();
    let main = main.filter_map(|name| poetry?.get(name));
    for list in main.chain(groups).filter_map(toml::Value::as_table) {
        for (name, wish) in list {
            // A table may hold a marker, a folder or an extra.
            if let Some(wish) = wish.as_str().filter(|_| name != "python") {
                wishes.push((name.clone(), wish.to_owned()));
            }
        }
    }
    let missing = wishes
        .iter()
        .filter(|(name, _)| !locked.contains(&pep_503(name)));
    missing
        .map(|(name, wish)| Found::new(PROJECT, name, wish, Locked::Nothing))
        .collect()
}

/// uv writes the wishes of each project of the app to its lockfile; the root's are compared.
pub(super) fn uv(look: &dyn Look, at: &str, name: &str) -> Vec<Found> {
    let (Some(lock), Some(project)) = (manifest(look, at, name), manifest(look, at, PROJECT))
    else {
        return Vec::new();
    };
    let packages = lock.get("package").and_then(toml::Value::as_array);
    let is_root = |one: &&toml::Value| {
        let source = one.get("source");
        let kinds = ["editable", "virtual", "directory"];
        kinds
            .iter()
            .any(|kind| source.and_then(|source| source.get(kind)?.as_str()) == Some("."))
    };
    let Some(root) = packages.into_iter().flatten().find(is_root) else {
        return Vec::new();
    };
    let metadata = root.get("metadata");
    let lists = metadata.and_then(|metadata| metadata.get("requires-dist")?.as_array());
    let groups = metadata.and_then(|metadata| metadata.get("requires-dev")?.as_table());
    let groups = groups
        .into_iter()
        .flatten()
        .filter_map(|(_, group)| group.as_array());
    let mut locked: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for one in lists.into_iter().chain(groups).flatten() {
        let field = |name| one.get(name).and_then(toml::Value::as_str);
        if let Some(name) = field("name") {
            let wish = field("specifier").unwrap_or_default().to_owned();
            locked.entry(pep_503(name)).or_default().push(wish);
        }
    }
    let mut found = Vec::new();
    for (name, wish) in project_wishes(&project) {
        match locked.get(&pep_503(&name)) {
            None => found.push(Found::new(PROJECT, &name, &wish, Locked::Nothing)),
            Some(wishes) => {
                let differs = |one: &String| exact(one).is_some() && *one != wish;
                if exact(&wish).is_some() && wishes.iter().all(differs) {
                    let locked = Locked::For(wishes.first().cloned().unwrap_or_default());
                    found.push(Found::new(PROJECT, &name, &wish, locked));
                }
            }
        }
    }
    found
}
