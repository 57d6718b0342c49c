//! Where does Python begin, besides the app's own sources?

use super::{ANY, Distribution, Python, is_module, knowledge};
use crate::catalogue::python::{installer, split};
use crate::decide::Because;
use crate::facts::Facts;
use crate::index::{name, parent};
use crate::start;
use crate::trace::graph::Graph;

/// Modules that Python imports when it starts, where they are there (`site`).
const AT_START: &[&str] = &["sitecustomize", "usercustomize"];

/// Adds every entry point.
pub(in crate::trace) fn add(facts: &Facts<'_>, graph: &mut Graph<'_, '_>) {
    if facts.python_roots.is_empty() {
        return;
    }
    nobodys(facts, graph);
    metadata(graph);
    commands(facts, graph);
}

/// What no distribution brought is never judged, so what it imports stays; `.pth` files
/// run when Python starts.
fn nobodys(facts: &Facts<'_>, graph: &mut Graph<'_, '_>) {
    for root in &facts.python_roots {
        for number in facts.index.below_path(root) {
            let Some(path) = facts.index.path(number) else {
                continue;
            };
            let starts = path.ends_with(".pth") && parent(path) == root;
            let stays = is_module(path) && !graph.python.judges(number, path);
            if (starts || stays) && !graph.is_candidate(number) {
                graph.keep(number, &Because::Manifest(path.to_owned()));
            }
        }
    }
    for module in AT_START {
        named(graph, module, &Because::Manifest((*module).to_owned()));
    }
}

/// What entry points of the metadata name: plugins that any code may look for, and the
/// commands of what was asked for by name.
fn metadata(graph: &mut Graph<'_, '_>) {
    let all = &graph.python.distributions.all;
    let any_requested = graph.python.distributions.any_requested();
    let mut modules = Vec::new();
    for distribution in all {
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
        named(graph, &module, &Because::Manifest(file));
    }
}

/// Programs of distributions, `python -m module`, and whatever looks like a module.
fn commands(facts: &Facts<'_>, graph: &mut Graph<'_, '_>) {
    for command in &facts.commands {
        let because = Because::Command(command.origin.clone());
        for word in start::words(&command.text) {
            let all = &graph.python.distributions.all;
            let scripts = all.iter().flat_map(|distribution| &distribution.scripts);
            let scripts: Vec<String> = scripts
                .filter(|(script, _)| script == name(word))
                .map(|(_, module)| module.clone())
                .collect();
            for module in &scripts {
                named(graph, module, &because);
            }
            named(graph, word, &because);
            named(graph, &format!("{word}.__main__"), &because);
        }
    }
}

fn named(graph: &mut Graph<'_, '_>, module: &str, because: &Because) {
    let mut found = Vec::new();
    graph.python.name("", module, &mut found);
    for number in found {
        graph.keep(number, because);
    }
}

/// Words of the app's files that are no programs: configuration, templates, pickles.
pub(in crate::trace) fn mentions(text: &[u8], graph: &mut Graph<'_, '_>, because: &Because) {
    if graph.facts.python_roots.is_empty() {
        return;
    }
    let words: std::collections::BTreeSet<&[u8]> = text
        .split(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')))
        .filter(|word| (2..200).contains(&word.len()))
        .collect();
    for word in words {
        if let Ok(word) = std::str::from_utf8(word) {
            named(graph, word.trim_matches('.'), because);
        }
    }
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
