//! Where does Python begin, besides the app's own sources?

use super::{ANY, Distribution, Python, is_module, knowledge};
use crate::catalogue::python::{installer, split};
use crate::decide::Because;
use crate::facts::Facts;
use crate::index::{name, parent};
use crate::start;
use crate::trace::language::EntryPoint;

/// Modules that Python imports when it starts, where they are there (`site`).
const AT_START: &[&str] = &["sitecustomize", "usercustomize"];

/// Every entry point.
pub(in crate::trace) fn all(facts: &Facts<'_>, python: &Python<'_, '_>) -> Vec<EntryPoint> {
    let mut found = Vec::new();
    if !facts.python_roots.is_empty() {
        nobodys(facts, python, &mut found);
        metadata(python, &mut found);
        commands(facts, python, &mut found);
    }
    found
}

/// What no distribution brought is never judged, so what it imports stays; `.pth` files
/// run when Python starts.
fn nobodys(facts: &Facts<'_>, python: &Python<'_, '_>, found: &mut Vec<EntryPoint>) {
    for root in &facts.python_roots {
        for number in facts.index.below_path(root) {
            let Some(path) = facts.index.path(number) else {
                continue;
            };
            let starts = path.ends_with(".pth") && parent(path) == root;
            let stays = is_module(path) && !python.judges(number, path);
            if (starts || stays) && !python.is_candidate(number) {
                found.push((number, Because::Manifest(path.to_owned())));
            }
        }
    }
    for module in AT_START {
        named(
            python,
            module,
            &Because::Manifest((*module).to_owned()),
            found,
        );
    }
}

/// What entry points of the metadata name: plugins that any code may look for, and the
/// commands of what was asked for by name.
fn metadata(python: &Python<'_, '_>, found: &mut Vec<EntryPoint>) {
    let all = &python.distributions.all;
    let any_requested = python.distributions.any_requested();
    let mut modules = Vec::new();
    for distribution in all {
        // Nobody imports what has no modules: it is looked for by its path.
        if distribution.modules.is_empty() {
            let because = Because::Manifest(distribution.name.clone());
            found.extend(
                distribution
                    .data
                    .iter()
                    .map(|number| (*number, because.clone())),
            );
        }
        // Nothing is installed on a dyno.
        if installer(&distribution.name).is_some() {
            continue;
        }
        let commands = distribution.requested || !any_requested;
        let commands = distribution.scripts.iter().filter(|_| commands);
        let named = commands
            .map(|(_, module)| module)
            .chain(&distribution.plugins);
        for module in named {
            modules.push((module.clone(), distribution.entry_points.clone()));
        }
    }
    for (module, file) in modules {
        named(python, &module, &Because::Manifest(file), found);
    }
}

/// Programs of distributions, `python -m module`, and whatever looks like a module.
fn commands(facts: &Facts<'_>, python: &Python<'_, '_>, found: &mut Vec<EntryPoint>) {
    for command in &facts.commands {
        let because = Because::Command(command.origin.clone());
        for word in start::words(&command.text) {
            let all = &python.distributions.all;
            let scripts = all.iter().flat_map(|distribution| &distribution.scripts);
            let scripts: Vec<String> = scripts
                .filter(|(script, _)| script == name(word))
                .map(|(_, module)| module.clone())
                .collect();
            for module in &scripts {
                named(python, module, &because, found);
            }
            named(python, word, &because, found);
            named(python, &format!("{word}.__main__"), &because, found);
        }
    }
}

fn named(python: &Python<'_, '_>, module: &str, because: &Because, found: &mut Vec<EntryPoint>) {
    let mut files = Vec::new();
    python.name("", module, &mut files);
    found.extend(files.into_iter().map(|number| (number, because.clone())));
}

/// Words of the app's files that are no programs: configuration, templates, pickles.
pub(in crate::trace) fn mentions(
    text: &[u8],
    python: &Python<'_, '_>,
    because: &Because,
) -> Vec<EntryPoint> {
    let mut found = Vec::new();
    if python.facts.python_roots.is_empty() {
        return found;
    }
    let words: std::collections::BTreeSet<&[u8]> = text
        .split(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')))
        .filter(|word| (2..200).contains(&word.len()))
        .collect();
    for word in words {
        if let Ok(word) = std::str::from_utf8(word) {
            let word = word.trim_matches('.');
            named(python, word, because, &mut found);
            // A pickle's opcode for a class stands right before its module (pickletools, GLOBAL).
            if let Some(word) = word.strip_prefix('c') {
                named(python, word, because, &mut found);
            }
        }
    }
    found
}

/// What a distribution loads in ways that its code does not show.
pub(super) fn hidden(python: &Python<'_, '_>, distribution: &Distribution) -> Vec<usize> {
    let mut found = Vec::new();
    for module in knowledge::loads(&distribution.name) {
        python.name("", &module.replace('*', &ANY.to_string()), &mut found);
    }
    found
}

/// Whether a path is part of Python or of an environment rather than of the app.
pub(in crate::trace) fn in_environment(facts: &Facts<'_>, path: &str) -> bool {
    split(path).is_some()
        || facts.python_roots.iter().any(|root| {
            let library = parent(root);
            let above = parent(parent(library));
            let folder = match name(library).starts_with("python") {
                true if above.is_empty() => library,
                true => above,
                false => root,
            };
            path.strip_prefix(folder)
                .is_some_and(|rest| rest.starts_with('/'))
        })
}
