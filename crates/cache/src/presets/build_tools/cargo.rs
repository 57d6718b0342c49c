//! Cargo.
//!
//! - **Recognised** by a `Cargo.toml` whose root package, or a member of whose workspace, has
//!   programs.
//! - **Key**: Cargo's version, every file of the app, `CARGO_*`, `RUST*`, compilers.
//! - **Class** packed: the programs in `bin/`.
//! - **Install** `cargo install --path . --root .` (of each member with programs), a release build and the
//!   production form.
//! - **Exposure**: none; a Procfile names `bin/NAME`, or `target/release/NAME`, which is then a
//!   link to it. Downloads and compiled crates are on
//!   download stores (`CARGO_HOME` without unpacked sources, `CARGO_TARGET_DIR`). Cargo goes by
//!   file times, which a restored layer has lost, so they are written down and given back:
//!   to everything in `target/`, and to sources whose content has not changed. Changed and
//!   new sources get a time after all of those, and so do build scripts, and all sources where a
//!   file changed that Cargo does not watch: crates of the app are then built anew.
//! - **Not pinned** without `Cargo.lock`: used for 24 hours.
//! - **Left alone**: a `CARGO_HOME` or `CARGO_TARGET_DIR` that somebody has set.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Found, Tool, text, words};
use crate::lockfile::Packages;
use crate::presets::Project;
use slugsmith_ecosystems as ecosystems;
use slugsmith_ecosystems::recognise::{self, Look, join};
use slugsmith_facts::app::OnDisk;
use slugsmith_facts::beneath;

pub(super) const TOOL: Tool = Tool {
    name: "cargo",
    version: &["cargo", "--version", "--verbose"],
    wrapper: None,
    variables: &["CARGO_", "RUST", "CC", "CXX", "CFLAGS"],
    download_stores: &[
        ("cargo-home", "CARGO_HOME"),
        ("cargo-target", "CARGO_TARGET_DIR"),
    ],
    look,
    copied: |_, _| {},
};

fn look(place: &Project<'_>) -> Option<Found> {
    if !place.app.has(ecosystems::rust::MANIFEST) {
        return None;
    }
    let root = &place.app.root;
    let programs: Vec<(String, BTreeSet<String>)> = members(place)
        .into_iter()
        .map(|member| {
            let names = programs(root, &member);
            (member, names)
        })
        .filter(|(_, names)| !names.is_empty())
        .collect();
    let is_locked = place.app.has(ecosystems::rust::CARGO_LOCK);
    let install = |member: &str| {
        let mut command = words(&["install", "--no-track", "--force", "--path"]);
        command.push(if member.is_empty() { "." } else { member }.to_owned());
        command.extend(words(&["--root", "."]));
        if is_locked {
            command.insert(1, "--locked".to_owned());
        }
        command
    };
    let names: BTreeSet<&String> = programs.iter().flat_map(|(_, names)| names).collect();
    let procfile = text(place, "Procfile");
    let links = names.iter().filter_map(|name| {
        // The community's buildpack leaves programs where Cargo does.
        let path = format!("target/release/{name}");
        let is_named = procfile
            .split_whitespace()
            .any(|word| word.trim_start_matches("./") == path);
        is_named.then(|| (PathBuf::from(path), Path::new("bin").join(name)))
    });
    (!programs.is_empty()).then(|| Found {
        lockfile: if is_locked {
            ecosystems::rust::CARGO_LOCK
        } else {
            ecosystems::rust::MANIFEST
        },
        packages: packages(&text(place, ecosystems::rust::CARGO_LOCK)),
        outputs: names
            .iter()
            .map(|name| Path::new("bin").join(name))
            .collect(),
        commands: programs.iter().map(|(member, _)| install(member)).collect(),
        links: links.collect(),
        unpinned: (!is_locked).then_some("no lockfile"),
    })
}

/// The root package, or where there is none, the members of the workspace: `default-members`
/// where those are named (Cargo's book, "Workspaces"). Relative to the place.
fn members(place: &Project<'_>) -> Vec<String> {
    let manifest: toml::Table = text(place, ecosystems::rust::MANIFEST)
        .parse()
        .unwrap_or_default();
    if manifest.contains_key("package") {
        return vec![String::new()];
    }
    let list = |field: &str| {
        let list = manifest
            .get("workspace")
            .and_then(|workspace| workspace.get(field)?.as_array());
        let globs = list.into_iter().flatten().filter_map(toml::Value::as_str);
        globs
            .map(|glob| glob.trim_start_matches("./").to_owned())
            .collect::<Vec<_>>()
    };
    let look = OnDisk(&place.app.root);
    let folders = |globs: Vec<String>| {
        let names = look.names("");
        let manifests = globs.into_iter().flat_map(|glob| {
            recognise::expand(&look, "", &names, &join(&glob, ecosystems::rust::MANIFEST))
        });
        let folders = manifests.map(|path| match path.rsplit_once('/') {
            Some((folder, _)) => folder.to_owned(),
            None => path,
        });
        folders.collect::<BTreeSet<String>>()
    };
    let default = folders(list("default-members"));
    let all = if default.is_empty() {
        folders(list("members"))
    } else {
        default
    };
    let excluded = folders(list("exclude"));
    all.difference(&excluded).cloned().collect()
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

/// The names of a package's programs.
fn programs(app: &Path, member: &str) -> BTreeSet<String> {
    let text = beneath::text_in(app, join(member, ecosystems::rust::MANIFEST)).unwrap_or_default();
    let Ok(manifest) = text.parse::<toml::Table>() else {
        return BTreeSet::new();
    };
    let folder = app.join(member);
    let name_of = |table: &toml::Value| table.get("name")?.as_str().map(str::to_owned);
    let mut names = BTreeSet::new();
    let listed = manifest.get("bin").and_then(toml::Value::as_array);
    names.extend(listed.into_iter().flatten().filter_map(name_of));
    if names.is_empty() && folder.join("src/main.rs").is_file() {
        names.extend(manifest.get("package").and_then(name_of));
    }
    for entry in fs_err::read_dir(folder.join("src/bin"))
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
}
