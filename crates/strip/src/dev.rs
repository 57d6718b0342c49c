//! Which installed packages does only development need?
//!
//! Lockfiles say it, so it does not matter who installed the tree. A package that the
//! app's own production code or a start command uses stays, with all that it needs, and
//! is reported: it is in the wrong list. Other packages' optional loads do not count, as
//! they would not in `npm prune --omit=dev`.

mod bundler;
mod composer;
mod npm;
mod python;

use std::collections::{BTreeMap, BTreeSet};

use super::catalogue::{Entry, Guard};
use super::dev_dependencies::NeededDevDependency;
use super::facts::{Facts, Texts};
use super::manifest::Bundles;

/// Packages that only development needs.
pub static DEVELOPMENT: Entry = Entry {
    id: "development-packages",
    reason: "packages that only development needs",
    guard: Guard::Named,
    evidence: "The lockfile says that nothing but development dependencies needs them, and the package managers' \
        own prune commands remove them.",
    tell_kept: true,
};

/// By entry number of the tree: files of such packages.
pub type Files = BTreeSet<usize>;

/// Finds them. `needed` are development dependencies that production code loads.
#[must_use]
pub fn files(facts: &Facts<'_>, texts: &dyn Texts, needed: &[NeededDevDependency]) -> Files {
    let mut files = Files::new();
    if facts.keeps_development || facts.runtime.bundles == Bundles::AtStart {
        return files;
    }
    npm::add(facts, texts, needed, &mut files);
    composer::add(facts, texts, &mut files);
    bundler::add(facts, texts, &mut files);
    python::add(facts, texts, &mut files);
    files
}

/// A text of the app.
fn text(facts: &Facts<'_>, texts: &dyn Texts, path: &str) -> Option<String> {
    facts.index.exact(path)?;
    String::from_utf8(texts.text(path)?).ok()
}

/// Everything that is reached from `roots` by `edges`.
fn closure<'n>(
    roots: impl Iterator<Item = &'n str>,
    edges: &'n BTreeMap<String, Vec<String>>,
) -> BTreeSet<&'n str> {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut pending: Vec<&str> = roots.collect();
    while let Some(name) = pending.pop() {
        if seen.insert(name) {
            let next = edges.get(name).into_iter().flatten();
            pending.extend(next.map(String::as_str));
        }
    }
    seen
}
