//! Packages whose compiled part is a package of its own per platform, without the one for Linux.
//!
//! npm leaves the parts of other platforms out of a lockfile that it writes beside a filled
//! `node_modules` (npm/cli issue 4828), and `omit=optional` leaves out all of them. The install
//! succeeds, and the package fails when it is loaded. Yarn, pnpm and Bun list every platform.

use super::{Incomplete, Lacks, NOTES_OF_NPM, Project};
use serde_json::{Map, Value};
use slugsmith_ecosystems::javascript::{PACKAGE_LOCK, SHRINKWRAP};

/// What the lockfile lacks, or what npm's notes on the installed tree lack.
pub(super) fn of(project: &Project<'_>, is_installed: bool) -> Vec<Incomplete> {
    let lockfile = [SHRINKWRAP, PACKAGE_LOCK]
        .into_iter()
        .map(|name| (name, project.packages(name)))
        .find(|(_, packages)| !packages.is_empty());
    let Some((name, locked)) = lockfile else {
        return Vec::new();
    };
    let builds = ["build", "heroku-postbuild"].iter().any(|script| {
        let scripts = project.manifest.get("scripts");
        scripts.is_some_and(|scripts| scripts.get(script).is_some())
    });
    let mut found: Vec<_> = lacking(&locked, builds)
        .into_iter()
        .map(|package| Incomplete {
            name: package,
            place: project.path(name),
            lacks: Lacks::Locked,
            fix: format!("rm -rf node_modules {name} && npm install   then commit {name}"),
        })
        .collect();
    if is_installed {
        for package in lacking(&project.packages(NOTES_OF_NPM), false) {
            if found.iter().all(|one| one.name != package) {
                found.push(Incomplete {
                    name: package,
                    place: project.path(NOTES_OF_NPM),
                    lacks: Lacks::Omitted,
                    fix: "take omit=optional out of .npmrc and the config vars".to_owned(),
                });
            }
        }
    }
    found
}

/// Packages that list parts for Linux of which none is there. Those of development count where
/// a build runs them.
fn lacking(packages: &Map<String, Value>, with_development: bool) -> Vec<String> {
    let is_there = |part: &str| {
        let end = format!("node_modules/{part}");
        packages.keys().any(|path| {
            let before = path.strip_suffix(&end);
            before.is_some_and(|before| before.is_empty() || before.ends_with('/'))
        })
    };
    let mut found = Vec::new();
    for (path, package) in packages {
        let is = |field| package.get(field).and_then(Value::as_bool) == Some(true);
        let Some((_, name)) = path.rsplit_once("node_modules/") else {
            continue;
        };
        if is("optional") || is("devOptional") || is("dev") && !with_development {
            continue;
        }
        let listed = package
            .get("optionalDependencies")
            .and_then(Value::as_object);
        let parts = listed.into_iter().flat_map(Map::keys);
        let mut parts =
            parts.filter(|part| part.split(['-', '/', '.']).any(|word| word == "linux"));
        if parts.clone().next().is_some() && !parts.any(|part| is_there(part)) {
            found.push(name.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_text(text: &str) -> Vec<String> {
        lacking(&serde_json::from_str(text).unwrap(), false)
    }

    const ROLLUP: &str = r#""node_modules/rollup":{"optionalDependencies":{
        "@rollup/rollup-linux-x64-gnu":"4","@rollup/rollup-darwin-arm64":"4"}}"#;

    #[test]
    fn a_lockfile_of_another_system_lacks_the_part_for_linux() {
        let darwin = r#""node_modules/@rollup/rollup-darwin-arm64":{"optional":true}"#;
        assert_eq!(of_text(&format!("{{{ROLLUP},{darwin}}}")), ["rollup"]);
        assert_eq!(of_text(&format!("{{{ROLLUP}}}")), ["rollup"]);
        for whole in [
            r#""node_modules/@rollup/rollup-linux-x64-gnu":{}"#,
            r#""node_modules/rollup/node_modules/@rollup/rollup-linux-x64-gnu":{}"#,
            r#""packages/web/node_modules/@rollup/rollup-linux-x64-gnu":{}"#,
        ] {
            assert!(
                of_text(&format!("{{{ROLLUP},{whole}}}")).is_empty(),
                "{whole}"
            );
        }
    }

    #[test]
    fn optional_packages_and_other_systems_are_no_matter() {
        let optional = ROLLUP.replacen('{', r#"{"optional":true,"#, 1);
        assert!(of_text(&format!("{{{optional}}}")).is_empty());
        let events = r#"{"node_modules/chokidar":{"optionalDependencies":{"fsevents":"2"}}}"#;
        assert!(of_text(events).is_empty());
    }
}
