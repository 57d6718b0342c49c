//! What does npm's lockfile say?

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::super::FIELDS;
use crate::inputs::Inputs;
use crate::lockfile::Packages;
use crate::secrets;
use slugsmith_facts::environment::Target;

/// Whether a lockfile brings anything that `--omit=dev` leaves out. `devOptional` is what development and an optional
/// dependency of production need: npm leaves it out only where both are omitted (npm/cli
/// `workspaces/arborist/lib/arborist/reify.js`). Lockfiles of version 1 are not looked into.
pub(super) fn has_dev(lock: &Value) -> bool {
    let Some(packages) = lock.get("packages").and_then(Value::as_object) else {
        return true;
    };
    packages.values().any(|package| {
        let is_true = |field| package.get(field).and_then(Value::as_bool) == Some(true);
        is_true("dev") || is_true("extraneous")
    })
}

/// How many packages an install brings; dev dependencies only where they are installed, and of
/// optional ones those for this machine: the number that npm itself says.
pub(super) fn installed(lock: &Value, with_dev: bool, target: &Target) -> u64 {
    let Some(packages) = lock.get("packages").and_then(Value::as_object) else {
        let packages = packages(lock);
        return packages
            .values()
            .map(|versions| versions.len() as u64)
            .sum();
    };
    let is_true =
        |package: &Value, field| package.get(field).and_then(Value::as_bool) == Some(true);
    let is_left_out = |package: &Value| {
        is_true(package, "link")
            || !with_dev && is_true(package, "dev")
            || is_true(package, "optional") && is_foreign(package, target)
    };
    // The app's own projects need packages and are none.
    let (mut installed, projects): (Vec<_>, Vec<_>) = packages
        .iter()
        .filter(|(_, package)| !is_left_out(package))
        .partition(|(path, _)| path.contains("node_modules/"));
    // What only left out packages need is left out as well, and what only that needs.
    loop {
        let all = installed.iter().chain(&projects);
        let needed: BTreeSet<&str> = all.flat_map(|(_, package)| needs(package)).collect();
        let before = installed.len();
        installed.retain(|(path, package)| {
            let name = path
                .rsplit_once("node_modules/")
                .map_or("", |(_, name)| name);
            !is_true(package, "optional") || needed.contains(name)
        });
        if installed.len() == before {
            return before as u64;
        }
    }
}

/// Names that a package of a lockfile depends on, in whatever way.
fn needs(package: &Value) -> impl Iterator<Item = &str> {
    let fields = [
        "dependencies",
        "devDependencies",
        "optionalDependencies",
        "peerDependencies",
    ];
    let objects = fields
        .into_iter()
        .filter_map(|field| package.get(field)?.as_object());
    objects.flat_map(|names| names.keys().map(String::as_str))
}

/// Whether a package is for other machines (docs.npmjs.com, package.json, `os`, `cpu`, `libc`).
fn is_foreign(package: &Value, target: &Target) -> bool {
    let cpu = match target.arch.as_str() {
        "amd64" => "x64",
        other => other,
    };
    let fits = |field: &str, value: &str| {
        let Some(list) = package.get(field).and_then(Value::as_array) else {
            return true;
        };
        let mut words = list.iter().filter_map(Value::as_str);
        let wanted: Vec<_> = words
            .clone()
            .filter(|word| !word.starts_with('!'))
            .collect();
        let is_refused = words.any(|word| word.strip_prefix('!') == Some(value));
        !is_refused && (wanted.is_empty() || wanted.contains(&value) || wanted.contains(&"any"))
    };
    // The images of the platforms have the GNU library.
    !(fits("os", &target.os) && fits("cpu", cpu) && fits("libc", "glibc"))
}

/// The lockfile without what doesn't change the tree: the app's own name, version and
/// licence, and credentials in URLs.
pub(super) fn normal_lock(lock: &Value) -> Value {
    let mut lock = lock.clone();
    if let Some(fields) = lock.as_object_mut() {
        fields.remove("name");
        fields.remove("version");
    }
    if let Some(root) = lock
        .pointer_mut("/packages/")
        .and_then(Value::as_object_mut)
    {
        root.retain(|field, _| FIELDS.contains(&field.as_str()));
    }
    strip_urls(&mut lock);
    lock
}

fn strip_urls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if name == "resolved" => {
                        *text = secrets::without_credentials(text);
                    }
                    value => strip_urls(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(strip_urls),
        _ => {}
    }
}

/// Folders of the app that the lockfile lists as packages: workspaces and `file:` links.
pub(super) fn workspaces(lock: &Value) -> Vec<String> {
    let packages = lock.get("packages").and_then(Value::as_object);
    packages
        .into_iter()
        .flatten()
        .map(|(path, _)| path)
        .filter(|path| {
            !path.is_empty()
                && !path
                    .split('/')
                    .any(|part| matches!(part, "node_modules" | ".." | "." | ""))
        })
        .cloned()
        .collect()
}

/// `file:` tarballs of the app; their integrity is in the lockfile, but npm reads them.
pub(super) fn local_packages(inputs: &mut Inputs, app: &Path, lock: &Value) {
    let packages = lock.get("packages").and_then(Value::as_object);
    for package in packages.into_iter().flatten().map(|(_, package)| package) {
        let path = package
            .get("resolved")
            .and_then(Value::as_str)
            .and_then(|resolved| resolved.strip_prefix("file:"));
        if let Some(path) = path {
            inputs.file(app, path);
        }
    }
}

/// Names and versions; lockfile versions 2 and 3, else 1.
pub(super) fn packages(lock: &Value) -> Packages {
    let mut found = Packages::new();
    let mut add = |name: &str, version: Option<&str>| {
        if let Some(version) = version {
            found
                .entry(name.to_owned())
                .or_default()
                .insert(version.to_owned());
        }
    };
    if let Some(packages) = lock.get("packages").and_then(Value::as_object) {
        for (path, package) in packages {
            if let Some((_, name)) = path.rsplit_once("node_modules/") {
                add(name, package.get("version").and_then(Value::as_str));
            }
        }
    } else {
        let mut pending: Vec<_> = lock.get("dependencies").into_iter().collect();
        while let Some(list) = pending.pop() {
            for (name, package) in list.as_object().into_iter().flatten() {
                add(name, package.get("version").and_then(Value::as_str));
                pending.extend(package.get("dependencies"));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_an_optional_dependency_needs_as_well_is_not_pruned() {
        for (flags, expected) in [
            (json!({"dev": true}), true),
            (json!({"extraneous": true}), true),
            (json!({"devOptional": true}), false),
            (json!({"optional": true}), false),
            (json!({}), false),
        ] {
            let lock = json!({"packages": {"": {}, "node_modules/a": flags}});
            assert_eq!(has_dev(&lock), expected, "{lock}");
        }
        assert!(has_dev(&json!({"dependencies": {}})), "version 1");
    }
}
