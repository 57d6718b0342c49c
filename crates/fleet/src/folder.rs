//! The reports in a folder and the folders below it.

use std::path::Path;

use rayon::prelude::*;
use slugsmith_facts::beneath::Beneath;
use slugsmith_facts::tree::{Entry, EntryKind, Tree};

use crate::report::{Summary, read};
use crate::{LONGEST, MOST};

/// What was read: summaries, and the files that are no report with the reason.
pub type Read = (Vec<Summary>, Vec<(String, String)>);

/// Reads every `.json` below a folder, and what builds wrote into its `r` as into a store. Links are
/// not followed.
///
/// # Errors
/// The folder can't be opened.
pub fn load(folder: &Path) -> std::io::Result<Read> {
    let root = Beneath::open(folder)?;
    let tree = Tree::read(folder);
    let is_report = |path: &Path| {
        path.extension().is_some_and(|end| end == "json")
            || path.starts_with("r") && path.extension().is_none()
    };
    let files: Vec<&Path> = tree
        .entries()
        .iter()
        .filter(|entry| entry.kind() == EntryKind::File && is_report(entry.path()))
        .map(Entry::path)
        .collect();
    let mut refused = Vec::new();
    if files.len() > MOST {
        let why = format!("{} more files than are read", files.len() - MOST);
        refused.push((folder.display().to_string(), why));
    }
    let results: Vec<_> = files
        .par_iter()
        .take(MOST)
        .map(|path| {
            let name = path.to_string_lossy().into_owned();
            let text = text(&root, path).map_err(|error| (name.clone(), error.to_string()))?;
            read(&name, &text).map_err(|why| (name, why))
        })
        .collect();
    let (summaries, more) = sorted(results);
    refused.extend(more);
    Ok((summaries, refused))
}

/// Those that are reports, and those that are none.
pub(crate) fn sorted(results: impl IntoIterator<Item = Result<Summary, (String, String)>>) -> Read {
    let (mut summaries, mut refused) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(summary) => summaries.push(summary),
            Err(one) => refused.push(one),
        }
    }
    (summaries, refused)
}

fn text(root: &Beneath, path: &Path) -> std::io::Result<Vec<u8>> {
    use std::io::Read as _;
    let file = root.file(path)?;
    if file.metadata()?.len() > LONGEST {
        return Err(std::io::Error::other(format!(
            "it has more than {LONGEST} bytes"
        )));
    }
    let mut bytes = Vec::new();
    file.take(LONGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}
