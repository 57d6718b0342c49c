//! Packages of npm that only development installs, loaded by code or started by a process.

use super::npm::{is_pruned, loads_types_only, package_of};
use super::tools::tool;
use super::{is_guarded, is_of_root, loaded_on_demand, nested};
use crate::rules::prelude::*;
use slugsmith_ecosystems as ecosystems;
use slugsmith_facts::process;
use slugsmith_finding::LineSpan;

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
    let mut loads: Vec<Load<'_>> = Vec::new();
    let (built_with, on_demand) = (build_files(facts), loaded_on_demand(facts));
    let loaded = |code: &&Code| {
        is_of_root(facts, &code.path)
            && !built_with.contains(&code.path)
            && !is_of_framework_build(facts, code)
            && !on_demand.contains(code.path.as_str())
    };
    for code in facts.code(Language::JavaScript).filter(loaded) {
        for import in &code.imports {
            let name = package_of(&import.module);
            let only_development = development.contains(&name) && is_pruned(facts, name);
            let told = loads.iter().any(|other| other.name == name);
            if only_development
                && !told
                && !is_guarded(code, import.scope)
                && !loads_types_only(code, name)
            {
                let (path, line) = (code.path.as_str(), import.line);
                loads.push(Load { name, path, line });
            }
        }
    }
    let mut evidence = Vec::from_iter(missing(facts, loads));
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

/// Where code first loads a package that only development has.
struct Load<'a> {
    name: &'a str,
    path: &'a str,
    line: LineSpan,
}

/// One finding for all such packages: one install mends them. It stands where a process comes by first: in a file that
/// it starts, else in the outermost folder.
fn missing(facts: &Facts<'_>, mut loads: Vec<Load<'_>>) -> Option<Evidence> {
    let is_started = |path: &str| {
        let mut processes = facts.processes.iter();
        processes.any(|process| process.mentions(&[path]))
    };
    loads.sort_by_key(|load| (!is_started(load.path), load.path.matches('/').count()));
    let (first, rest) = loads.split_first()?;
    let mut names: Vec<String> = loads
        .iter()
        .map(|load| format!("`{}`", load.name))
        .collect();
    let message = match names.pop().filter(|_| !rest.is_empty()) {
        None => format!(
            "`{}` is loaded at run time, but it is only a dev dependency: it is pruned from the slug, and this line \
             fails.",
            first.name
        ),
        Some(last) => format!(
            "{} and {last} are loaded at run time, but they are only dev dependencies: they are pruned from the slug, \
             and this line fails.",
            names.join(", ")
        ),
    };
    let mut others: Vec<String> = rest
        .iter()
        .map(|load| format!("{}:{}", load.path, load.line))
        .collect();
    others.dedup();
    let all: Vec<&str> = loads.iter().map(|load| load.name).collect();
    Some(
        Evidence::line(first.path, first.line, message)
            .also(&others)
            .about(first.name)
            .help(format!("npm install --save-prod {}", all.join(" "))),
    )
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

/// A file that describes the build of a framework (`app/routes.ts` of React Router): its build reads it, and what it
/// imports is no part of what it makes.
fn is_of_framework_build(facts: &Facts<'_>, code: &Code) -> bool {
    const BUILDS: &[&str] = &[
        "@react-router/dev",
        "@remix-run/dev",
        "@remix-run/route-config",
    ];
    let stem = code
        .path
        .rsplit_once('.')
        .map_or(code.path.as_str(), |(stem, _)| stem);
    let wanted = || {
        let mut wanted = facts.packages.wanted.iter();
        wanted.any(|one| one.ecosystem == Ecosystem::Npm && BUILDS.contains(&one.name.as_str()))
    };
    BUILDS.iter().any(|module| code.imports(module)) || stem == "app/routes" && wanted()
}

/// What the command of a bundler's build holds.
const BUNDLES: &[&str] = &[
    "webpack",
    "esbuild",
    "rollup",
    "rolldown",
    "rspack",
    "rsbuild",
    "ncc ",
    "tsup",
    "tsdown",
    "next build",
    "nuxt build",
    "nuxi build",
    "nitro build",
    "vinxi build",
    "vite build",
    "parcel",
    "astro build",
];

/// Bundlers put dev dependencies into the output: then imports say nothing.
fn is_bundled(facts: &Facts<'_>) -> bool {
    let bundlers = &[
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
        "rolldown",
        "@rspack/cli",
        "@rsbuild/core",
        "nitropack",
        "vinxi",
        "tsup",
        "tsdown",
        "@vercel/ncc",
        "parcel",
        "@nestjs/cli",
        "react-scripts",
        "@angular/cli",
    ];
    let bundles = |text: &str| BUNDLES.iter().any(|tool| text.contains(tool));
    // Also by a script that the build leads to (`run-s build:*`), or a file of its own (`node build.mjs`).
    let scripts = ["build", "heroku-postbuild", "postinstall"];
    let built = scripts.iter().any(|name| {
        process::script(facts.app, name).is_some_and(|text| {
            let start = process::Command::written(text, ecosystems::javascript::MANIFEST, 0);
            bundles(text)
                || process::follow(facts.app, &start)
                    .iter()
                    .any(|command| bundles(&command.text) || runs_bundler(facts, command, bundlers))
        })
    });
    // A bundle for browsers leaves the server as it is: only where the server's entry is built.
    let is_folder = |word: &String| matches!(word.trim_start_matches("./"), "build" | "dist");
    let entry_is_built = facts.process("web").is_some_and(|web| {
        let mut commands = web.commands.iter();
        web.mentions(&["dist/", "build/", ".next", ".output", "next start", "nuxt"])
            || commands.any(|one| one.program() == "node" && one.words.iter().any(is_folder))
    });
    built
        && entry_is_built
        && facts
            .packages
            .wanted
            .iter()
            .any(|package| bundlers.contains(&package.name.as_str()))
}

/// Whether a command of the build runs a file that loads a bundler, or one that no process reaches: such a file is not
/// read, and may do so.
fn runs_bundler(facts: &Facts<'_>, command: &process::Command, bundlers: &[&str]) -> bool {
    let is_script = |path: &String| {
        let ending = path.rsplit_once('.').map(|(_, ending)| ending);
        matches!(ending, Some("js" | "mjs" | "cjs" | "ts" | "mts"))
    };
    let words = command.words.iter().filter_map(|word| command.in_app(word));
    let mut scripts = words.filter(is_script);
    let runs = matches!(command.program(), "node" | "tsx" | "ts-node" | "bun");
    runs && scripts.any(|path| {
        let code = facts.sources.files.iter().find(|code| code.path == path);
        code.is_none_or(|code| bundlers.iter().any(|module| code.imports(module)))
    })
}
