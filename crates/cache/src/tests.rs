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

/// Writes a file of a small app, with the folders above it.
pub(crate) fn put(root: &std::path::Path, path: &str, text: &str) {
    let path = root.join(path);
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    fs_err::write(path, text).unwrap();
}

/// What a log would print of an event: nothing, since the printer is above this crate.
fn printed(_: cache::event::Event<'_>) -> Vec<String> {
    Vec::new()
}
