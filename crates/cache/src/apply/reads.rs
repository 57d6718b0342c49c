//! Which files of the app can an install read, and what do they hold?

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::observe::Bounds;
use crate::Context;
use crate::files::{self, Files};
use crate::inputs::Inputs;
use crate::ledger::Ledger;
use crate::mentions::Mentions;
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
    /// Inputs of the config vars that these files name, since code that an install runs reads
    /// them, and of those that settings name.
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
        let mentions = Mentions::of(context.environment);
        let mut named: BTreeSet<&str> = job.inputs.expanded().iter().map(String::as_str).collect();
        let (mut all, mut some) = (None, None);
        if !job.reads.is_empty() || was_whole {
            let tree = Tree::read(&context.app.root);
            let everything = [PathBuf::new()];
            let is_all = whole || was_whole;
            let folders = if is_all { &everything[..] } else { &job.reads };
            let is_app = |path: &Path| bounds.is_app(path);
            let look = |path: &Path, text: &[u8]| mentions.in_code(path, text);
            let (files, in_code) = Files::read(&tree, folders, is_app, look);
            named.extend(in_code.into_iter().flatten());
            if is_all {
                some = (!whole && !job.reads.is_empty()).then(|| files.below(&tree, &job.reads));
                all = Some(files);
            } else {
                some = Some(files);
            }
        }
        let old = match stored {
            Stored::Complete(record) => Some(&record.inputs),
            _ => None,
        };
        let variables = variables(context, named, old);
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

/// Every file of the app that `is_app` accepts, and the config vars that code in them names.
pub(crate) fn everything(
    context: &Context<'_>,
    is_app: impl Fn(&Path) -> bool + Sync,
    old: Option<&Inputs>,
) -> (Files, Inputs) {
    let mentions = Mentions::of(context.environment);
    // Below a folder that is none of the app's nothing is.
    let tree = Tree::read_where(&context.app.root, &is_app);
    let look = |path: &Path, text: &[u8]| mentions.in_code(path, text);
    let (files, in_code) = Files::read(&tree, &[PathBuf::new()], is_app, look);
    let named = in_code.into_iter().flatten().collect();
    (files, variables(context, named, old))
}

/// Inputs of the config vars of these names, with the salts of `old` ones.
fn variables(context: &Context<'_>, named: BTreeSet<&str>, old: Option<&Inputs>) -> Inputs {
    let mut variables = Inputs::default();
    for name in named {
        let Some(value) = context.environment.variables.get(name) else {
            continue;
        };
        let name = format!("config var {name}");
        let old = old.and_then(|old| old.named().get(&name));
        let old = old.map(String::as_str);
        variables.salted(&name, value.as_encoded_bytes(), old);
    }
    variables
}
