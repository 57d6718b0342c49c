//! Where does the list of what was removed lie between builds?
//!
//! In the folder of the store that holds the history of sizes, so that it is in one of our
//! layers and whoever misses a file can look there which entry took it.

use std::path::Path;

use super::StripReport;
use slugsmith_facts::beneath::Beneath;
use slugsmith_facts::layers;

const FILE: &str = "strip.tsv";

/// The id of the kind that removed a path in the last build, if the list is there.
#[must_use]
pub fn removed_by(store: &Path, path: &Path) -> Option<String> {
    let list = Beneath::open(store)
        .ok()?
        .read(&Path::new(layers::HISTORY).join(FILE))
        .ok()?;
    let list = String::from_utf8_lossy(&list);
    let wanted = path.to_str()?;
    list.lines().find_map(|line| {
        let mut columns = line.splitn(3, '\t');
        let (id, path) = (columns.next()?, columns.nth(1)?);
        (path == wanted).then(|| id.to_owned())
    })
}

/// Writes it.
///
/// # Errors
/// When the store can't be written; the caller goes on without.
pub fn save(store: &Path, report: &StripReport) -> std::io::Result<()> {
    let path = Path::new(layers::HISTORY).join(FILE);
    Beneath::open(store)?.replace(&path, &report.list())
}
