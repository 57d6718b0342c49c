//! Does Node find the script that a command names?

use std::path::{Path, PathBuf};

use super::Started;
use slugsmith_ecosystems::javascript::MANIFEST;
use slugsmith_facts::beneath;
use slugsmith_facts::command::Command;

/// What Node itself adds to a path (its manual, "File modules"); versions 14, 20 and 22 were run.
const OF_NODE: &[&str] = &[".js", ".json", ".node"];
/// What programs in front of it, or modules that it loads first, may add.
const OF_OTHERS: &[&str] = &[
    ".mjs", ".cjs", ".ts", ".mts", ".cts", ".tsx", ".jsx", ".coffee",
];

/// The file that a package.json names as the package's own.
fn main_of(text: &str) -> Option<String> {
    let manifest: serde_json::Value = serde_json::from_str(text).ok()?;
    Some(manifest.get("main")?.as_str()?.to_owned())
}

impl Started<'_, '_> {
    /// Whether a script is there as the program of the command looks for it.
    pub(super) fn has_node_script(&self, one: &Command, inside: &str) -> bool {
        let has = |ending: &&&str| !inside.is_empty() && self.has(&format!("{inside}{ending}"));
        if OF_NODE.iter().any(|ending| has(&ending)) {
            return true;
        }
        let path = self.files.0.join(inside);
        if self.is_extended(one) || !self.has(inside) || !path.is_dir() {
            let others = self.is_extended(one) && OF_OTHERS.iter().any(|ending| has(&ending));
            return self.has(inside) || others;
        }
        // A folder: what its package.json names, or its index.
        let manifest = self.files.0.join(inside).join(MANIFEST);
        let text = beneath::read(manifest).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let main = main_of(&text).map(|main| path.join(main));
        // As a file, with an ending, or as a folder with an index.
        let is_there = |main: &PathBuf| {
            let names = OF_NODE
                .iter()
                .map(|ending| format!("{}{ending}", main.display()));
            main.exists() || names.into_iter().any(|name| Path::new(&name).exists())
        };
        main.as_ref().is_some_and(is_there)
            || ["index.js", "index.json", "index.node"]
                .iter()
                .any(|name| path.join(name).exists())
    }

    /// Whether something may teach Node other endings than its own.
    fn is_extended(&self, one: &Command) -> bool {
        let loads = |word: &String| {
            word == "-r"
                || word == "--require"
                || word.starts_with("--require=")
                || word.starts_with("--import")
                || word.contains("loader")
                || word.starts_with("--experimental")
        };
        let is_plain = matches!(one.program(), "node" | "nodejs" | "iojs");
        !is_plain
            || one.words.iter().any(loads)
            || one
                .environment
                .iter()
                .any(|(name, _)| name == "NODE_OPTIONS")
            || self
                .model
                .process(&self.process.kind)
                .is_set("NODE_OPTIONS")
    }
}
