//! Which packages is a framework's look into packages meant for?
//!
//! Those of its scope, those that one of the two declares, those whose name or package.json
//! has the framework's name in it (`hubot-rules`, `"node-red": {…}`).

use std::collections::{BTreeMap, BTreeSet};

use super::catalogue::Entry;
use super::facts::{Facts, package_folder};
use super::manifest::Manifest;

/// Packages that have candidates below a name at their top, by that name.
#[derive(Debug, Default)]
pub(super) struct Tops<'a>(BTreeMap<&'a str, BTreeSet<&'a str>>);

impl<'a> Tops<'a> {
    pub(super) fn new(facts: &Facts<'a>, open: &[Option<&'static Entry>]) -> Self {
        let mut tops: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (number, entry) in open.iter().enumerate() {
            let path = facts.index.path(number).filter(|_| entry.is_some());
            let Some((path, folder)) = path.and_then(|path| Some((path, package_folder(path)?)))
            else {
                continue;
            };
            let inside = path.get(folder.len() + 1..).unwrap_or_default();
            let top = inside.split('/').next().unwrap_or_default();
            tops.entry(top).or_default().insert(folder);
        }
        Self(tops)
    }

    /// Folders of related packages that `path`, joined by code of `file`, can mean.
    pub(super) fn meant(&self, facts: &Facts<'_>, file: &str, path: &str) -> Vec<String> {
        let top = path.split('/').next().unwrap_or_default();
        let (Some(folders), Some(own)) = (self.0.get(top), package_folder(file)) else {
            return Vec::new();
        };
        let manifest = |folder: &str| facts.manifests.get(folder).and_then(Option::as_ref);
        let Some(scanner) = manifest(own) else {
            return Vec::new();
        };
        folders
            .iter()
            .filter(|folder| **folder != own)
            .filter(|folder| manifest(folder).is_some_and(|package| are_related(scanner, package)))
            .map(|folder| format!("{folder}/{path}"))
            .collect()
    }
}

fn are_related(scanner: &Manifest, package: &Manifest) -> bool {
    let scope = |name: &str| {
        name.strip_prefix('@')?
            .split_once('/')
            .map(|(scope, _)| scope.to_owned())
    };
    let family = scope(&scanner.name);
    let same_scope = family.is_some() && family == scope(&package.name);
    let family = family.unwrap_or_else(|| scanner.name.clone());
    let marked = package.marks.contains(&family) || package.name.contains(&format!("{family}-"));
    same_scope
        || scanner.dependencies.contains(&package.name)
        || package.dependencies.contains(&scanner.name)
        || marked
}
