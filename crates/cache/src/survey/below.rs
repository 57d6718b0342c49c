//! Projects of Node.js below the root that a process starts, and whose packages nobody installed.
//!
//! Node.js looks for packages beside a file and in the folders above it, so that it is certain
//! what a file finds (Node.js manual, "Loading from `node_modules` folders"). Of other languages a
//! project at the root may have brought the packages.

use std::collections::BTreeSet;

use super::{Need, Surveyed, Uninstalled, what};
use slugsmith_ecosystems::recognise::{self, Look, Project, join};
use slugsmith_facts::app::Process;
use slugsmith_facts::command::{self, AppFolder, Command, Start};

/// Each such project, once.
pub(super) fn uninstalled(context: &Surveyed<'_>, look: &dyn Look) -> Vec<Uninstalled> {
    let files = AppFolder(context.app.root.clone());
    let mut known = BTreeSet::new();
    let mut found = Vec::new();
    for process in &context.app.procfile {
        let start = Start::at_root(&process.command, "Procfile", process.line);
        for command in command::follow(&files, &start) {
            // What comes before it may install.
            if command.conditional || command.prepared {
                continue;
            }
            for path in started(&command) {
                for at in folders(&path) {
                    let is_new = !context.config.cache.projects.contains(&at);
                    if is_new && known.insert(at.clone()) {
                        found.extend(of(context, look, &at, (process, &path)));
                    }
                }
            }
        }
    }
    found
}

/// The files of the app that `node` is given.
fn started(command: &Command) -> Vec<String> {
    if command.words.first().map(String::as_str) != Some("node") {
        return Vec::new();
    }
    let words = command.words.iter().skip(1);
    let first = words.clone().find(|word| !word.starts_with('-'));
    first
        .and_then(|word| command.in_app(word))
        .into_iter()
        .collect()
}

/// The folders around a file, without the root.
fn folders(path: &str) -> impl Iterator<Item = String> {
    let ends = path.match_indices('/').map(|(end, _)| end);
    ends.filter_map(|end| path.get(..end).map(str::to_owned))
}

fn of(
    context: &Surveyed<'_>,
    look: &dyn Look,
    at: &str,
    (process, path): (&Process, &str),
) -> Option<Uninstalled> {
    let projects = recognise::projects(look, at);
    let mut projects = projects.into_iter();
    let project = projects.find(|one| one.ecosystem.id == "node" && one.lockfile.is_some())?;
    let is_elsewhere = recognise::any_tree(look, &project).is_some()
        || context.environment.get("NODE_PATH").is_some()
        || look.names("").iter().any(|name| name.starts_with(".pnp."));
    let missing: Vec<_> = wanted(look, &project)
        .into_iter()
        .filter(|name| !is_found(look, at, name))
        .collect();
    if is_elsewhere || missing.is_empty() {
        return None;
    }
    let text = look.text(path).unwrap_or_default();
    Some(Uninstalled {
        language: project.ecosystem.language,
        file: join(at, project.file()),
        what: what(look, &project),
        why: "no [[com.slugsmith.cache]] has its folder as `path`".to_owned(),
        buildpack: None,
        tool: project.tool(),
        world: context.environment.world,
        is_promised: true,
        lock_with: None,
        instead: None,
        unasked: Some(at.to_owned()),
        need: Some(Need {
            process: process.name.clone(),
            command: process.command.clone(),
            is_certain: missing.iter().any(|name| loads(&text, name)),
        }),
    })
}

/// What production wants.
fn wanted(look: &dyn Look, project: &Project) -> Vec<String> {
    let manifest = project.manifest.as_ref();
    let text = manifest.and_then(|(name, _)| look.text(&join(&project.at, name)));
    let wanted = (project.ecosystem.wanted)(&text.unwrap_or_default());
    let production = wanted.into_iter().filter(|one| !one.is_development);
    production.map(|one| one.name).collect()
}

/// Whether a file in this folder finds the package.
fn is_found(look: &dyn Look, at: &str, name: &str) -> bool {
    let around = folders(at).chain([at.to_owned(), String::new()]);
    let mut trees = around.map(|folder| join(&folder, "node_modules"));
    let (scope, last) = name.rsplit_once('/').unwrap_or(("", name));
    trees.any(|tree| {
        let names = look.names(&format!("{tree}/{scope}"));
        names.iter().any(|one| one == last)
    })
}

/// Whether a line of a script that no block is around loads a package.
fn loads(text: &str, name: &str) -> bool {
    let mut lines = text.lines();
    lines.any(|line| {
        let is_top = line.starts_with(|c: char| c.is_ascii_alphabetic()) && !line.contains("try");
        is_top
            && ['\'', '"'].iter().any(|quote| {
                let loads = ["require(", "from ", "import "];
                loads
                    .iter()
                    .any(|how| line.contains(&format!("{how}{quote}{name}{quote}")))
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_loaded_by_a_line_of_its_own() {
        for line in [
            "const ms = require('ms')",
            "import ms from \"ms\";",
            "import 'ms'",
            "require(\"ms\")(1)",
        ] {
            assert!(loads(line, "ms"), "{line}");
        }
        for line in [
            "  require('ms')",
            "try { require('ms') } catch {}",
            "// require('ms')",
            "require('msx')",
        ] {
            assert!(!loads(line, "ms"), "{line}");
        }
    }
}
