//! The workspace keeps its shape: arrows between crates run downwards, files of a crate import each other in no
//! circle, and every dependency is used. (`scripts/test` looks at the length of lines.)

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods
)] // how a test fails

mod circles;
mod lines;
mod names;
mod security;
mod source;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Crates by layer, the lowest first. A crate sees only crates of lower layers.
const LAYERS: &[&[&str]] = &[
    &["finding"],
    &["ecosystems"],
    &["facts"],
    &["config"],
    &[
        "cache", "strip", "budget", "stack", "audit", "boot", "store", "fleet",
    ],
    &["report"],
    &["print"],
];

/// Packages that serve by what they bring along: a C library, a schema, a feature of a shared one.
const LINKED: &[&str] = &["libz-sys", "serde-sarif", "smallvec"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs_err::read_to_string(path).unwrap()
}

/// Folders of packages: the root and `crates/*`.
fn packages() -> Vec<PathBuf> {
    let crates = fs_err::read_dir(root().join("crates")).unwrap();
    let mut packages: Vec<_> = crates.map(|entry| entry.unwrap().path()).collect();
    packages.push(root().to_owned());
    packages.sort();
    packages
}

fn manifest(package: &Path) -> toml::Table {
    read(&package.join("Cargo.toml")).parse().unwrap()
}

/// Names in `[dependencies]` and `[dev-dependencies]`.
fn dependencies(package: &Path, tables: &[&str]) -> BTreeSet<String> {
    let manifest = manifest(package);
    let tables = tables.iter().filter_map(|table| manifest.get(*table));
    tables
        .filter_map(toml::Value::as_table)
        .flat_map(|table| table.keys().cloned())
        .collect()
}

/// Every source file of a package.
fn sources(package: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<_> = ["src", "tests", "benches"]
        .map(|name| package.join(name))
        .into();
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs_err::read_dir(&folder) else {
            continue;
        };
        for entry in entries.map(Result::unwrap) {
            let path = entry.path();
            if entry.file_type().unwrap().is_dir() {
                if entry.file_name() != "fixtures" {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files
}

#[test]
fn arrows_between_crates_run_downwards() {
    let layer = |name: &str| LAYERS.iter().position(|layer| layer.contains(&name));
    let mut wrong = Vec::new();
    for package in packages() {
        if package == root() {
            continue;
        }
        let name = package.file_name().unwrap().to_str().unwrap().to_owned();
        let Some(own) = layer(&name) else {
            wrong.push(format!("{name} is in no layer: list it in tests/house"));
            continue;
        };
        for other in dependencies(&package, &["dependencies", "dev-dependencies"]) {
            let Some(other) = other.strip_prefix("slugsmith-") else {
                continue;
            };
            if layer(other).is_none_or(|other| other >= own) {
                wrong.push(format!("{name} -> {other}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_dependency_is_used() {
    let shared = dependencies_of_the_workspace();
    let mut used = BTreeSet::new();
    let mut wrong = Vec::new();
    for package in packages() {
        let text: String = sources(&package).iter().map(|path| read(path)).collect();
        for name in dependencies(&package, &["dependencies", "dev-dependencies"]) {
            let word = name.replace('-', "_");
            let is_named = [
                format!("{word}::"),
                format!("use {word};"),
                format!("{word} as "),
            ]
            .iter()
            .any(|form| text.contains(form.as_str()));
            if !is_named && !LINKED.contains(&name.as_str()) {
                wrong.push(format!("{}: {name}", package.display()));
            }
            used.insert(name);
        }
    }
    wrong.extend(
        shared
            .difference(&used)
            .map(|name| format!("Cargo.toml: {name}")),
    );
    assert!(wrong.is_empty(), "not used: {wrong:#?}");
}

fn dependencies_of_the_workspace() -> BTreeSet<String> {
    let manifest = manifest(root());
    let table = manifest["workspace"]["dependencies"].as_table().unwrap();
    table.keys().cloned().collect()
}

/// A promise without its proof is a wish: the contract names files that are there.
#[test]
fn the_contract_names_tests_that_exist() {
    let text = read(&root().join("docs/contract.md"));
    let quoted = text.split('`').skip(1).step_by(2);
    let begins = ["src/", "crates/", "tests/", "scripts/", "docs/"];
    let gone: Vec<_> = quoted
        .filter_map(|path| path.split(' ').next())
        .filter(|path| begins.iter().any(|begin| path.starts_with(begin)))
        .filter(|path| !root().join(path).exists() && !root().join(format!("{path}.rs")).exists())
        .collect();
    assert!(gone.is_empty(), "docs/contract.md names {gone:?}");
}
