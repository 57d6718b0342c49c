//! Presets and their keys on small apps, with tools of our own: scripts. Whole builds are
//! in `tests/cache` of the root package, which can print what it reads.

mod interrupted;
mod mutations;
mod presets;
#[path = "../../../tests/cache/support.rs"]
mod support;

use crate as cache;
use slugsmith_config as config;
use slugsmith_facts as facts;
use slugsmith_finding::error;

/// How layers are finished here: not at all, since strip and boot are beside this crate.
const LAYERS: cache::finish::AsInstalled = cache::finish::AsInstalled;

/// What a log would print of an event: nothing, since the printer is above this crate.
fn printed(_: cache::event::Event<'_>) -> Vec<String> {
    Vec::new()
}
