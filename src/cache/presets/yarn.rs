//! yarn: `yarn.lock`, class packed. Version 1 and the later ones ("berry"), which are told
//! apart by the lockfile's `__metadata`.
//!
//! Berry with the node-modules linker makes `node_modules`; with Plug'n'Play (its default)
//! it makes `.pnp.cjs` and reads the archives in `.yarn/cache`, which are then the tree: they
//! are told to stay in the app, so that they are there when it runs. A committed
//! `.yarn/cache` ("zero-install") is adopted.

use serde_json::Value;

use super::javascript::{self, Plan};
use super::{Job, PACKED, Place, Recognised, Site, Step};
use crate::cache::lockfile::{Lockfile, Packages};
use crate::cache::{LOCKFILE_OUT_OF_STEP, secrets};
use crate::command::Ended;
use crate::error::Problem;
use crate::units::counted;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Classic,
    BerryModules,
    BerryPnp,
}

pub(super) fn recognise<'a>(place: &'a Place<'a>, manifest: &'a Value) -> Recognised<'a> {
    let text = fs_err::read(place.app.root.join("yarn.lock")).unwrap_or_default();
    let text = String::from_utf8_lossy(&text).into_owned();
    let kind = kind(&text, place);
    let workspaces = javascript::expand(&place.app.root, &javascript::workspace_globs(manifest));
    let trees = match kind {
        Kind::Classic | Kind::BerryModules => javascript::trees(place, &workspaces),
        Kind::BerryPnp => [
            ".pnp.cjs",
            ".pnp.loader.mjs",
            ".yarn/cache",
            ".yarn/unplugged",
        ]
        .into_iter()
        .map(|path| place.tree(path))
        .collect(),
    };
    let packages = packages(&text);
    let count: u64 = packages
        .values()
        .map(|versions| versions.len() as u64)
        .sum();
    Recognised::Site(Site {
        name: place.name("yarn"),
        what: format!("yarn.lock, {}", counted(count, "package")),
        class: PACKED,
        trees,
        adopted: None,
        job: Box::new(move || job(place, manifest, &text, kind, packages, &workspaces)),
    })
}

fn kind(lock: &str, place: &Place<'_>) -> Kind {
    if !lock.contains("\n__metadata:") && !lock.starts_with("__metadata:") {
        return Kind::Classic;
    }
    let settings = fs_err::read_to_string(place.app.root.join(".yarnrc.yml")).unwrap_or_default();
    let linker = settings
        .lines()
        .find_map(|line| line.strip_prefix("nodeLinker:"))
        .map(|value| value.trim().trim_matches(['"', '\'']).to_owned())
        .or_else(|| {
            let variable = place.context.environment.get("YARN_NODE_LINKER");
            variable.map(str::to_owned)
        });
    match linker.as_deref() {
        None | Some("pnp") => Kind::BerryPnp,
        Some(_) => Kind::BerryModules,
    }
}

fn job(
    place: &Place<'_>,
    manifest: &Value,
    lock: &str,
    kind: Kind,
    packages: Packages,
    workspaces: &[String],
) -> Result<Job, Problem> {
    let plan = Plan::of(manifest, place.context.environment);
    let mut inputs = javascript::inputs(place, manifest, "yarn.lock", "yarn", &plan)?;
    inputs.digest("yarn.lock", secrets::without_credentials(lock).as_bytes());
    javascript::members(&mut inputs, place, workspaces).map_err(|malformed| malformed.problem())?;
    inputs.folder(&place.app.root, ".yarn/releases");
    let run = |name: &'static str| step(&["run", name]).script();
    let mut finish: Vec<_> = plan.build.into_iter().map(run).collect();
    if plan.prunes() && kind == Kind::Classic {
        finish.push(step(&[
            "install",
            "--frozen-lockfile",
            "--production",
            "--ignore-scripts",
            "--prefer-offline",
        ]));
    }
    Ok(Job {
        lockfile: Some(Lockfile {
            path: "yarn.lock".to_owned(),
            packages,
        }),
        before: plan.prebuild.into_iter().map(run).collect(),
        install: vec![install(kind, &plan)],
        // Version 1 syncs an old tree; berry does too, but only beside its own state file.
        sync: (kind == Kind::Classic)
            .then(|| install(kind, &plan))
            .into_iter()
            .collect(),
        syncs_over: javascript::syncs_over,
        restored: plan.install.iter().copied().map(run).collect(),
        finish,
        explain,
        ..Job::new(inputs, place.at.clone())
    })
}

fn install(kind: Kind, plan: &Plan) -> Step {
    match (kind, plan.is_full()) {
        (Kind::Classic, true) => step(&["install", "--frozen-lockfile", "--production=false"]),
        (Kind::Classic, false) => step(&["install", "--frozen-lockfile", "--production"]),
        (_, true) => step(&["install", "--immutable"]),
        // Its dev dependencies are never fetched, so there is nothing to prune.
        (_, false) => step(&["workspaces", "focus", "--all", "--production"]),
    }
}

fn step(arguments: &[&str]) -> Step {
    Step::new("yarn", arguments)
        .default(&[
            ("YARN_ENABLE_TELEMETRY", "0"),
            ("YARN_ENABLE_PROGRESS_BARS", "0"),
        ])
        // Plug'n'Play reads these archives when the app runs.
        .set("YARN_ENABLE_GLOBAL_CACHE", "false")
}

/// Names and versions: a line with descriptors at its start (`ms@^2.0.0:`, also quoted and
/// comma-separated), then an indented line with the version.
fn packages(lock: &str) -> Packages {
    let mut packages = Packages::new();
    let mut name = None;
    for line in lock.lines() {
        if line.ends_with(':') && !line.starts_with([' ', '#', '_']) {
            let descriptor = line.trim_start_matches('"');
            // A scope's `@` is the first character; the version's is a later one.
            let at = descriptor.char_indices().skip(1).find(|(_, c)| *c == '@');
            name = at
                .and_then(|(at, _)| descriptor.get(..at))
                .map(str::to_owned);
        } else if let Some(rest) = line.strip_prefix("  version") {
            let version = rest.trim_matches([' ', ':', '"']);
            // Workspaces have no version of their own.
            if let Some(name) = name.take().filter(|_| !version.contains("use.local")) {
                packages.entry(name).or_default().insert(version.to_owned());
            }
        }
    }
    packages
}

fn explain(_: &std::path::Path, ended: &Ended) -> Option<Problem> {
    let says = |words: &str| ended.tail.iter().any(|line| line.contains(words));
    (says("lockfile needs to be updated") || says("YN0028") || says("would have been modified"))
        .then(|| {
            Problem::new(&LOCKFILE_OUT_OF_STEP)
                .saw("yarn refuses this pair of package.json and yarn.lock")
                .step("Write the lockfile anew: `yarn install`.")
                .details(ended.tail.iter().cloned())
        })
}

#[cfg(test)]
mod tests {
    use super::packages;

    #[test]
    fn both_forms_of_lockfile_are_read() {
        let classic = "# yarn lockfile v1\n\n\"@a/b@^1.0.0\", \"@a/b@^1.2.0\":\n  version \"1.2.3\"\n  resolved \"x\"\n\nms@2:\n  version \"2.0.0\"\n";
        let berry = "__metadata:\n  version: 8\n\n\"@a/b@npm:^1.0.0\":\n  version: 1.2.3\n  resolution: \"x\"\n\n\"ms@npm:2\":\n  version: 2.0.0\n\n\"shop@workspace:.\":\n  version: 0.0.0-use.local\n";
        for text in [classic, berry] {
            let found = packages(text);
            assert_eq!(found.len(), 2, "{found:?}");
            assert!(found["@a/b"].contains("1.2.3") && found["ms"].contains("2.0.0"));
        }
    }
}
