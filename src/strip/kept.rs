//! Where does the list of what was removed lie between builds?
//!
//! In the folder of the store that holds the history of sizes, so that it is in one of our
//! layers and whoever misses a file can look there which entry took it.

use std::path::Path;

use super::StripReport;
use crate::budget;
use crate::facts::beneath::Beneath;

const FILE: &str = "strip.tsv";

/// Writes it.
///
/// # Errors
/// When the store can't be written; the caller goes on without.
pub fn save(store: &Path, report: &StripReport) -> std::io::Result<()> {
    let path = Path::new(budget::kept::LAYER).join(FILE);
    Beneath::open(store)?.replace(&path, &report.list())
}
