//! Which packages does npm's own list of an installed tree give to development alone?
//!
//! npm 7 and later write `node_modules/.package-lock.json` at the end of an install: every
//! folder they made, and `"dev": true` where only dev dependencies lead to it
//! (package-lock.json, "Hidden Lockfiles"). `npm prune --omit=dev` removes exactly those; here
//! they go without starting npm, which reads the whole tree again and asks the registry about
//! old lockfiles.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use serde_json::Value;

use super::{Pruned, empty_scopes, entries, remove, remove_empty};
use crate::inputs::read_regular;
use slugsmith_facts::beneath::Beneath;
use slugsmith_facts::tree::Tree;

/// Removes what the list below `project` gives to development. `None` where there is no list
/// that can be read, with nothing removed.
pub(super) fn prune(app: &Path, project: &Path) -> std::io::Result<Option<Pruned>> {
    let root = app.join(project);
    let file = root.join("node_modules/.package-lock.json");
    let Some(mut list) = read(&file) else {
        return Ok(None);
    };
    let Some(packages) = list.get_mut("packages").and_then(Value::as_object_mut) else {
        return Ok(None);
    };
    let is_dev = |package: &Value| package.get("dev").and_then(Value::as_bool) == Some(true);
    let development: Vec<_> = packages
        .iter()
        .filter(|(_, package)| is_dev(package))
        .filter_map(|(path, _)| installed(path))
        .collect();
    let mut pruned = Pruned::default();
    let mut touched = BTreeSet::new();
    for inside in development {
        let path = root.join(&inside);
        if leads_away(&root, &inside) {
            continue;
        }
        let Ok(found) = fs_err::symlink_metadata(&path) else {
            // It went with the package that it was in.
            continue;
        };
        if found.is_dir() {
            pruned.packages += 1;
            pruned.bytes += Tree::read(&path).totals().bytes;
        }
        remove(app, &path)?;
        let modules = path.ancestors().find(|at| at.ends_with("node_modules"));
        touched.extend(modules.map(Path::to_owned));
    }
    for modules in touched.iter().filter(|modules| modules.is_dir()) {
        programs(app, modules)?;
        empty_scopes(app, modules);
        // Refused, and rightly so, where something is left in it.
        remove_empty(app, modules);
    }
    packages.retain(|_, package| !is_dev(package));
    let mut text = serde_json::to_string_pretty(&list)?;
    text.push('\n');
    if let (true, Ok(inside)) = (file.exists(), file.strip_prefix(app)) {
        Beneath::open(app)?.write(inside, text.as_bytes())?;
    }
    Ok(Some(pruned))
}

fn read(file: &Path) -> Option<Value> {
    serde_json::from_slice(&read_regular(file).ok()?).ok()
}

/// The path of an entry, if it is one that npm installs to: sources of the app itself
/// (workspaces) are in the list, too.
fn installed(path: &str) -> Option<PathBuf> {
    let path = Path::new(path);
    let is_plain = path
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    let parent = path.parent()?;
    let scope = parent
        .file_name()
        .is_some_and(|name| name.as_encoded_bytes().starts_with(b"@"));
    let modules = if scope { parent.parent()? } else { parent };
    (is_plain && modules.ends_with("node_modules")).then(|| path.to_owned())
}

/// Whether a folder above the package is a link: what lies behind it is not npm's.
fn leads_away(root: &Path, inside: &Path) -> bool {
    let above = inside.ancestors().skip(1);
    above
        .take_while(|at| !at.as_os_str().is_empty())
        .any(|at| root.join(at).is_symlink())
}

/// Removes programs that have lost their packages.
fn programs(app: &Path, modules: &Path) -> std::io::Result<()> {
    let folder = modules.join(".bin");
    if folder.is_symlink() {
        return Ok(());
    }
    for path in entries(&folder) {
        if path.is_symlink() && !path.exists() {
            remove(app, &path)?;
        }
    }
    remove_empty(app, &folder);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{link, put};
    use super::*;

    fn left(app: &Path) -> Vec<String> {
        let tree = Tree::read(app);
        let entries = tree.entries().iter();
        entries
            .map(|entry| entry.path().display().to_string())
            .collect()
    }

    #[test]
    fn what_only_development_needs_goes_with_its_programs() {
        let folder = tempfile::tempdir().unwrap();
        let app = folder.path();
        for path in [
            "a",
            "dev",
            "@s/dev",
            "a/node_modules/dev",
            "optional",
            "extra",
        ] {
            put(app, &format!("node_modules/{path}/package.json"), "{}");
        }
        put(app, "packages/web/package.json", "{}");
        link(app, "../a/package.json", "node_modules/.bin/a");
        link(app, "../dev/package.json", "node_modules/.bin/dev");
        put(
            app,
            "node_modules/.package-lock.json",
            r#"{"packages":{"node_modules/a":{},"node_modules/dev":{"dev":true},"node_modules/@s/dev":{"dev":true},
              "node_modules/a/node_modules/dev":{"dev":true},"node_modules/gone":{"dev":true},
              "node_modules/optional":{"devOptional":true},"packages/web":{"dev":true}}}"#,
        );
        let pruned = prune(app, Path::new("")).unwrap().unwrap();
        assert_eq!(pruned.packages, 3);
        assert_eq!(
            left(app),
            [
                "node_modules",
                "node_modules/.bin",
                "node_modules/.bin/a",
                "node_modules/.package-lock.json",
                "node_modules/a",
                "node_modules/a/package.json",
                "node_modules/extra",
                "node_modules/extra/package.json",
                "node_modules/optional",
                "node_modules/optional/package.json",
                "packages",
                "packages/web",
                "packages/web/package.json",
            ]
        );
        let list = fs_err::read_to_string(app.join("node_modules/.package-lock.json")).unwrap();
        assert!(!list.contains("\"dev\""), "{list}");
    }

    #[test]
    fn no_entry_leads_out_of_the_app() {
        let outside = tempfile::tempdir().unwrap();
        put(outside.path(), "node_modules/b/package.json", "{}");
        put(outside.path(), "c/package.json", "{}");
        let folder = tempfile::tempdir().unwrap();
        let app = folder.path().join("app");
        link(&app, outside.path().to_str().unwrap(), "node_modules/a");
        put(folder.path(), "node_modules/d/package.json", "{}");
        let absolute = outside.path().join("node_modules/b");
        put(
            &app,
            "node_modules/.package-lock.json",
            &format!(
                r#"{{"packages":{{"node_modules/a/node_modules/b":{{"dev":true}},"../node_modules/d":{{"dev":true}},
                  "{}":{{"dev":true}},"node_modules":{{"dev":true}},"":{{"dev":true}}}}}}"#,
                absolute.display()
            ),
        );
        assert_eq!(prune(&app, Path::new("")).unwrap().unwrap().packages, 0);
        assert!(outside.path().join("node_modules/b/package.json").exists());
        assert!(folder.path().join("node_modules/d/package.json").exists());
        assert!(app.join("node_modules/a").is_symlink());
    }

    #[test]
    fn without_a_list_nothing_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        for list in [None, Some("{"), Some("[]"), Some(r#"{"packages":[]}"#)] {
            put(folder.path(), "node_modules/a/package.json", "{}");
            if let Some(list) = list {
                put(folder.path(), "node_modules/.package-lock.json", list);
            }
            let pruned = prune(folder.path(), Path::new("")).unwrap();
            assert_eq!(pruned, None, "{list:?}");
        }
    }
}
