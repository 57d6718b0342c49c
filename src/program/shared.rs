//! The store that several builds share, for every way in.

use crate::cache::event::Event as OfCache;
use crate::cache::store::Store;
use crate::config::Config;
use crate::facts::environment::Environment;
use crate::flow::shared;
use crate::report::event::{Event, Progress};

/// Puts the shared store behind the local caches, where the configuration names one. What only it
/// needs leaves the environment in any case. One that can't be used is a line in the log.
pub(super) fn behind(
    store: Store,
    config: &Config,
    environment: &mut Environment,
    progress: &mut dyn Progress,
) -> Store {
    match shared::open(config, environment) {
        Ok(None) => store,
        Ok(Some(shared)) => shared.behind(store),
        Err(why) => {
            let line = format!("the shared store is left aside: {why}");
            progress.event(Event::Cache(OfCache::Note(&line)));
            store
        }
    }
}
