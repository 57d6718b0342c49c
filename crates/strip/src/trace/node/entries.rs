//! Where does Node begin, besides the app's own sources?

use super::{Form, Node};
use crate::decide::Because;
use crate::facts::{Facts, Texts};
use crate::index::{self, join, parent};
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
    manifest(facts, node, &mut found);
    found
}

fn commands(facts: &Facts<'_>, node: &Node<'_, '_>, found: &mut Vec<EntryPoint>) {
    for command in &facts.commands {
        let because = Because::Command(command.origin.clone());
        let words: Vec<&str> = start::words(&command.text).collect();
        for (at, word) in words.iter().enumerate() {
            let mut files = Vec::new();
            if let Some(path) = join("", word).filter(|path| !path.is_empty()) {
                node.resolver.path(&path, &mut files);
            }
            let before = at.checked_sub(1).and_then(|before| words.get(before));
            if before.is_some_and(|before| PRELOADS.contains(before)) {
                files.extend(node.resolver.resolve("x", word, Form::Require));
                files.extend(node.resolver.resolve("x", word, Form::Import));
            }
            // A program of a package, by its name or its path.
            let program = format!("node_modules/.bin/{}", index::name(word));
            files.extend(facts.index.find(&program));
            found.extend(files.into_iter().map(|number| (number, because.clone())));
        }
    }
}

/// What the app's own package.json names.
fn manifest(facts: &Facts<'_>, node: &Node<'_, '_>, found: &mut Vec<EntryPoint>) {
    let because = Because::Manifest(slugsmith_ecosystems::javascript::MANIFEST.to_owned());
    let manifest = facts.manifests.get("").and_then(Option::as_ref);
    for entry in manifest.iter().flat_map(|manifest| &manifest.entries) {
        let mut files = Vec::new();
        if let Some(path) = join("", entry) {
            node.resolver.path(&path, &mut files);
        }
        found.extend(files.into_iter().map(|number| (number, because.clone())));
    }
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

/// What a literal of an app's file that is no program names: a template, a page, a
/// configuration file.
pub(in crate::trace) fn mentioned(node: &Node<'_, '_>, word: &str) -> Vec<usize> {
    match word.find("node_modules/") {
        Some(at) => node.path(slugsmith_ecosystems::javascript::MANIFEST, &word[at..]),
        None => node.word(
            slugsmith_ecosystems::javascript::MANIFEST,
            word,
            None,
            false,
        ),
    }
}
