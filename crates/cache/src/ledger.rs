//! When was each cache last of use, and which packages do its last lockfiles name?
//!
//! File times can't tell: the lifecycle gives every restored file the time of the restore.
//! So builds are counted, and the ledger is stored like a cache itself. Without one
//! everything counts as used now.

use slugsmith_facts::beneath::own;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::inputs::read_regular;
use super::lockfile::Packages;
use super::store::{Kept, Record, Store};

/// The ledger's name in the store.
pub(super) const NAME: &str = "ledger";
const FILE: &str = "ledger.zst";
/// More than any ledger has, uncompressed; a broken file must not fill the memory.
const MOST_BYTES: usize = 64_000_000;
/// Lockfiles whose packages stay in download stores: a branch that is deployed in turn with
/// another keeps its downloads.
const LOCKFILES: usize = 3;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ledger {
    /// Number of builds so far.
    pub build: u64,
    /// Cache name → number of the build that last used it.
    pub used: BTreeMap<String, u64>,
    /// Shelf name, or part of a folder of a build tool → its bytes when it was last filled from nothing.
    pub fresh: BTreeMap<String, u64>,
    /// Shelf name → packages of the last lockfiles, the newest first.
    pub lockfiles: BTreeMap<String, Vec<Packages>>,
    /// Cache name → packages of a tree that is in the image only, with its own list.
    #[serde(default)]
    pub installed: BTreeMap<String, Packages>,
    /// Cache name → the files that its install could read, where the tree is in the image only.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
}

impl Ledger {
    pub(super) fn load(store: &Store) -> Self {
        let read = || {
            let stored = read_regular(&store.folder(NAME).join(FILE)).ok()?;
            let json = zstd::bulk::decompress(&stored, MOST_BYTES).ok()?;
            serde_json::from_slice(&json).ok()
        };
        read().unwrap_or_default()
    }

    /// # Errors
    /// When the disk says no; the next build then knows less.
    pub(super) fn save(&self, store: &Store) -> std::io::Result<()> {
        let content = zstd::bulk::compress(&serde_json::to_vec(self)?, 3)?;
        let folder = store.begin(NAME)?;
        own::write(folder.join(FILE), content)?;
        store.hold_over(NAME, &Record::default(), Kept::CACHE)
    }

    /// Adds the lockfile of this build; gives the packages that a download store should still have.
    pub(super) fn live(&mut self, name: &str, packages: &Packages) -> Packages {
        let lockfiles = self.lockfiles.entry(name.to_owned()).or_default();
        lockfiles.retain(|kept| kept != packages);
        lockfiles.insert(0, packages.clone());
        lockfiles.truncate(LOCKFILES);
        let mut live = Packages::new();
        for (package, versions) in lockfiles.iter().flatten() {
            let known = live.entry(package.clone()).or_default();
            known.extend(versions.iter().cloned());
        }
        live
    }

    /// Forgets what is no longer stored.
    pub(super) fn forget(&mut self, name: &str) {
        self.used.remove(name);
        self.fresh.remove(name);
        self.lockfiles.remove(name);
        self.installed.remove(name);
        self.files.remove(name);
    }
}

/// Whether a cache holds so much more than what a build from nothing leaves that it pays to
/// remove the rest, or to begin anew where that can't be told apart: tools add to their stores and, since file times
/// are lost, drop nothing.
pub(super) fn has_grown(bytes: u64, fresh: u64) -> bool {
    bytes > fresh / 2 * 3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packages(version: &str) -> Packages {
        [("a".to_owned(), [version.to_owned()].into())].into()
    }

    #[test]
    fn the_last_lockfiles_are_live() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().to_owned());
        for version in ["1", "2", "3", "2", "4"] {
            let mut ledger = Ledger::load(&store);
            ledger.live("go", &packages(version));
            ledger.save(&store).unwrap();
        }
        let live = Ledger::load(&store).live("go", &packages("4"));
        let versions: Vec<_> = live["a"].iter().map(String::as_str).collect();
        assert_eq!(versions, ["2", "3", "4"]);
        fs_err::write(store.folder(NAME).join(FILE), "broken").unwrap();
        assert_eq!(Ledger::load(&store), Ledger::default());
    }
}
