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
use super::front_end;
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

/// Packages of a front end.
pub static FRONT_ENDS: Entry = Entry {
    id: "front-end-packages",
    reason: "packages of front ends that are built",
    guard: Guard::Named,
    evidence: "A project below the root that a bundler has built into build, dist, out or www, or where its \
        configuration says: no process starts in it or runs scripts of several projects, no file outside of it names \
        more of it than its output, no code opens its folder or one above it, and its output loads no package.",
    tell_kept: true,
};

/// Whether a file goes because its whole package does.
pub(super) fn is_of_package(entry: &Entry) -> bool {
    entry.id == DEVELOPMENT.id || entry.id == FRONT_ENDS.id
}

/// By entry number of the tree: files of such packages.
pub type Files = BTreeMap<usize, &'static Entry>;

/// Entry numbers of the tree.
type Numbers = BTreeSet<usize>;

/// Finds them. `needed` are development dependencies that production code loads.
#[must_use]
pub fn files(facts: &Facts<'_>, texts: &dyn Texts, needed: &[NeededDevDependency]) -> Files {
    if facts.keeps_development || facts.runtime.bundles == Bundles::AtStart {
        return Files::new();
    }
    let mut files = Numbers::new();
    npm::add(facts, texts, needed, &mut files);
    composer::add(facts, texts, &mut files);
    bundler::add(facts, texts, &mut files);
    python::add(facts, texts, &mut files);
    let of_front_ends = front_end::packages(&facts.front_ends)
        // Not behind a link: what it leads to may be the packages of the server.
        .filter_map(|folder| facts.index.exact(&folder))
        .flat_map(|folder| facts.index.below(folder))
        .filter(|number| facts.index.is_file(*number));
    let development = files.iter().map(|number| (*number, &DEVELOPMENT));
    development
        .chain(of_front_ends.map(|number| (number, &FRONT_ENDS)))
        .collect()
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
