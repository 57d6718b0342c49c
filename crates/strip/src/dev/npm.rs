//! npm, yarn and pnpm: packages of `node_modules`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Numbers, text};
use crate::dev_dependencies::NeededDevDependency;
use crate::facts::{Facts, Texts, in_packages, package_folder};
use crate::index;
use crate::start;
use crate::trace::package_of;
use slugsmith_ecosystems as ecosystems;

/// What a lockfile knows.
enum Lock {
    /// Folders that only development needs (npm says so of each).
    Folders(BTreeSet<String>),
    /// Names of all packages; who needs whom is in their package.json files.
    Names(String),
}

pub(super) fn add(
    facts: &Facts<'_>,
    texts: &dyn Texts,
    needed: &[NeededDevDependency],
    files: &mut Numbers,
) {
    let Some(lock) = lock(facts, texts) else {
        return;
    };
    let Some(production) = production(facts, needed) else {
        return;
    };
    let folders: BTreeSet<&str> = facts
        .manifests
        .iter()
        .filter(|(folder, manifest)| manifest.is_some() && in_packages(folder))
        .map(|(folder, _)| folder.as_str())
        .filter(|folder| package_folder(&format!("{folder}/x")) == Some(*folder))
        .filter(|folder| !production.contains(*folder))
        .filter(|folder| match &lock {
            Lock::Folders(development) => development.contains(*folder),
            Lock::Names(text) => {
                let name = folder
                    .rfind("node_modules/")
                    .map_or("", |at| &folder[at + 13..]);
                [format!("{name}@"), format!("/{name}/")]
                    .iter()
                    .any(|mark| text.contains(mark.as_str()))
            }
        })
        .collect();
    files.extend((0..facts.index.entries().len()).filter(|number| {
        let path = facts.index.path(*number);
        facts.index.is_file(*number)
            && path
                .and_then(package_folder)
                .is_some_and(|folder| folders.contains(folder))
    }));
}

fn lock(facts: &Facts<'_>, texts: &dyn Texts) -> Option<Lock> {
    for path in [
        ecosystems::javascript::SHRINKWRAP,
        ecosystems::javascript::PACKAGE_LOCK,
    ] {
        if let Some(text) = text(facts, texts, path) {
            let json: Value = ecosystems::graph::json(&text).ok()?;
            // Without `packages` (npm 6) the tree's own needs decide.
            let Some(packages) = json.get("packages").and_then(Value::as_object) else {
                return Some(Lock::Names(text.replace("\": {", "@")));
            };
            let is = |package: &Value, key: &str| package.get(key) == Some(&Value::Bool(true));
            return Some(Lock::Folders(
                packages
                    .iter()
                    .filter(|(_, package)| is(package, "dev"))
                    .map(|(folder, _)| folder.clone())
                    .collect(),
            ));
        }
    }
    [
        ecosystems::javascript::YARN_LOCK,
        ecosystems::javascript::PNPM_LOCK,
    ]
    .iter()
    .find_map(|path| text(facts, texts, path))
    .map(Lock::Names)
}

/// The folders of all that production needs: the dependencies of the app and of its
/// workspaces, and of what is in the wrong list. `None` where the app says nothing.
fn production(facts: &Facts<'_>, needed: &[NeededDevDependency]) -> Option<BTreeSet<String>> {
    let root = facts.manifests.get("")?.as_ref()?;
    if root.dev_dependencies.is_empty() {
        return None;
    }
    let mut pending: Vec<(String, String)> = Vec::new();
    for (folder, manifest) in &facts.manifests {
        if let (Some(manifest), false) = (manifest, in_packages(folder)) {
            let inside = format!("{folder}/x").trim_start_matches('/').to_owned();
            pending.extend(
                manifest
                    .needs
                    .iter()
                    .map(|name| (inside.clone(), name.clone())),
            );
        }
    }
    pending.extend(needed.iter().map(|one| ("x".to_owned(), one.name.clone())));
    // `web: ts-node src/server.ts`, `release: sequelize db:migrate`
    for command in &facts.commands {
        for word in start::words(&command.text) {
            let name = index::name(word);
            let program = facts.index.find(&format!("node_modules/.bin/{name}"));
            let folder = program
                .and_then(|number| facts.index.path(number))
                .and_then(package_folder);
            let named = folder.and_then(|folder| facts.manifests.get(folder)?.as_ref());
            pending.extend(named.map(|manifest| ("x".to_owned(), manifest.name.clone())));
        }
    }
    let mut folders = BTreeSet::new();
    while let Some((from, name)) = pending.pop() {
        let Some(folder) = package_of(facts, &from, &name) else {
            continue;
        };
        if !folders.insert(folder.to_owned()) {
            continue;
        }
        let inside = format!("{folder}/x");
        let needs = facts.manifests.get(folder).and_then(Option::as_ref);
        let needs = needs.into_iter().flat_map(|manifest| &manifest.needs);
        pending.extend(needs.map(|name| (inside.clone(), name.clone())));
    }
    Some(folders)
}
