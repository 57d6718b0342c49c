//! What do packages load in ways that no reader of their code can see?
//!
//! Each language has a `packages.toml`: entries with the package's name, why they are
//! there, and what its language says of a package beyond that ([`Says`]).

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// What a language knows of a package.
pub(super) trait Says: DeserializeOwned {
    /// Whether an entry says anything at all.
    #[cfg(test)]
    fn says_something(&self) -> bool;
}

/// One entry.
#[derive(Debug, Deserialize)]
struct Package<S> {
    name: String,
    /// What hides the load, and where that is known from.
    #[allow(dead_code)] // read by the test that each entry has one
    why: String,
    #[serde(flatten)]
    says: S,
}

#[derive(Debug, Deserialize)]
struct List<S> {
    package: Vec<Package<S>>,
}

/// All that is known, by the names of packages.
#[derive(Debug)]
pub(super) struct Knowledge<S>(HashMap<String, Vec<S>>);

impl<S: Says> Knowledge<S> {
    /// Reads a `packages.toml`, which is part of the program.
    pub(super) fn read(text: &str) -> Self {
        let list: Option<List<S>> = toml::from_str(text).ok();
        let mut known: HashMap<String, Vec<S>> = HashMap::new();
        for package in list.into_iter().flat_map(|list| list.package) {
            known.entry(package.name).or_default().push(package.says);
        }
        Self(known)
    }

    /// What is known of a package.
    pub(super) fn of(&self, name: &str) -> impl Iterator<Item = &S> {
        self.0.get(name).into_iter().flatten()
    }
}

/// Fails unless the text is read, and each entry says something and why.
#[cfg(test)]
pub(super) fn check<S: Says>(text: &str) {
    let list: List<S> = toml::from_str(text).unwrap();
    assert!(!list.package.is_empty());
    for package in &list.package {
        assert!(package.why.ends_with('.'), "{}", package.name);
        assert!(package.says.says_something(), "{}", package.name);
    }
}
