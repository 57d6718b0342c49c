//! What all JavaScript package managers share: which one an app uses, scripts that have
//! to run, the fields of a manifest that matter, settings and patches.

pub(super) mod browsers;
mod bun;
mod generated;
pub(super) mod local;
pub(super) mod manifest;
mod npm;
pub(super) mod plan;
mod pnpm;
mod settings;
mod yarn;

use std::path::PathBuf;

use serde_json::Value;

pub(super) use self::manifest::{FIELDS, Member, expand, members, trees, workspace_globs};
pub(super) use self::plan::Plan;
pub(super) use self::settings::of_npm;
use super::{Hidden, Job, ManagerCommand, Project, Prune, Recognised, machine, missing};
use crate::adopt::{self, Adoption};
use crate::inputs::Inputs;
use crate::switches;
use slugsmith_ecosystems as ecosystems;
use slugsmith_facts::run as command;
use slugsmith_facts::{Parsed, tools};
use slugsmith_finding::error::Problem;

/// Finds the package manager of a place: the lockfile decides, and where there are
/// several, the manifest's `packageManager`.
pub(super) fn recognise<'a>(place: &'a Project<'a>) -> Option<Recognised<'a>> {
    let manifest = match &place.app.package_json {
        Parsed::Missing => return None,
        Parsed::Broken(malformed) => return Some(place.unusable("npm", malformed)),
        Parsed::Good(manifest) => manifest,
    };
    let named = ecosystems::javascript::package_manager(manifest);
    let managers: [(&str, &[&str]); 4] = [
        ("npm", npm::LOCKFILES),
        ("pnpm", &[ecosystems::javascript::PNPM_LOCK]),
        ("yarn", &[ecosystems::javascript::YARN_LOCK]),
        ("bun", bun::LOCKFILES),
    ];
    let locked = |name: &str| {
        managers
            .iter()
            .filter(|(manager, _)| *manager == name)
            .flat_map(|(_, files)| files.iter().copied())
            .find(|file| place.app.has(file))
    };
    let chosen = named
        .filter(|name| locked(name).is_some())
        .or_else(|| {
            managers
                .iter()
                .map(|(name, _)| *name)
                .find(|name| locked(name).is_some())
        })
        .or(named)
        .unwrap_or("npm");
    let lockfile = locked(chosen);
    if lockfile.is_none() && !has_dependencies(manifest) {
        return None;
    }
    match (chosen, lockfile) {
        ("pnpm", Some(_)) => Some(pnpm::recognise(place, manifest)),
        ("yarn", Some(_)) => Some(yarn::recognise(place, manifest)),
        ("bun", Some(lockfile)) => Some(bun::recognise(place, manifest, lockfile)),
        ("npm", lockfile) => Some(npm::recognise(place, manifest, lockfile)),
        // Without its lockfile no other manager promises the same tree twice.
        (_, _) => Some(npm::recognise(place, manifest, None)),
    }
}

/// By the list of buildpacks, where no tree shows an install.
pub(super) fn adoption(place: &Project<'_>, manager: &str, manifest: &Value) -> Adoption {
    let listed = manifest.get("dependencies").and_then(Value::as_object);
    let has_production = listed.is_some_and(|listed| !listed.is_empty());
    adopt::javascript(&place.wanted(&place.name(manager)), has_production)
}

fn has_dependencies(manifest: &Value) -> bool {
    ["dependencies", "devDependencies", "optionalDependencies"]
        .iter()
        .any(|field| {
            manifest
                .get(field)
                .and_then(Value::as_object)
                .is_some_and(|list| !list.is_empty())
        })
}

/// Inputs that every JavaScript install has.
pub(super) fn inputs(
    place: &Project<'_>,
    manifest: &Value,
    lockfile: &str,
    manager: &str,
    plan: &Plan,
) -> Result<Inputs, Problem> {
    let environment = place.context.environment;
    let version =
        tools::package_version(manager, environment).ok_or_else(|| missing(lockfile, manager))?;
    let mut inputs = Inputs::default();
    inputs.plain(manager, version);
    match tools::node(environment) {
        Some(node) => {
            inputs.plain("node", node.version);
            inputs.plain("node ABI", node.abi);
        }
        // Bun is a runtime of its own.
        None if manager == "bun" => {}
        None => return Err(missing(lockfile, "node")),
    }
    inputs.plain("dev dependencies", plan.word());
    machine(&mut inputs, place.context);
    manifest::add(
        &mut inputs,
        ecosystems::javascript::MANIFEST,
        manifest,
        false,
    );
    settings::add(&mut inputs, place, manager);
    Ok(inputs)
}

/// Gives a job the scripts of the app: which run when, and which the install must not see.
pub(super) fn scripts(
    job: &mut Job,
    place: &Project<'_>,
    plan: &Plan,
    run: impl Fn(&'static str) -> ManagerCommand,
) {
    job.looked = generated::from_the_app;
    job.before = plan.before().map(&run).collect();
    job.scripts = plan.install.iter().copied().map(&run).collect();
    job.hidden = Hidden {
        folder: place.at.clone(),
        scripts: plan.hidden.clone(),
    };
    // What follows in `finish` comes after the build.
    let build = plan.build.map(|name| {
        let mut step = run(name);
        let flags =
            switches::value(place.context.environment, "NODE_BUILD_FLAGS").map(command::words);
        if let Some(flags) = flags {
            step.arguments.push("--".to_owned());
            step.arguments.extend(flags);
        }
        step
    });
    job.finish.splice(0..0, build);
    job.cleanup = plan.cleanup.map(&run).into_iter().collect();
}

/// Dev dependencies of the root and the workspaces go at the end, where a script needed
/// them.
pub(super) fn prune(place: &Project<'_>, plan: &Plan, workspaces: &[String]) -> Prune {
    if !plan.prunes() {
        return Prune::Nothing;
    }
    let root = place.at.clone();
    let members = workspaces.iter().map(|folder| place.tree(folder));
    Prune::Modules {
        projects: std::iter::once(root)
            .chain(members)
            .collect::<Vec<PathBuf>>(),
        more: super::Edges::new(),
    }
}

/// Whether an old tree may be the base of a new one: only which versions are wanted has
/// changed, not how or for what they are built.
pub(super) fn syncs_over(input: &str) -> bool {
    const LOCKS: &[&str] = &[
        ecosystems::javascript::PACKAGE_LOCK,
        ecosystems::javascript::SHRINKWRAP,
        ecosystems::javascript::YARN_LOCK,
        ecosystems::javascript::PNPM_LOCK,
        ecosystems::javascript::BUN_LOCK,
    ];
    LOCKS.contains(&input)
        || [
            "package.json dependencies",
            "package.json devDependencies",
            "package.json optionalDependencies",
        ]
        .contains(&input)
}
