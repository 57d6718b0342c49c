//! What the last build measured, so that the same bytes are not compressed again.
//!
//! A measurement follows from the bytes of a window and from nothing else; `estimate/bytes.rs` makes
//! their keys.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// The name and version of the stored form.
const SCHEMA: &str = "slugsmith.windows/1";
/// Another version may measure with other coders.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Measurements that are kept at most; an estimate needs about five thousand.
const MOST: usize = 50_000;

/// Compressed bytes by one or two coders.
pub(crate) type Sizes = [f64; 2];

/// Measurements by the bytes that they are of.
#[derive(Debug, Default)]
pub struct Memory {
    known: HashMap<String, Sizes>,
    /// Asked for in this build: what is kept for the next one.
    used: Mutex<BTreeMap<String, Sizes>>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    schema: String,
    version: String,
    windows: BTreeMap<String, Sizes>,
}

impl Memory {
    /// What an earlier build kept; nothing if it is of another version.
    #[must_use]
    pub fn from_json(text: &str) -> Self {
        let stored = serde_json::from_str::<Stored>(text).ok();
        let same = stored.filter(|one| one.schema == SCHEMA && one.version == VERSION);
        let windows = same.map(|one| one.windows).unwrap_or_default();
        let sound = |sizes: &Sizes| sizes.iter().all(|size| size.is_finite() && *size >= 0.0);
        Self {
            known: windows.into_iter().filter(|(_, one)| sound(one)).collect(),
            used: Mutex::default(),
        }
    }

    /// What this build asked for.
    #[must_use]
    pub fn to_json(&self) -> String {
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let stored = Stored {
            schema: SCHEMA.to_owned(),
            version: VERSION.to_owned(),
            windows: used.clone().into_iter().take(MOST).collect(),
        };
        serde_json::to_string(&stored).unwrap_or_default()
    }

    pub(crate) fn get(&self, key: &str) -> Option<Sizes> {
        let found = self.known.get(key).copied();
        if let Some(sizes) = found {
            self.put(key.to_owned(), sizes);
        }
        found
    }

    pub(crate) fn put(&self, key: String, sizes: Sizes) {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.insert(key, sizes);
    }

    /// How many of the measurements that this build asked for were known, and all of them.
    #[cfg(test)]
    pub(crate) fn counts(&self) -> (usize, usize) {
        let used = self.used.lock().unwrap();
        let known = used.keys().filter(|key| self.known.contains_key(*key));
        (known.count(), used.len())
    }
}
