//! What an earlier build compiled, by what it was made of.
//!
//! A folder of the store, like that of the history: `boot/` with its layer metadata beside it.
//! Keys are digests of source, interpreter and mode, so that a stale store is only a store
//! that knows less. A damaged one is none.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use slugsmith_facts::beneath::{self, Beneath};

const FOLDER: &str = "boot";
const FILE: &str = "code.zst";
/// Buildpack spec, "Layer Content Metadata".
const TYPES: &str = "[types]\nlaunch = false\nbuild = false\ncache = true\n";
/// More than any app has, uncompressed; a broken file must not fill the memory.
const MOST: usize = 1_000_000_000;
/// Digest of source and mode.
pub(crate) type Key = [u8; 32];

/// Byte code by its key.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    old: BTreeMap<Key, Vec<u8>>,
    new: BTreeMap<Key, Vec<u8>>,
    is_changed: bool,
}

impl Kept {
    pub(crate) fn load(store: Option<&Path>) -> Self {
        let read = |store: &Path| beneath::read(store.join(FOLDER).join(FILE)).ok();
        let stored = store.and_then(read);
        Self {
            old: stored
                .and_then(|stored| decode(&stored))
                .unwrap_or_default(),
            ..Self::default()
        }
    }

    /// What is known for a key, which stays known.
    pub(crate) fn get(&mut self, key: &Key) -> Option<&[u8]> {
        if let Some(content) = self.old.remove(key) {
            self.new.insert(*key, content);
        }
        self.new.get(key).map(Vec::as_slice)
    }

    pub(crate) fn add(&mut self, key: Key, content: &[u8]) {
        self.is_changed = true;
        self.new.insert(key, content.to_owned());
    }

    /// Keeps what was of use in this build, and forgets the rest.
    ///
    /// # Errors
    /// The disk says no: the next build compiles again.
    pub(crate) fn save(self, store: &Path) -> std::io::Result<()> {
        let inside = Beneath::open(store)?;
        let (file, table) = (Path::new(FOLDER).join(FILE), format!("{FOLDER}.toml"));
        if self.new.is_empty() {
            inside.remove(Path::new(&table))?;
            return inside.remove(Path::new(FOLDER));
        }
        if self.is_changed || !self.old.is_empty() {
            inside.replace(&file, &encode(&self.new)?)?;
        }
        inside.replace(&PathBuf::from(table), TYPES.as_bytes())
    }
}

fn encode(entries: &BTreeMap<Key, Vec<u8>>) -> std::io::Result<Vec<u8>> {
    let mut raw = Vec::new();
    for (key, content) in entries {
        raw.extend_from_slice(key);
        let length = u32::try_from(content.len()).map_err(std::io::Error::other)?;
        raw.extend_from_slice(&length.to_le_bytes());
        raw.extend_from_slice(content);
    }
    if raw.len() > MOST {
        return Err(std::io::Error::other("more byte code than is kept"));
    }
    let digest = blake3::hash(&raw);
    let mut stored = digest.as_bytes().to_vec();
    stored.extend(zstd::bulk::compress(&raw, 3)?);
    Ok(stored)
}

fn decode(stored: &[u8]) -> Option<BTreeMap<Key, Vec<u8>>> {
    let (digest, packed) = stored.split_at_checked(32)?;
    let raw = unpacked(packed)?;
    if blake3::hash(&raw).as_bytes() != digest {
        return None;
    }
    let mut rest = raw.as_slice();
    let mut entries = BTreeMap::new();
    while !rest.is_empty() {
        let (key, after) = rest.split_at_checked(32)?;
        let (length, after) = after.split_at_checked(4)?;
        let length = u32::from_le_bytes(length.try_into().ok()?);
        let (content, after) = after.split_at_checked(usize::try_from(length).ok()?)?;
        entries.insert(key.try_into().ok()?, content.to_owned());
        rest = after;
    }
    Some(entries)
}

/// At most [`MOST`] bytes, allocated as they come.
fn unpacked(packed: &[u8]) -> Option<Vec<u8>> {
    use std::io::Read;
    let mut raw = Vec::new();
    let reader = zstd::stream::read::Decoder::new(packed).ok()?;
    reader.take(MOST as u64 + 1).read_to_end(&mut raw).ok()?;
    (raw.len() <= MOST).then_some(raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_is_kept_and_the_rest_forgotten() {
        let store = tempfile::tempdir().unwrap();
        let mut kept = Kept::load(Some(store.path()));
        kept.add([1; 32], b"one");
        kept.add([2; 32], b"two");
        kept.save(store.path()).unwrap();
        let mut kept = Kept::load(Some(store.path()));
        assert_eq!(kept.get(&[1; 32]), Some(&b"one"[..]));
        assert_eq!(kept.get(&[3; 32]), None);
        kept.save(store.path()).unwrap();
        let mut kept = Kept::load(Some(store.path()));
        assert_eq!(kept.get(&[2; 32]), None);
        kept.save(store.path()).unwrap();
        assert!(!store.path().join("boot").exists() && !store.path().join("boot.toml").exists());
    }

    #[test]
    fn a_damaged_store_is_none() {
        let store = tempfile::tempdir().unwrap();
        let mut kept = Kept::default();
        kept.add([1; 32], b"one");
        kept.save(store.path()).unwrap();
        let file = store.path().join("boot/code.zst");
        let whole = fs_err::read(&file).unwrap();
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            fs_err::write(&file, &damaged).unwrap();
            // Bits that the form does not use may change nothing; wrong content never comes.
            let mut kept = Kept::load(Some(store.path()));
            assert!(kept.get(&[1; 32]).is_none_or(|content| content == b"one"));
            fs_err::write(&file, &whole[..at]).unwrap();
            assert_eq!(Kept::load(Some(store.path())).get(&[1; 32]), None);
        }
    }
}
