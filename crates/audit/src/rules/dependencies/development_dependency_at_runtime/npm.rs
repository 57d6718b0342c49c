//! What the lockfile and the imports say of a package of npm that only development installs.

use crate::rules::prelude::*;
use slugsmith_ecosystems as ecosystems;

/// Whether production has no copy of the npm package at the top of `node_modules`.
pub(super) fn is_pruned(facts: &Facts<'_>, name: &str) -> bool {
    let key = (Ecosystem::Npm, name.to_owned());
    let by_lock = facts
        .packages
        .locked
        .get(&key)
        .is_none_or(|locked| locked.dev || !marks_development(facts));
    facts.packages.wants(Ecosystem::Npm, name).is_none()
        && by_lock
        && !is_peer_of_kept(facts, name)
        && !facts.packages.needed.contains(&key)
}

/// Without a lockfile, npm 7 and later keep what a package of production has as its peer.
fn is_peer_of_kept(facts: &Facts<'_>, name: &str) -> bool {
    const PEERS: &[(&str, &[&str])] = &[
        (
            "typescript",
            &["ts-node", "ts-node-dev", "tsconfig-paths-webpack-plugin"],
        ),
        (
            "@babel/core",
            &[
                "@babel/node",
                "@babel/register",
                "@babel/preset-env",
                "babel-loader",
            ],
        ),
        (
            "webpack",
            &["webpack-cli", "babel-loader", "webpack-dev-middleware"],
        ),
        ("@swc/core", &["@swc/cli", "@swc-node/register"]),
    ];
    let kept = |host: &&&str| facts.packages.wants(Ecosystem::Npm, host).is_some();
    let by_npm = facts.packages.locks_of(Ecosystem::Npm).next().is_none();
    by_npm
        && PEERS
            .iter()
            .any(|(peer, hosts)| *peer == name && hosts.iter().any(|host| kept(&host)))
}

fn marks_development(facts: &Facts<'_>) -> bool {
    facts.packages.locks_of(Ecosystem::Npm).any(|lock| {
        matches!(
            lock,
            ecosystems::javascript::PACKAGE_LOCK | ecosystems::javascript::SHRINKWRAP
        )
    })
}

pub(super) fn package_of(module: &str) -> &str {
    let parts = if module.starts_with('@') { 2 } else { 1 };
    let end = module
        .match_indices('/')
        .nth(parts - 1)
        .map_or(module.len(), |(at, _)| at);
    &module[..end]
}

/// TypeScript drops imports of which only types are used; `express` of `@types` alone.
pub(super) fn loads_types_only(code: &Code, name: &str) -> bool {
    let typescript = code
        .path
        .rsplit_once('.')
        .is_some_and(|(_, ending)| matches!(ending, "ts" | "tsx" | "mts" | "cts"));
    if !typescript {
        return false;
    }
    let names: Vec<_> = code
        .imports
        .iter()
        .filter(|import| package_of(&import.module) == name)
        .flat_map(|import| &import.names)
        .collect();
    let used = names.iter().any(|local| {
        code.calls.iter().any(|call| {
            call.callee
                .split('.')
                .next()
                .map(|first| first.trim_end_matches("()"))
                == Some(local.as_str())
        })
    });
    !names.is_empty() && !used
}
