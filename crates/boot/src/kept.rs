//! What an earlier build compiled, by what it was made of.
//!
//! A folder of the store, like that of the history: `boot/` with its layer metadata beside it.
//! Keys are digests of source, interpreter and mode, so that a stale store is only a store
//! that knows less. A damaged one is none.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use slugsmith_facts::beneath::Beneath;

const FOLDER: &str = "boot";
const FILE: &str = "code.zst";
/// Buildpack spec, "Layer Content Metadata".
const TYPES: &str = "[types]\nlaunch = false\nbuild = false\ncache = true\n";
/// More than any app has, uncompressed; a broken file must not fill the memory.
const MOST: usize = 1_000_000_000;
/// Digest of source and mode.
pub(crate) type Key = [u8; 32];
/// Byte code of a large app takes hundreds of megabytes: there is one copy of each file.
pub(crate) type Content = Arc<[u8]>;

/// Byte code by its key.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    old: BTreeMap<Key, Content>,
    new: BTreeMap<Key, Content>,
    is_changed: bool,
}

impl Kept {
    pub(crate) fn load(store: Option<&Path>) -> Self {
        let read = |store: &Path| {
            let file = Path::new(FOLDER).join(FILE);
            Beneath::open(store).ok()?.read(&file).ok()
        };
        let stored = store.and_then(read);
        Self {
            old: stored
                .and_then(|stored| decode(&stored))
                .unwrap_or_default(),
            ..Self::default()
        }
    }

    /// What is known for a key, which stays known.
    pub(crate) fn get(&mut self, key: &Key) -> Option<Content> {
        if let Some(content) = self.old.remove(key) {
            self.new.insert(*key, content);
        }
        self.new.get(key).cloned()
    }

    pub(crate) fn add(&mut self, key: Key, content: Content) {
        self.is_changed = true;
        self.new.insert(key, content);
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

/// The digest of all entries, then the entries themselves, compressed.
fn encode(entries: &BTreeMap<Key, Content>) -> std::io::Result<Vec<u8>> {
    let bytes: usize = entries.values().map(|content| 36 + content.len()).sum();
    if bytes > MOST {
        return Err(std::io::Error::other("more byte code than is kept"));
    }
    let mut hasher = blake3::Hasher::new();
    write(&mut hasher, entries)?;
    let stored = hasher.finalize().as_bytes().to_vec();
    let mut encoder = zstd::stream::write::Encoder::new(stored, 3)?;
    write(&mut encoder, entries)?;
    encoder.finish()
}

fn write(to: &mut impl Write, entries: &BTreeMap<Key, Content>) -> std::io::Result<()> {
    for (key, content) in entries {
        let length = u32::try_from(content.len()).map_err(std::io::Error::other)?;
        to.write_all(key)?;
        to.write_all(&length.to_le_bytes())?;
        to.write_all(content)?;
    }
    Ok(())
}

/// Reads entry by entry, at most [`MOST`] bytes of them; `None` where the digest is another.
fn decode(stored: &[u8]) -> Option<BTreeMap<Key, Content>> {
    let (digest, packed) = stored.split_at_checked(32)?;
    let reader = zstd::stream::read::Decoder::new(packed).ok()?;
    let mut reader = BufReader::new(reader.take(MOST as u64 + 1));
    let mut entries = BTreeMap::new();
    while !reader.fill_buf().ok()?.is_empty() {
        let (mut key, mut length) = ([0; 32], [0; 4]);
        reader.read_exact(&mut key).ok()?;
        reader.read_exact(&mut length).ok()?;
        let length = u32::from_le_bytes(length);
        // A length that is damaged asks for no memory: it grows with what is there.
        let mut content = Vec::new();
        let some = &mut reader.by_ref().take(length.into());
        some.read_to_end(&mut content).ok()?;
        if content.len() != usize::try_from(length).ok()? {
            return None;
        }
        entries.insert(key, content.into());
    }
    let mut hasher = blake3::Hasher::new();
    write(&mut hasher, &entries).ok()?;
    (hasher.finalize().as_bytes() == digest).then_some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_is_kept_and_the_rest_forgotten() {
        let store = tempfile::tempdir().unwrap();
        let mut kept = Kept::load(Some(store.path()));
        kept.add([1; 32], b"one"[..].into());
        kept.add([2; 32], b"two"[..].into());
        kept.save(store.path()).unwrap();
        let mut kept = Kept::load(Some(store.path()));
        assert_eq!(kept.get(&[1; 32]).as_deref(), Some(&b"one"[..]));
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
        kept.add([1; 32], b"one"[..].into());
        kept.save(store.path()).unwrap();
        let file = store.path().join("boot/code.zst");
        let whole = fs_err::read(&file).unwrap();
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            fs_err::write(&file, &damaged).unwrap();
            // Bits that the form does not use may change nothing; wrong content never comes.
            let mut kept = Kept::load(Some(store.path()));
            assert!(kept.get(&[1; 32]).is_none_or(|content| &*content == b"one"));
            fs_err::write(&file, &whole[..at]).unwrap();
            assert_eq!(Kept::load(Some(store.path())).get(&[1; 32]), None);
        }
    }
}
