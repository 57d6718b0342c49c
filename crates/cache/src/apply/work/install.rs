//! The manager runs: on an old tree that is to become the wanted one, or for a clean install.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{Before, Made, Synced, Work};
use crate::apply::hide::Guard;
use crate::apply::{download_store, steps};
use crate::event::{Event, Progress};
use crate::finish::Layer;
use crate::lockfile;
use crate::presets::{Class, ManagerCommand};
use crate::store::Record;
use slugsmith_facts::beneath::{self, own};
use slugsmith_finding::error::{Result, io};

impl Work<'_> {
    pub(super) fn take_back(&self) -> Result<()> {
        self.mark
            .take_back(self.app(), self.trees)
            .map_err(|error| io("removing an unfinished tree in", self.app(), &error))
    }

    /// Makes an old tree, already restored, what is wanted now.
    pub(in crate::apply) fn sync(
        &mut self,
        old: &Record,
        progress: &mut dyn Progress,
    ) -> Result<Synced> {
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

    pub(in crate::apply) fn lockfile_content(&self) -> Option<Vec<u8>> {
        beneath::read(self.lockfile_path()?).ok()
    }

    pub(in crate::apply) fn put_lockfile_back(&self, content: Option<&[u8]>) -> Result<()> {
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
    pub(in crate::apply) fn install(
        &mut self,
        progress: &mut dyn Progress,
    ) -> Result<Option<Record>> {
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

    pub(in crate::apply) fn steps(
        &self,
        steps: &[ManagerCommand],
        progress: &mut dyn Progress,
    ) -> Result<()> {
        steps::run(steps, self.job, self.context, &self.variables, progress)
    }
}
