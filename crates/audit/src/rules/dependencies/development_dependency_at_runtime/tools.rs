//! Programs of npm packages that only development installs, started by a process.

use super::npm::{is_pruned, package_of};
use crate::migrations;
use crate::rules::prelude::*;
use slugsmith_ecosystems as ecosystems;
use slugsmith_facts::process;

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
    let about = missing.join(" ");
    Some(
        Evidence::line(&command.path, command.line, message)
            .about(about)
            .help(fix),
    )
}
