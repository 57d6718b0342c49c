//! Which modules do compilers at start put into code that names none of them?
//!
//! `<p/>` becomes a call of `react/jsx-runtime`, or of what `jsxImportSource` names; helpers come
//! out of packages that a word of the compiler's configuration stands for.

use memchr::memmem;

use super::graph::Graph;
use super::node::{self, in_app};
use crate::decide::Because;
use crate::index;
use slugsmith_ecosystems as ecosystems;

/// Larger sources are bundles, in bytes.
const MAX_TEXT: u64 = 1_000_000;

/// Words of configuration, and the packages that code is taken from then, by any path in them.
const HELPERS: &[(&str, &[&str])] = &[
    ("importHelpers", &["tslib"]),
    ("externalHelpers", &["@swc/helpers"]),
    (
        "transform-runtime",
        &[
            "@babel/runtime",
            "@babel/runtime-corejs2",
            "@babel/runtime-corejs3",
        ],
    ),
    ("useBuiltIns", &["core-js", "regenerator-runtime"]),
];

/// Keeps them.
pub(super) fn add(graph: &mut Graph<'_, '_>) {
    let facts = graph.facts;
    if !facts.runtime.typescript {
        return;
    }
    let mut sources: Vec<(String, String)> = Vec::new();
    let declared = graph.node.projects().flat_map(|(folder, manifest)| {
        let file = index::join(folder, ecosystems::javascript::MANIFEST).unwrap_or_default();
        let names = manifest.into_iter().flat_map(|one| &one.dependencies);
        names.map(move |name| (file.clone(), name.clone()))
    });
    sources.extend(declared);
    for number in 0..facts.index.entries().len() {
        let Some(path) = facts.index.path(number) else {
            continue;
        };
        let configures = is_configuration(index::name(path));
        let is_read = (configures || path.ends_with("sx"))
            && in_app(path)
            && facts.index.is_file(number)
            && facts
                .index
                .entry(number)
                .is_some_and(|entry| entry.size() < MAX_TEXT);
        let Some(text) = is_read.then(|| graph.texts.text(path)).flatten() else {
            continue;
        };
        sources.extend(
            jsx_sources(&text)
                .into_iter()
                .map(|name| (path.to_owned(), name)),
        );
        if configures {
            helpers(graph, path, &text);
        }
    }
    for (file, source) in sources {
        let because = Because::Manifest(file);
        for module in ["jsx-runtime", "jsx-dev-runtime"] {
            for number in node::mentioned(&graph.node, "", &format!("{source}/{module}")) {
                graph.keep(number, &because);
            }
        }
    }
}

fn helpers(graph: &mut Graph<'_, '_>, path: &str, text: &[u8]) {
    let said = HELPERS
        .iter()
        .filter(|(word, _)| memmem::find(text, word.as_bytes()).is_some());
    let because = Because::Manifest(path.to_owned());
    for name in said.flat_map(|(_, packages)| *packages) {
        let folder = graph.node.resolver.package(path, name);
        let files = folder.map(|folder| graph.node.all_of(folder));
        for number in files.into_iter().flatten() {
            graph.keep(number, &because);
        }
    }
}

/// Files that compilers at start read.
fn is_configuration(name: &str) -> bool {
    const STARTS: &[&str] = &[
        "tsconfig",
        "jsconfig",
        ".swcrc",
        ".babelrc",
        "babel.config.",
        "vite.config.",
        "vitest.config.",
        "jest.config.",
    ];
    name == ecosystems::javascript::MANIFEST || STARTS.iter().any(|start| name.starts_with(start))
}

/// What stands behind each `jsxImportSource` or `importSource`, in configuration or in a comment.
fn jsx_sources(text: &[u8]) -> Vec<String> {
    let begins = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'@';
    let goes_on = |byte: &u8| begins(byte) || matches!(byte, b'/' | b'-' | b'_' | b'.');
    let key = b"mportSource";
    memmem::find_iter(text, key)
        .filter_map(|at| {
            let rest = text.get(at + key.len()..)?;
            let start = rest.iter().take(8).position(begins)?;
            let name = rest.get(start..)?;
            let end = name.iter().position(|byte| !goes_on(byte));
            let name = name.get(..end.unwrap_or(name.len()))?;
            std::str::from_utf8(name).ok().map(str::to_owned)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::jsx_sources;

    #[test]
    fn sources_of_jsx_are_read_from_configuration_and_comments() {
        for text in [
            r#"{"jsxImportSource": "hono/jsx"}"#,
            "/** @jsxImportSource hono/jsx */",
            "react({ importSource: 'hono/jsx' })",
        ] {
            assert_eq!(jsx_sources(text.as_bytes()), ["hono/jsx"], "{text}");
        }
        assert!(jsx_sources(b"no such word").is_empty());
    }
}
