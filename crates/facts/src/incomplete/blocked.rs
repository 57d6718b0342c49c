//! Which install scripts did npm 12 and later leave out of an installed tree? npm keeps no note of
//! it: the version that is on PATH, its list of what is installed and `allowScripts` tell.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::{Incomplete, Lacks, NOTES_OF_NPM, Project, blocks_scripts, projects, scripted};
use crate::app::App;
use crate::environment::Environment;
use crate::tree::Tree;
use crate::{beneath, tools};

/// The first version that runs no script which nobody approved.
const BLOCKS: u32 = 12;

/// Packages of npm's trees whose install script was not run, but for those that are `known`.
#[must_use]
pub fn blocked(
    app: &App,
    tree: &Tree,
    folders: &BTreeSet<String>,
    environment: &Environment,
    known: &[Incomplete],
) -> Vec<Incomplete> {
    let installed = projects(app, folders).into_iter();
    let installed: Vec<_> = installed.filter(|one| one.is_installed(tree)).collect();
    if installed.is_empty() {
        return Vec::new();
    }
    let npm = major(environment);
    let blocks = |project: &&Project<'_>| match npm {
        Some(major) => major >= BLOCKS,
        None => blocks_scripts(&project.manifest),
    };
    let mut found = Vec::new();
    for project in installed.iter().filter(blocks) {
        if decides_otherwise(project, environment) {
            continue;
        }
        let notes = project.packages(NOTES_OF_NPM);
        for (name, _) in scripted(project, &notes) {
            if known.iter().all(|one| one.name != name) {
                found.push(Incomplete {
                    name: name.to_owned(),
                    place: project.path(NOTES_OF_NPM),
                    lacks: Lacks::Script,
                    fix: project.approve(name),
                });
            }
        }
    }
    found
}

/// Settings beside package.json that let scripts run, or let none of them.
fn decides_otherwise(project: &Project<'_>, environment: &Environment) -> bool {
    let text = beneath::text_in(project.root, project.path(".npmrc")).unwrap_or_default();
    let is_setting = |name: &str| name.contains("allow-") && name.contains("-scripts");
    let by_file = text.lines().any(|line| {
        let name = line.split('=').next().unwrap_or_default().trim();
        is_setting(name) || ["allow-scripts", "ignore-scripts"].contains(&name)
    });
    let mut names = environment.variables.keys();
    by_file
        || names.any(|name| {
            let name = name.to_lowercase().replace('_', "-");
            let setting = name.strip_prefix("npm-config-");
            setting.is_some_and(|name| name == "ignore-scripts" || name.contains("allow-"))
        })
}

/// The major version of the npm that is on PATH, by its own manifest: nothing is run.
fn major(environment: &Environment) -> Option<u32> {
    let program = tools::find("npm", environment)?;
    let program = fs_err::canonicalize(program).ok()?;
    let manifest = |folder: &Path| {
        let text = beneath::text(folder.join(slugsmith_ecosystems::javascript::MANIFEST)).ok()?;
        let manifest: Value = serde_json::from_str(&text).ok()?;
        (manifest.get("name")?.as_str()? == "npm").then_some(manifest)
    };
    let manifest = program.ancestors().skip(1).take(3).find_map(manifest)?;
    let version = manifest.get("version")?.as_str()?;
    version.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::super::tests::put;
    use super::*;
    use crate::app;
    use crate::environment::{self, World};

    #[test]
    fn scripts_that_npm_12_left_out_are_named_on_every_build() {
        let folder = tempfile::tempdir().unwrap();
        let put = |path: &str, text: &str| put(folder.path(), path, text);
        put(
            "app/node_modules/.package-lock.json",
            r#"{"packages":{"node_modules/ms":{},"node_modules/esbuild":{"hasInstallScript":true},
            "node_modules/own":{"hasInstallScript":true,"resolved":"file:own-1.0.0.tgz"},
            "node_modules/dev":{"hasInstallScript":true,"dev":true},
            "libs/gen":{"hasInstallScript":true},"node_modules/gen":{"resolved":"libs/gen","link":true},
            "packages/a":{"hasInstallScript":true},"node_modules/a":{"resolved":"packages/a","link":true}}}"#,
        );
        put("npm/bin/npm-cli.js", "");
        let bin = folder.path().join("bin");
        fs_err::create_dir(&bin).unwrap();
        let cli = folder.path().join("npm/bin/npm-cli.js");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs_err::set_permissions(&cli, mode).unwrap();
        std::os::unix::fs::symlink(cli, bin.join("npm")).unwrap();
        let of = |version: &str, manifest: &str, rc: &str| {
            let npm = format!(r#"{{"name":"npm","version":"{version}"}}"#);
            put("npm/package.json", &npm);
            put("app/package.json", manifest);
            put("app/.npmrc", rc);
            let root = folder.path().join("app");
            let environment = Environment {
                world: World::Embedded,
                target: environment::this_machine(None),
                variables: [("PATH".to_owned(), bin.clone().into())].into(),
            };
            let (app, tree) = (app::read(&root), Tree::read(&root));
            let folders = BTreeSet::from([String::new()]);
            let found = blocked(&app, &tree, &folders, &environment, &[]);
            let names = found.into_iter().map(|one| one.name);
            names.collect::<Vec<_>>().join(" ")
        };
        let some = r#"{"allowScripts":{"esbuild@0.25.0":true,"file:../own-1.0.0.tgz":true,"file:../libs/gen":true},
            "workspaces":["packages/*"]}"#;
        let of_workspaces = r#"{"workspaces":["packages/*"]}"#;
        for (version, manifest, rc, named) in [
            ("12.2.2", of_workspaces, "", "esbuild own gen"),
            ("12.2.2", "{}", "", "esbuild own gen a"),
            ("11.9.0", "{}", "", ""),
            ("12.0.0", some, "", ""),
            (
                "12.0.0",
                r#"{"allowScripts":{"own":true,"a":true,"gen":true}}"#,
                "",
                "esbuild",
            ),
            (
                "12.0.0",
                r#"{"allowScripts":{"own":false,"a":true}}"#,
                "",
                "esbuild own gen",
            ),
            ("12.0.0", "{}", "dangerously-allow-all-scripts=true\n", ""),
            ("12.0.0", "{}", "ignore-scripts=true\n", ""),
        ] {
            assert_eq!(
                of(version, manifest, rc),
                named,
                "{version} {manifest} {rc}"
            );
        }
    }
}
