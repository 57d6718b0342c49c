//! Where does the history live between builds?
//!
//! In a folder of the store, like a cache: `history/` with its layer metadata beside it,
//! so that the lifecycle keeps it. A history that can't be read or written costs the
//! comparison with the last build and nothing else.

use std::path::Path;

use libcnb::data::layer_content_metadata::{LayerContentMetadata, LayerTypes};
use serde::{Deserialize, Serialize};

use super::history::History;

/// The folder of the store.
pub const LAYER: &str = slugsmith_facts::layers::HISTORY;
const FILE: &str = "history.json";

/// Layer metadata needs a table; ours has nothing to say.
#[derive(Debug, Serialize, Deserialize)]
struct Nothing {}

/// The history of the last successful build, if there is one.
#[must_use]
pub fn load(store: &Path) -> Option<History> {
    let text = fs_err::read_to_string(store.join(LAYER).join(FILE)).ok()?;
    History::from_json(&text)
}

/// Keeps the history of a successful build.
///
/// # Errors
/// When the store can't be written; the caller goes on without.
pub fn save(store: &Path, history: &History) -> std::io::Result<()> {
    let folder = store.join(LAYER);
    fs_err::create_dir_all(&folder)?;
    let mut file = tempfile::NamedTempFile::new_in(&folder)?;
    std::io::Write::write_all(&mut file, history.to_json().as_bytes())?;
    file.persist(folder.join(FILE))
        .map_err(|error| error.error)?;
    let metadata = LayerContentMetadata {
        types: Some(LayerTypes {
            launch: false,
            build: false,
            cache: true,
        }),
        metadata: Nothing {},
    };
    libcnb::write_toml_file(&metadata, store.join(format!("{LAYER}.toml")))
        .map_err(std::io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BudgetReport;

    #[test]
    fn a_history_comes_back_and_a_broken_one_is_none() {
        let store = tempfile::tempdir().unwrap();
        assert_eq!(load(store.path()), None);
        let history = History::of(&BudgetReport::default());
        save(store.path(), &history).unwrap();
        assert_eq!(load(store.path()), Some(history));
        let toml = fs_err::read_to_string(store.path().join("history.toml")).unwrap();
        assert!(toml.contains("cache = true"), "{toml}");
        fs_err::write(store.path().join("history/history.json"), "{").unwrap();
        assert_eq!(load(store.path()), None);
    }
}
