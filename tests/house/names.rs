//! Names of manifests and lockfiles are known in one crate: everything else asks its models.
//!
//! What counts is a literal that is such a name, or a path that ends in one. A name in the middle of a sentence is text
//! for people: documentation of rules, messages, the words of a fix. The table of error messages is what other tools
//! print.

use slugsmith::ecosystems;

use crate::source::{Token, tokens, without_tests};
use crate::{packages, read, root, sources};

/// What other tools print, by line.
const TABLES: &[&str] = &["crates/cache/src/diagnose/table.rs"];

fn is_manifest(name: &str) -> bool {
    let mut manifests = ecosystems::ALL.iter().flat_map(|one| one.manifests);
    manifests.any(|one| one.pattern == name)
}

/// Files with the names in them, without tests and `TABLES`.
fn naming(is_meant: fn(&str) -> bool) -> Vec<String> {
    let others = packages();
    let others = others
        .iter()
        .filter(|package| !package.ends_with("ecosystems"));
    let mut found = Vec::new();
    for path in others.flat_map(|package| sources(package)) {
        let shown = path.strip_prefix(root()).unwrap().display().to_string();
        let is_test = shown.starts_with("tests/")
            || shown.contains("/tests")
            || shown.starts_with("benches/");
        if is_test || TABLES.contains(&shown.as_str()) {
            continue;
        }
        let tokens = without_tests(&tokens(&read(&path)));
        let names: Vec<_> = tokens
            .iter()
            .filter_map(|token| match token {
                Token::Text(text) => text.rsplit('/').next().filter(|name| is_meant(name)),
                Token::Name(_) | Token::Mark(_) => None,
            })
            .collect();
        if !names.is_empty() {
            found.push(format!("{shown}: {}", names.join(", ")));
        }
    }
    found
}

#[test]
fn lockfiles_are_named_in_one_crate() {
    let found = naming(|name| ecosystems::lockfile(name).is_some());
    assert!(
        found.is_empty(),
        "ask crates/ecosystems for the names: {found:#?}"
    );
}

#[test]
fn manifests_are_named_in_one_crate() {
    let found = naming(is_manifest);
    assert!(
        found.is_empty(),
        "ask crates/ecosystems for the names: {found:#?}"
    );
}
