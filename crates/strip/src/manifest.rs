//! Which files does a package.json name, and which of them can this runtime pick?
//!
//! Every string in a package.json that is the path of a file counts as a name, whatever
//! its key: tools invent keys. Left out are only keys that Node and the tools that run
//! in production are known not to read, and conditions that Node never sets (`keys`).

mod keys;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use keys::{OTHER_RUNTIMES, UNUSED_KEYS};
use slugsmith_facts::glob::{Pattern, RUBY};

/// Who bundles where the app runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bundles {
    #[default]
    No,
    /// The app's code has a bundler at hand, at start or in a script of its own: what bundles
    /// are made from stays.
    InCode,
    /// A start command is one.
    AtStart,
}

/// What the start commands allow beyond plain Node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Runtime {
    /// Conditions set with `-C` / `--conditions`.
    pub conditions: BTreeSet<String>,
    /// Whether a bundler or development server runs: it reads `module` and `browser`.
    pub bundles: Bundles,
    /// TypeScript is compiled at start.
    pub typescript: bool,
    /// CoffeeScript is compiled at start.
    pub coffee: bool,
}

impl Runtime {
    /// Whether files for browsers and bundlers may be read.
    #[must_use]
    pub fn reads_bundler_keys(&self) -> bool {
        self.bundles != Bundles::No
    }
}

/// What one package.json says, reduced to what a decision needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    pub name: String,
    /// Paths as written, without a leading `./`; may be files, folders, names without
    /// an extension, or patterns with one `*`.
    pub entries: Vec<String>,
    /// Strings under keys of tools, which may name folders whose modules are all loaded.
    pub mentions: Vec<String>,
    /// Its commands, by their names.
    pub scripts: Vec<(String, String)>,
    /// Names of `dependencies` and `optionalDependencies`.
    pub dependencies: BTreeSet<String>,
    /// Names of what an install without development dependencies brings: also peers
    /// that are not optional.
    pub needs: BTreeSet<String>,
    pub dev_dependencies: BTreeSet<String>,
    /// Names of `peerDependencies`, optional or not.
    pub peers: BTreeSet<String>,
    /// Names of `optionalDependencies`.
    pub optional: BTreeSet<String>,
    /// Keywords, and top-level keys: frameworks find their packages by them.
    pub marks: BTreeSet<String>,
    /// As written; what stands in for it is for the resolver to say.
    pub main: Option<String>,
    /// What the package's authors ship with it; empty where they do not say.
    pub files: Vec<Pattern>,
    pub exports: Option<Value>,
    pub imports: Option<Value>,
}

/// Reads a package.json.
#[must_use]
pub fn read(json: &Value, runtime: &Runtime) -> Option<Manifest> {
    let map = json.as_object()?;
    let (mut entries, mut mentions) = (Vec::new(), Vec::new());
    match map.get("main").and_then(Value::as_str) {
        Some(main) => entries.push(main.to_owned()),
        None => entries.push("index".to_owned()),
    }
    strings(map.get("bin"), &mut entries);
    let mut conditional = |key: &str| {
        if let Some(value) = map.get(key) {
            conditions(value, runtime, &mut entries);
        }
    };
    conditional("exports");
    conditional("imports");
    for (key, value) in map {
        let bundler_key = matches!(key.as_str(), "module" | "browser" | "jsnext:main");
        if !UNUSED_KEYS.contains(&key.as_str()) || (bundler_key && runtime.reads_bundler_keys()) {
            strings(Some(value), &mut mentions);
        }
    }
    for entry in entries.iter_mut().chain(&mut mentions) {
        if let Some(bare) = entry.strip_prefix("./") {
            *entry = bare.to_owned();
        }
    }
    entries.retain(|entry| !entry.is_empty() && !entry.contains(':'));
    mentions.retain(|entry| !entry.is_empty() && !entry.contains(':'));
    Some(Manifest {
        name: text(map, "name"),
        entries,
        mentions,
        scripts: scripts(map),
        dependencies: [
            "dependencies",
            "optionalDependencies",
            "peerDependencies",
            "peerDependenciesMeta",
        ]
        .iter()
        .flat_map(|key| keys(map, key))
        .collect(),
        needs: needs(map),
        dev_dependencies: keys(map, "devDependencies").collect(),
        peers: keys(map, "peerDependencies").collect(),
        optional: keys(map, "optionalDependencies").collect(),
        marks: marks(map),
        main: map.get("main").and_then(Value::as_str).map(str::to_owned),
        files: files(map),
        exports: map.get("exports").filter(|value| !value.is_null()).cloned(),
        imports: map.get("imports").cloned(),
    })
}

/// `files`: patterns anchored at the package, as npm reads them (docs.npmjs.com/cli,
/// "package.json").
fn files(map: &Map<String, Value>) -> Vec<Pattern> {
    let list = map.get("files").and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(|line| Pattern::new(line.as_str()?, RUBY))
        .collect()
}

fn scripts(map: &Map<String, Value>) -> Vec<(String, String)> {
    let scripts = map.get("scripts").and_then(Value::as_object);
    let scripts = scripts.into_iter().flatten();
    scripts
        .filter_map(|(name, text)| Some((name.clone(), text.as_str()?.to_owned())))
        .collect()
}

fn marks(map: &Map<String, Value>) -> BTreeSet<String> {
    let keywords = map.get("keywords").and_then(Value::as_array);
    let keywords = keywords.into_iter().flatten().filter_map(Value::as_str);
    keywords
        .map(str::to_owned)
        .chain(map.keys().cloned())
        .collect()
}

fn text(map: &Map<String, Value>, key: &str) -> String {
    map.get(key)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn keys<'a>(map: &'a Map<String, Value>, key: &str) -> impl Iterator<Item = String> + 'a {
    map.get(key)
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(|map| map.keys().cloned())
}

fn needs(map: &Map<String, Value>) -> BTreeSet<String> {
    let meta = map.get("peerDependenciesMeta");
    let is_optional = |name: &String| {
        meta.and_then(|meta| meta.get(name)?.get("optional")?.as_bool()) == Some(true)
    };
    let peers = keys(map, "peerDependencies").filter(|name| !is_optional(name));
    keys(map, "dependencies")
        .chain(keys(map, "optionalDependencies"))
        .chain(peers)
        .collect()
}

/// Every string inside a value.
fn strings(value: Option<&Value>, found: &mut Vec<String>) {
    match value {
        Some(Value::String(text)) => found.push(text.clone()),
        Some(Value::Array(list)) => list.iter().for_each(|item| strings(Some(item), found)),
        Some(Value::Object(map)) => map.values().for_each(|item| strings(Some(item), found)),
        _ => {}
    }
}

/// The targets that Node can pick from an `exports` or `imports` value. Conditions are
/// tried in order, so what stands after one that always holds is out of reach. Returns
/// whether something always matches.
fn conditions(value: &Value, runtime: &Runtime, found: &mut Vec<String>) -> bool {
    match value {
        Value::String(text) => {
            found.push(text.clone());
            true
        }
        Value::Array(list) => {
            // The first valid target is taken; validity is not ours to judge.
            for item in list {
                conditions(item, runtime, found);
            }
            !list.is_empty()
        }
        Value::Object(map) => {
            let (mut import, mut require) = (false, false);
            for (key, value) in map {
                if key.starts_with('.') || key.starts_with('#') {
                    conditions(value, runtime, found);
                    continue;
                }
                if skipped(key, runtime) {
                    continue;
                }
                let matches = conditions(value, runtime, found);
                match key.as_str() {
                    "node" | "default" if matches => return true,
                    "import" => import |= matches,
                    "require" => require |= matches,
                    _ => {}
                }
                if import && require {
                    return true;
                }
            }
            false
        }
        _ => false,
    }
}

fn skipped(condition: &str, runtime: &Runtime) -> bool {
    if runtime.conditions.contains(condition) {
        return false;
    }
    let types = condition == "types" || condition.starts_with("types@");
    if types {
        return !runtime.typescript;
    }
    !runtime.reads_bundler_keys() && OTHER_RUNTIMES.contains(&condition)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entries(json: &Value) -> Vec<String> {
        let manifest = read(json, &Runtime::default()).unwrap();
        [manifest.entries, manifest.mentions].concat()
    }

    #[test]
    fn exports_stop_at_a_condition_that_always_holds() {
        let json = json!({"exports": {".": {
            "types": "./t.d.ts", "browser": "./b.js",
            "node": {"import": "./n.mjs", "require": "./n.cjs"},
            "default": "./never.js"
        }, "./deep/*": "./lib/*.js"}});
        assert_eq!(entries(&json), ["index", "n.mjs", "n.cjs", "lib/*.js"]);
    }

    #[test]
    fn a_node_condition_that_may_not_match_falls_through() {
        let json = json!({"main": "./m.js", "exports": {"node": {"import": "./n.mjs"}, "default": "./d.js"}});
        assert_eq!(entries(&json), ["m.js", "n.mjs", "d.js"]);
    }

    #[test]
    fn unknown_keys_name_files_and_bundler_keys_do_not() {
        let json = json!({"main": "m.js", "module": "esm/m.js",
            "oclif": {"commands": "./lib/commands"}, "types": "m.d.ts"});
        assert_eq!(entries(&json), ["m.js", "lib/commands"]);
        let bundling = Runtime {
            bundles: Bundles::AtStart,
            ..Runtime::default()
        };
        assert!(
            read(&json, &bundling)
                .unwrap()
                .mentions
                .contains(&"esm/m.js".to_owned())
        );
    }

    #[test]
    fn what_is_no_object_is_no_manifest() {
        assert_eq!(read(&json!([1]), &Runtime::default()), None);
        assert!(
            read(
                &json!({"main": 5, "bin": [1, null], "exports": {"a": 3}}),
                &Runtime::default()
            )
            .is_some()
        );
    }
}
