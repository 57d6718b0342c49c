//! Bun.
//!
//! - **Recognised** by `bun.lock`, or the older binary `bun.lockb` (whose packages are then
//!   not named in a miss).
//! - **Key**: what every JavaScript install has, the lockfile, workspaces' manifests,
//!   `bunfig.toml`. Node.js is an input where there is one: Bun runs without it.
//! - **Class** packed: `node_modules` of the root and of each workspace.
//! - **Install** `bun install --frozen-lockfile`; production form `--production`. An old
//!   tree is never the base: the install takes less than the difference is worth.
//! - **Production**: Bun has no `prune`, so dev dependencies that a script needed are
//!   removed by ourselves, without any command.
//! - **Left alone**: Bun's own download cache.

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

pub(super) const LOCKFILES: &[&str] = &[
    ecosystems::javascript::BUN_LOCK,
    ecosystems::javascript::BUN_BINARY_LOCK,
];

pub(super) fn recognise<'a>(
    place: &'a Project<'a>,
    manifest: &'a Value,
    file: &'static str,
) -> Recognised<'a> {
    let text = beneath::read_in(&place.app.root, file).unwrap_or_default();
    let packages = packages(&String::from_utf8_lossy(&text));
    let workspaces = javascript::expand(&place.app.root, &javascript::workspace_globs(manifest));
    let count = lockfile::count(&packages);
    let mut trees = javascript::trees(place, &workspaces);
    trees.extend(browsers::trees(&browsers::wanted(place, manifest)));
    Recognised::Site(Site {
        name: place.name("bun"),
        what: if count == 0 {
            file.to_owned()
        } else {
            format!("{file}, {}", counted(count, "package"))
        },
        class: PACKED,
        trees,
        adoption: javascript::adoption(place, "bun", manifest),
        job: Box::new(move || job(place, manifest, file, &text, packages, &workspaces)),
    })
}

fn job(
    place: &Project<'_>,
    manifest: &Value,
    file: &str,
    lock: &[u8],
    packages: Packages,
    workspaces: &[String],
) -> Result<Job, Problem> {
    let members = Member::read(place, workspaces);
    let plan = Plan::of(manifest, &members, place, &plan::BUN);
    let mut inputs = javascript::inputs(place, manifest, file, "bun", &plan)?;
    match std::str::from_utf8(lock) {
        Ok(text) => inputs.digest(file, secrets::without_credentials(text).as_bytes()),
        Err(_) => inputs.digest(file, lock),
    }
    javascript::members(&mut inputs, place, workspaces).map_err(|malformed| malformed.problem())?;
    local::named(&mut inputs, place, manifest, &members);
    let run = |name: &'static str| step(&["run", name]).script();
    let install = if plan.is_full() {
        step(&["install", "--frozen-lockfile", "--no-progress"])
    } else {
        step(&[
            "install",
            "--frozen-lockfile",
            "--no-progress",
            "--production",
        ])
    };
    let mut job = Job {
        lockfile: Some(Lockfile {
            path: file.to_owned(),
            packages,
        }),
        install: vec![install],
        reads: local::reads(place, manifest, &members, &plan, true),
        prune: javascript::prune(place, &plan, workspaces),
        explain,
        ..Job::new(inputs, place.at.clone())
    };
    javascript::scripts(&mut job, place, &plan, run);
    browsers::expose(&mut job, place, &browsers::wanted(place, manifest));
    Ok(job)
}

fn step(arguments: &[&str]) -> ManagerCommand {
    ManagerCommand::new("bun", arguments)
}

/// Lines such as `    "debug/ms": ["ms@2.1.2", "", {}, "sha512-…"],` below `"packages"`.
fn packages(lock: &str) -> Packages {
    let mut packages = Packages::new();
    let lines = lock
        .lines()
        .skip_while(|line| line.trim_end() != "  \"packages\": {")
        .skip(1)
        .take_while(|line| line.is_empty() || line.starts_with("    "));
    for line in lines {
        let Some((_, rest)) = line.split_once("\": [\"") else {
            continue;
        };
        let Some((id, _)) = rest.split_once('"') else {
            continue;
        };
        // A scope's `@` is the first character; the version's is a later one.
        let at = id.char_indices().skip(1).find(|(_, c)| *c == '@');
        if let Some((name, version)) = at.and_then(|(at, _)| id.split_at_checked(at)) {
            let version = version.trim_start_matches('@');
            if !version.starts_with("workspace:") {
                packages
                    .entry(name.to_owned())
                    .or_default()
                    .insert(version.to_owned());
            }
        }
    }
    packages
}

fn explain(_: &std::path::Path, ended: &Ended) -> Option<Problem> {
    let says = |words: &str| ended.says(words);
    says("lockfile had changes, but lockfile is frozen").then(|| {
        out_of_step(
            ended,
            "bun refuses this pair of package.json and its lockfile",
            "Write the lockfile anew: `bun install --lockfile-only`.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::packages;

    #[test]
    fn the_text_lockfile_is_read() {
        let lock = "{\n  \"lockfileVersion\": 1,\n  \"workspaces\": {\n    \"\": \
            {\n      \"name\": \"b\",\n    },\n  },\n  \"packages\": {\n    \"a\": [\"a@workspace:packages/a\"],\n\
            \n    \"@s/x\": [\"@s/x@1.0.0\", \"\", {}, \"sha512-1\"],\n\
            \n    \"debug/ms\": [\"ms@2.1.2\", \"\", { \"bin\": [\"y@1\"] }, \"sha512-2\"],\n  }\n}\n";
        let found = packages(lock);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found["@s/x"].contains("1.0.0") && found["ms"].contains("2.1.2"));
        assert!(packages("\u{0}binary").is_empty());
    }
}
