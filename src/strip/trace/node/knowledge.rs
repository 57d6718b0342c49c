//! What do packages load in ways that their code does not show?

use std::sync::LazyLock;

use serde::Deserialize;

/// One package of `packages.toml`.
#[derive(Debug, Deserialize)]
pub(super) struct Package {
    name: String,
    /// Why, and where that is known from.
    #[allow(dead_code)] // read by the test that each entry has one
    why: String,
    /// Files, or folders (with a slash at the end), inside the package.
    #[serde(default)]
    pub(super) files: Vec<String>,
    /// Modules that it loads, as it would name them.
    #[serde(default)]
    pub(super) loads: Vec<String>,
    /// Beginnings of names of packages that it loads in development only.
    #[serde(default)]
    pub(super) never: Vec<String>,
    /// Files of the app that make it load those after all.
    #[serde(default)]
    pub(super) unless: Vec<String>,
    /// Files whose computed loads mean only what the app names itself.
    #[serde(default)]
    decided: Vec<String>,
}

impl Package {
    /// Whether unknown loads of this file (inside the package) are the app's own choice.
    pub(super) fn decides(&self, file: &str) -> bool {
        self.decided.iter().any(|path| path == file)
    }
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

/// What is known of a package.
pub(super) fn of(name: &str) -> impl Iterator<Item = &'static Package> {
    let name = name.to_owned();
    PACKAGES.iter().filter(move |package| package.name == name)
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
            let says = package.files.len()
                + package.loads.len()
                + package.decided.len()
                + package.never.len();
            assert!(says > 0, "{}", package.name);
        }
    }
}
