//! One site in hand: look up, restore, install, keep.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::answer::{Answer, answer};
use super::mark::Mark;
use super::{now, prune, shelf, steps};
use crate::cache::pack::{self, Fault, Links};
use crate::cache::presets::{Class, Job, Step};
use crate::cache::store::{Kept, Record, Stored};
use crate::cache::{CACHE_DISCARDED, CACHE_NOT_STORED, Context, lockfile, natives, thin};
use crate::error::{Problem, Result, io};
use crate::facts::tree::{EntryKind, Tree};
use crate::progress::{Event, Progress};

/// What became of an attempt to make an old tree the wanted one.
pub(super) enum Synced {
    /// The record, if it could be stored.
    Done(Option<Record>),
    /// A clean install has to be made.
    Failed,
}

pub(super) struct Work<'a> {
    /// See [`super::Around::kept_apart`].
    pub kept_apart: Option<&'a [PathBuf]>,
    /// What was unpacked where files may be left out, and how many bytes were.
    pub packed: Option<(thin::Packed, u64)>,
    pub context: &'a Context<'a>,
    pub name: &'a str,
    pub class: Class,
    pub job: &'a Job,
    pub trees: &'a [PathBuf],
    pub mark: Mark,
    pub variables: BTreeMap<String, OsString>,
}

impl Work<'_> {
    fn app(&self) -> &Path {
        &self.context.app.root
    }

    fn data(&self) -> PathBuf {
        self.context.store.folder(self.name).join("data")
    }

    fn links(&self) -> Links {
        match self.class {
            Class::Packed { links_out: true } => Links::Anywhere,
            _ => Links::Inside,
        }
    }

    fn kept(&self) -> Kept {
        Kept {
            launch: matches!(self.class, Class::Layer { launch: true }),
            cache: !self.context.config.cache.off,
        }
    }

    pub(super) fn answer(&self, progress: &mut dyn Progress) -> Answer {
        let stored = self.context.store.look_up(self.name);
        if let Stored::Unusable(why) = &stored {
            self.warn(&CACHE_DISCARDED, why, progress);
        }
        answer(self.context, self.name, self.job, stored)
    }

    fn warn(
        &self,
        kind: &'static crate::error::Kind,
        why: impl std::fmt::Display,
        progress: &mut dyn Progress,
    ) {
        let problem = Problem::new(kind).saw(format!("{}: {why}", self.name));
        progress.event(Event::Warning(&problem));
    }

    /// Gives the stored tree back, unless the `whole` is asked for without what strip would
    /// remove again. `Some(reason)` if it can't be trusted; the app is then as it was.
    pub(super) fn restore(
        &mut self,
        record: &Record,
        whole: bool,
        progress: &mut dyn Progress,
    ) -> Result<Option<String>> {
        let folder = self.context.store.folder(self.name);
        let misfit = natives::misfit(&folder, &natives::Machine::this());
        let done = match self.class {
            _ if misfit.is_some() => Err(Fault::Damaged(misfit.unwrap_or_default())),
            Class::Packed { .. } => self.unpack(record, whole),
            Class::Layer { .. } => self.check_layer(record),
        };
        let Err(fault) = done else {
            return Ok(None);
        };
        self.take_back()?;
        // What can't be removed now is marked or overwritten by the install.
        let _ = self.context.store.discard(self.name);
        self.warn(&CACHE_DISCARDED, &fault, progress);
        Ok(Some(format!("the stored cache was discarded: {fault}")))
    }

    fn unpack(&mut self, record: &Record, whole: bool) -> std::result::Result<(), Fault> {
        self.mark.set()?;
        let data = self.data();
        let left_out = match self.kept_apart {
            Some(kept_apart) if !whole => {
                let config = &self.context.config.strip;
                let mut list = thin::list(self.context.store, &data, &record.digest, config)?;
                thin::without(&mut list, kept_apart);
                list
            }
            _ => HashSet::new(),
        };
        let unpacked = pack::unpack(self.app(), &data, &record.digest, self.links(), &left_out)?;
        if unpacked.roots.first() != self.trees.first() || unpacked.files != record.files {
            return Err(Fault::Damaged("it holds another tree".to_owned()));
        }
        self.mark.clear()?;
        if let (Some(_), false) = (self.kept_apart, whole) {
            let packed = thin::Packed {
                folder: data,
                digest: record.digest.clone(),
                left_out,
            };
            self.packed = Some((packed, unpacked.left_out_bytes));
        }
        Ok(())
    }

    /// The tree that was just stored, where only strip will look at it.
    pub(super) fn packed_whole(&self, record: Option<&Record>) -> Option<thin::Packed> {
        let record = record.filter(|record| !record.digest.is_empty())?;
        self.kept_apart.map(|_| thin::Packed {
            folder: self.data(),
            digest: record.digest.clone(),
            left_out: HashSet::new(),
        })
    }

    /// The lifecycle has checked the layer's digest; counts and sizes tell the rest.
    fn check_layer(&self, record: &Record) -> std::result::Result<(), Fault> {
        let tree = Tree::read(&self.data());
        let totals = tree.totals();
        if tree.unread().is_empty()
            && (totals.files, totals.bytes) == (record.files, record.tree_bytes)
        {
            Ok(())
        } else {
            Err(Fault::Damaged(format!(
                "it has {} files, not {}",
                totals.files, record.files
            )))
        }
    }

    /// Marks the cache as good for one more build.
    pub(super) fn hold(&self, record: &Record, progress: &mut dyn Progress) {
        shelf::hold(self.context, &self.job.stores);
        let store = self.context.store;
        let held = store.commit(self.name, record, self.kept());
        // On a full disk the cache is lost to the next build, not to this one.
        if let Err(error) = held.and_then(|()| self.expose()) {
            self.warn(&CACHE_NOT_STORED, error, progress);
        }
    }

    fn expose(&self) -> std::io::Result<()> {
        match self.class {
            Class::Layer { .. } => self.context.store.expose(self.name, &self.job.exposes),
            Class::Packed { .. } => Ok(()),
        }
    }

    fn take_back(&self) -> Result<()> {
        self.mark
            .take_back(self.app(), self.trees)
            .map_err(|error| io("removing an unfinished tree in", self.app(), &error))
    }

    /// Makes an old tree, already restored, what is wanted now.
    pub(super) fn sync(&mut self, old: &Record, progress: &mut dyn Progress) -> Result<Synced> {
        let begun = Instant::now();
        let locks = self.lockfile_content();
        self.mark
            .set()
            .and_then(|()| self.context.store.touch(self.name))
            .map_err(|error| io("writing to", self.app(), &error))?;
        let synced = self.steps(&self.job.sync, progress).is_ok();
        if !synced || locks != self.lockfile_content() {
            // A lockfile that the sync changed was out of step: the clean install says so.
            self.put_lockfile_back(locks.as_deref())?;
            self.take_back()?;
            return Ok(Synced::Failed);
        }
        // A later hit saves a whole install, not this short one.
        self.finish_install(begun, old.install, progress)
            .map(Synced::Done)
    }

    fn lockfile_path(&self) -> Option<PathBuf> {
        let lockfile = self.job.lockfile.as_ref()?;
        Some(self.app().join(&self.job.folder).join(&lockfile.path))
    }

    fn lockfile_content(&self) -> Option<Vec<u8>> {
        fs_err::read(self.lockfile_path()?).ok()
    }

    fn put_lockfile_back(&self, content: Option<&[u8]>) -> Result<()> {
        match (self.lockfile_path(), content) {
            (Some(path), Some(content)) if fs_err::read(&path).ok().as_deref() != Some(content) => {
                fs_err::write(&path, content).map_err(|error| io("writing", &path, &error))
            }
            _ => Ok(()),
        }
    }

    /// Runs the package manager on nothing and keeps what it made.
    pub(super) fn install(&mut self, progress: &mut dyn Progress) -> Result<Option<Record>> {
        let begun = Instant::now();
        self.mark
            .set()
            .map_err(|error| io("writing to", self.app(), &error))?;
        if let Class::Layer { .. } = self.class {
            let begun = self.context.store.begin(self.name);
            let data = self.data();
            begun
                .and_then(|_| fs_err::create_dir(&data))
                .map_err(|error| io("writing to", &data, &error))?;
        }
        shelf::open(self.context, &self.job.stores, &mut self.variables);
        if let Err(problem) = self.steps(&self.job.install, progress) {
            // The install's own failure is what the user must see.
            let _ = self.take_back();
            let _ = self.context.store.discard(self.name);
            return Err(problem);
        }
        let packages = self.job.lockfile.as_ref().map(|lock| &lock.packages);
        let none = lockfile::Packages::new();
        shelf::close(self.context, &self.job.stores, packages.unwrap_or(&none));
        self.finish_install(begun, Duration::ZERO, progress)
    }

    fn finish_install(
        &self,
        begun: Instant,
        at_least: Duration,
        progress: &mut dyn Progress,
    ) -> Result<Option<Record>> {
        let install = begun.elapsed().max(at_least);
        if let Some((from, to)) = &self.job.relocate {
            for tree in self.trees {
                super::relocate::relocate(&self.app().join(tree), from, to)
                    .map_err(|error| io("writing to", tree, &error))?;
            }
        }
        self.mark
            .clear()
            .map_err(|error| io("writing to", self.app(), &error))?;
        self.keep(install, progress)
    }

    /// Stores the tree for the next build. A packed tree that can't be stored fails
    /// nothing; a layer that can't be committed would be missing when the app runs.
    fn keep(&self, install: Duration, progress: &mut dyn Progress) -> Result<Option<Record>> {
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
        let folder = store.begin(self.name)?;
        let data = folder.join("data");
        fs_err::create_dir(&data)?;
        let packed = pack::pack(self.app(), self.trees, &data, self.links())?;
        let record = Record {
            files: packed.files,
            tree_bytes: packed.tree_bytes,
            stored_bytes: packed.stored_bytes,
            digest: packed.digest,
            ..self.record(install)
        };
        self.commit(&record)?;
        Ok(record)
    }

    fn keep_layer(&self, install: Duration, progress: &mut dyn Progress) -> Result<Option<Record>> {
        let tree = Tree::read(&self.data());
        let totals = tree.totals();
        let record = Record {
            files: totals.files,
            tree_bytes: totals.bytes,
            stored_bytes: totals.bytes,
            ..self.record(install)
        };
        let committed = self.commit(&record).and_then(|()| self.expose());
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

    fn commit(&self, record: &Record) -> std::io::Result<()> {
        let store = self.context.store;
        if let Some(lockfile) = &self.job.lockfile {
            lockfile::keep(&lockfile.packages, &store.folder(self.name))?;
        }
        let roots: Vec<PathBuf> = match self.class {
            Class::Packed { .. } => self.trees.iter().map(|at| self.app().join(at)).collect(),
            Class::Layer { .. } => vec![self.data()],
        };
        natives::keep(&roots, &store.folder(self.name), &natives::Machine::this())?;
        store.commit(self.name, record, self.kept())
    }

    /// Runs what comes last, and takes out what production does not need.
    pub(super) fn finish(&self, progress: &mut dyn Progress) -> Result<()> {
        self.steps(&self.job.finish, progress)?;
        let begun = Instant::now();
        let pruned = prune::prune(self.app(), &self.job.prune)
            .map_err(|error| io("removing dev dependencies from", self.app(), &error))?;
        if pruned.packages > 0 {
            progress.event(Event::Pruned {
                packages: pruned.packages,
                bytes: pruned.bytes,
                took: begun.elapsed(),
            });
        }
        Ok(())
    }

    pub(super) fn steps(&self, steps: &[Step], progress: &mut dyn Progress) -> Result<()> {
        steps::run(steps, self.job, self.app(), &self.variables, progress)
    }
}
