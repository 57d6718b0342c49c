//! What of a finished tree is kept for the next build?

use slugsmith_facts::beneath::own;
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::now;
use super::relocate::{self, Naming};
use super::work::{Made, Work};
use crate::event::{Event, Progress};
use crate::files::{self, Files};
use crate::ledger::Ledger;
use crate::pack::{self, Fault, Names, Part, Previous};
use crate::presets::{Class, custom};
use crate::store::{Kept, Record};
use crate::{CACHE_NOT_STORED, lockfile, natives};
use slugsmith_facts::environment::World;
use slugsmith_facts::tree::{Entry, EntryKind, Tree};
use slugsmith_finding::error::{Problem, Result, io};

impl Work<'_> {
    /// Stores the tree for the next build. A packed tree that can't be stored fails
    /// nothing; a layer that can't be committed would be missing when the app runs.
    pub(super) fn keep(
        &mut self,
        install: Duration,
        made: &Made,
        progress: &mut dyn Progress,
    ) -> Result<Option<Record>> {
        let kept = match self.class {
            Class::Packed { .. } if self.is_off() => {
                self.look_for_names(made);
                return Ok(None);
            }
            // Who names paths has promised them. An install that makes nothing is one too, and
            // the next build runs no command for it.
            Class::Packed { .. } if self.job.is_custom && self.roots(made).is_empty() => {
                self.warn_of_nothing(progress);
                self.old.clear();
                let _ = self.context.store.discard(self.name);
                return Ok(None);
            }
            Class::Packed { .. } => self.keep_packed(install, made),
            Class::Layer { .. } => return self.keep_layer(install, made, progress),
        };
        match kept {
            Ok(record) => {
                self.old.clone_from(&record.digest);
                Ok(Some(record))
            }
            Err(fault) => {
                self.look_for_names(made);
                self.old.clear();
                let _ = self.context.store.discard(self.name);
                self.warn(&CACHE_NOT_STORED, fault, progress);
                Ok(None)
            }
        }
    }

    fn warn_of_nothing(&self, progress: &mut dyn Progress) {
        let paths = self.trees.iter().map(|path| path.display().to_string());
        let paths: Vec<_> = paths.collect();
        let (name, paths) = (self.name, paths.join(", "));
        let problem = Problem::new(&CACHE_NOT_STORED)
            .saw(format!(
                "{name}: the command made none of its paths: {paths}"
            ))
            .step("Name in `paths` of its [[com.slugsmith.cache]] what it makes.");
        progress.event(Event::Warning(&problem));
    }

    /// What the install made and is there.
    fn roots(&self, made: &Made) -> Vec<PathBuf> {
        let is_there = |path: &&PathBuf| fs_err::symlink_metadata(self.app().join(path)).is_ok();
        let trees = self.trees.iter().filter(is_there);
        trees.chain(made.effects.kept()).cloned().collect()
    }

    /// Names of the build's folder, where the app runs in another one.
    fn names(&self) -> Names {
        match self.context.environment.world {
            World::CloudNative => Names::default(),
            World::Classic | World::Embedded => Names::of(&relocate::names(self.app())),
        }
    }

    /// Finds the files that name the build's folder, where no pack does.
    fn look_for_names(&mut self, made: &Made) {
        let files = self.names().in_trees(self.app(), &self.roots(made));
        self.naming = Some(Naming::new(self.app(), files));
    }

    fn keep_packed(
        &mut self,
        install: Duration,
        made: &Made,
    ) -> std::result::Result<Record, Fault> {
        let store = self.context.store;
        let roots = self.roots(made);
        if let Some(why) = made.effects.refused() {
            return Err(Fault::Refused(why));
        }
        let fresh = store.fresh()?;
        let old_folder = self.old_folder.clone().unwrap_or_else(|| self.data());
        let old = Previous::open(&old_folder, &self.old);
        let (links, names) = (self.links(), self.names());
        let packed = pack::pack_and_look(self.app(), &roots, &fresh, links, old.as_ref(), &names);
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
        own::rename(fresh, folder.join("data"))?;
        let naming = Naming::new(self.app(), packed.naming);
        naming.keep(&folder)?;
        self.naming = Some(naming);
        let mut record = Record {
            files: packed.files,
            tree_bytes: packed.tree_bytes,
            stored_bytes: packed.stored_bytes,
            digest: packed.digest,
            effects: made.effects.clone(),
            ..self.record(install)
        };
        let list = self.list(made, &mut record);
        if let Some(list) = list {
            list.keep(&folder)?;
        }
        let stored = Part::open(&self.data(), &record.digest)?;
        let entries = stored.entries().map(Cow::Owned);
        self.commit(&record, list, self.app(), entries)?;
        Ok(record)
    }

    /// The files that the install can have read. Who writes into the app has read of it, but for
    /// packages that only have their place there, and so has a script of a package that generates
    /// code; these files are an input then.
    fn list<'b>(&'b self, made: &'b Made, record: &mut Record) -> Option<&'b Files> {
        let owned = (self.job.owns)(self.app());
        if made.effects.are_below(&owned) && !(self.job.looked)(self.app(), self.trees) {
            return self.read.list();
        }
        let all = made.before.files();
        record.inputs.plain(files::ALL, all.digest());
        Some(all)
    }

    fn keep_layer(
        &self,
        install: Duration,
        made: &Made,
        progress: &mut dyn Progress,
    ) -> Result<Option<Record>> {
        let tree = Tree::read(&self.data());
        let totals = tree.totals();
        let mut record = Record {
            files: totals.files,
            tree_bytes: totals.bytes,
            stored_bytes: if self.is_free() { 0 } else { totals.bytes },
            ..self.record(install)
        };
        match self.keep_aside(&made.effects) {
            Ok(effects) => record.effects = effects,
            Err(fault) => {
                // The app has the layer, and the next build installs it anew.
                let input = "what the install made in the app";
                record.inputs.plain(input, "not kept");
                self.warn(&CACHE_NOT_STORED, fault, progress);
            }
        }
        let list = self.list(made, &mut record);
        if let Some(list) = list.filter(|_| !self.is_free()) {
            list.keep(&self.context.store.folder(self.name))
                .map_err(|error| io("writing", self.data(), &error))?;
        }
        let entries = tree.entries().iter().map(Cow::Borrowed);
        let committed = self.commit(&record, list, &self.data(), entries);
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
        Ok(Some(record).filter(|_| !self.is_off()))
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
        list: Option<&Files>,
        root: &Path,
        entries: impl Iterator<Item = Cow<'b, Entry>>,
    ) -> std::io::Result<()> {
        let store = self.context.store;
        if let Some(lockfile) = &self.job.lockfile {
            if self.is_free() {
                let mut ledger = Ledger::load(store);
                let packages = lockfile.packages.clone();
                ledger.installed.insert(self.name.to_owned(), packages);
                if let Some(list) = list {
                    ledger.files.insert(self.name.to_owned(), list.text());
                }
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
