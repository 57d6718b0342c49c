//! Which files of the app can an install read, and what do they hold?

use std::path::PathBuf;

use super::mentions;
use super::observe::Bounds;
use crate::Context;
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
    /// Inputs of the config vars that these files name: code that an install runs reads them.
    variables: Inputs,
}

impl Read {
    /// What the job says it reads. Where the last install changed the app outside of its own
    /// trees, it is taken to have read all of it.
    pub(crate) fn of(
        context: &Context<'_>,
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
        let app = &context.app.root;
        let tree = Tree::read(app);
        let read = |folders: &[PathBuf]| Files::of(&tree, folders, |path| bounds.is_app(path));
        let all = (whole || was_whole).then(|| read(&[PathBuf::new()]));
        let some = (!whole && !job.reads.is_empty()).then(|| read(&job.reads));
        let mut variables = Inputs::default();
        if let Some(files) = all.as_ref().or(some.as_ref()) {
            for (name, value) in mentions::of(app, files, context.environment) {
                let name = format!("config var {name}");
                let old = match stored {
                    Stored::Complete(record) => record.inputs.named().get(&name),
                    _ => None,
                };
                let old = old.map(String::as_str);
                variables.salted(&name, value.as_encoded_bytes(), old);
            }
        }
        Self {
            all,
            some,
            made: if whole { made.to_vec() } else { Vec::new() },
            variables,
        }
    }

    /// Adds them to a key.
    pub(crate) fn add(&self, inputs: &mut Inputs) {
        for (name, files) in [(files::ALL, &self.all), (files::SOME, &self.some)] {
            if let Some(files) = files {
                inputs.plain(name, files.digest());
            }
        }
        inputs.add(&self.variables);
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
