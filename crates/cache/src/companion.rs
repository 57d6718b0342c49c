//! What does the companion buildpack do at the front of the list?
//!
//! `slugsmith/restore` gives framework and custom caches back before the other buildpacks
//! build, from what `slugsmith/slugsmith` kept at the end of the last build. It keeps
//! nothing itself: layers belong to one buildpack, and only the last one sees what the
//! others wrote. So it only reads the last one's layers, which the lifecycle has restored
//! for all buildpacks before the first one runs. It also writes down what is in the app
//! ([`Before`]), which nobody can see later.

use std::path::Path;

use super::store::Store;
use super::{Context, folders, intercept};
use crate::event::{Answers, Companion, Event, Keeper, Progress};
use slugsmith_ecosystems::{self as ecosystems, recognise};
use slugsmith_facts::app::OnDisk;
use slugsmith_facts::before::Before;
use slugsmith_facts::environment::World;
use slugsmith_facts::layers::{self, Order};
use slugsmith_finding::error::{Result, io};

/// Id of the buildpack that keeps what the companion gives back.
pub const KEEPER: &str = "slugsmith/slugsmith";

/// Where the last buildpack keeps its caches, seen from the companion's layers directory.
#[must_use]
pub fn store_of_keeper(layers: &Path) -> Store {
    let root = layers.parent().unwrap_or(layers);
    Store::of_another(root.join(layers::escape(KEEPER)))
}

/// Gives caches back and notes the app's files in `notes`, an existing folder.
///
/// # Errors
/// An app or a folder of ours that can't be written to.
pub fn run(context: &Context<'_>, notes: &Path, progress: &mut dyn Progress) -> Result<Companion> {
    let mut before = Before::read(&context.app.root);
    let mut folders = folders::Folders::of(context);
    folders.clean()?;
    let restored = folders.restore_early(progress);
    before.restored = restored
        .iter()
        .map(|outcome| outcome.decision.name.clone())
        .collect();
    before
        .save(notes)
        .map_err(|error| io("writing to", notes, &error))?;
    let keeper = keeper(context);
    let answers = answers(context, keeper, notes);
    let companion = Companion {
        answers,
        has_store: context.store.has_any(),
        keeper,
        noted: before.files.len(),
        restored,
    };
    progress.event(Event::Companion(&companion));
    Ok(companion)
}

/// Readies the notes for calls of later buildpacks.
fn answers(context: &Context<'_>, keeper: Keeper, notes: &Path) -> Answers {
    let cache = &context.config.cache;
    let has_manifest = context.app.has(ecosystems::javascript::MANIFEST);
    if cache.off || !cache.intercept || keeper == Keeper::Missing || !has_manifest {
        return Answers::No;
    }
    if !intercept::call::is_possible(&context.app.root) {
        return Answers::No;
    }
    if context.environment.get(intercept::VARIABLE).is_some() {
        // The platform lays the user's variables over those of buildpacks.
        return Answers::Useless(format!("{} is set", intercept::VARIABLE));
    }
    if let Some(why) = doubt(context) {
        return Answers::Useless(why);
    }
    match intercept::Session::open(context, notes) {
        Ok(()) => Answers::Yes,
        Err(error) => Answers::Useless(error.to_string()),
    }
}

/// Why the variable could change what another buildpack does. A classic build with
/// heroku-buildpack-nodejs has a heap size in it, which a list without that buildpack has not; which
/// one this is can't be seen before the end, unless the app is of Node.js alone.
fn doubt(context: &Context<'_>) -> Option<String> {
    if context.environment.world == World::CloudNative {
        return None;
    }
    let projects = recognise::projects(&OnDisk(&context.app.root), "");
    let other = projects
        .iter()
        .find(|project| project.ecosystem.id != ecosystems::javascript::ECOSYSTEM.id)?;
    Some(format!(
        "with {} beside package.json, it can't be known whether heroku/nodejs is in the list, \
         whose {} theirs would be",
        other.file(),
        intercept::VARIABLE
    ))
}

fn keeper(context: &Context<'_>) -> Keeper {
    let Some(root) = context.layers_root() else {
        return Keeper::Unknown;
    };
    let layers = layers::read_environment(root);
    match layers.order {
        Order::Group if layers.group.iter().any(|one| one.id == KEEPER) => Keeper::Follows,
        Order::Group => Keeper::Missing,
        Order::Metadata | Order::Unknown => Keeper::Unknown,
    }
}
