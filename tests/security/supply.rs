//! What the binary is made of, as far as that can be known without a network: `deny.toml`
//! holds for it. Advisories need their database; CI asks for them with cargo-deny.

use std::process::Command;

use crate::support::{Ran, crates, repository};

fn read(path: &str) -> toml::Table {
    let text = fs_err::read_to_string(repository(path)).unwrap();
    text.parse().unwrap()
}

fn list(value: &toml::Value) -> Vec<String> {
    let items = value.as_array().unwrap();
    let text = |item: &toml::Value| match item {
        toml::Value::String(text) => text.clone(),
        other => other["crate"].as_str().unwrap().to_owned(),
    };
    items.iter().map(text).collect()
}

#[test]
fn every_crate_has_a_checksum_and_comes_from_the_registry() {
    let denied = list(&read("deny.toml")["bans"]["deny"]);
    for package in read("Cargo.lock")["package"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        assert!(
            !denied.iter().any(|denied| denied == name),
            "{name} is denied"
        );
        // The crates of this workspace.
        if name == "slugsmith" || name.starts_with("slugsmith-") {
            continue;
        }
        let source = package.get("source").and_then(toml::Value::as_str);
        assert_eq!(
            source,
            Some("registry+https://github.com/rust-lang/crates.io-index"),
            "{name}"
        );
        assert!(package.get("checksum").is_some(), "{name}");
    }
}

/// `A OR (B AND C)`: whether what is allowed satisfies it.
fn satisfies(expression: &str, allowed: &[String]) -> bool {
    let expression = expression.replace('/', " OR ");
    let one = |text: &str| {
        let text = text.trim().trim_matches(['(', ')']).trim();
        allowed.iter().any(|allowed| allowed == text)
    };
    // In this graph alternatives stand in parentheses, and no deeper.
    let all = |text: &str| text.split(" AND ").all(|part| part.split(" OR ").any(one));
    if expression.contains('(') {
        return all(&expression);
    }
    expression
        .split(" OR ")
        .any(|part| part.split(" AND ").all(one))
}

#[test]
fn every_licence_is_allowed() {
    assert!(satisfies("MIT OR GPL-3.0", &["MIT".to_owned()]));
    assert!(!satisfies("(MIT OR X) AND GPL-3.0", &["MIT".to_owned()]));
    let allowed = list(&read("deny.toml")["licenses"]["allow"]);
    // Crates of other platforms may be missing here; cargo-deny sees them in CI.
    for package in crates() {
        let licence = package["license"].as_str().unwrap_or_default();
        assert!(
            satisfies(licence, &allowed),
            "{}: {licence:?}",
            package["name"]
        );
    }
}

/// Every direct dependency says why it is there.
#[test]
fn every_dependency_has_its_reason() {
    let text = fs_err::read_to_string(repository("Cargo.toml")).unwrap();
    let mut section = "";
    let mut has_reason = false;
    for line in text.lines() {
        if line.starts_with('[') {
            section = line;
            has_reason = false;
        } else if line.starts_with('#') {
            has_reason = true;
        } else if line.is_empty() {
            has_reason = false;
        } else if line.ends_with(".workspace = true") {
            // Its reason is where the workspace declares it.
        } else if section.ends_with("dependencies]") {
            // One reason may stand above a family of crates.
            assert!(has_reason, "{line}");
        }
    }
}

/// The companion and `launch-check` are built without the feature `store` (`scripts/package`).
#[test]
fn without_the_feature_there_is_no_client_of_a_store() {
    let of = |features: &[&str]| -> Vec<String> {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(["tree", "--offline", "--locked", "--edges", "normal"])
            .args([
                "--package",
                "slugsmith",
                "--prefix",
                "none",
                "--format",
                "{p}",
            ])
            .args(features)
            .current_dir(repository(""));
        let listed = Ran::from(cargo.output().unwrap()).expect(0).stdout;
        let names = listed.lines().filter_map(|line| line.split(' ').next());
        names.map(str::to_owned).collect()
    };
    let (with, without) = (of(&[]), of(&["--no-default-features"]));
    for client in ["ureq", "rustls", "rusty-s3", "base64", "jiff", "url"] {
        let is_in = |list: &[String]| list.iter().any(|name| name == client);
        assert!(is_in(&with), "{client} is not in the graph at all");
        assert!(!is_in(&without), "{client} is in the companion");
    }
    let package = fs_err::read_to_string(repository("scripts/package")).unwrap();
    assert!(package.contains("--no-default-features --bin slugsmith --bin launch-check"));
}
