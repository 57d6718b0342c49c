//! Which version of a runtime is in a layer, without running anything from it?
//!
//! Evidence is what the upstream archives ship: Node's `node_version.h`, npm's own
//! `package.json`, the names of `lib/pythonX.Y` and `lib/ruby/X.Y.Z`, a JDK's `release`,
//! Go's `VERSION`. The layer's own `[metadata]` is asked last, since its keys are free.

use std::collections::BTreeMap;
use std::path::Path;

use super::LayerToml;
use crate::beneath;

/// Files read for a version are small; anything larger is not what it seems, in bytes.
const LIMIT: u64 = 1 << 20;

/// Version by command or runtime name.
pub(super) fn read(layer: &Path, toml: &LayerToml) -> BTreeMap<String, String> {
    let mut versions = BTreeMap::new();
    let mut add = |name: &str, version: Option<String>| {
        if let Some(version) = version {
            versions.insert(name.to_owned(), version);
        }
    };
    add("node", node(layer));
    for (command, package) in [("npm", "npm"), ("yarn", "yarn"), ("pnpm", "pnpm")] {
        add(command, npm_package(layer, package));
    }
    add("python", folder_version(&layer.join("lib"), "python"));
    add("ruby", folder_version(&layer.join("lib/ruby"), ""));
    add("java", release(layer));
    add("go", go(layer));
    if let LayerToml::Good { metadata, .. } = toml {
        from_metadata(metadata, &mut versions);
    }
    versions
}

fn small(path: &Path) -> Option<String> {
    let metadata = fs_err::metadata(path).ok()?;
    if !metadata.is_file() || metadata.len() > LIMIT {
        return None;
    }
    beneath::text(path).ok()
}

fn node(layer: &Path) -> Option<String> {
    let text = small(&layer.join("include/node/node_version.h"))?;
    let number = |name: &str| {
        text.lines().find_map(|line| {
            let mut words = line.split_whitespace();
            (words.next() == Some("#define") && words.next() == Some(name))
                .then(|| words.next().map(str::to_owned))
                .flatten()
        })
    };
    Some(format!(
        "{}.{}.{}",
        number("NODE_MAJOR_VERSION")?,
        number("NODE_MINOR_VERSION")?,
        number("NODE_PATCH_VERSION")?
    ))
}

fn npm_package(layer: &Path, name: &str) -> Option<String> {
    let text = ["lib/node_modules", "node_modules"]
        .iter()
        .find_map(|folder| {
            small(
                &layer
                    .join(folder)
                    .join(name)
                    .join(slugsmith_ecosystems::javascript::MANIFEST),
            )
        })?;
    let manifest: serde_json::Value = serde_json::from_str(&text).ok()?;
    manifest.get("version")?.as_str().map(str::to_owned)
}

/// `3.12` for `python3.12`: the highest name that is a prefix and a version.
fn folder_version(folder: &Path, prefix: &str) -> Option<String> {
    fs_err::read_dir(folder)
        .ok()?
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter_map(|name| name.strip_prefix(prefix).map(str::to_owned))
        .filter(|rest| rest.contains('.') && is_version(rest))
        .max_by_key(|rest| {
            rest.split('.')
                .map(|part| part.parse().unwrap_or(0))
                .collect::<Vec<u32>>()
        })
}

fn is_version(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// `JAVA_VERSION="21.0.4"` in a JDK's `release`.
fn release(layer: &Path) -> Option<String> {
    small(&layer.join("release"))?.lines().find_map(|line| {
        line.strip_prefix("JAVA_VERSION=")
            .map(|value| value.trim_matches('"').to_owned())
    })
}

/// `go1.24.2` in the first line of Go's `VERSION`.
fn go(layer: &Path) -> Option<String> {
    ["VERSION", "go/VERSION"]
        .iter()
        .find_map(|file| small(&layer.join(file)))?
        .lines()
        .next()?
        .strip_prefix("go")
        .map(str::to_owned)
}

/// `node_version = "22.1.0"` names its command; a bare `version` is the layer's own.
fn from_metadata(metadata: &toml::Table, versions: &mut BTreeMap<String, String>) {
    for (key, value) in metadata {
        let Some(version) = value.as_str().map(|text| text.trim_start_matches('v')) else {
            continue;
        };
        if !version.starts_with(|c: char| c.is_ascii_digit()) || version.len() > 40 {
            continue;
        }
        let name = match key.as_str() {
            "version" => "",
            key => match key
                .strip_suffix("_version")
                .or(key.strip_suffix("-version"))
            {
                Some(name) => name,
                None => continue,
            },
        };
        versions
            .entry(name.to_owned())
            .or_insert_with(|| version.to_owned());
    }
}
