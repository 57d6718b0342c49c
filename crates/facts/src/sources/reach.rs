//! Which code can a process reach?
//!
//! Of the files that may run by their names (`super::names`) those of languages that the
//! platform installs (`super::deployed`); for Node and Python (`super::python_reach`) those that
//! the entry points import, for Go the packages of the started programs (`super::go_packages`), of Rails' `lib/` what
//! something names (`super::ruby_reach`). Where entry points
//! can't be found, or a framework loads by folder, everything that may run counts as reached.

use std::collections::BTreeSet;

use serde_json::Value;

use super::paths::join;
use super::{
    Sources, deployed, go_packages, node_config, php_reach, python_reach, rack_reach, ruby_reach,
};
use crate::app::App;
use crate::code::{Branch, Code, Language, branch};
use crate::process::{self, Runs};
use slugsmith_ecosystems::javascript::MANIFEST;

/// Drops code that no process reaches.
pub(super) fn keep(app: &App, sources: &mut Sources, processes: &[Runs]) {
    let commands: Vec<_> = processes
        .iter()
        .flat_map(|process| &process.commands)
        .map(|command| command.text.clone())
        .collect();
    // Scripts in bin/ run only where a process names them.
    sources.keep(|file| {
        let stem = file
            .path
            .rsplit_once('.')
            .map_or(file.path.as_str(), |(stem, _)| stem);
        !file.path.starts_with("bin/") || commands.iter().any(|command| command.contains(stem))
    });
    deployed::keep(app, sources, &commands);
    deployed::choose(app, sources, processes);
    php_reach::keep(sources, processes);
    python_reach::keep(&app.root, sources, processes);
    go_packages::keep(sources, &commands);
    drop_browser_packages(sources, &commands);
    rack_reach::keep(sources, &commands);
    ruby_reach::keep(app, sources, &commands);
    if !process::runs_node(app, sources) {
        sources.keep(|file| file.language != Language::JavaScript);
        return;
    }
    let Some(reached) = node_reach(app, sources) else {
        drop_development(sources, &commands);
        return;
    };
    sources.keep(|file| file.language != Language::JavaScript || reached.contains(&file.path));
}

/// Drops what a package of the repository builds for browsers: where its manifest has a tool
/// that only does that, its `src/` never runs on a dyno unless a command names it.
fn drop_browser_packages(sources: &mut Sources, commands: &[String]) {
    const TOOLS: &[&str] = &[
        "react-scripts",
        "react-app-rewired",
        "@craco/craco",
        "@vue/cli-service",
        "@angular/cli",
        "gatsby",
        "preact-cli",
    ];
    let built: Vec<String> = sources
        .texts
        .iter()
        .filter(|(path, text)| {
            path.rsplit('/').next() == Some(slugsmith_ecosystems::javascript::MANIFEST)
                && TOOLS
                    .iter()
                    .any(|tool| text.contains(&format!("\"{tool}\"")))
        })
        .map(|(path, _)| {
            format!(
                "{}src/",
                path.trim_end_matches(slugsmith_ecosystems::javascript::MANIFEST)
            )
        })
        .filter(|folder| !commands.iter().any(|command| command.contains(folder)))
        .collect();
    sources.keep(|file| {
        file.language != Language::JavaScript
            || !built.iter().any(|folder| file.path.starts_with(folder))
    });
}

/// Drops what its own name says is for development (`server.dev.ts`), unless a command names it or code loads it.
fn drop_development(sources: &mut Sources, commands: &[String]) {
    let loaded: BTreeSet<String> = sources
        .files
        .iter()
        .filter(|code| code.language == Language::JavaScript)
        .flat_map(|code| code.imports.iter().map(move |import| (code, import)))
        .filter(|(code, import)| branch(code, import.scope) != Branch::Development)
        .filter(|(code, _)| !is_of_development(&code.path))
        .filter_map(|(code, import)| {
            Some(resolve(sources, &code.path, &import.module)?.path.clone())
        })
        .collect();
    sources.keep(|code| {
        let stem = code
            .path
            .rsplit_once('.')
            .map_or(code.path.as_str(), |(stem, _)| stem);
        code.language != Language::JavaScript
            || !is_of_development(&code.path)
            || loaded.contains(&code.path)
            || commands.iter().any(|command| command.contains(stem))
    });
}

fn is_of_development(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    [".dev.", ".development.", "-dev."]
        .iter()
        .any(|mark| name.contains(mark))
}

/// Packages that load the app's code by folder, not by import.
const FOLDER_LOADERS: &[&str] = &[
    "@adonisjs/core",
    "@adonisjs/ignitor",
    "@fastify/autoload",
    "@loopback/boot",
    "@strapi/strapi",
    "consign",
    "egg",
    "express-load",
    "fastify-autoload",
    "loopback-boot",
    "moleculer",
    "require-all",
    "require-dir",
    "require-directory",
    "sails",
    "strapi",
];

/// What Node loads from its entry points; `None` if they can't be known.
fn node_reach(app: &App, sources: &Sources) -> Option<BTreeSet<String>> {
    let entries = process::node_entries(app, sources)?;
    let mut reached: BTreeSet<String> = BTreeSet::new();
    let mut pending: Vec<&Code> = entries
        .iter()
        .filter_map(|entry| file(sources, entry))
        .collect();
    if pending.is_empty() {
        return None;
    }
    let workspace = Workspace::read(sources);
    while let Some(code) = pending.pop() {
        if !reached.insert(code.path.clone()) {
            continue;
        }
        for import in &code.imports {
            if branch(code, import.scope) == Branch::Development {
                continue;
            }
            if FOLDER_LOADERS.contains(&import.module.as_str()) {
                return None;
            }
            if node_config::loads(import) {
                let loaded = sources.node_config.iter();
                pending.extend(loaded.filter_map(|path| file(sources, path)));
            }
            if let Some(folder) = import.module.strip_suffix('*') {
                let from = code.folder();
                let folder = format!("{}/", join(from, folder));
                pending.extend(sources.files.iter().filter(|other| {
                    other.language == Language::JavaScript && other.path.starts_with(&folder)
                }));
                continue;
            }
            if let Some(found) = resolve(sources, &code.path, &import.module) {
                pending.push(found);
            } else if is_built(sources, &code.path, &import.module) {
                let folder = code.folder();
                let source = process::source_of(sources, &join(folder, &import.module))?;
                pending.push(file(sources, &source)?);
            } else if let Some((at, rest)) = workspace.package(&import.module) {
                pending.push(file(sources, &workspace.source(sources, at, rest)?)?);
            } else if (import.module.starts_with('@') || import.module.starts_with('~'))
                && is_alias(app, &import.module)
                && !workspace.asks_for(sources, &import.module)
            {
                // A path alias of the bundler or of TypeScript: what it means is not known.
                return None;
            }
        }
        if code.computed_imports {
            let folder = code.folder();
            pending.extend(sources.files.iter().filter(|other| {
                other.language == Language::JavaScript
                    && (folder.is_empty() || other.path.starts_with(&format!("{folder}/")))
            }));
        }
    }
    Some(reached)
}

fn file<'a>(sources: &'a Sources, path: &str) -> Option<&'a Code> {
    sources
        .files
        .binary_search_by(|probe| probe.path.as_str().cmp(path))
        .ok()
        .and_then(|at| sources.files.get(at))
}

/// Whether a relative import means what only a build makes.
fn is_built(sources: &Sources, from: &str, module: &str) -> bool {
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let path = join(folder, module);
    module.starts_with('.')
        && (sources.outputs.makes(&path)
            || ["dist", "build", "out", "lib", "generated"]
                .iter()
                .any(|built| path == *built || path.starts_with(&format!("{built}/"))))
}

/// The packages of a monorepo, by name.
struct Workspace<'a> {
    /// Name, folder and manifest.
    packages: Vec<(String, &'a str, Value)>,
}

impl<'a> Workspace<'a> {
    fn read(sources: &'a Sources) -> Self {
        let packages = sources.texts.iter().filter_map(|(path, text)| {
            let folder = path.strip_suffix(MANIFEST)?.strip_suffix('/')?;
            let manifest: Value = serde_json::from_str(text).ok()?;
            let name = manifest.get("name")?.as_str()?.to_owned();
            Some((name, folder, manifest))
        });
        Self {
            packages: packages.collect(),
        }
    }

    /// The package that an import names, and what the import names inside it.
    fn package<'m>(&self, module: &'m str) -> Option<(usize, &'m str)> {
        let mut packages = self.packages.iter().zip(0..);
        packages.find_map(|((name, ..), at)| {
            let rest = module.strip_prefix(name.as_str())?;
            (rest.is_empty() || rest.starts_with('/')).then_some((at, rest))
        })
    }

    /// The source that an import of a package means.
    fn source(&self, sources: &Sources, at: usize, rest: &str) -> Option<String> {
        let (_, folder, manifest) = self.packages.get(at)?;
        let exported = manifest
            .get("exports")
            .and_then(|exports| exports.get(format!(".{rest}")))
            .and_then(|one| {
                let by = ["import", "require", "default"];
                one.as_str()
                    .or_else(|| by.iter().find_map(|by| one.get(by)?.as_str()))
            });
        let main = manifest
            .get("main")
            .and_then(Value::as_str)
            .filter(|_| rest.is_empty());
        let inside = if rest.is_empty() { "/index" } else { rest };
        let named = exported.or(main).map(|path| join(folder, path));
        let usual = [format!("{folder}/src{inside}"), format!("{folder}{inside}")];
        named
            .into_iter()
            .chain(usual)
            .find_map(|path| process::source_of(sources, &path))
    }

    /// Whether a manifest of any package asks for what a scoped import names.
    fn asks_for(&self, sources: &Sources, module: &str) -> bool {
        let parts: Vec<_> = module.splitn(3, '/').take(2).collect();
        let asked = format!("\"{}\"", parts.join("/"));
        let mut folders = self.packages.iter().map(|(_, folder, _)| folder);
        folders.any(|folder| {
            let manifest = sources.text(&format!("{folder}/{MANIFEST}"));
            manifest.is_some_and(|text| text.contains(&asked))
        })
    }
}

/// Whether a scoped import is no package of package.json.
fn is_alias(app: &App, module: &str) -> bool {
    let scope_and_name: Vec<_> = module.splitn(3, '/').take(2).collect();
    let package = scope_and_name.join("/");
    let Some(manifest) = app.package_json.good() else {
        return true;
    };
    ![
        "dependencies",
        "devDependencies",
        "optionalDependencies",
        "peerDependencies",
    ]
    .iter()
    .any(|group| {
        manifest
            .get(group)
            .and_then(|group| group.get(&package))
            .is_some()
    })
}

/// The file that an import means: a relative one, or one from the root or `src/`, as
/// `NODE_PATH` and the `baseUrl` of TypeScript allow.
#[must_use]
pub fn resolve<'a>(sources: &'a Sources, from: &str, module: &str) -> Option<&'a Code> {
    if module.starts_with('.') {
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        return at(sources, &join(folder, module));
    }
    let top = module.split('/').next().unwrap_or(module);
    ["", "src/"].iter().find_map(|root| {
        let ours = sources.below(&format!("{root}{top}/")).next().is_some();
        ours.then(|| at(sources, &format!("{root}{module}")))?
    })
}

/// The file at a path without its extension, or the index of that folder.
fn at<'a>(sources: &'a Sources, path: &str) -> Option<&'a Code> {
    let stem = path
        .strip_suffix(".js")
        .or_else(|| path.strip_suffix(".mjs"))
        .or_else(|| path.strip_suffix(".cjs"))
        .unwrap_or(path);
    let endings = [
        "",
        ".js",
        ".mjs",
        ".cjs",
        ".ts",
        ".tsx",
        ".mts",
        ".cts",
        ".jsx",
        "/index.js",
        "/index.mjs",
        "/index.ts",
        "/index.cjs",
    ];
    file(sources, path).or_else(|| {
        [stem, path].iter().find_map(|base| {
            endings
                .iter()
                .find_map(|ending| file(sources, &format!("{base}{ending}")))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined() {
        assert_eq!(join("src/lib", "../a/./b"), "src/a/b");
        assert_eq!(join("", "./a"), "a");
    }
}
