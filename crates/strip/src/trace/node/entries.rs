//! Where does Node begin, besides the app's own sources?

use super::{Form, Node};
use crate::decide::Because;
use crate::facts::{Facts, Texts};
use crate::index::{self, join, parent};
use crate::manifest::Manifest;
use crate::reading::is_build_input;
use crate::start;
use crate::trace::language::EntryPoint;

/// Options of Node whose value is a module.
const PRELOADS: &[&str] = &[
    "-r",
    "--require",
    "--import",
    "--loader",
    "--experimental-loader",
];

/// Every entry point.
pub(in crate::trace) fn all(facts: &Facts<'_>, node: &Node<'_, '_>) -> Vec<EntryPoint> {
    let mut found = Vec::new();
    commands(facts, node, &mut found);
    manifests(node, &mut found);
    found
}

fn commands(facts: &Facts<'_>, node: &Node<'_, '_>, found: &mut Vec<EntryPoint>) {
    for command in &facts.commands {
        let because = Because::Command(command.origin.clone());
        let words: Vec<&str> = start::words(&command.text).collect();
        for (at, word) in words.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|before| words.get(before));
            let is_preload = before.is_some_and(|before| PRELOADS.contains(before));
            // `npm start --prefix api` and `cd api && …` run in a project below the root.
            for (folder, _) in node.projects() {
                let files = named_in(folder, word, is_preload, facts, node);
                found.extend(files.into_iter().map(|number| (number, because.clone())));
            }
        }
    }
}

/// The files that a word of a command can mean where the command runs in `folder`.
fn named_in(
    folder: &str,
    word: &str,
    is_preload: bool,
    facts: &Facts<'_>,
    node: &Node<'_, '_>,
) -> Vec<usize> {
    let mut files = Vec::new();
    if let Some(path) = join(folder, word).filter(|path| path != folder) {
        node.resolver.path(&path, &mut files);
    }
    if is_preload && let Some(from) = join(folder, "x") {
        files.extend(node.resolver.resolve(&from, word, Form::Require));
        files.extend(node.resolver.resolve(&from, word, Form::Import));
    }
    // A program of a package, by its name or its path.
    let program = join(folder, &format!("node_modules/.bin/{}", index::name(word)));
    files.extend(program.and_then(|program| facts.index.find(&program)));
    files
}

/// What the app's own package.json files name.
fn manifests(node: &Node<'_, '_>, found: &mut Vec<EntryPoint>) {
    for (folder, manifest) in node.projects() {
        let Some(path) = join(folder, slugsmith_ecosystems::javascript::MANIFEST) else {
            continue;
        };
        // What only a build runs.
        if is_build_input(node.facts, &path) {
            continue;
        }
        let because = Because::Manifest(path);
        for entry in manifest.iter().flat_map(|manifest| &manifest.entries) {
            let mut files = Vec::new();
            if let Some(path) = join(folder, entry) {
                node.resolver.path(&path, &mut files);
            }
            found.extend(files.into_iter().map(|number| (number, because.clone())));
        }
        // What frameworks keep there, and what another tool than npm may start.
        let words = manifest.iter().flat_map(|manifest| {
            let scripts = manifest.scripts.iter();
            let scripts = scripts.filter(|(name, _)| !start::is_of_developers(name));
            let texts = manifest
                .mentions
                .iter()
                .chain(scripts.map(|(_, text)| text));
            texts.flat_map(|text| start::words(text))
        });
        for word in words {
            let files = named_in(folder, word, true, node.facts, node).into_iter();
            found.extend(files.map(|number| (number, because.clone())));
        }
        let files = plugins(folder, manifest, node).into_iter();
        found.extend(files.map(|number| (number, because.clone())));
    }
}

/// Packages that a key of some tool names (`"oclif": {"plugins": […]}`): it reads their package.json files and loads
/// what those name, what a list of theirs names, or a folder by a name of its own.
fn plugins(folder: &str, manifest: Option<&Manifest>, node: &Node<'_, '_>) -> Vec<usize> {
    let Some(file) = join(folder, slugsmith_ecosystems::javascript::MANIFEST) else {
        return Vec::new();
    };
    let named = manifest.into_iter().flat_map(|one| &one.mentions);
    let folders = named.filter_map(|name| node.resolver.package(&file, name));
    folders.flat_map(|folder| node.all_of(folder)).collect()
}

/// Files that frameworks traced at build time (Next writes `page.js.nft.json`).
pub(in crate::trace) fn traced(facts: &Facts<'_>, texts: &dyn Texts, path: &str) -> Vec<usize> {
    let json = texts
        .text(path)
        .and_then(|text| serde_json::from_slice::<serde_json::Value>(&text).ok());
    let files = json
        .as_ref()
        .and_then(|json| json.get("files"))
        .and_then(serde_json::Value::as_array);
    files
        .into_iter()
        .flatten()
        .filter_map(serde_json::Value::as_str)
        .filter_map(|file| facts.index.find(&join(parent(path), file)?))
        .collect()
}

/// The projects from whose packages a file of the app names some: those of the server alone that a framework built
/// with the file in it.
fn seen_from<'n>(node: &'n Node<'_, '_>, file: &str) -> impl Iterator<Item = &'n str> {
    let server = node.built_server(file);
    let folders = node.projects().map(|(folder, _)| folder);
    folders.filter(move |folder| server.is_none_or(|server| server == *folder))
}

/// The programs of packages that a word of a file means, which a process may start.
pub(in crate::trace) fn started(node: &Node<'_, '_>, file: &str, word: &str) -> Vec<usize> {
    let program = |folder| join(folder, &format!("node_modules/.bin/{}", index::name(word)));
    seen_from(node, file)
        .filter_map(|folder| node.facts.index.find(&program(folder)?))
        .filter(|number| node.may_mean(file, *number))
        .collect()
}

/// What a literal of an app's file that is no program names: a template, a page, a
/// configuration file.
pub(in crate::trace) fn mentioned(node: &Node<'_, '_>, file: &str, word: &str) -> Vec<usize> {
    let manifest = slugsmith_ecosystems::javascript::MANIFEST;
    if let Some(at) = word.find("node_modules/") {
        let path = node.seen_from_server(file, &word[at..]);
        let path = path.filter(|path| node.lies_in_output(file, path));
        return path.map_or_else(Vec::new, |path| node.path(manifest, &path));
    }
    // What the project declares a server finds above it, declared there or not.
    let declared = node.built_server(file).is_some()
        && super::package_name(word).is_some_and(|package| {
            let mut manifests = node.projects().filter_map(|(_, manifest)| manifest);
            manifests.any(|manifest| manifest.dependencies.contains(package))
        });
    seen_from(node, file)
        .filter_map(|folder| join(folder, manifest))
        .flat_map(|file| node.word(&file, word, None, declared))
        .filter(|number| node.may_mean(file, *number))
        .collect()
}
