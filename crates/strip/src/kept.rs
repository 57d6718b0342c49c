//! Where does the list of what was removed lie between builds?
//!
//! In the folder of the store that holds the history of sizes, so that it is in one of our
//! layers and whoever misses a file can look there which entry took it.

use std::collections::BTreeMap;
use std::path::Path;

use super::StripReport;
use slugsmith_facts::beneath::Beneath;
use slugsmith_facts::layers;
use slugsmith_facts::tree::Totals;

const FILE: &str = "strip.tsv";

/// What the last strip or build removed of a file, or below a folder, by kind, the largest
/// first; empty where the list is not there or does not have it.
#[must_use]
pub fn removed_by(store: &Path, path: &Path) -> Vec<(String, Totals)> {
    let file = Path::new(layers::HISTORY).join(FILE);
    let list = Beneath::open(store).and_then(|store| store.read(&file));
    let list = list.unwrap_or_default();
    let mut kinds: BTreeMap<String, Totals> = BTreeMap::new();
    for line in String::from_utf8_lossy(&list).lines() {
        let mut columns = line.splitn(3, '\t');
        let (Some(id), Some(bytes), Some(removed)) =
            (columns.next(), columns.next(), columns.next())
        else {
            continue;
        };
        if Path::new(removed).starts_with(path) {
            let totals = kinds.entry(id.to_owned()).or_default();
            totals.files += 1;
            totals.bytes += bytes.parse::<u64>().unwrap_or_default();
        }
    }
    let mut kinds: Vec<(String, Totals)> = kinds.into_iter().collect();
    kinds.sort_by_key(|(_, totals)| std::cmp::Reverse(totals.bytes));
    kinds
}

/// Writes it.
///
/// # Errors
/// When the store can't be written; the caller goes on without.
pub fn save(store: &Path, report: &StripReport) -> std::io::Result<()> {
    let store = Beneath::open(store)?;
    store.create_folders(Path::new(layers::HISTORY))?;
    store.replace(&Path::new(layers::HISTORY).join(FILE), &report.list())
}
