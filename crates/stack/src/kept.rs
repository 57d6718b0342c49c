//! Where does the snapshot live between builds?
//!
//! In the metadata of a cache layer of ours, `stack.toml`, whose folder is empty. It is one text,
//! since numbers come back from the lifecycle as floats (libcnb.rs#473). A snapshot that can't
//! be read or written costs what it would have told, and nothing else.

use std::path::Path;

use libcnb::data::layer_content_metadata::{LayerContentMetadata, LayerTypes};
use serde::{Deserialize, Serialize};

use super::snapshot::Snapshot;
use slugsmith_facts::beneath::{self, Beneath};

const LAYER: &str = "stack";

/// The layer's metadata.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    /// JSON.
    snapshot: String,
}

/// The snapshot of the last build, if there is one.
#[must_use]
pub fn load(store: &Path) -> Option<Snapshot> {
    let text = beneath::utf8(beneath::note(store, format!("{LAYER}.toml")).ok()?).ok()?;
    let kept: LayerContentMetadata<Kept> = toml::from_str(&text).ok()?;
    serde_json::from_str(&kept.metadata.snapshot).ok()
}

/// Keeps the snapshot of a build.
///
/// # Errors
/// When the store can't be written; the caller goes on without.
pub fn save(store: &Path, snapshot: &Snapshot) -> std::io::Result<()> {
    let inside = Beneath::open(store)?;
    inside.create_folders(Path::new(LAYER))?;
    let kept = LayerContentMetadata {
        types: Some(LayerTypes {
            launch: false,
            build: false,
            cache: true,
        }),
        metadata: Kept {
            snapshot: serde_json::to_string(snapshot)?,
        },
    };
    let text = toml::to_string(&kept).map_err(std::io::Error::other)?;
    inside.replace(Path::new(&format!("{LAYER}.toml")), text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::LayerSnapshot;

    #[test]
    fn a_snapshot_comes_back_and_a_broken_one_is_none() {
        let store = tempfile::tempdir().unwrap();
        assert_eq!(load(store.path()), None);
        let snapshot = Snapshot {
            layers: vec![LayerSnapshot {
                buildpack: "a/one".to_owned(),
                roots: vec!["bin".to_owned()],
                bytes: 12,
                ..LayerSnapshot::default()
            }],
        };
        save(store.path(), &snapshot).unwrap();
        assert_eq!(load(store.path()), Some(snapshot));
        assert!(store.path().join("stack").is_dir());
        fs_err::write(store.path().join("stack.toml"), "[").unwrap();
        assert_eq!(load(store.path()), None);
    }
}
