//! Where does the list of what was removed lie between builds?
//!
//! In the folder of the store that holds the history of sizes, so that it is in one of our
//! layers and whoever misses a file can look there which entry took it.

use std::path::Path;

use super::StripReport;
use slugsmith_facts::beneath::Beneath;
use slugsmith_facts::layers;

const FILE: &str = "strip.tsv";

/// Writes it.
///
/// # Errors
/// When the store can't be written; the caller goes on without.
pub fn save(store: &Path, report: &StripReport) -> std::io::Result<()> {
    let path = Path::new(layers::HISTORY).join(FILE);
    Beneath::open(store)?.replace(&path, &report.list())
}
