//! Composer: packages of `vendor`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Numbers, text};
use crate::facts::{Facts, Texts};
use slugsmith_ecosystems as ecosystems;

/// Packages of `packages-dev`, unless the autoloader reads files of theirs at once: it
/// was written with them, and a missing file would end every request.
pub(super) fn add(facts: &Facts<'_>, texts: &dyn Texts, files: &mut Numbers) {
    let lock = text(facts, texts, ecosystems::php::COMPOSER_LOCK);
    let Some(lock) = lock.and_then(|text| ecosystems::graph::json(&text).ok()) else {
        return;
    };
    let names = |key: &str| -> BTreeSet<&str> {
        let list = lock.get(key).and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .filter_map(|package| package.get("name")?.as_str())
            .collect()
    };
    let eager = text(facts, texts, "vendor/composer/autoload_files.php").unwrap_or_default();
    let used = app_code(facts, texts);
    let development = names("packages-dev");
    let mut unused: Vec<&str> = Vec::new();
    for name in development.difference(&names("packages")) {
        if eager.contains(&format!("/{name}/")) {
            continue;
        }
        let prefixes = namespaces(&lock, name);
        if prefixes.iter().any(|prefix| used.contains(prefix.as_str())) {
            // Used by the app's own code: nothing of the list is sure.
            return;
        }
        unused.push(name);
    }
    for name in unused {
        let below = facts.index.below_path(&format!("vendor/{name}"));
        files.extend(below.filter(|number| facts.index.is_file(*number)));
    }
}

/// The namespaces that a package declares.
fn namespaces(lock: &Value, name: &str) -> Vec<String> {
    let packages = lock.get("packages-dev").and_then(Value::as_array);
    let package = packages
        .into_iter()
        .flatten()
        .find(|package| package.get("name").and_then(Value::as_str) == Some(name));
    let autoload = package.and_then(|package| package.get("autoload"));
    ["psr-4", "psr-0"]
        .iter()
        .filter_map(|kind| autoload?.get(kind)?.as_object())
        .flat_map(serde_json::Map::keys)
        .map(|prefix| prefix.trim_end_matches('\\').to_owned())
        .filter(|prefix| !prefix.is_empty())
        .collect()
}

/// The texts of the app's own PHP files, tests left out.
fn app_code(facts: &Facts<'_>, texts: &dyn Texts) -> String {
    let mut all = String::new();
    for number in 0..facts.index.entries().len() {
        let Some(path) = facts
            .index
            .path(number)
            .filter(|path| path.ends_with(".php"))
        else {
            continue;
        };
        let own = !path.starts_with("vendor/") && !path.starts_with("tests/");
        if let Some(text) = texts.text(path).filter(|_| own) {
            all.push_str(&String::from_utf8_lossy(&text));
        }
    }
    all
}
