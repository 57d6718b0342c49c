//! Which packages of Node.js lack what their install scripts make? Read from the installed tree,
//! from the manager's own notes, or, before an install, from the lockfile.

use slugsmith_ecosystems as ecosystems;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::app::{self, App};
use crate::beneath;
use crate::tree::{EntryKind, Tree};

/// A package that is not whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incomplete {
    pub name: String,
    /// The folder, or the file that tells.
    pub place: String,
    pub lacks: Lacks,
    /// The command that lets its script run.
    pub approve: String,
}

/// What is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lacks {
    /// The compiled part, for certain.
    Native,
    /// Whatever its script would have made.
    Script,
}

/// Packages that load a compiled part of whoever needs them.
const LOADERS: &[&str] = &[
    "@mapbox/node-pre-gyp",
    "bindings",
    "node-gyp-build",
    "node-pre-gyp",
    "prebuild-install",
];

const NOTES_OF_PNPM: &str = "node_modules/.modules.yaml";
const NOTES_OF_NPM: &str = "node_modules/.package-lock.json";

/// Every package of the app that is not whole.
#[must_use]
pub fn read(app: &App, tree: &Tree) -> Vec<Incomplete> {
    let Some(manifest) = app.package_json.good() else {
        return Vec::new();
    };
    // What was there before the install does not count.
    let is_installed = tree
        .entries()
        .iter()
        .any(|entry| entry.path() == Path::new("node_modules"));
    let mut found = if is_installed {
        natives(app, manifest, tree)
    } else {
        of_lockfile(app, manifest)
    };
    let known: BTreeSet<_> = found.iter().map(|one| one.name.clone()).collect();
    let ignored = ignored_by_pnpm(app).into_iter();
    found.extend(
        ignored
            .filter(|name| !known.contains(name))
            .map(|name| Incomplete {
                name,
                place: NOTES_OF_PNPM.to_owned(),
                lacks: Lacks::Script,
                approve: "pnpm approve-builds".to_owned(),
            }),
    );
    found
}

/// The command of the app's manager.
fn approve(app: &App, name: &str) -> String {
    if app.has(ecosystems::javascript::PNPM_LOCK) {
        "pnpm approve-builds".to_owned()
    } else if app.has(ecosystems::javascript::BUN_LOCK)
        || app.has(ecosystems::javascript::BUN_BINARY_LOCK)
    {
        format!("bun pm trust {name}")
    } else if app.has(ecosystems::javascript::YARN_LOCK) {
        format!("npm pkg set 'dependenciesMeta.{name}.built=true' --json")
    } else {
        format!("npm install-scripts approve {name}")
    }
}

/// Packages with a recipe for a native part and no compiled file.
fn natives(app: &App, manifest: &Value, tree: &Tree) -> Vec<Incomplete> {
    let mut recipes: BTreeMap<String, String> = BTreeMap::new();
    let mut compiled = BTreeSet::new();
    for entry in tree
        .entries()
        .iter()
        .filter(|entry| entry.kind() == EntryKind::File)
    {
        let Some(path) = entry.path().to_str() else {
            continue;
        };
        let is_compiled = path.ends_with(".node") || path.ends_with(".wasm");
        if !is_compiled && !path.ends_with("/binding.gyp") {
            continue;
        }
        if let Some((folder, name, rest)) = package_of(path) {
            if is_compiled {
                compiled.insert(folder.to_owned());
                compiled.insert(name.to_owned());
            } else if rest == "binding.gyp" {
                recipes.insert(folder.to_owned(), name.to_owned());
            }
        }
    }
    recipes.retain(|folder, _| !compiled.contains(folder));
    if recipes.is_empty() {
        return Vec::new();
    }
    let notes = app::json(&app.root, NOTES_OF_NPM);
    let notes = notes
        .good()
        .and_then(|notes| notes.get("packages")?.as_object());
    let is_wanted = |folder: &str, name: &str| {
        let listed = manifest.get("dependencies");
        let is_own = listed.is_some_and(|listed| listed.get(name).is_some());
        let note = notes.and_then(|notes| notes.get(folder));
        let is_optional =
            note.is_some_and(|note| note.get("optional").is_some() || note.get("dev").is_some());
        is_own || note.is_some() && !is_optional
    };
    let is_elsewhere = |folder: &str| {
        // Prebuilt for each platform as a package of its own.
        let text =
            beneath::text_in(&app.root, format!("{folder}/package.json")).unwrap_or_default();
        let json: Value = serde_json::from_str(&text).unwrap_or_default();
        let optional = json.get("optionalDependencies").and_then(Value::as_object);
        optional.is_some_and(|list| list.keys().any(|name| compiled.contains(name)))
    };
    let mut found = Vec::new();
    for (folder, name) in &recipes {
        if is_wanted(folder, name) && !is_elsewhere(folder) {
            found.push(Incomplete {
                name: name.clone(),
                place: folder.clone(),
                lacks: Lacks::Native,
                approve: approve(app, name),
            });
        }
    }
    found
}

/// The folder of the package that a path belongs to, its name, and the path within it.
fn package_of(path: &str) -> Option<(&str, &str, &str)> {
    let begin = path.rfind("node_modules/")? + "node_modules/".len();
    let rest = path.get(begin..)?;
    let mut parts = rest.match_indices('/').map(|(at, _)| at);
    let end = if rest.starts_with('@') {
        parts.nth(1)?
    } else {
        parts.next()?
    };
    Some((
        path.get(..begin + end)?,
        rest.get(..end)?,
        rest.get(end + 1..)?,
    ))
}

/// `ignoredBuilds` of pnpm's notes: a list in YAML, or in JSON.
fn ignored_by_pnpm(app: &App) -> Vec<String> {
    let text = beneath::text_in(&app.root, NOTES_OF_PNPM).unwrap_or_default();
    let Ok(notes) = serde_yaml_ng::from_str::<Value>(&text) else {
        return Vec::new();
    };
    let list = notes.get("ignoredBuilds").and_then(Value::as_array);
    let names = list.into_iter().flatten().filter_map(Value::as_str);
    names.map(|id| without_version(id).to_owned()).collect()
}

/// `bcrypt` of `bcrypt@5.1.1`.
fn without_version(id: &str) -> &str {
    let at = id.char_indices().skip(1).find(|(_, c)| *c == '@');
    at.and_then(|(at, _)| id.get(..at)).unwrap_or(id)
}

/// What npm 12 is going to leave out, by package-lock.json and `allowScripts`.
fn of_lockfile(app: &App, manifest: &Value) -> Vec<Incomplete> {
    let lock = app::json(&app.root, ecosystems::javascript::PACKAGE_LOCK);
    let packages = lock
        .good()
        .and_then(|lock| lock.get("packages")?.as_object());
    let (Some(packages), true) = (packages, blocks_scripts(manifest)) else {
        return Vec::new();
    };
    let allowed = manifest.get("allowScripts").and_then(Value::as_object);
    let is_allowed = |name: &str| {
        let mut keys = allowed.into_iter().flatten();
        keys.any(|(key, value)| without_version(key) == name && value.as_bool() != Some(false))
    };
    let mut found = Vec::new();
    for (path, package) in packages {
        let is = |field| package.get(field).and_then(Value::as_bool) == Some(true);
        let Some((_, name)) = path.rsplit_once("node_modules/") else {
            continue;
        };
        if !is("hasInstallScript") || is("optional") || is("dev") || is_allowed(name) {
            continue;
        }
        let needs = package.get("dependencies").and_then(Value::as_object);
        let is_native =
            needs.is_some_and(|needs| needs.keys().any(|need| LOADERS.contains(&need.as_str())));
        found.push(Incomplete {
            name: name.to_owned(),
            place: ecosystems::javascript::PACKAGE_LOCK.to_owned(),
            lacks: if is_native {
                Lacks::Native
            } else {
                Lacks::Script
            },
            approve: approve(app, name),
        });
    }
    found
}

/// Whether the app asks for an npm that runs no script which nobody approved.
fn blocks_scripts(manifest: &Value) -> bool {
    let named = manifest.get("packageManager").and_then(Value::as_str);
    let named = named.and_then(|text| text.strip_prefix("npm@"));
    let engine = manifest.pointer("/engines/npm").and_then(Value::as_str);
    let version = named.or(engine).unwrap_or_default();
    let digits: String = version
        .trim_start_matches(|c: char| !c.is_ascii_digit())
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    !version.starts_with('<') && digits.parse::<u32>().is_ok_and(|major| major >= 12)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_told_by_their_paths() {
        assert_eq!(
            package_of("node_modules/a/node_modules/@s/b/lib/x.node"),
            Some(("node_modules/a/node_modules/@s/b", "@s/b", "lib/x.node"))
        );
        assert_eq!(package_of("src/binding.gyp"), None);
    }

    #[test]
    fn a_recipe_without_a_compiled_file_is_no_native_part() {
        let folder = tempfile::tempdir().unwrap();
        let put = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, text).unwrap();
        };
        put(
            "package.json",
            r#"{"dependencies":{"bcrypt":"5","sharp":"1"}}"#,
        );
        let before = app::read(folder.path());
        put("node_modules/bcrypt/binding.gyp", "{}");
        put("node_modules/sharp/binding.gyp", "{}");
        put(
            "node_modules/sharp/package.json",
            r#"{"optionalDependencies":{"@img/linux":"1"}}"#,
        );
        put("node_modules/@img/linux/lib/sharp.node", "");
        put(
            "node_modules/.modules.yaml",
            r#"{"ignoredBuilds":["esbuild@0.25.0"]}"#,
        );
        let found = read(&before, &Tree::read(folder.path()));
        let found: Vec<_> = found
            .iter()
            .map(|one| (one.name.as_str(), one.lacks))
            .collect();
        assert_eq!(
            found,
            [("bcrypt", Lacks::Native), ("esbuild", Lacks::Script)]
        );
        put("node_modules/bcrypt/lib/binding/bcrypt.node", "");
        assert_eq!(read(&before, &Tree::read(folder.path())).len(), 1);
    }

    #[test]
    fn the_npm_that_blocks_is_known_by_the_manifest() {
        let blocks = |text: &str| blocks_scripts(&serde_json::from_str(text).unwrap());
        assert!(blocks(r#"{"packageManager":"npm@12.2.2"}"#));
        assert!(blocks(r#"{"engines":{"npm":">=12"}}"#));
        assert!(!blocks(r#"{"engines":{"npm":"<12"}}"#));
        assert!(!blocks(r#"{"packageManager":"npm@11.8.0"}"#));
        assert!(!blocks("{}"));
    }
}
