//! Keys in files of node-config's for which another file takes a variable.

use crate::rules::prelude::*;

/// Whether a file of node-config's only gives what stands in for a variable: another file of those that production
/// loads, which wins, reads the same key from the environment.
pub(super) fn is_replaced(facts: &Facts<'_>, code: &Code, name: &str) -> bool {
    fn reads(value: &Expr, name: &str) -> bool {
        let Expr::Object(entries) = value else {
            return false;
        };
        entries.iter().any(|(key, value)| {
            key == name && matches!(value, Expr::Env { .. }) || reads(value, name)
        })
    }
    let loaded = &facts.sources.node_config;
    let at = loaded.iter().position(|path| *path == code.path);
    let winning = at.and_then(|at| loaded.get(..at)).unwrap_or_default();
    !winning.is_empty()
        && facts.code(Language::JavaScript).any(|other| {
            let mut given = other.assignments.iter();
            winning.contains(&other.path) && given.any(|one| reads(&one.value, name))
        })
}
