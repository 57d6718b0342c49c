//! Which files of packages refer to no candidate, so that the next decision need not search them?
//!
//! What a file of a package refers to is a function of its text, of what is below all `node_modules`, and of which of
//! that are candidates, as long as it asks for nothing outside of them. Most files refer to no candidate; where all of
//! that is what it was, they do not now, whatever a build wrote beside the packages.

use foldhash::HashSet;

use super::catalogue::Entry;
use super::facts::{Facts, in_packages, package_folder};
use super::idle::{Idle, Mark};
use super::index;
use super::program;

/// What is known while a decision is made.
pub(crate) struct Known {
    world: String,
    files: HashSet<Mark>,
}

impl Known {
    /// What the last decision knew, as far as it holds. `None` where nothing of the kind can be remembered.
    pub(crate) fn of(facts: &Facts<'_>, open: &[Option<&'static Entry>]) -> Option<Self> {
        let world = (!facts.trace).then(|| world(facts, open))??;
        let files = facts.idle.marks(&world);
        Some(Self { world, files })
    }

    /// `None` for files whose references may depend on more.
    #[expect(
        clippy::unused_self,
        reason = "there are marks only where something can be remembered"
    )]
    pub(crate) fn mark(&self, path: &str, text: &[u8]) -> Option<Mark> {
        let is_code = matches!(index::extension(path), "js" | "cjs" | "mjs" | "jsx");
        if !is_code || package_folder(path).is_none() {
            return None;
        }
        let mut hasher = blake3::Hasher::new();
        hasher.update(&(path.len() as u64).to_le_bytes());
        hasher.update(path.as_bytes());
        hasher.update(text);
        let digest = hasher.finalize();
        let (first, _) = digest.as_bytes().split_first_chunk()?;
        Some(Mark::from_le_bytes(*first))
    }

    pub(crate) fn has(&self, mark: Mark) -> bool {
        self.files.contains(&mark)
    }

    /// What to remember of this decision, given the marks of its files.
    pub(crate) fn now(self, files: &[Mark]) -> Idle {
        Idle::new(self.world, files)
    }
}

/// `None` where a link leads out of the packages: what is behind it is not looked at here.
fn world(facts: &Facts<'_>, open: &[Option<&'static Entry>]) -> Option<String> {
    let mut hasher = blake3::Hasher::new();
    let mut add = |part: &[u8]| {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    };
    add(program::digest()?.as_bytes());
    add(format!("{:?} {:?}", facts.runtime, facts.python_roots).as_bytes());
    let is_part = |path: &str| in_packages(path) || index::name(path) == "node_modules";
    for (number, entry) in facts.index.entries().iter().enumerate() {
        let Some(path) = facts.index.path(number).filter(|path| is_part(path)) else {
            continue;
        };
        let is_open = open.get(number).is_some_and(Option::is_some);
        add(path.as_bytes());
        add(format!("{:?} {is_open}", entry.kind()).as_bytes());
    }
    let mut links: Vec<(usize, &str)> = facts.index.link_targets().collect();
    links.sort_unstable();
    for (number, target) in links {
        let Some(path) = facts.index.path(number).filter(|path| is_part(path)) else {
            continue;
        };
        if !in_packages(target) || facts.index.exact(target).is_none() {
            return None;
        }
        add(path.as_bytes());
        add(target.as_bytes());
    }
    for (folder, manifest) in &facts.manifests {
        if in_packages(folder) {
            add(folder.as_bytes());
            add(format!("{manifest:?}").as_bytes());
        }
    }
    Some(hasher.finalize().to_hex().to_string())
}
