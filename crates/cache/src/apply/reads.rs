//! Which files of the app can an install read, and what do they hold?

use std::path::{Path, PathBuf};

use super::observe::Bounds;
use crate::files::{self, Files};
use crate::inputs::Inputs;
use crate::ledger::Ledger;
use crate::presets::Job;
use crate::store::{Store, Stored};
use slugsmith_facts::tree::Tree;

/// The files that an install can read, and the trees of other installs that it can see.
#[derive(Debug, Default)]
pub(crate) struct Read {
    /// Every file of the app.
    all: Option<Files>,
    /// Files of folders that the install copies.
    some: Option<Files>,
    /// Name and digest of each tree that was installed before.
    made: Vec<(String, String)>,
}

impl Read {
    /// What the job says it reads. Where the last install changed the app outside of its own
    /// trees, it is taken to have read all of it.
    pub(crate) fn of(
        app: &Path,
        job: &Job,
        stored: &Stored,
        bounds: &Bounds,
        made: &[(String, String)],
    ) -> Self {
        let whole = job.reads.iter().any(|folder| folder.as_os_str().is_empty());
        let was_whole = matches!(stored, Stored::Complete(record)
            if record.inputs.named().contains_key(files::ALL));
        if job.reads.is_empty() && !was_whole {
            return Self::default();
        }
        let tree = Tree::read(app);
        let read = |folders: &[PathBuf]| Files::of(&tree, folders, |path| bounds.is_app(path));
        Self {
            all: (whole || was_whole).then(|| read(&[PathBuf::new()])),
            some: (!whole && !job.reads.is_empty()).then(|| read(&job.reads)),
            made: if whole { made.to_vec() } else { Vec::new() },
        }
    }

    /// Adds them to a key.
    pub(crate) fn add(&self, inputs: &mut Inputs) {
        for (name, files) in [(files::ALL, &self.all), (files::SOME, &self.some)] {
            if let Some(files) = files {
                inputs.plain(name, files.digest());
            }
        }
        for (name, digest) in &self.made {
            inputs.digest(format!("tree of {name}"), digest.as_bytes());
        }
    }

    /// The list that is kept for the next miss.
    pub(crate) fn list(&self) -> Option<&Files> {
        self.all.as_ref().or(self.some.as_ref())
    }

    /// What changed since the list of this cache was kept.
    pub(crate) fn changes(&self, store: &Store, name: &str) -> Option<Vec<String>> {
        let list = self.list()?;
        list.changes(&store.folder(name)).or_else(|| {
            let kept = Ledger::load(store).files.remove(name)?;
            list.changes_since(&kept)
        })
    }
}
