//! One site in hand: look up, restore, install, keep.

mod install;
mod restore;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::answer::{Answer, answer};
use super::home;
use super::mark::Mark;
use super::observe::{Bounds, Snapshot};
use super::reads::Read;
use super::relocate::Naming;
use crate::effects::Effects;
use crate::event::{Event, Progress};
use crate::pack::Links;
use crate::presets::{Class, Job};
use crate::store::{Kept, Record, Stored};
use crate::{CACHE_DISCARDED, Context, left_out, switches};
use slugsmith_finding::error::Problem;

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
}
