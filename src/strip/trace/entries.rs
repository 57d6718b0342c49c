//! Where does the app's own code begin?

use super::graph::Graph;
use super::resolve::{Form, in_app};
use crate::strip::decide::Because;
use crate::strip::facts::{Facts, Texts};
use crate::strip::index::{self, join, parent};
use crate::strip::references;
use crate::strip::start;

/// Options of Node whose value is a module.
const PRELOADS: &[&str] = &[
    "-r",
    "--require",
    "--import",
    "--loader",
    "--experimental-loader",
];

/// Adds every entry point.
pub(super) fn add(facts: &Facts<'_>, texts: &dyn Texts, graph: &mut Graph<'_, '_>) {
    commands(facts, graph);
    manifest(facts, graph);
    own_code(facts, texts, graph);
}

fn commands(facts: &Facts<'_>, graph: &mut Graph<'_, '_>) {
    for command in &facts.commands {
        let because = Because::Command(command.origin.clone());
        let words: Vec<&str> = start::words(&command.text).collect();
        for (at, word) in words.iter().enumerate() {
            let mut files = Vec::new();
            if let Some(path) = join("", word).filter(|path| !path.is_empty()) {
                graph.resolver.path(&path, &mut files);
            }
            let before = at.checked_sub(1).and_then(|before| words.get(before));
            if before.is_some_and(|before| PRELOADS.contains(before)) {
                files.extend(graph.resolver.resolve("x", word, Form::Require));
                files.extend(graph.resolver.resolve("x", word, Form::Import));
            }
            // A program of a package, by its name or its path.
            let program = format!("node_modules/.bin/{}", index::name(word));
            files.extend(facts.index.find(&program));
            for number in files {
                graph.keep(number, &because);
            }
        }
    }
}

/// What the app's own package.json names.
fn manifest(facts: &Facts<'_>, graph: &mut Graph<'_, '_>) {
    let because = Because::Manifest("package.json".to_owned());
    let manifest = facts.manifests.get("").and_then(Option::as_ref);
    for entry in manifest.iter().flat_map(|manifest| &manifest.entries) {
        let mut files = Vec::new();
        if let Some(path) = join("", entry) {
            graph.resolver.path(&path, &mut files);
        }
        for number in files {
            graph.keep(number, &because);
        }
    }
}

/// The app's own sources are never judged: whatever is no test and no tool's
/// configuration may run, by a one-off command if by nothing else.
fn own_code(facts: &Facts<'_>, texts: &dyn Texts, graph: &mut Graph<'_, '_>) {
    let known: Vec<usize> = (0..facts.index.entries().len())
        .filter(|number| facts.index.is_file(*number))
        .filter(|number| {
            facts.index.path(*number).is_some_and(|path| {
                in_app(path) && !is_tooling(path) && !graph.is_candidate(*number)
            })
        })
        .collect();
    for number in known {
        let Some(path) = facts.index.path(number) else {
            continue;
        };
        let because = Because::Manifest(path.to_owned());
        let name = index::name(path);
        let small = facts
            .index
            .entry(number)
            .is_some_and(|entry| entry.size() < 2_000_000);
        match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
            "js" | "cjs" | "mjs" | "jsx" => graph.keep(number, &because),
            "ts" | "tsx" | "mts" | "cts" if facts.runtime.typescript => {
                graph.keep(number, &because);
            }
            "json" if name.ends_with(".nft.json") => traced(facts, texts, path, graph),
            "json" | "html" | "ejs" | "hbs" | "pug" | "vue" | "yml" | "yaml" | "toml" | "sh"
                if small && !name.contains("-lock") && name != "package.json" =>
            {
                mentions(texts, path, graph, &because);
            }
            "" if small
                && facts
                    .index
                    .entry(number)
                    .is_some_and(|entry| entry.mode() & 0o111 != 0) =>
            {
                graph.keep(number, &because);
            }
            _ => {}
        }
    }
}

/// Files that frameworks traced at build time (Next writes `page.js.nft.json`).
fn traced(facts: &Facts<'_>, texts: &dyn Texts, path: &str, graph: &mut Graph<'_, '_>) {
    let json = texts
        .text(path)
        .and_then(|text| serde_json::from_slice::<serde_json::Value>(&text).ok());
    let files = json
        .as_ref()
        .and_then(|json| json.get("files"))
        .and_then(serde_json::Value::as_array);
    for file in files
        .into_iter()
        .flatten()
        .filter_map(serde_json::Value::as_str)
    {
        if let Some(number) = join(parent(path), file).and_then(|file| facts.index.find(&file)) {
            graph.keep(number, &Because::Manifest(path.to_owned()));
        }
    }
}

fn mentions(texts: &dyn Texts, path: &str, graph: &mut Graph<'_, '_>, because: &Because) {
    let Some(text) = texts.text(path) else {
        return;
    };
    let mut words = Vec::new();
    references::literals(&text, |literal| words.push(literal.text.to_owned()));
    for word in words {
        match word.find("node_modules/") {
            Some(at) => graph.keep_path(&word[at..], because),
            None => graph.app_word(&word, because),
        }
    }
}

/// Configuration of tools that run before a release.
pub(in crate::strip) fn is_tooling(path: &str) -> bool {
    const STARTS: &[&str] = &[
        "webpack.",
        "rollup.",
        "vite.",
        "vitest.",
        "jest.",
        "karma.",
        "gulpfile",
        "gruntfile",
        "babel.",
        ".babelrc",
        ".eslintrc",
        "eslint.",
        "prettier.",
        ".prettierrc",
        "tailwind.",
        "postcss.",
        "cypress.",
        "playwright.",
        "commitlint.",
        "tsup.",
        "esbuild.",
        ".mocharc",
        "metro.",
        "svelte.config",
        "astro.config",
        "lint-staged",
        "stylelint",
    ];
    let name = index::name(path).to_ascii_lowercase();
    STARTS.iter().any(|start| name.starts_with(start))
}
