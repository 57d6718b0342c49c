//! What did the earlier buildpacks leave on disk?
//!
//! Reads the layers root of a running or finished build: `group.toml`, `plan.toml`,
//! `analyzed.toml`, each layer and its metadata, launch and build files. None of these
//! but our own layers is promised to a buildpack by the spec, so every part is optional.

use std::path::{Path, PathBuf};

/// One buildpack of the group, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buildpack {
    pub id: String,
    pub version: String,
}

/// What the layers root holds.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    pub root: PathBuf,
    /// In build order; empty when the order is unknown.
    pub group: Vec<Buildpack>,
}

/// Reads a layers root. Never fails.
#[must_use]
pub fn read(root: &Path) -> Layers {
    Layers {
        root: root.to_owned(),
        group: group(root),
    }
}

fn group(root: &Path) -> Vec<Buildpack> {
    let Ok(text) = fs_err::read_to_string(root.join("group.toml")) else {
        return Vec::new();
    };
    let Ok(table) = text.parse::<toml::Table>() else {
        return Vec::new();
    };
    let text_of = |entry: &toml::Value, key: &str| {
        entry
            .get(key)
            .and_then(toml::Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    table
        .get("group")
        .and_then(toml::Value::as_array)
        .into_iter()
        .flatten()
        .map(|entry| Buildpack {
            id: text_of(entry, "id"),
            version: text_of(entry, "version"),
        })
        .collect()
}
