//! What of a finished tree is kept for the next build?

use std::borrow::Cow;
use std::path::Path;
use std::time::Duration;

use super::now;
use super::work::Work;
use crate::event::Progress;
use crate::ledger::Ledger;
use crate::pack::{self, Fault, Old, Part};
use crate::presets::{Class, custom};
use crate::store::{Kept, Record};
use crate::{CACHE_NOT_STORED, lockfile, natives};
use slugsmith_facts::tree::{Entry, EntryKind, Tree};
use slugsmith_finding::error::{Result, io};

impl Work<'_> {
    /// Stores the tree for the next build. A packed tree that can't be stored fails
    /// nothing; a layer that can't be committed would be missing when the app runs.
    pub(super) fn keep(
        &self,
        install: Duration,
        progress: &mut dyn Progress,
    ) -> Result<Option<Record>> {
        let kept = match self.class {
            Class::Packed { .. } if self.context.config.cache.off => return Ok(None),
            Class::Packed { .. } => self.keep_packed(install),
            Class::Layer { .. } => return self.keep_layer(install, progress),
        };
        match kept {
            Ok(record) => Ok(Some(record)),
            Err(fault) => {
                let _ = self.context.store.discard(self.name);
                self.warn(&CACHE_NOT_STORED, fault, progress);
                Ok(None)
            }
        }
    }

    fn keep_packed(&self, install: Duration) -> std::result::Result<Record, Fault> {
        let store = self.context.store;
        let main = self.trees.first().map(|tree| self.app().join(tree));
        if main.is_none_or(|tree| fs_err::symlink_metadata(tree).is_err()) {
            return Err(Fault::Refused("the install made nothing".to_owned()));
        }
        let fresh = store.fresh()?;
        let old = Old::open(&self.data(), &self.old);
        let packed = pack::pack(self.app(), self.trees, &fresh, self.links(), old.as_ref());
        let packed = packed.and_then(|packed| match self.job.most {
            Some(most) if packed.tree_bytes > most => {
                Err(custom::too_large(packed.tree_bytes, most))
            }
            _ => Ok(packed),
        });
        let packed = match packed {
            Ok(packed) => packed,
            Err(fault) => {
                // Best effort: the next build removes what stays behind.
                let _ = pack::remove(&fresh);
                return Err(fault);
            }
        };
        let folder = store.begin(self.name)?;
        fs_err::rename(fresh, folder.join("data"))?;
        let record = Record {
            files: packed.files,
            tree_bytes: packed.tree_bytes,
            stored_bytes: packed.stored_bytes,
            digest: packed.digest,
            ..self.record(install)
        };
        let stored = Part::open(&self.data(), &record.digest)?;
        self.commit(&record, self.app(), stored.entries().map(Cow::Owned))?;
        Ok(record)
    }

    fn keep_layer(&self, install: Duration, progress: &mut dyn Progress) -> Result<Option<Record>> {
        let tree = Tree::read(&self.data());
        let totals = tree.totals();
        let record = Record {
            files: totals.files,
            tree_bytes: totals.bytes,
            stored_bytes: if self.is_free() { 0 } else { totals.bytes },
            ..self.record(install)
        };
        let entries = tree.entries().iter().map(Cow::Borrowed);
        let committed = self.commit(&record, &self.data(), entries);
        let committed = committed.and_then(|()| self.expose());
        committed.map_err(|error| io("writing", self.data(), &error))?;
        let special = tree
            .entries()
            .iter()
            .find(|entry| entry.kind() == EntryKind::Special);
        if let Some(special) = special {
            // The next restore of such a layer would fail; the app still gets it.
            let kept = Kept {
                cache: false,
                ..self.kept()
            };
            let _ = self.context.store.commit(self.name, &record, kept);
            let why = format!("{} is a FIFO, socket or device", special.path().display());
            self.warn(&CACHE_NOT_STORED, why, progress);
            return Ok(None);
        }
        Ok(Some(record).filter(|_| !self.context.config.cache.off))
    }

    fn record(&self, install: Duration) -> Record {
        Record {
            inputs: self.job.inputs.clone(),
            stored_at: now(),
            install,
            ..Record::default()
        }
    }

    /// Marks a tree as complete, whose `entries` lie below `root`.
    fn commit<'b>(
        &self,
        record: &Record,
        root: &Path,
        entries: impl Iterator<Item = Cow<'b, Entry>>,
    ) -> std::io::Result<()> {
        let store = self.context.store;
        if let Some(lockfile) = &self.job.lockfile {
            if self.is_free() {
                let mut ledger = Ledger::load(store);
                let packages = lockfile.packages.clone();
                ledger.installed.insert(self.name.to_owned(), packages);
                // Without it the next miss only names the file.
                let _ = ledger.save(store);
            } else {
                lockfile::keep(&lockfile.packages, &store.folder(self.name))?;
            }
        }
        let folder = store.folder(self.name);
        natives::keep(root, entries, &folder, &natives::Machine::this())?;
        store.commit(self.name, record, self.kept())
    }
}
