//! Packages of npm that only development installs, loaded by code or started as a program.

use super::{is_guarded, is_of_root, loaded_on_demand, missing};
use crate::migrations;
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
    for process in &facts.processes {
        evidence.extend(
            process
                .commands
                .iter()
                .filter_map(|command| tool(facts, &development, command)),
        );
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

/// Whether production has no copy of the npm package at the top of `node_modules`.
fn is_pruned(facts: &Facts<'_>, name: &str) -> bool {
    let key = (Ecosystem::Npm, name.to_owned());
    let by_lock = facts
        .packages
        .locked
        .get(&key)
        .is_none_or(|locked| locked.dev || !marks_development(facts));
    facts.packages.wants(Ecosystem::Npm, name).is_none()
        && by_lock
        && !facts.packages.needed.contains(&key)
}

/// Whether a package.json between the root and the folder that a command runs in asks for the package: it is
/// installed there, by whatever installs that folder, and the root's groups say nothing of it.
fn is_of_nearer(facts: &Facts<'_>, folder: Option<&str>, name: &str) -> bool {
    let mut at = folder.unwrap_or_default();
    let asked = format!("\"{name}\"");
    while !at.is_empty() {
        let path = format!("{at}/{}", ecosystems::javascript::MANIFEST);
        if facts
            .sources
            .text(&path)
            .is_some_and(|text| text.contains(&asked))
        {
            return true;
        }
        at = at.rsplit_once('/').map_or("", |(parent, _)| parent);
    }
    false
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

fn marks_development(facts: &Facts<'_>) -> bool {
    facts.packages.locks_of(Ecosystem::Npm).any(|lock| {
        matches!(
            lock,
            ecosystems::javascript::PACKAGE_LOCK | ecosystems::javascript::SHRINKWRAP
        )
    })
}

fn package_of(module: &str) -> &str {
    let parts = if module.starts_with('@') { 2 } else { 1 };
    let end = module
        .match_indices('/')
        .nth(parts - 1)
        .map_or(module.len(), |(at, _)| at);
    &module[..end]
}

/// TypeScript drops imports of which only types are used; `express` of `@types` alone.
fn loads_types_only(code: &Code, name: &str) -> bool {
    let typescript = code
        .path
        .rsplit_once('.')
        .is_some_and(|(_, ending)| matches!(ending, "ts" | "tsx" | "mts" | "cts"));
    if !typescript {
        return false;
    }
    let names: Vec<_> = code
        .imports
        .iter()
        .filter(|import| package_of(&import.module) == name)
        .flat_map(|import| &import.names)
        .collect();
    let used = names.iter().any(|local| {
        code.calls.iter().any(|call| {
            call.callee
                .split('.')
                .next()
                .map(|first| first.trim_end_matches("()"))
                == Some(local.as_str())
        })
    });
    !names.is_empty() && !used
}

/// Programs of npm packages that have another name.
const PROGRAMS: &[(&str, &[&str])] = &[
    ("babel-node", &["@babel/node", "@babel/core"]),
    ("babel", &["@babel/cli", "@babel/core"]),
    ("ts-node", &["ts-node", "typescript"]),
    ("ts-node-esm", &["ts-node", "typescript"]),
    ("ts-node-script", &["ts-node", "typescript"]),
    ("ts-node-transpile-only", &["ts-node", "typescript"]),
    ("ts-node-dev", &["ts-node-dev", "typescript"]),
    ("tsnd", &["ts-node-dev", "typescript"]),
    ("tsc", &["typescript"]),
    ("sequelize", &["sequelize-cli"]),
    (
        "typeorm-ts-node-commonjs",
        &["typeorm", "ts-node", "typescript"],
    ),
    ("typeorm-ts-node-esm", &["typeorm", "ts-node", "typescript"]),
    ("dotenv", &["dotenv-cli"]),
    ("run-s", &["npm-run-all", "npm-run-all2"]),
    ("run-p", &["npm-run-all", "npm-run-all2"]),
    ("npm-run-all", &["npm-run-all", "npm-run-all2"]),
    ("cross-env-shell", &["cross-env"]),
    ("nest", &["@nestjs/cli"]),
    ("swc-node", &["@swc-node/cli"]),
    ("sucrase-node", &["sucrase"]),
    ("coffee", &["coffeescript", "coffee-script"]),
    ("mikro-orm", &["@mikro-orm/cli"]),
    ("webpack-dev-server", &["webpack-dev-server", "webpack"]),
    ("vue-cli-service", &["@vue/cli-service"]),
    ("esno", &["esno"]),
    ("gulp", &["gulp", "gulp-cli"]),
    ("grunt", &["grunt", "grunt-cli"]),
];

/// Tools of development that a command starts: its program, what wraps it, and the modules
/// that it loads first (`-r tsconfig-paths/register`). One finding for all of a command.
pub(super) fn tool(
    facts: &Facts<'_>,
    development: &[&str],
    command: &process::Command,
) -> Option<Evidence> {
    if command.path.contains(ecosystems::javascript::MANIFEST) && command.missing.is_some() {
        return None;
    }
    let mut packages: Vec<String> = Vec::new();
    let wrappers = command.wrappers.iter().map(String::as_str);
    for program in wrappers.chain([command.program()]) {
        match PROGRAMS.iter().find(|(name, _)| *name == program) {
            Some((_, known)) => packages.extend(known.iter().map(|name| (*name).to_owned())),
            None => packages.push(program.to_owned()),
        }
    }
    for need in command.needs() {
        if let process::Need::Preload(module) = need
            && !module.starts_with(['.', '/'])
        {
            packages.push(package_of(&module).to_owned());
            // These load the compiler that they are made for.
            if matches!(
                package_of(&module),
                "ts-node" | "tsx" | "@swc-node/register"
            ) {
                packages.push("typescript".to_owned());
            }
        }
    }
    packages.extend(migrations::pruned(facts, &command.text));
    let mut missing: Vec<String> = Vec::new();
    for package in packages {
        let only = development.contains(&package.as_str())
            && is_pruned(facts, &package)
            && !is_of_nearer(facts, command.folder.as_deref(), &package);
        if only && !missing.contains(&package) {
            missing.push(package);
        }
    }
    let (last, rest) = missing.split_last()?;
    let (names, verb) = match rest {
        [] => (format!("`{last}`"), "it is only a dev dependency: it is"),
        rest => {
            let rest: Vec<_> = rest.iter().map(|name| format!("`{name}`")).collect();
            let names = format!("{} and `{last}`", rest.join(", "));
            (names, "they are only dev dependencies: they are")
        }
    };
    let runs = if rest.is_empty() { "runs" } else { "run" };
    let message = format!(
        "{names} {runs} in a process, but {verb} pruned from the slug, and the process can't start."
    );
    let fix = format!("npm install --save-prod {}", missing.join(" "));
    Some(Evidence::line(&command.path, command.line, message).help(fix))
}
