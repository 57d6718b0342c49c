//! Which inputs has each cache, old and new, and what follows from them?
//!
//! `slugsmith explain cache` asks before a build and changes nothing. In a build
//! `SLUGSMITH_CACHE_EXPLAIN=json` gives one line of JSON per cache in the log, or in the
//! file that `SLUGSMITH_CACHE_EXPLAIN_FILE` names. Values are versions and digests, as in
//! the layer's own metadata: nothing secret is among them.

use std::path::Path;

use super::apply::{Bounds, Read, answer};
use super::inputs::Inputs;
use super::presets::{self, Project, Recognised};
use super::{Context, folders};
use crate::event::Explained;

/// Every cache of an app as a build would judge it now. Changes nothing; asks tools for
/// their versions.
#[must_use]
pub fn all(context: &Context<'_>) -> Vec<Explained> {
    let places: Vec<_> = std::iter::once(String::new())
        .chain(context.config.cache.projects.iter().cloned())
        .map(|at| Project::new(context, Path::new(&at)))
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
                let read = Read::of(context, &job, &stored, bounds, &[]);
                read.add(&mut job.inputs);
                let words = answer(context, &site.name, &job, &read, stored.clone()).words();
                Explained::new(&site.name, &site.what, words, &job.inputs, &stored)
            }
            Err(problem) => skipped(&site.name, &site.what, &problem.saw),
        },
    }
}
