//! Packages of npm that only development installs, loaded by code or started by a process.

use super::npm::{is_pruned, loads_types_only, package_of};
use super::tools::tool;
use super::{is_guarded, is_of_root, loaded_on_demand, missing, nested};
use crate::rules::prelude::*;
use slugsmith_ecosystems as ecosystems;
use slugsmith_facts::process;

/// `None`: there is nothing of Node in a process.
pub(super) fn node(facts: &Facts<'_>) -> Option<Vec<Evidence>> {
    if facts.app.package_json.good().is_none() || !process::runs_node(facts.app, &facts.sources) {
        return None;
    }
    let kept = [
        ("NPM_CONFIG_PRODUCTION", "false"),
        ("YARN_PRODUCTION", "false"),
        ("PNPM_SKIP_PRUNING", "true"),
        ("YARN2_SKIP_PRUNING", "true"),
        ("NODE_ENV", "development"),
    ]
    .iter()
    .any(|(name, value)| facts.declared(name) == Declared::Value((*value).to_owned()));
    if kept || is_bundled(facts) {
        return Some(Vec::new());
    }
    let development: Vec<_> = facts
        .packages
        .wanted
        .iter()
        .filter(|package| package.ecosystem == Ecosystem::Npm && package.dev)
        .map(|package| package.name.as_str())
        .collect();
    let mut evidence: Vec<Evidence> = Vec::new();
    let (built_with, on_demand) = (build_files(facts), loaded_on_demand(facts));
    let loaded = |code: &&Code| {
        is_of_root(facts, &code.path)
            && !built_with.contains(&code.path)
            && !on_demand.contains(code.path.as_str())
    };
    for code in facts.code(Language::JavaScript).filter(loaded) {
        for import in &code.imports {
            let name = package_of(&import.module);
            let only_development = development.contains(&name) && is_pruned(facts, name);
            let told = evidence.iter().any(|other| other.is_about(name));
            if only_development
                && !told
                && !is_guarded(code, import.scope)
                && !loads_types_only(code, name)
            {
                evidence.push(missing(&code.path, import.line, name));
            }
        }
    }
    evidence.extend(nested::check(facts, &built_with));
    let served = facts
        .processes
        .iter()
        .filter(|process| !process.is_for_development());
    for command in served.flat_map(|process| &process.commands) {
        let found = tool(facts, &development, command);
        // What one install mends is one finding of a file, however many of its commands need it.
        let told = |one: &Evidence| {
            let file = |one: &Evidence| one.location.as_ref().map(|location| location.path.clone());
            let mut others = evidence.iter();
            others.any(|other| other.about == one.about && file(other) == file(one))
        };
        evidence.extend(found.filter(|one| !told(one)));
    }
    Some(evidence)
}

/// Files that the scripts of the build start and no process does: dev dependencies are still
/// there when they run.
fn build_files(facts: &Facts<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for name in [
        "build",
        "prebuild",
        "postbuild",
        "heroku-prebuild",
        "heroku-postbuild",
        "postinstall",
        "prepare",
    ] {
        let Some(text) = process::script(facts.app, name) else {
            continue;
        };
        let start = process::Command::written(text, ecosystems::javascript::MANIFEST, 0);
        for command in process::follow(facts.app, &start) {
            let paths = command.words.iter().filter_map(|word| command.in_app(word));
            let files = paths.filter_map(|path| process::source_of(&facts.sources, &path));
            found.extend(files);
        }
    }
    found.retain(|path| {
        !facts
            .processes
            .iter()
            .any(|process| process.mentions(&[path.as_str()]))
    });
    found
}

/// Bundlers put dev dependencies into the output: then imports say nothing.
fn is_bundled(facts: &Facts<'_>) -> bool {
    let bundlers = [
        "next",
        "nuxt",
        "@sveltejs/kit",
        "astro",
        "@remix-run/dev",
        "gatsby",
        "vite",
        "webpack",
        "esbuild",
        "rollup",
        "tsup",
        "@vercel/ncc",
        "parcel",
        "@nestjs/cli",
        "react-scripts",
        "@angular/cli",
    ];
    let built = ["build", "heroku-postbuild", "postinstall"]
        .iter()
        .any(|name| {
            process::script(facts.app, name).is_some_and(|text| {
                [
                    "webpack",
                    "esbuild",
                    "rollup",
                    "ncc ",
                    "tsup",
                    "next build",
                    "nuxt build",
                    "vite build",
                    "parcel",
                    "astro build",
                ]
                .iter()
                .any(|tool| text.contains(tool))
            })
        });
    // A bundle for browsers leaves the server as it is: only where the server's entry is built.
    let entry_is_built = facts.process("web").is_some_and(|web| {
        web.mentions(&["dist/", "build/", ".next", ".output", "next start", "nuxt"])
    });
    built
        && entry_is_built
        && facts
            .packages
            .wanted
            .iter()
            .any(|package| bundlers.contains(&package.name.as_str()))
}
