//! poetry, uv and pipenv: distributions of `site-packages`.

use std::collections::{BTreeMap, BTreeSet};

use toml::Value;

use super::{Numbers, closure, text};
use crate::facts::{Facts, Texts};
use crate::index::join;
use crate::{catalogue, start};
use slugsmith_ecosystems as ecosystems;
use slugsmith_ecosystems::names::pep_503;

pub(super) fn add(facts: &Facts<'_>, texts: &dyn Texts, files: &mut Numbers) {
    let names = from_poetry(facts, texts)
        .or_else(|| from_uv(facts, texts))
        .or_else(|| from_pipenv(facts, texts))
        .unwrap_or_default();
    if names.is_empty() {
        return;
    }
    let imported = imported(facts, texts);
    let mut found = Numbers::new();
    for number in 0..facts.index.entries().len() {
        let Some(record) = facts.index.path(number) else {
            continue;
        };
        let Some(folder) = record.strip_suffix(".dist-info/RECORD") else {
            continue;
        };
        let Some((root, name)) = folder.rsplit_once('/') else {
            continue;
        };
        let name = pep_503(name.split('-').next().unwrap_or_default());
        if !names.contains(&name) || !facts.python_roots.contains(root) {
            continue;
        }
        let listed = text(facts, texts, record).unwrap_or_default();
        for line in listed.lines() {
            let path = line.split(',').next().unwrap_or_default();
            let top = path.split(['/', '.']).next().unwrap_or_default();
            if imported.contains(top) {
                // The app uses one of them: the list can't be trusted.
                return;
            }
            found.extend(join(root, path).and_then(|path| facts.index.exact(&path)));
        }
    }
    files.extend(
        found
            .into_iter()
            .filter(|number| facts.index.is_file(*number)),
    );
}

fn packages(facts: &Facts<'_>, texts: &dyn Texts, path: &str) -> Option<Vec<Value>> {
    let lock: toml::Table = ecosystems::graph::toml(&text(facts, texts, path)?).ok()?;
    Some(lock.get("package")?.as_array()?.clone())
}

fn name_of(package: &Value) -> Option<String> {
    Some(pep_503(package.get("name")?.as_str()?))
}

/// poetry 2 writes the groups of each package, poetry 1.4 and before a category.
fn from_poetry(facts: &Facts<'_>, texts: &dyn Texts) -> Option<BTreeSet<String>> {
    let packages = packages(facts, texts, ecosystems::python::POETRY_LOCK)?;
    let is_development = |package: &Value| {
        let category = package.get("category").and_then(Value::as_str);
        let groups = package.get("groups").and_then(Value::as_array);
        category == Some("dev")
            || groups.is_some_and(|groups| {
                let all = ["dev", "test", "tests", "lint", "docs", "typing"];
                !groups.is_empty()
                    && groups
                        .iter()
                        .all(|group| group.as_str().is_some_and(|name| all.contains(&name)))
            })
    };
    Some(
        packages
            .iter()
            .filter(|one| is_development(one))
            .filter_map(name_of)
            .collect(),
    )
}

/// uv.lock says who needs whom; the app is the package without a registry.
fn from_uv(facts: &Facts<'_>, texts: &dyn Texts) -> Option<BTreeSet<String>> {
    let packages = packages(facts, texts, ecosystems::python::UV_LOCK)?;
    let needs = |value: Option<&Value>| -> Vec<String> {
        let list = value.and_then(Value::as_array);
        list.into_iter().flatten().filter_map(name_of).collect()
    };
    let (mut edges, mut roots, mut development) = (BTreeMap::new(), Vec::new(), Vec::new());
    for package in &packages {
        let name = name_of(package)?;
        let source = package.get("source");
        let own = ["virtual", "editable"]
            .iter()
            .any(|kind| source.is_some_and(|source| source.get(kind).is_some()));
        let mut all = needs(package.get("dependencies"));
        for table in ["optional-dependencies", "dev-dependencies"] {
            let groups = package.get(table).and_then(Value::as_table);
            for group in groups.into_iter().flat_map(toml::Table::values) {
                if table == "dev-dependencies" {
                    development.extend(needs(Some(group)));
                } else {
                    all.extend(needs(Some(group)));
                }
            }
        }
        if own {
            roots.push(name.clone());
        }
        edges.insert(name, all);
    }
    if roots.is_empty() {
        return None;
    }
    let production = closure(roots.iter().map(String::as_str), &edges);
    let development = closure(development.iter().map(String::as_str), &edges);
    Some(
        development
            .difference(&production)
            .map(|name| (*name).to_owned())
            .collect(),
    )
}

fn from_pipenv(facts: &Facts<'_>, texts: &dyn Texts) -> Option<BTreeSet<String>> {
    let lock: serde_json::Value =
        ecosystems::graph::json(&text(facts, texts, ecosystems::python::PIPFILE_LOCK)?).ok()?;
    let names = |group: &str| -> BTreeSet<String> {
        let group = lock.get(group).and_then(serde_json::Value::as_object);
        group
            .into_iter()
            .flatten()
            .map(|(name, _)| pep_503(name))
            .collect()
    };
    Some(
        names("develop")
            .difference(&names("default"))
            .cloned()
            .collect(),
    )
}

/// First names of modules that the app's own sources import, tests left out, and words of
/// its commands.
fn imported(facts: &Facts<'_>, texts: &dyn Texts) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for command in &facts.commands {
        for word in start::words(&command.text) {
            let first = crate::index::name(word).split('.').next();
            names.extend(first.map(str::to_owned));
        }
    }
    for number in 0..facts.index.entries().len() {
        let Some(path) = facts
            .index
            .path(number)
            .filter(|path| path.ends_with(".py"))
        else {
            continue;
        };
        let test = path.split('/').any(|part| {
            matches!(
                part,
                "tests" | "test" | "conftest.py" | "noxfile.py" | ecosystems::python::SETUP_PY
            ) || part.starts_with("test_")
        });
        let own = catalogue::python::split(path).is_none() && !path.contains("/lib/python3.");
        if test || !own {
            continue;
        }
        if let Some(text) = texts.text(path) {
            crate::python::imports(&String::from_utf8_lossy(&text), |name| {
                names.extend(name.split('.').next().map(str::to_owned));
            });
        }
    }
    names.remove("");
    names
}
