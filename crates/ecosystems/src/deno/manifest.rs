//! `imports` of `deno.json`: packages of JSR and npm.

use serde_json::Value;

use crate::graph::{self, Wanted};
use crate::lines::line_of;

/// `"@oak/oak": "jsr:@oak/oak@17"`. A file with comments (`deno.jsonc`) may not be read.
pub(super) fn wanted(text: &str) -> Vec<Wanted> {
    let Ok(manifest) = graph::json(text) else {
        return Vec::new();
    };
    // The author wants no lockfile.
    if manifest.get("lock") == Some(&Value::Bool(false)) {
        return Vec::new();
    }
    let imports = manifest.get("imports").and_then(Value::as_object);
    let addresses = imports
        .into_iter()
        .flatten()
        .filter_map(|(_, one)| one.as_str());
    let packages = addresses.filter(|one| one.starts_with("jsr:") || one.starts_with("npm:"));
    let wanted = packages.map(|address| {
        let at = address.rfind('@').filter(|at| *at > "npm:@".len());
        let (name, version) = address.split_at(at.unwrap_or(address.len()));
        Wanted {
            name: name.to_owned(),
            version: version.trim_start_matches('@').to_owned(),
            is_development: false,
            line: line_of(text, address),
        }
    });
    wanted.collect()
}
