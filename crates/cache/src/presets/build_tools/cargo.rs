//! Cargo.
//!
//! - **Recognised** by a `Cargo.toml` whose root package has programs.
//! - **Key**: Cargo's version, every file of the app, `CARGO_*`, `RUST*`, compilers.
//! - **Class** packed: the programs in `bin/`.
//! - **Install** `cargo install --path . --root .`, a release build and the production form.
//! - **Exposure**: none; a Procfile names `bin/NAME`. Downloads and compiled crates are on
//!   shelves (`CARGO_HOME` without unpacked sources, `CARGO_TARGET_DIR`). Cargo goes by
//!   file times, which a restored layer has lost, so they are written down and given back:
//!   to everything in `target/`, and to sources whose content has not changed. Changed and
//!   new sources get a time after all of those.
//! - **Not pinned** without `Cargo.lock`: used for 24 hours.
//! - **Left alone**: a `CARGO_HOME` or `CARGO_TARGET_DIR` that somebody has set.

use std::path::{Path, PathBuf};

use super::{Found, Tool, text};
use crate::lockfile::Packages;
use crate::presets::Place;
use slugsmith_facts::beneath;

pub(super) const TOOL: Tool = Tool {
    name: "cargo",
    version: &["cargo", "--version", "--verbose"],
    wrapper: None,
    variables: &["CARGO_", "RUST", "CC", "CXX", "CFLAGS"],
    shelves: &[
        ("cargo-home", "CARGO_HOME"),
        ("cargo-target", "CARGO_TARGET_DIR"),
    ],
    look,
};

fn look(place: &Place<'_>) -> Option<Found> {
    if !place.app.has("Cargo.toml") {
        return None;
    }
    let outputs = outputs(&place.app.root);
    let is_locked = place.app.has("Cargo.lock");
    let mut arguments = vec![
        "install",
        "--no-track",
        "--force",
        "--path",
        ".",
        "--root",
        ".",
    ];
    if is_locked {
        arguments.insert(1, "--locked");
    }
    (!outputs.is_empty()).then(|| Found {
        lockfile: if is_locked {
            "Cargo.lock"
        } else {
            "Cargo.toml"
        },
        packages: packages(&text(place, "Cargo.lock")),
        outputs,
        arguments,
        unpinned: (!is_locked).then_some("no lockfile"),
    })
}

/// Packages from a registry or git; the workspace's own have no source.
fn packages(lock: &str) -> Packages {
    let mut packages = Packages::new();
    let lock: toml::Table = lock.parse().unwrap_or_default();
    let list = lock.get("package").and_then(toml::Value::as_array);
    for package in list.into_iter().flatten() {
        let field = |name| package.get(name).and_then(toml::Value::as_str);
        if let (Some(name), Some(version), Some(_)) =
            (field("name"), field("version"), field("source"))
        {
            packages
                .entry(name.to_owned())
                .or_default()
                .insert(version.to_owned());
        }
    }
    packages
}

/// The binaries of the root package.
fn outputs(app: &Path) -> Vec<PathBuf> {
    let text = beneath::text_in(app, "Cargo.toml").unwrap_or_default();
    let Ok(manifest) = text.parse::<toml::Table>() else {
        return Vec::new();
    };
    let name_of = |table: &toml::Value| table.get("name")?.as_str().map(str::to_owned);
    let mut names = std::collections::BTreeSet::new();
    let listed = manifest.get("bin").and_then(toml::Value::as_array);
    names.extend(listed.into_iter().flatten().filter_map(name_of));
    if names.is_empty() && app.join("src/main.rs").is_file() {
        names.extend(manifest.get("package").and_then(name_of));
    }
    for entry in fs_err::read_dir(app.join("src/bin"))
        .into_iter()
        .flatten()
        .flatten()
    {
        let path = entry.path();
        names.extend(
            path.file_stem()
                .map(|stem| stem.to_string_lossy().into_owned()),
        );
    }
    names
        .into_iter()
        .map(|name| Path::new("bin").join(name))
        .collect()
}
