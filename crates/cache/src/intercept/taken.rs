//! What calls of other buildpacks left for the last one: trees to keep, and trees that were used.

use slugsmith_facts::beneath::own;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::CALLS;
use crate::store::{Kept, Store, Stored};
use crate::{Context, pack};
use slugsmith_facts::before::{COMPANION, LAYER};
use slugsmith_facts::beneath::{self, Beneath};
use slugsmith_facts::environment::World;
use slugsmith_facts::layers;
use slugsmith_finding::units;

const ANSWERED: &str = "answered.json";

/// Calls that were answered: name of the cache, and what they took when they ran.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AnsweredCalls(pub BTreeMap<String, u64>);

impl AnsweredCalls {
    pub(crate) fn load(calls: &Path) -> Self {
        let read = beneath::note(calls, ANSWERED).ok();
        read.and_then(|text| serde_json::from_slice(&text).ok())
            .unwrap_or_default()
    }

    pub(crate) fn save(&self, calls: &Path) -> std::io::Result<()> {
        Beneath::open(calls)?.replace(Path::new(ANSWERED), &serde_json::to_vec(self)?)
    }
}

/// Where calls of this build left anything.
fn calls(context: &Context<'_>) -> Option<PathBuf> {
    let store = context.store.root();
    let notes = if context.environment.world == World::CloudNative {
        store.parent()?.join(layers::escape(COMPANION)).join(LAYER)
    } else {
        store.join(LAYER)
    };
    // Notes of another build would be of another app.
    super::Session::load(&notes).filter(|session| session.app == context.app.root)?;
    Some(notes.join(CALLS))
}

/// Takes over what calls made, and holds what answered them. For each cache, what the log says
/// of it.
pub(crate) fn take(context: &Context<'_>) -> BTreeMap<String, String> {
    let mut told = BTreeMap::new();
    let Some(calls) = calls(context) else {
        return told;
    };
    if context.config.cache.off || !context.config.cache.intercept {
        return told;
    }
    let store = context.store;
    for (name, install) in AnsweredCalls::load(&calls).0 {
        if let Stored::Complete(record) = store.look_up(&name)
            && store.commit(&name, &record, Kept::CACHE).is_ok()
        {
            let saved = units::time(std::time::Duration::from_millis(install));
            told.insert(
                name,
                format!("whose call slugsmith/restore answered, saved {saved}"),
            );
        }
    }
    let made = Store::new(calls.clone());
    for (name, record) in made.all() {
        let moved = store.begin(&name).and_then(|folder| {
            pack::remove(&folder)?;
            own::rename(made.folder(&name), &folder)?;
            store.commit(&name, &record, Kept::CACHE)
        });
        if moved.is_ok() {
            let size = units::size(record.stored_bytes);
            told.insert(name, format!("kept for the next build: {size}"));
        } else {
            // The next call runs, and is kept then.
            let _ = store.discard(&name);
        }
    }
    told
}
