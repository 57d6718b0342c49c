//! pnpm.
//!
//! - **Recognised** by `pnpm-lock.yaml`.
//! - **Key**: what every JavaScript install has, the lockfile, each importer's manifest,
//!   `pnpm-workspace.yaml`, pnpmfiles.
//! - **Class** packed: `node_modules` with its virtual store `node_modules/.pnpm` and, in a
//!   workspace, the `node_modules` of each importer; all links in it are relative.
//! - **Install** `pnpm install --frozen-lockfile`; production form `--prod`. An old tree is
//!   the base of a changed one.
//! - **Production**: dev dependencies that a script needed are removed by ourselves:
//!   `pnpm prune` knows nothing of workspaces, and both it and `pnpm install --prod` over
//!   a restored tree download every package again.
//! - **Left alone**: the store outside of the app. Its files would be stored twice, since
//!   layers don't keep hard links.

use std::path::Path;

use serde_json::Value;

use super::{self as javascript, Member, Plan, browsers, local, plan};
use crate::lockfile::{self, Lockfile, Packages};
use crate::presets::{Job, ManagerCommand, PACKED, Project, Recognised, Site, out_of_step};
use crate::secrets;
use slugsmith_ecosystems as ecosystems;
use slugsmith_facts::beneath;
use slugsmith_facts::run::Ended;
use slugsmith_finding::error::Problem;
use slugsmith_finding::units::counted;

pub(super) fn recognise<'a>(place: &'a Project<'a>, manifest: &'a Value) -> Recognised<'a> {
    let text =
        beneath::read_in(&place.app.root, ecosystems::javascript::PNPM_LOCK).unwrap_or_default();
    let text = String::from_utf8_lossy(&text).into_owned();
    let packages = packages(&text);
    let workspaces = importers(&text);
    let count = lockfile::count(&packages);
    let mut trees = javascript::trees(place, &workspaces);
    trees.extend(browsers::trees(&browsers::wanted(place, manifest)));
    Recognised::Site(Site {
        name: place.name("pnpm"),
        what: format!("pnpm-lock.yaml, {}", counted(count, "package")),
        class: PACKED,
        trees,
        adoption: javascript::adoption(place, "pnpm", manifest),
        job: Box::new(move || job(place, manifest, &text, packages, &workspaces)),
    })
}

fn job(
    place: &Project<'_>,
    manifest: &Value,
    lock: &str,
    packages: Packages,
    workspaces: &[String],
) -> Result<Job, Problem> {
    let members = Member::read(place, workspaces);
    let plan = Plan::of(manifest, &members, place, &plan::PNPM);
    let mut inputs = javascript::inputs(
        place,
        manifest,
        ecosystems::javascript::PNPM_LOCK,
        "pnpm",
        &plan,
    )?;
    inputs.digest(
        ecosystems::javascript::PNPM_LOCK,
        secrets::without_credentials(lock).as_bytes(),
    );
    javascript::members(&mut inputs, place, workspaces).map_err(|malformed| malformed.problem())?;
    for file in [".pnpmfile.cjs", "pnpmfile.js", ".pnpmfile.mjs"] {
        inputs.file(&place.app.root, file);
    }
    local::named(&mut inputs, place, manifest, &members);
    // `install` brings its `preinstall` and `postinstall` along, as it does from version 9 on.
    let run = |name: &'static str| {
        let step = step(&["run", name]).script();
        step.set("npm_config_enable_pre_post_scripts", "true")
    };
    let install = if plan.is_full() {
        step(&["install", "--frozen-lockfile", "--prod=false"])
    } else {
        step(&["install", "--frozen-lockfile", "--prod"])
    };
    let mut job = Job {
        lockfile: Some(Lockfile {
            path: ecosystems::javascript::PNPM_LOCK.to_owned(),
            packages,
        }),
        // Packages that nobody needs any more stay in the virtual store for a week, unless
        // told otherwise (pnpm manual, `modules-cache-max-age`).
        sync: vec![
            install
                .clone()
                .set("npm_config_modules_cache_max_age", "0")
                .set("pnpm_config_modules_cache_max_age", "0"),
        ],
        syncs_over: javascript::syncs_over,
        install: vec![install],
        reads: local::reads(place, manifest, &members, &plan, true),
        owns: javascript::settings::owns(place),
        prune: javascript::prune(place, &plan, workspaces),
        explain,
        ..Job::new(inputs, place.at.clone())
    };
    javascript::scripts(&mut job, place, &plan, run);
    let store = store(place);
    for step in job.steps() {
        for name in ["npm_config_store_dir", "pnpm_config_store_dir"] {
            if !place.context.environment.variables.contains_key(name) {
                step.variables.push((name, store.clone().into()));
            }
        }
        // A setting of an earlier buildpack may put the virtual store into a layer of its own.
        if names_virtual_store(place) {
            continue;
        }
        for name in [
            "npm_config_virtual_store_dir",
            "pnpm_config_virtual_store_dir",
        ] {
            step.variables.push((name, "node_modules/.pnpm".into()));
        }
    }
    browsers::expose(&mut job, place, &browsers::wanted(place, manifest));
    Ok(job)
}

/// Whether the app itself says where its virtual store is.
fn names_virtual_store(place: &Project<'_>) -> bool {
    [
        ".npmrc",
        "pnpm-workspace.yaml",
        ecosystems::javascript::MANIFEST,
    ]
    .iter()
    .any(|file| {
        let text = beneath::text_in(&place.app.root, file).unwrap_or_default();
        ["virtual-store-dir", "virtualStoreDir"]
            .iter()
            .any(|word| text.contains(word))
    })
}

/// Where pnpm keeps downloads. Left to itself it takes the root of the app's own file
/// system where that is another than the home's, and with `pack build` this is the app.
fn store(place: &Project<'_>) -> std::path::PathBuf {
    let home = place.context.environment.get("HOME").map(Path::new);
    match home.filter(|home| home.is_absolute() && !home.starts_with(&place.context.app.root)) {
        Some(home) => home.join(".local/share/pnpm/store"),
        None => std::env::temp_dir().join("slugsmith-pnpm-store"),
    }
}

fn step(arguments: &[&str]) -> ManagerCommand {
    // Without a terminal pnpm asks before it replaces a tree, unless it knows it is CI.
    ManagerCommand::new("pnpm", arguments)
        .default(&[("CI", "true"), ("npm_config_update_notifier", "false")])
}

/// The lines one level below a top-level key, without quotes and the colon.
fn keys<'a>(lock: &'a str, section: &'a str) -> impl Iterator<Item = &'a str> {
    lock.lines()
        .skip_while(move |line| line.trim_end() != section)
        .skip(1)
        .take_while(|line| line.is_empty() || line.starts_with(' '))
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .map(|line| {
            let key = line.trim();
            let key = key.split_once(": ").map_or(key, |(key, _)| key);
            key.trim_end_matches(':').trim_matches('\'')
        })
}

/// Folders of the workspace, the root left out.
fn importers(lock: &str) -> Vec<String> {
    keys(lock, "importers:")
        .filter(|key| *key != "." && !key.split('/').any(|part| part == ".." || part.is_empty()))
        .map(str::to_owned)
        .collect()
}

/// Keys such as `ms@2.0.0`, `'@a/b@1.0.0'`, and `/ms@2.0.0(peer@1)` before version 9.
fn packages(lock: &str) -> Packages {
    let mut packages = Packages::new();
    for key in keys(lock, "packages:") {
        let key = key.trim_start_matches('/');
        let key = key.split('(').next().unwrap_or(key);
        let at = key.char_indices().skip(1).find(|(_, c)| *c == '@');
        if let Some((name, version)) = at.and_then(|(at, _)| key.split_at_checked(at)) {
            let version = version.trim_start_matches('@').to_owned();
            packages.entry(name.to_owned()).or_default().insert(version);
        }
    }
    packages
}

fn explain(_: &Path, ended: &Ended) -> Option<Problem> {
    let is_outdated =
        ended.says("ERR_PNPM_OUTDATED_LOCKFILE") || ended.says("ERR_PNPM_LOCKFILE_CONFIG_MISMATCH");
    is_outdated.then(|| {
        out_of_step(
            ended,
            "pnpm refuses this pair of package.json and pnpm-lock.yaml",
            "Write the lockfile anew: `pnpm install --lockfile-only`.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn importers_and_packages_are_read() {
        let lock = "lockfileVersion: '9.0'\n\nimporters:\n\
            \n  .:\n    dependencies:\n      ms:\n        specifier: 2\n        version: 2.0.0\n\
            \n  packages/a: {}\n\npackages:\n\n  '@a/b@1.0.0':\n    resolution: {}\n\
            \n  ms@2.0.0:\n    resolution: {}\n\nsnapshots:\n\n  x@1.0.0: {}\n";
        assert_eq!(importers(lock), ["packages/a"]);
        let found = packages(lock);
        assert_eq!(found.len(), 2);
        assert!(found["@a/b"].contains("1.0.0") && found["ms"].contains("2.0.0"));
    }
}
