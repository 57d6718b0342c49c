//! Which inputs has each cache, old and new, and what follows from them?
//!
//! `slugsmith explain cache` asks before a build and changes nothing. In a build
//! `SLUGSMITH_CACHE_EXPLAIN=json` gives one line of JSON per cache in the log, or in the
//! file that `SLUGSMITH_CACHE_EXPLAIN_FILE` names. Values are versions and digests, as in
//! the layer's own metadata: nothing secret is among them.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use super::apply::{Answer, Bounds, Read, answer};
use super::inputs::Inputs;
use super::presets::{self, Place, Recognised};
use super::store::{Record, Stored};
use super::{Context, folders};
use crate::event::{Event, Progress};

/// One cache and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    pub name: String,
    /// `package-lock.json, 842 packages`.
    pub what: String,
    /// `hit`, `partial`, `miss`, or `skipped` where it can't be installed.
    pub verdict: &'static str,
    pub reasons: Vec<String>,
    /// Inputs of the stored cache; `None` where nothing usable is stored.
    pub old: Option<BTreeMap<String, String>>,
    /// Inputs of this app on this machine.
    pub new: BTreeMap<String, String>,
    pub stored: Option<Record>,
}

impl Explained {
    fn new(
        name: &str,
        what: &str,
        (verdict, reasons): (&'static str, Vec<String>),
        inputs: &Inputs,
        stored: &Stored,
    ) -> Self {
        let stored = match stored {
            Stored::Complete(record) => Some((**record).clone()),
            Stored::Nothing | Stored::Unusable(_) => None,
        };
        Self {
            name: name.to_owned(),
            what: what.to_owned(),
            verdict,
            reasons,
            old: stored.as_ref().map(|record| record.inputs.named().clone()),
            new: inputs.named().clone(),
            stored,
        }
    }

    /// With every input, old and new.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "schema": "slugsmith.cache-explain/1",
            "cache": self.name,
            "verdict": self.verdict,
            "reasons": self.reasons,
            "old": self.old,
            "new": self.new,
            "stored_bytes": self.stored.as_ref().map(|record| record.stored_bytes),
            "install_seconds": self.stored.as_ref().map(|record| record.install.as_secs_f64()),
        })
    }
}

/// Every cache of an app as a build would judge it now. Changes nothing; asks tools for
/// their versions.
#[must_use]
pub fn all(context: &Context<'_>) -> Vec<Explained> {
    let places: Vec<_> = std::iter::once(String::new())
        .chain(context.config.cache.projects.iter().cloned())
        .map(|at| Place::new(context, Path::new(&at)))
        .collect();
    let recognised = places
        .iter()
        .flat_map(presets::recognise)
        .chain(places.iter().flat_map(presets::recognise_compiled))
        .chain(presets::recognise_custom(context))
        .collect::<Vec<_>>();
    let folders = folders::Folders::of(context);
    let trees = recognised.iter().flat_map(|one| match one {
        Recognised::Site(site) => site.trees.clone(),
        Recognised::Unusable { .. } => Vec::new(),
    });
    let bounds = Bounds::new(context, trees.chain(folders.paths()).collect());
    let recognised = recognised.into_iter();
    let mut all: Vec<_> = recognised.map(|one| site(context, one, &bounds)).collect();
    all.extend(folders.explained());
    all
}

fn site(context: &Context<'_>, recognised: Recognised<'_>, bounds: &Bounds) -> Explained {
    let skipped = |name: &str, what: &str, why: &[String]| {
        let verdict = ("skipped", why.to_vec());
        let nothing = Inputs::default();
        Explained::new(name, what, verdict, &nothing, &context.store.look_up(name))
    };
    match recognised {
        Recognised::Unusable {
            name,
            what,
            problem,
            ..
        } => skipped(&name, &what, &problem.saw),
        Recognised::Site(site) => match super::presets::read(site.job) {
            Ok(mut job) => {
                let stored = context.store.look_up(&site.name);
                // Trees of other installs are not there before a build.
                let read = Read::of(&context.app.root, &job, &stored, bounds, &[]);
                read.add(&mut job.inputs);
                let words = answer(context, &site.name, &job, &read, stored.clone()).words();
                Explained::new(&site.name, &site.what, words, &job.inputs, &stored)
            }
            Err(problem) => skipped(&site.name, &site.what, &problem.saw),
        },
    }
}

/// A cache folder: its tool checks what is in it, so only the machine and what the user
/// named are its key.
pub(super) fn folder(context: &Context<'_>, name: &str, inputs: &Inputs) -> Option<Explained> {
    let stored = context.store.look_up(name);
    let Stored::Complete(record) = &stored else {
        return None;
    };
    let reasons: Vec<_> = record
        .inputs
        .changes(inputs)
        .iter()
        .map(ToString::to_string)
        .collect();
    let verdict = if reasons.is_empty() { "hit" } else { "miss" };
    let what = slugsmith_finding::units::counted(record.files, "file");
    Some(Explained::new(
        name,
        &what,
        (verdict, reasons),
        inputs,
        &stored,
    ))
}

/// In a build: tells about one site where the user asks for it.
pub(super) fn tell(
    context: &Context<'_>,
    (name, what): (&str, &str),
    answer: &Answer,
    new: &Inputs,
    progress: &mut dyn Progress,
) {
    if is_asked(context) {
        let stored = context.store.look_up(name);
        let explained = Explained::new(name, what, answer.words(), new, &stored);
        emit(context, &explained, progress);
    }
}

/// Whether the user asks for it.
pub(super) fn is_asked(context: &Context<'_>) -> bool {
    context.environment.get("SLUGSMITH_CACHE_EXPLAIN") == Some("json")
}

pub(super) fn emit(context: &Context<'_>, explained: &Explained, progress: &mut dyn Progress) {
    let Some(path) = context.environment.get("SLUGSMITH_CACHE_EXPLAIN_FILE") else {
        progress.event(Event::Explained(explained));
        return;
    };
    let line = explained.to_json();
    // An explanation that can't be written must not fail a build.
    let _ = fs_err::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .and_then(|mut file| writeln!(file, "{line}"));
}
