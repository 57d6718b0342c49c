//! Front ends of the app that are built: projects whose output is served, and whose own sources and packages only
//! the build reads.
//!
//! A folder with a package.json, a bundler in its `build` script, packages of its own and an output beside them is
//! one. All but its output is idle where no process starts in it, no file outside names more of it than its output,
//! and the output loads no package, as pages do that are rendered on the server.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use memchr::memmem;
use rayon::prelude::*;

use super::{Search, code, mentions};
use crate::because::Because;
use crate::facts::{Facts, Texts, in_packages};
use crate::front_end::{FrontEnd, OUTPUTS, inside, is_more};
use crate::index::{self, parent};
use crate::manifest::Manifest;
use crate::references;
use crate::start;
use crate::trace;

/// Programs that build for browsers.
const BUILDERS: &[&str] = &[
    "react-scripts",
    "react-app-rewired",
    "craco",
    "vite",
    "vue-cli-service",
    "ng",
    "parcel",
    "gatsby",
    "webpack",
    "rollup",
    "rsbuild",
    "rspack",
    "snowpack",
    "quasar",
    "ember",
    "preact",
    "esbuild",
    "astro",
];
/// Packages with which a project has a server of its own.
const SERVERS: &[&str] = &[
    "express",
    "koa",
    "fastify",
    "@nestjs/core",
    "@hapi/hapi",
    "next",
    "nuxt",
    "@sveltejs/kit",
    "@remix-run/node",
    "@react-router/node",
    "@react-router/serve",
];
/// Commands that run scripts of projects which they do not name.
const RUNS_PROJECTS: &[&str] = &[
    "turbo",
    "nx",
    "lerna",
    "rush",
    "wsrun",
    "wireit",
    "moon",
    "--workspaces",
    "-ws",
    "--recursive",
    "recursive",
    "workspaces",
    "foreach",
];

/// Finds them. `searched` are variables that add folders to those where Node looks.
pub(crate) fn find(facts: &Facts<'_>, texts: &dyn Texts, searched: Option<&str>) -> Vec<FrontEnd> {
    let folders: Vec<&str> = facts
        .manifests
        .iter()
        .filter_map(|(folder, manifest)| Some((folder.as_str(), manifest.as_ref()?)))
        .filter(|(folder, manifest)| is_front_end(facts, folder, manifest))
        .filter(|(folder, manifest)| is_built(facts, texts, folder, manifest))
        .map(|(folder, _)| folder)
        .collect();
    if folders.is_empty() {
        return Vec::new();
    }
    let candidates = vec![None; facts.index.entries().len()];
    let search = Search {
        facts,
        texts,
        candidates: &candidates,
    };
    let code = LazyCell::new(|| code::read(&search));
    let doubted = |folder: &str| {
        if searched.is_some_and(|value| !value.is_empty()) {
            return Some(Because::Doubt("NODE_PATH is set".to_owned()));
        }
        started(facts, folder)
            .or_else(|| named(&search, folder))
            .or_else(|| opened(&code, folder))
            .or_else(|| rendered(&search, folder))
    };
    folders
        .into_iter()
        .map(|folder| FrontEnd {
            folder: folder.to_owned(),
            doubt: doubted(folder),
        })
        .collect()
}

fn has_folder(facts: &Facts<'_>, path: &str) -> bool {
    let found = facts.index.find(path);
    found.is_some_and(|number| facts.index.is_folder(number))
}

/// A project below the root that a bundler builds, with packages of its own.
fn is_front_end(facts: &Facts<'_>, folder: &str, manifest: &Manifest) -> bool {
    let builds = manifest.scripts.iter().any(|(name, text)| {
        (name == "build" || name.starts_with("build:"))
            && start::words(text).any(|word| BUILDERS.contains(&word))
    });
    let serves = SERVERS
        .iter()
        .any(|server| manifest.needs.contains(*server));
    !folder.is_empty()
        && !in_packages(folder)
        && builds
        && !serves
        && has_folder(facts, &format!("{folder}/node_modules"))
}

/// Whether its output is there: in the project, or where its bundler is told to put it (`outDir: '../public'`).
fn is_built(facts: &Facts<'_>, texts: &dyn Texts, folder: &str, manifest: &Manifest) -> bool {
    const CONFIGURATION: &[&str] = &[
        "vite.config.",
        "vue.config.",
        "angular.json",
        "webpack.",
        "rollup.config.",
        "rsbuild.",
    ];
    let mut inside = OUTPUTS.iter().map(|output| format!("{folder}/{output}"));
    if inside.any(|path| has_folder(facts, &path)) {
        return true;
    }
    let mut ways: Vec<String> = Vec::new();
    for (name, text) in &manifest.scripts {
        if name.starts_with("build") {
            ways.extend(start::words(text).map(str::to_owned));
        }
    }
    for number in facts.index.below_path(folder) {
        let path = facts.index.path(number).unwrap_or_default();
        let is_read = CONFIGURATION
            .iter()
            .any(|begin| index::name(path).starts_with(begin));
        if parent(path) == folder && is_read && facts.index.is_file(number) {
            let text = texts.text(path).unwrap_or_default();
            references::literals(&text, |literal| ways.push(literal.text.to_owned()));
        }
    }
    let outside = |way: &String| {
        way.starts_with("../")
            .then(|| index::join(folder, way))
            .flatten()
    };
    let mut ways = ways.iter().filter_map(outside);
    ways.any(|path| !path.is_empty() && has_folder(facts, &path))
}

/// A process that may start in the folder.
fn started(facts: &Facts<'_>, folder: &str) -> Option<Because> {
    if facts.commands.is_empty() {
        let why = "the app names no process that could be followed";
        return Some(Because::Doubt(why.to_owned()));
    }
    let manifest = facts.manifests.get(folder).and_then(Option::as_ref);
    let names = [
        index::name(folder),
        manifest.map_or("", |one| one.name.as_str()),
    ];
    let starts = |text: &str| {
        let is_named = |name: &&str| {
            !name.is_empty() && mentions::all(text.as_bytes(), name, true).next().is_some()
        };
        names.iter().any(is_named) || start::words(text).any(|word| RUNS_PROJECTS.contains(&word))
    };
    let mut commands = facts.commands.iter();
    let command = commands.find(|command| starts(&command.text));
    let by_command = command.map(|command| Because::Command(command.origin.clone()));
    by_command.or_else(|| {
        // `"main": "client/server.js"`
        let others = facts
            .manifests
            .iter()
            .filter(|(other, _)| !in_packages(other));
        others
            .filter_map(|(other, manifest)| Some((other, manifest.as_ref()?)))
            .filter(|(other, _)| other.as_str() != folder)
            .find_map(|(other, manifest)| {
                let mut entries = manifest.entries.iter();
                let paths = |entry: &String| index::join(other, entry);
                let leads = entries.any(|entry| {
                    paths(entry).is_some_and(|path| inside(&path, folder).is_some_and(is_more))
                });
                let file = index::join(other, slugsmith_ecosystems::javascript::MANIFEST)?;
                leads.then_some(Because::Manifest(file))
            })
    })
}

/// A file outside of the folder that names it, or one above it, and goes on to something else than its output.
fn named(search: &Search<'_, '_>, folder: &str) -> Option<Because> {
    let texts: Vec<&str> = mentions::own_texts(search)
        .into_iter()
        .map(|(path, _)| path)
        .filter(|path| inside(path, folder).is_none() && !builds_elsewhere(path))
        .collect();
    let found: Vec<(&str, u32)> = texts
        .into_par_iter()
        .filter_map(|path| {
            if mentions::is_large(search, path) {
                return Some((path, 1));
            }
            let text = search.texts.text(path)?;
            let at = leads_in(&text, path, folder)?;
            Some((path, references::line_of(&text, at)))
        })
        .collect();
    let (path, line) = found.into_iter().min()?;
    let path = path.to_owned();
    Some(Because::File { path, line })
}

/// Files that say how images and previews are made, or what editors do: no process reads them.
fn builds_elsewhere(path: &str) -> bool {
    let name = index::name(path).to_ascii_lowercase();
    let ends = name.ends_with(".dockerfile") || name.ends_with(".html") && path.contains("/docs/");
    ends || name.starts_with("dockerfile")
        || name.starts_with("docker-compose")
        || name.starts_with("compose.")
        || name.starts_with("readme")
        || matches!(
            name.as_str(),
            "netlify.toml"
                | "vercel.json"
                | "render.yaml"
                | "lerna.json"
                | "turbo.json"
                | "nx.json"
        )
        || path.starts_with(".github/")
        || path.starts_with(".vscode/")
        || path.starts_with(".circleci/")
        || name == "pnpm-workspace.yaml"
}

/// Where a text names the folder in a way that may mean more than its output.
fn leads_in(text: &[u8], path: &str, folder: &str) -> Option<usize> {
    // What runs commands may name a folder as a word of one.
    const RUNS: &[&str] = &[
        "child_process",
        "execa",
        "subprocess",
        "system(",
        "shell",
        "Process",
        "popen",
    ];
    let runs = RUNS
        .iter()
        .any(|mark| memmem::find(text, mark.as_bytes()).is_some());
    let is_own = runs || !has_strings(path);
    let parts: Vec<&str> = folder.split('/').collect();
    parts.iter().enumerate().find_map(|(number, part)| {
        let next = parts.get(number + 1).copied();
        mentions::all(text, part, is_own).find(|at| {
            let rest = text.get(at + part.len()..).unwrap_or_default();
            let word = next_word(rest);
            next.map_or_else(
                || is_more(&String::from_utf8_lossy(word)),
                |next| word != next.as_bytes(),
            )
        })
    })
}

/// Languages whose paths stand in strings, so that a bare word is a name of the language.
fn has_strings(path: &str) -> bool {
    const CODE: &[&str] = &[
        "js", "cjs", "mjs", "jsx", "ts", "cts", "mts", "tsx", "py", "rb", "php", "go", "java",
        "kt", "rs", "ex", "exs", "cs", "json",
    ];
    CODE.contains(&index::extension(path))
}

/// What stands after a part of a path, over the signs between two parts: `/`, `", "`, `' / '`.
fn next_word(rest: &[u8]) -> &[u8] {
    let between = |byte: &u8| {
        byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`' | b',' | b'/' | b'\\')
    };
    let start = rest
        .iter()
        .position(|byte| !between(byte))
        .unwrap_or(rest.len());
    let rest = rest.get(start..).unwrap_or_default();
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let end = rest
        .iter()
        .position(|byte| !is_word(byte))
        .unwrap_or(rest.len());
    rest.get(..end.min(64)).unwrap_or_default()
}

/// Code outside of the folder that opens it, or one above it, whole.
fn opened(code: &[(&str, Option<trace::Opened>)], folder: &str) -> Option<Because> {
    let above: BTreeSet<&str> = std::iter::successors(Some(folder), |path| {
        (!path.is_empty()).then(|| parent(path))
    })
    .collect();
    for (path, opened) in code {
        if inside(path, folder).is_some() {
            continue;
        }
        for (target, line) in opened.iter().flat_map(|opened| &opened.paths) {
            let targets = ["", parent(path)].into_iter();
            let mut targets = targets.filter_map(|base| index::join(base, target));
            let meant = |target: String| {
                above.contains(target.as_str()) || inside(&target, folder).is_some_and(is_more)
            };
            if targets.any(meant) {
                return Some(Because::File {
                    path: (*path).to_owned(),
                    line: *line,
                });
            }
        }
    }
    None
}

/// Code of the output that loads a package, which only a server does.
fn rendered(search: &Search<'_, '_>, folder: &str) -> Option<Because> {
    let is_code = |path: &str| {
        let mut ends = [".js", ".mjs", ".cjs"].iter();
        let inside = inside(path, folder);
        ends.any(|end| path.ends_with(end)) && inside.is_some_and(|inside| !is_more(inside))
    };
    let code: Vec<&str> = search
        .own()
        .map(|(_, path, _)| path)
        .filter(|path| is_code(path))
        .collect();
    code.into_par_iter().find_map_first(|path| {
        let text = search.texts.text(path)?;
        let mut line = None;
        references::literals(&text, |literal| {
            let is_module = literal.form == references::Form::Module;
            let is_package = || trace::package_of(search.facts, path, literal.text).is_some();
            if line.is_none() && is_module && is_package() {
                line = Some(references::line_of(&text, literal.at));
            }
        });
        let computed = || {
            let mut marks = ["createRequire", "require.resolve", "node:module"].iter();
            marks.find_map(|mark| memmem::find(&text, mark.as_bytes()))
        };
        let line = line.or_else(|| computed().map(|at| references::line_of(&text, at)))?;
        let path = path.to_owned();
        Some(Because::File { path, line })
    })
}
