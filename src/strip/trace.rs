//! Which files of the packages can the app's own code load?
//!
//! Starts from the app's entry points (`entries`), parses each reached file (`source`,
//! with `value` for computed names), resolves what it loads by Node's own rules
//! (`resolve`), and goes on until nothing new is reached (`graph`). What packages hide
//! from any reader of their code is data (`knowledge`). A load that can't be decided
//! keeps everything it can reach and is listed.

mod entries;
mod graph;
mod knowledge;
mod resolve;
mod source;
mod value;

#[cfg(test)]
mod tests;

pub(super) use entries::is_tooling;
pub use graph::{Trace, Undecided};

use super::candidates::Candidates;
use super::facts::{Facts, Texts};

/// The folder that a package's name means in `file`, found as Node finds it.
#[must_use]
pub fn package_of<'a>(facts: &Facts<'a>, file: &str, name: &str) -> Option<&'a str> {
    resolve::Resolver::new(facts).package(file, name)
}

/// Follows the graph. `catalogue` says which files tools and people read.
#[must_use]
pub fn node(facts: &Facts<'_>, texts: &dyn Texts, catalogue: &Candidates) -> Trace {
    let mut graph = graph::Graph::new(facts, texts, catalogue);
    entries::add(facts, texts, &mut graph);
    graph.follow();
    graph.finish()
}
