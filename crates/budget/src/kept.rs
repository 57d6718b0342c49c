//! Where does the history live between builds?
//!
//! In a folder of the store, like a cache: `history/` with its layer metadata beside it,
//! so that the lifecycle keeps it. A history that can't be read or written costs the
//! comparison with the last build and nothing else.

use std::path::Path;

use libcnb::data::layer_content_metadata::{LayerContentMetadata, LayerTypes};
use serde::{Deserialize, Serialize};

use super::history::History;
use super::memory::Memory;
use slugsmith_facts::beneath::{self, Beneath};

/// The folder of the store.
pub const LAYER: &str = slugsmith_facts::layers::HISTORY;
const FILE: &str = "history.json";
const WINDOWS: &str = "windows.json";

/// Layer metadata needs a table; ours has nothing to say.
#[derive(Debug, Serialize, Deserialize)]
struct Nothing {}

/// The history of the last successful build, if there is one.
#[must_use]
pub fn load(store: &Path) -> Option<History> {
    let text = beneath::utf8(beneath::note(store, Path::new(LAYER).join(FILE)).ok()?).ok()?;
    History::from_json(&text)
}

/// Keeps the history of a successful build.
///
/// # Errors
/// When the store can't be written; the caller goes on without.
pub fn save(store: &Path, history: &History) -> std::io::Result<()> {
    let inside = Beneath::open(store)?;
    inside.replace(&Path::new(LAYER).join(FILE), history.to_json().as_bytes())?;
    let metadata = LayerContentMetadata {
        types: Some(LayerTypes {
            launch: false,
            build: false,
            cache: true,
        }),
        metadata: Nothing {},
    };
    let text = toml::to_string(&metadata).map_err(std::io::Error::other)?;
    inside.replace(Path::new(&format!("{LAYER}.toml")), text.as_bytes())
}

/// What the last successful build measured; nothing is as good as nothing new.
#[must_use]
pub fn load_memory(store: &Path) -> Memory {
    let text = beneath::note(store, Path::new(LAYER).join(WINDOWS));
    let text = text.and_then(beneath::utf8).unwrap_or_default();
    Memory::from_json(&text)
}

/// Keeps what this build measured, beside its history.
///
/// # Errors
/// As [`save`].
pub fn save_memory(store: &Path, memory: &Memory) -> std::io::Result<()> {
    let path = Path::new(LAYER).join(WINDOWS);
    Beneath::open(store)?.replace(&path, memory.to_json().as_bytes())
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
