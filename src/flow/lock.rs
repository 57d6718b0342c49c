//! One run at a time in an app and in a store: a second one waits, and says so.

use std::path::Path;

use crate::error::{Kind, Problem, Result, io};
use crate::facts::beneath::{self, Lock, Locked};
use crate::report::event::{Event, Progress};

/// Another run works in the same folder.
pub static IN_USE: Kind = Kind {
    id: "folder-in-use",
    header: "Another slugsmith works in this folder",
    why: "Two runs that change the same files at once would take them from each other. The \
          second one waits for the first, for 15 minutes at most.",
    steps: &[
        "Wait for the other run, or end it: `ps -e | grep slugsmith`.",
        "For builds of one app at once give each a cache of its own: `slugsmith build --cache DIR`.",
    ],
    example: || Problem::new(&IN_USE).saw("apps/shop"),
};

/// Takes the folder for this run; it is free again when the lock is dropped.
///
/// # Errors
/// [`IN_USE`], or the folder can't be opened.
pub fn take(folder: &Path, progress: &mut dyn Progress) -> Result<Option<Lock>> {
    let problem = || Problem::new(&IN_USE).saw(folder.display().to_string());
    let waits = || progress.event(Event::Warning(&problem()));
    match beneath::lock(folder, waits).map_err(|error| io("opening", folder, &error))? {
        Locked::Here(lock) => Ok(Some(lock)),
        Locked::Without => Ok(None),
        Locked::InUse => Err(problem()),
    }
}
