//! Which files of the packages can the app's own code load?
//!
//! Starts from the app's entry points (`entries`), reads each reached file by the rules
//! of its language (`node`, `python`: what it loads, with computed names, and which files
//! those names mean), and goes on until nothing new is reached (`graph`). What packages
//! hide from any reader of their code is data (`packages.toml` of each). A load that
//! can't be decided keeps everything it can reach and is listed.

mod entries;
mod graph;
mod inserted;
mod knowledge;
mod language;
mod node;
mod python;
mod standalone;

#[cfg(test)]
mod tests;

pub use graph::{Trace, Undecided};
pub(super) use node::{Opened, may_be_path, opened};
pub(super) use python::statements;
pub(super) use standalone::find as superseded;

use super::candidates::Candidates;
use super::facts::{Facts, Texts};
use slugsmith_facts::sources::in_pool;

/// The folder that a package's name means in `file`, found as Node finds it.
#[must_use]
pub fn package_of<'a>(facts: &Facts<'a>, file: &str, name: &str) -> Option<&'a str> {
    node::Resolver::new(facts).package(file, name)
}

/// Follows the graph. `catalogue` says which files tools and people read, `listed` which
/// ones the user keeps: what those need stays with them.
#[must_use]
pub fn follow(
    facts: &Facts<'_>,
    texts: &dyn Texts,
    catalogue: &Candidates,
    listed: impl Fn(&str) -> bool,
) -> Trace {
    let mut graph = graph::Graph::new(facts, texts, catalogue);
    entries::add(&mut graph, listed);
    inserted::add(&mut graph);
    in_pool(|| graph.follow());
    graph.finish()
}
