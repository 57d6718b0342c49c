//! One site in hand: look up, restore, install, keep.

use slugsmith_facts::beneath::own;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::answer::{Answer, answer};
use super::hide::Guard;
use super::mark::Mark;
use super::observe::{Bounds, Snapshot};
use super::reads::Read;
use super::relocate::Naming;
use super::{download_store, home, steps};
use crate::effects::Effects;
use crate::event::{Event, Progress};
use crate::finish::Layer;
use crate::pack::{self, Fault, Links};
use crate::presets::{Class, Job, ManagerCommand};
use crate::store::{Kept, Record, Stored};
use crate::{CACHE_DISCARDED, CACHE_NOT_STORED, Context, left_out, lockfile, natives, switches};
use slugsmith_facts::beneath::{self, Beneath};
use slugsmith_facts::tree::Tree;
use slugsmith_finding::error::{Problem, Result, io};

/// What became of an attempt to make an old tree the wanted one.
pub(super) enum Synced {
    /// The record, if it could be stored.
    Done(Option<Box<Record>>),
    /// A clean install has to be made.
    Failed,
}

/// What an install did outside of its trees, and the app before it.
pub(super) struct Made {
    pub before: Snapshot,
    pub effects: Effects,
}

/// The app and the home of the user before an install.
struct Before {
    app: Snapshot,
    home: Option<(PathBuf, BTreeSet<String>)>,
}

impl Before {
    fn of(work: &Work<'_>) -> Self {
        Self {
            app: Snapshot::of(work.app(), work.bounds),
            home: home::of(work.context).map(|home| (home.clone(), home::names(&home))),
        }
    }
}

impl Made {
    fn since(before: Before, work: &Work<'_>) -> Self {
        let mut effects = before.app.effects(work.app(), work.bounds);
        if let Some((home, names)) = before.home {
            effects.elsewhere = home::names(&home).difference(&names).cloned().collect();
        }
        Self {
            before: before.app,
            effects,
        }
    }
}

pub(super) struct Work<'a> {
    /// See [`super::site`].
    pub kept_apart: Option<&'a [PathBuf]>,
    pub bounds: &'a Bounds,
    pub read: Read,
    /// Files of the tree that name the folder of a build.
    pub naming: Option<Naming>,
    /// What was unpacked where files may be left out, and how many bytes were.
    pub packed: Option<(left_out::Packed, u64)>,
    /// Digest of the pack that is stored; empty where none is.
    pub old: String,
    /// Where that pack is, if not in our own store.
    pub old_folder: Option<PathBuf>,
    pub context: &'a Context<'a>,
    pub name: &'a str,
    pub class: Class,
    pub job: &'a Job,
    pub trees: &'a [PathBuf],
    pub mark: Mark,
    pub variables: BTreeMap<String, OsString>,
}

impl Work<'_> {
    pub(super) fn app(&self) -> &Path {
        &self.context.app.root
    }

    pub(super) fn data(&self) -> PathBuf {
        self.context.store.folder(self.name).join("data")
    }

    pub(super) fn links(&self) -> Links {
        match self.class {
            Class::Packed { links_out: true } => Links::Anywhere,
            _ => Links::Inside,
        }
    }

    /// Whether the tree is in the image only.
    pub(super) fn is_free(&self) -> bool {
        matches!(self.class, Class::Layer { free: true })
    }

    /// Whether nothing may be kept.
    pub(super) fn is_off(&self) -> bool {
        switches::off(self.context, self.name).is_some()
    }

    pub(super) fn kept(&self) -> Kept {
        Kept {
            launch: matches!(self.class, Class::Layer { .. }),
            cache: !self.is_free() && !self.is_off(),
        }
    }

    pub(super) fn answer(&mut self, progress: &mut dyn Progress) -> Answer {
        let stored = self.context.store.look_up(self.name);
        if let Stored::Complete(record) = &stored {
            self.old.clone_from(&record.digest);
        }
        if let Stored::Unusable(why) = &stored {
            self.warn(&CACHE_DISCARDED, why, progress);
        }
        answer(self.context, self.name, self.job, &self.read, stored)
    }

    pub(super) fn warn(
        &self,
        kind: &'static slugsmith_finding::error::Kind,
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
        if let Some(path) = record.effects.in_the_way(self.app()) {
            return Ok(Some(format!("{} is in the app now", path.display())));
        }
        let folder = self.context.store.folder(self.name);
        let misfit = natives::misfit(&folder, &natives::Machine::this());
        let done = match self.class {
            _ if misfit.is_some() => Err(Fault::Damaged(misfit.unwrap_or_default())),
            Class::Packed { .. } => self.unpack(record, whole),
            Class::Layer { .. } => self
                .check_layer(record)
                .and_then(|()| self.restore_aside(&record.effects)),
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
        self.naming = Naming::kept(&self.context.store.folder(self.name))
            .map_err(|error| Fault::Damaged(error.to_string()))?;
        let left_out = match self.kept_apart {
            Some(kept_apart) if !whole => {
                let config = &self.context.config.strip;
                let mut list = left_out::list(self.context.store, &data, &record.digest, config)?;
                left_out::without(&mut list, kept_apart);
                // What is brought back later would not be written anew.
                let naming = self.naming.as_ref().map_or(&[][..], Naming::files);
                left_out::without(&mut list, naming);
                list
            }
            _ => HashSet::new(),
        };
        let roots = self.trees.iter().chain(record.effects.kept());
        let roots: Vec<PathBuf> = roots.cloned().collect();
        let unpacked = pack::unpack(
            self.app(),
            &roots,
            &data,
            &record.digest,
            self.links(),
            &left_out,
        )?;
        if unpacked.files != record.files {
            return Err(Fault::Damaged("it holds another tree".to_owned()));
        }
        let app = Beneath::open(self.app())?;
        for path in &record.effects.removed {
            app.remove(path)?;
        }
        if let Some(naming) = &self.naming {
            naming.enter(self.app())?;
        }
        if whole {
            self.renew();
        }
        self.mark.clear()?;
        if let (Some(_), false) = (self.kept_apart, whole) {
            let packed = left_out::Packed {
                folder: data,
                digest: record.digest.clone(),
                left_out,
                rewritten: self.rewritten(),
            };
            self.packed = Some((packed, unpacked.left_out_bytes));
        }
        Ok(())
    }

    /// Makes the file that is to be the newest of the tree so. Without it the tool is slower.
    fn renew(&self) {
        let Some(path) = self.job.newest.as_ref().map(|path| self.app().join(path)) else {
            return;
        };
        if fs_err::symlink_metadata(&path).is_ok_and(|found| found.is_file()) {
            let renewed = own::handle(&path);
            let _ = renewed.and_then(|file| file.set_modified(SystemTime::now()));
        }
    }

    /// The tree that was just stored, where only strip will look at it.
    pub(super) fn packed_whole(&self, record: Option<&Record>) -> Option<left_out::Packed> {
        let record = record.filter(|record| !record.digest.is_empty())?;
        self.kept_apart.map(|_| left_out::Packed {
            folder: self.data(),
            digest: record.digest.clone(),
            left_out: HashSet::new(),
            rewritten: self.rewritten(),
        })
    }

    fn rewritten(&self) -> HashSet<PathBuf> {
        let files = self.naming.iter().flat_map(Naming::files);
        files.cloned().collect()
    }

    /// The lifecycle has checked the layer's digest; counts and sizes tell the rest.
    fn check_layer(&self, record: &Record) -> std::result::Result<(), Fault> {
        if record.is_away {
            // The lifecycle takes it over from the last image, which names its digest.
            return Ok(());
        }
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
        download_store::hold(self.context, &self.job.stores);
        let store = self.context.store;
        let held = store.commit(self.name, record, self.kept());
        // On a full disk the cache is lost to the next build, not to this one.
        let exposed = held.and_then(|()| {
            // The image has them, and any file here would take its layer's place.
            if record.is_away {
                Ok(())
            } else {
                self.expose()
            }
        });
        if let Err(error) = exposed {
            self.warn(&CACHE_NOT_STORED, error, progress);
        }
    }

    pub(super) fn expose(&self) -> std::io::Result<()> {
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
            .and_then(|()| match self.class {
                Class::Layer { .. } => self.context.store.touch(self.name),
                // The app has a tree of its own; what is stored stays as it is.
                Class::Packed { .. } => Ok(()),
            })
            .map_err(|error| io("writing to", self.app(), &error))?;
        let before = Before::of(self);
        let synced = self.hidden_steps(&self.job.sync, progress).is_ok();
        if !synced || locks != self.lockfile_content() {
            // A lockfile that the sync changed was out of step: the clean install says so.
            self.put_lockfile_back(locks.as_deref())?;
            self.take_back()?;
            return Ok(Synced::Failed);
        }
        // A later hit saves a whole install, not this short one.
        let made = Made::since(before, self);
        self.finish_install(begun, old.install, &made, progress)
            .map(|record| Synced::Done(record.map(Box::new)))
    }

    fn lockfile_path(&self) -> Option<PathBuf> {
        let lockfile = self.job.lockfile.as_ref()?;
        Some(self.app().join(&self.job.folder).join(&lockfile.path))
    }

    pub(super) fn lockfile_content(&self) -> Option<Vec<u8>> {
        beneath::read(self.lockfile_path()?).ok()
    }

    pub(super) fn put_lockfile_back(&self, content: Option<&[u8]>) -> Result<()> {
        match (self.lockfile_path(), content) {
            (Some(path), Some(content))
                if beneath::read(&path).ok().as_deref() != Some(content) =>
            {
                let inside = path.strip_prefix(self.app()).unwrap_or(&path);
                let written = own::write_in(self.app(), inside, content);
                written.map_err(|error| io("writing", &path, &error))
            }
            _ => Ok(()),
        }
    }

    /// Runs the package manager on nothing and keeps what it made.
    pub(super) fn install(&mut self, progress: &mut dyn Progress) -> Result<Option<Record>> {
        let begun = Instant::now();
        self.holds_before()?;
        let locks = self.lockfile_content();
        self.mark
            .set()
            .map_err(|error| io("writing to", self.app(), &error))?;
        if let Class::Layer { .. } = self.class {
            let begun = self.context.store.begin(self.name);
            let data = self.data();
            begun
                .and_then(|_| own::create_folder(&data))
                .map_err(|error| io("writing to", &data, &error))?;
        }
        download_store::open(self.context, &self.job.stores, &mut self.variables);
        let before = Before::of(self);
        let installed = self.hidden_steps(&self.job.install, progress);
        if let Err(problem) = installed.and_then(|()| self.holds_after(locks.as_deref())) {
            // The install's own failure is what the user must see.
            let _ = self.take_back();
            // A pack is still what the last good build made, and fits an app that is repaired.
            if matches!(self.class, Class::Layer { .. }) {
                let _ = self.context.store.discard(self.name);
            }
            return Err(problem);
        }
        let packages = self.job.lockfile.as_ref().map(|lock| &lock.packages);
        let none = lockfile::Packages::new();
        download_store::close(self.context, &self.job.stores, packages.unwrap_or(&none));
        let made = Made::since(before, self);
        self.finish_install(begun, Duration::ZERO, &made, progress)
    }

    /// Runs steps that must not see scripts of the app.
    fn hidden_steps(&self, steps: &[ManagerCommand], progress: &mut dyn Progress) -> Result<()> {
        let _guard = Guard::set(self.app(), &self.job.hidden)
            .map_err(|error| io("writing to", self.app(), &error))?;
        self.steps(steps, progress)
    }

    fn finish_install(
        &mut self,
        begun: Instant,
        at_least: Duration,
        made: &Made,
        progress: &mut dyn Progress,
    ) -> Result<Option<Record>> {
        let install = begun.elapsed().max(at_least);
        self.strip_outside(progress);
        self.prepare_layer(progress);
        self.mark
            .clear()
            .map_err(|error| io("writing to", self.app(), &error))?;
        self.keep(install, made, progress)
    }

    /// Strips what strip itself can't see later. A failure leaves everything as it is.
    fn strip_outside(&self, progress: &mut dyn Progress) {
        let Some(folder) = &self.job.outside else {
            return;
        };
        match self.context.finish.strip(&self.layer(folder)) {
            Ok(stripped) if stripped.files == 0 => {}
            Ok(stripped) => progress.event(Event::LayerStripped(&stripped)),
            Err(problem) => progress.event(Event::Warning(&problem)),
        }
    }

    /// Later builds don't see a layer's files, so that what a start needs is made now.
    fn prepare_layer(&self, progress: &mut dyn Progress) {
        let folder = self.data();
        if let Class::Layer { .. } = self.class {
            let prepared = self.context.finish.prepare(&self.layer(&folder));
            progress.event(Event::LayerPrepared(&prepared));
        }
    }

    fn layer<'b>(&'b self, folder: &'b Path) -> Layer<'b> {
        Layer {
            folder,
            app: self.app(),
            config: self.context.config,
            environment: self.context.environment,
            layers: self.context.layers_root(),
        }
    }

    pub(super) fn steps(
        &self,
        steps: &[ManagerCommand],
        progress: &mut dyn Progress,
    ) -> Result<()> {
        steps::run(steps, self.job, self.context, &self.variables, progress)
    }
}
