//! What do distributions load in ways that their code does not show?

use std::sync::LazyLock;

use serde::Deserialize;

/// One entry of `packages.toml`.
#[derive(Debug, Deserialize)]
struct Package {
    /// As names are compared: lower case, `-` for runs of `-_.`.
    name: String,
    /// Why, and where that is known from.
    #[allow(dead_code)] // read by the test that each entry has one
    why: String,
    /// Modules that it loads; a `*` stands for any text.
    #[serde(default)]
    loads: Vec<String>,
    /// Files whose computed imports mean only what settings, entry points and other files
    /// name themselves.
    #[serde(default)]
    decided: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
struct List {
    #[serde(default)]
    package: Vec<Package>,
}

static PACKAGES: LazyLock<Vec<Package>> = LazyLock::new(|| {
    let list: List = toml::from_str(include_str!("packages.toml")).unwrap_or_default();
    list.package
});

fn of(name: &str) -> impl Iterator<Item = &'static Package> {
    PACKAGES.iter().filter(move |package| package.name == name)
}

/// Whether unknown imports of this file (seen from the root) are others' choice.
pub(super) fn decides(distribution: &str, inside: &str) -> bool {
    of(distribution).any(|package| package.decided.iter().any(|path| path == inside))
}

/// Modules that a distribution loads besides.
pub(super) fn loads(distribution: &str) -> impl Iterator<Item = &'static str> {
    of(distribution).flat_map(|package| package.loads.iter().map(String::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_read_and_each_entry_says_why() {
        let list: List = toml::from_str(include_str!("packages.toml")).unwrap();
        assert!(!list.package.is_empty());
        for package in &list.package {
            assert!(package.why.ends_with('.'), "{}", package.name);
            let says = package.loads.len() + package.decided.len();
            assert!(says > 0, "{}", package.name);
        }
    }
}
