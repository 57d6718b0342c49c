//! What do distributions load in ways that their code does not show?

use std::sync::LazyLock;

use serde::Deserialize;

use crate::trace::knowledge::{Knowledge, Says};

const TEXT: &str = include_str!("packages.toml");

/// One entry of `packages.toml`; its name is as names are compared: lower case, `-` for
/// runs of `-_.`.
#[derive(Debug, Deserialize)]
struct Package {
    /// Modules that it loads; a `*` stands for any text.
    #[serde(default)]
    loads: Vec<String>,
    /// Files whose computed imports mean only what settings, entry points and other files
    /// name themselves.
    #[serde(default)]
    decided: Vec<String>,
}

impl Says for Package {
    #[cfg(test)]
    fn says_something(&self) -> bool {
        !self.loads.is_empty() || !self.decided.is_empty()
    }
}

fn of(name: &str) -> impl Iterator<Item = &'static Package> {
    static PACKAGES: LazyLock<Knowledge<Package>> = LazyLock::new(|| Knowledge::read(TEXT));
    PACKAGES.of(name)
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
        crate::trace::knowledge::check::<Package>(TEXT);
    }
}
