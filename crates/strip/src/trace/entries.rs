//! Where does the app's own code begin?

use std::collections::BTreeSet;

use super::graph::Graph;
use super::language::named_only;
use super::node::in_app;
use super::{node, python, standalone};
use crate::catalogue::node::is_licence;
use crate::decide::{Because, KEEP_FILE};
use crate::facts::package_folder;
use crate::index;
use crate::reading::{is_build_input, shell, words};
use crate::references;
use crate::resolve::{Meaning, Resolver};
use crate::start;
use crate::tooling::is_tooling;
use slugsmith_ecosystems as ecosystems;

/// Larger files that are no programs are data, in bytes.
const MAX_TEXT: u64 = 2_000_000;

/// Models that are pickled name the classes that they are made of.
const MAX_PICKLE: u64 = 100_000_000;

/// Adds every entry point.
pub(super) fn add(graph: &mut Graph<'_, '_>, listed: impl Fn(&str) -> bool) {
    let facts = graph.facts;
    for number in 0..facts.index.entries().len() {
        if facts.index.path(number).is_some_and(&listed) {
            graph.keep(number, &Because::Manifest(KEEP_FILE.to_owned()));
        }
    }
    graph.keep_all(node::entry_points(facts, &graph.node));
    graph.keep_all(python::entry_points(facts, &graph.python));
    own_code(graph);
    served(graph);
}

/// What is served of packages: all of a folder but what only its name keeps, and files by their address.
fn served(graph: &mut Graph<'_, '_>) {
    let facts = graph.facts;
    for named in facts.served.roots.iter().chain(&facts.served.linked) {
        let because = Because::from(named);
        if !facts.index.is_folder(named.number) {
            graph.keep(named.number, &because);
            continue;
        }
        for number in facts
            .index
            .below_path(facts.index.path(named.number).unwrap_or_default())
        {
            if !named_only(graph.catalogue, number) {
                graph.keep(number, &because);
            }
        }
    }
}

/// The app's own sources are never judged: whatever is no test and no tool's
/// configuration may run, by a one-off command if by nothing else.
fn own_code(graph: &mut Graph<'_, '_>) {
    let facts = graph.facts;
    for number in 0..facts.index.entries().len() {
        let Some(path) = facts.index.path(number) else {
            continue;
        };
        let own = facts.index.is_file(number)
            && in_app(path)
            && !is_tooling(path)
            && !is_build_input(facts, path)
            && !node::is_for_browsers(path)
            && !standalone::has(&facts.superseded, path, graph.texts)
            && !graph.is_candidate(number)
            && !python::in_environment(facts, path);
        if own {
            own_file(graph, number, path);
        }
    }
}

fn own_file(graph: &mut Graph<'_, '_>, number: usize, path: &str) {
    let facts = graph.facts;
    let because = Because::Manifest(path.to_owned());
    let entry = facts.index.entry(number);
    let size = entry.map_or(u64::MAX, slugsmith_facts::tree::Entry::size);
    let runs = entry.is_some_and(|entry| entry.mode() & 0o111 != 0);
    let name = index::name(path);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let small = size
        < if is_pickle(extension) {
            MAX_PICKLE
        } else {
            MAX_TEXT
        };
    rendered(graph, path, extension, &because);
    match extension {
        "js" | "cjs" | "mjs" | "jsx" => graph.keep(number, &because),
        "py" => {
            graph.keep(number, &because);
            if small {
                mentions(graph, path, &because);
            }
        }
        "ts" | "tsx" | "mts" | "cts" if facts.runtime.typescript => graph.keep(number, &because),
        "json" if name.ends_with(".nft.json") => {
            for file in node::traced(facts, graph.texts, path) {
                graph.keep(file, &because);
            }
        }
        "css" | "scss" | "sass" | "less" | "styl" if small => imported(graph, path, &because),
        _ if !small || lists_dependencies(path) || says_nothing(extension) => {}
        "json" if node::is_note(path) => {}
        "" if runs || start::names(&facts.commands, path) => {
            graph.keep(number, &because);
            mentions(graph, path, &because);
        }
        _ => mentions(graph, path, &because),
    }
}

/// What a stylesheet imports out of packages.
fn imported(graph: &mut Graph<'_, '_>, path: &str, because: &Because) {
    let facts = graph.facts;
    let Some(text) = graph.texts.text(path) else {
        return;
    };
    let resolver = Resolver::new(facts, path);
    let mut meanings = Vec::new();
    words::of_configuration(facts, path, &text, &resolver, &mut |meaning, _| {
        meanings.push(meaning);
    });
    for meaning in meanings {
        match meaning {
            Meaning::File(number) => graph.keep(number, because),
            Meaning::Below(folder) => {
                let owner = package_folder(&format!("{folder}/x")).map(str::to_owned);
                for number in facts.index.below_path(&folder) {
                    let other = facts.index.path(number).and_then(package_folder);
                    if other == owner.as_deref() {
                        graph.keep(number, because);
                    }
                }
            }
            _ => {}
        }
    }
}

fn is_pickle(extension: &str) -> bool {
    matches!(extension, "pkl" | "pickle" | "joblib" | "sav" | "dill")
}

/// Sources that no process reads here, prose, and data without names of files.
fn says_nothing(extension: &str) -> bool {
    const KINDS: &[&str] = &[
        "ts", "tsx", "mts", "cts", "md", "mdx", "markdown", "lock", "log", "map", "csv", "tsv",
        "png", "jpg", "jpeg", "gif", "webp", "avif", "ico", "svg", "woff", "woff2", "ttf", "otf",
        "eot", "pdf", "mp3", "mp4", "webm", "zip", "gz", "css", "scss", "less", "sass",
    ];
    KINDS.contains(&extension)
}

/// The package that renders a template, which frameworks load by the file's extension
/// (`require(extension)`, expressjs.com/en/guide/using-template-engines.html).
fn rendered(graph: &mut Graph<'_, '_>, path: &str, extension: &str, because: &Because) {
    const OTHER_NAMES: &[(&str, &str)] = &[
        ("hbs", "handlebars"),
        ("handlebars", "express-handlebars"),
        ("jade", "pug"),
        ("liquid", "liquidjs"),
        ("njk", "nunjucks"),
        ("html", "swig"),
    ];
    let others = OTHER_NAMES.iter().filter(|(known, _)| *known == extension);
    let names = others.map(|(_, package)| *package).chain([extension]);
    let declared: Vec<&str> = names.filter(|name| is_declared(graph, name)).collect();
    for name in declared {
        for number in node::mentioned(&graph.node, path, name) {
            graph.keep(number, because);
        }
    }
}

/// Files that name packages because they are installed, not because they are used. A bundler lists the licences of what
/// it bundled (`3rdpartylicenses.txt`, `main.js.LICENSE.txt`).
fn lists_dependencies(path: &str) -> bool {
    let name = index::name(path);
    let is_text = name.ends_with(".txt");
    let asks = || {
        ["require", "constraint"]
            .iter()
            .any(|word| path.contains(word))
    };
    is_text && (is_licence(&name.to_ascii_lowercase()) || asks())
        || name.contains("-lock")
        || matches!(
            name,
            ecosystems::javascript::MANIFEST
                | ecosystems::python::PYPROJECT
                | ecosystems::python::PIPFILE_LOCK
        )
}

fn mentions(graph: &mut Graph<'_, '_>, path: &str, because: &Because) {
    let Some(text) = graph.texts.text(path) else {
        return;
    };
    let mut words = Vec::new();
    references::literals(&text, |literal| words.push(literal.text.to_owned()));
    words.extend(declared_words(graph, path, &text));
    if shell::is_script(path, &text) {
        shell::words(path, &String::from_utf8_lossy(&text), |word, _| {
            words.push(word.to_owned());
        });
    }
    for word in words {
        for number in node::mentioned(&graph.node, path, &word) {
            graph.keep(number, because);
        }
        for number in node::started(&graph.node, path, &word) {
            graph.keep(number, because);
        }
    }
    graph.keep_all(python::mentions(&text, &graph.python, because));
}

/// Whether a project of the app declares a package of this name.
fn is_declared(graph: &Graph<'_, '_>, name: &str) -> bool {
    let mut manifests = graph.node.projects().filter_map(|(_, manifest)| manifest);
    manifests.any(|manifest| manifest.dependencies.contains(name))
}

/// Names of packages that the app declares, or of what is in them or of their programs, in
/// a file of whatever syntax: `"helmet#xssFilter"`, `module: winston`, `-r ts-node/register`.
fn declared_words(graph: &Graph<'_, '_>, path: &str, text: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(text);
    let words = text
        .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '@' | '/' | '-' | '_' | '.')));
    let words: BTreeSet<&str> = words.filter(|word| !word.is_empty()).collect();
    words
        .iter()
        .filter(|word| {
            let package = node::package_name(word);
            package.is_some_and(|package| is_declared(graph, package))
                || word.contains("node_modules/")
                || graph.node.is_program(path, word)
        })
        .map(|word| (*word).to_owned())
        .collect()
}
