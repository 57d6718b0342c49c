//! Packages that only the `devDependencies` of a package.json below the root have, loaded by code of its folder.
//!
//! Such a folder is installed by a hook of the build: the platform sets `NODE_ENV=production` there, so that
//! `npm install` and `yarn install` leave development dependencies out unless they are told otherwise.

use std::collections::BTreeMap;

use super::is_guarded;
use super::npm::{loads_types_only, package_of};
use crate::rules::prelude::*;
use serde_json::Value;
use slugsmith_ecosystems as ecosystems;
use slugsmith_ecosystems::graph::{Graph, Scope};
use slugsmith_facts::process::{self, Command};
use slugsmith_finding::LineSpan;

/// What begins with one of these is of a build that puts its packages into the output.
const BUNDLERS: &[&str] = &[
    "webpack",
    "esbuild",
    "rollup",
    "tsup",
    "vite",
    "next",
    "nuxt",
    "@vercel/ncc",
    "parcel",
];

/// Hooks that the buildpack runs before it prunes.
const HOOKS: &[&str] = &[
    "preinstall",
    "install",
    "postinstall",
    "prepare",
    "heroku-prebuild",
    "build",
    "heroku-postbuild",
];

pub(super) fn check(facts: &Facts<'_>, built_with: &[String]) -> Vec<Evidence> {
    let mut places: BTreeMap<(&str, &str), Vec<(&Code, LineSpan)>> = BTreeMap::new();
    let installs = installs(facts);
    let mut projects: BTreeMap<&str, Option<Project>> = BTreeMap::new();
    for code in facts.code(Language::JavaScript) {
        let Some(folder) = nearest(facts, &code.path).filter(|_| !built_with.contains(&code.path))
        else {
            continue;
        };
        let project = projects.entry(folder).or_insert_with(|| {
            Project::read(facts, folder).filter(|_| leaves_out(&installs, folder))
        });
        let Some(project) = project else {
            continue;
        };
        for import in &code.imports {
            let name = package_of(&import.module);
            if project.only_development(facts, name)
                && !is_guarded(code, import.scope)
                && !loads_types_only(code, name)
            {
                places
                    .entry((folder, name))
                    .or_default()
                    .push((code, import.line));
            }
        }
    }
    let told = places.into_iter().filter_map(|((folder, name), places)| {
        let ((code, line), others) = places.split_first()?;
        let message = format!(
            "`{name}` is loaded at run time, but it is only a dev dependency of {folder}/package.json: the install \
             of that folder leaves it out, and this line fails."
        );
        let others: Vec<_> = others
            .iter()
            .map(|(code, line)| format!("{}:{line}", code.path))
            .collect();
        let found = Evidence::line(&code.path, *line, message).also(&others).about(name);
        Some(found.help(format!("cd {folder} && npm install --save-prod {name}")))
    });
    told.collect()
}

/// The folder of the nearest package.json above a file, if it is not the root.
fn nearest<'p>(facts: &Facts<'_>, path: &'p str) -> Option<&'p str> {
    let mut folder = path;
    while let Some((parent, _)) = folder.rsplit_once('/') {
        let manifest = format!("{parent}/{}", ecosystems::javascript::MANIFEST);
        if facts.sources.has(&manifest) {
            return Some(parent);
        }
        folder = parent;
    }
    None
}

/// A package.json below the root, with the lockfile beside it.
struct Project {
    manifest: Value,
    locks: Vec<(&'static str, Graph)>,
}

impl Project {
    /// `None` where it can't be read, or where a bundler takes development dependencies into what it makes.
    fn read(facts: &Facts<'_>, folder: &str) -> Option<Self> {
        let text = facts
            .sources
            .text(&format!("{folder}/{}", ecosystems::javascript::MANIFEST))?;
        let manifest: Value = serde_json::from_str(text).ok()?;
        let build = manifest
            .get("scripts")
            .and_then(|scripts| scripts.get("build")?.as_str());
        let bundles = build.is_some_and(|line| BUNDLERS.iter().any(|tool| line.contains(tool)));
        let lockfiles = Ecosystem::Npm.model().lockfiles.iter();
        let locks = lockfiles.filter_map(|lockfile| {
            let text = facts.sources.text(&format!("{folder}/{}", lockfile.name))?;
            Some((lockfile.name, (lockfile.read)(text).ok()?))
        });
        (!bundles).then(|| Self {
            manifest,
            locks: locks.collect(),
        })
    }

    /// Whether production has no copy of a package, neither here nor at the root.
    fn only_development(&self, facts: &Facts<'_>, name: &str) -> bool {
        let lists = |group: &str| {
            self.manifest
                .get(group)
                .and_then(|group| group.get(name))
                .is_some()
        };
        let others = ["dependencies", "optionalDependencies", "peerDependencies"];
        lists("devDependencies")
            && !others.iter().any(|group| lists(group))
            && !facts.packages.has(Ecosystem::Npm, name)
            && !self
                .locks
                .iter()
                .any(|(file, graph)| is_kept(name, file, graph))
    }
}

/// Whether production has a package by this lockfile: another one needs it, or the lockfile, which marks what is for
/// development, does not mark it.
fn is_kept(name: &str, lockfile: &str, graph: &Graph) -> bool {
    let marks = matches!(
        lockfile,
        ecosystems::javascript::PACKAGE_LOCK | ecosystems::javascript::SHRINKWRAP
    );
    let mut packages = graph
        .packages
        .iter()
        .filter(|one| one.scope != Scope::Development);
    packages.any(|one| {
        let needs = one.local.is_none() && one.needs.iter().any(|need| need == name);
        needs || marks && one.name == name && !one.is_nested
    })
}

/// The commands of the root's build hooks that install something.
fn installs(facts: &Facts<'_>) -> Vec<Command> {
    let scripts = HOOKS
        .iter()
        .filter_map(|hook| process::script(facts.app, hook));
    let mut found = Vec::new();
    for text in scripts {
        let start = Command::written(text, ecosystems::javascript::MANIFEST, 0);
        let commands = process::follow(facts.app, &start).into_iter();
        found.extend(commands.filter(is_install));
    }
    found
}

/// Options that have a value behind them.
const VALUED: &[&str] = &["--prefix", "--cwd", "-C", "--dir", "--filter"];

fn is_install(command: &Command) -> bool {
    let words = command.words.iter().skip(1).map(String::as_str);
    let before = command.words.iter().map(String::as_str);
    let mut verbs = words
        .zip(before)
        .filter(|(word, before)| !word.starts_with('-') && !VALUED.contains(before))
        .map(|(word, _)| word);
    match (command.program(), verbs.next()) {
        ("npm" | "pnpm", Some("install" | "i" | "ci")) => true,
        ("yarn", verb) => matches!(verb, None | Some("install")),
        _ => false,
    }
}

/// Whether a hook installs a folder, and each one that does leaves development dependencies out.
fn leaves_out(installs: &[Command], folder: &str) -> bool {
    let mut of_folder = installs
        .iter()
        .filter(|command| installs_folder(command, folder))
        .peekable();
    of_folder.peek().is_some() && of_folder.all(|command| !takes_all(command))
}

fn installs_folder(command: &Command, folder: &str) -> bool {
    let named = command
        .words
        .iter()
        .zip(command.words.iter().skip(1))
        .find_map(|(option, value)| {
            matches!(option.as_str(), "--prefix" | "--cwd" | "-C" | "--dir")
                .then_some(value.as_str())
        });
    let glued = || {
        let mut words = command.words.iter();
        words.find_map(|word| {
            word.strip_prefix("--prefix=")
                .or_else(|| word.strip_prefix("--cwd="))
        })
    };
    match named.or_else(glued) {
        Some(path) => command.in_app(path).as_deref() == Some(folder),
        None => command.folder.as_deref() == Some(folder),
    }
}

/// `--include=dev`, `--production=false`, `NODE_ENV=development`.
fn takes_all(command: &Command) -> bool {
    let told = [
        "--include=dev",
        "--production=false",
        "--only=dev",
        "--dev",
        "--also=dev",
        "--prod=false",
    ];
    let by_word = command
        .words
        .iter()
        .any(|word| told.contains(&word.as_str()));
    let words = || command.words.iter().map(String::as_str);
    let apart = words().zip(words().skip(1)).any(|pair| {
        matches!(
            pair,
            ("--include", "dev") | ("--production" | "--prod", "false")
        )
    });
    let environment = command
        .environment
        .iter()
        .any(|(name, value)| match name.as_str() {
            "NODE_ENV" => value != "production",
            "NPM_CONFIG_PRODUCTION" | "YARN_PRODUCTION" => value == "false",
            _ => false,
        });
    by_word || apart || environment
}
