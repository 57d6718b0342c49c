//! What in this app will never run?
//!
//! `catalogue/` names what is worth removing, each entry with a reason; `guards` are
//! facts of this very tree that keep a file whatever its name; `decide` is the pure
//! function of both; `apply` is the only part that removes, in a way that an
//! interruption leaves the app either untouched or completely stripped.

use std::path::Path;

use crate::config::Config;
use crate::error::Result;
use crate::facts::tree::Totals;

/// What was (or would be) removed.
#[derive(Debug, Clone, Default)]
pub struct StripReport {
    /// True when nothing was removed: `--dry-run` or `check`.
    pub dry_run: bool,
    pub before: Totals,
    pub removed: Totals,
    /// Largest first.
    pub by_reason: Vec<ReasonTotal>,
    /// Files that a catalogue entry names but a guard keeps, with the guard.
    pub kept: Vec<Kept>,
}

/// Bytes and files per reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonTotal {
    pub reason: String,
    pub totals: Totals,
}

/// A path that looked removable and stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub path: String,
    pub because: String,
}

/// Strips `app`, or with `dry_run` only says what would go.
///
/// # Errors
/// Never for a single file that can't be removed; only when the app can't be read at all.
pub fn run(_app: &Path, _config: &Config, dry_run: bool) -> Result<StripReport> {
    Ok(StripReport {
        dry_run,
        ..StripReport::default()
    })
}
