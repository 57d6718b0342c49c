//! Makes the caches of a build ready for others.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::bundle::{Bundle, is_plain};
use crate::inputs;
use crate::left_out;
use crate::pack::{self, Links};
use crate::remote::{Made, PACK_FILES, RemoteKey};
use crate::store::{Kept, Record, Store, Stored};
use slugsmith_facts::beneath;

/// A tree that is ready to be put into a shared store; its entry comes when strip is done.
#[derive(Debug)]
pub struct Prepared {
    pub name: String,
    pub place: RemoteKey,
    /// Of the pack's index.
    pub pack: String,
    /// Holds the files of the pack.
    pub folder: PathBuf,
    bundle: Bundle,
    /// The folder is there for this alone.
    is_own: bool,
}

impl Drop for Prepared {
    fn drop(&mut self) {
        if self.is_own {
            let _ = beneath::remove(&self.folder);
        }
    }
}

/// Makes the tree of a cache ready. `Ok(None)` where it is none that others may have: not stored
/// here, or with an input that is made of a secret.
///
/// # Errors
/// The tree can't be read or packed; the text is one line.
pub fn prepare(store: &Store, made: &Made) -> Result<Option<Prepared>, String> {
    let Stored::Complete(record) = store.look_up(&made.name) else {
        return Ok(None);
    };
    // What a layer's install made in the app is in a cache of its own.
    let is_in_parts = !made.is_packed && !record.effects.is_empty();
    if record.is_away
        || is_in_parts
        || record
            .inputs
            .named()
            .values()
            .any(|value| inputs::is_salted(value))
    {
        return Ok(None);
    }
    let folder = store.folder(&made.name);
    let (pack, at, is_own) = if made.is_packed {
        (record.digest.clone(), folder.join("data"), false)
    } else {
        let at = store.staging().map_err(|error| error.to_string())?;
        let roots = [PathBuf::from("data")];
        let packed = pack::pack(&folder, &roots, &at, Links::Anywhere, None);
        match packed {
            Ok(packed) => (packed.digest, at, true),
            Err(fault) => {
                let _ = beneath::remove(&at);
                return Err(fault.to_string());
            }
        }
    };
    if pack.is_empty() {
        return Ok(None);
    }
    let bundle = Bundle {
        most: largest(&at),
        pack: pack.clone(),
        metadata: store
            .metadata(&made.name)
            .map_err(|error| error.to_string())?,
        files: plain_files(&folder).map_err(|error| error.to_string())?,
        left_out: BTreeMap::new(),
    };
    Ok(Some(Prepared {
        name: made.name.clone(),
        place: made.place.clone(),
        pack,
        folder: at,
        bundle,
        is_own,
    }))
}

fn largest(folder: &Path) -> u64 {
    let size = |file| fs_err::symlink_metadata(folder.join(file)).map_or(0, |found| found.len());
    PACK_FILES.into_iter().map(size).max().unwrap_or(0)
}

/// The files beside a tree: lists of what it was made of.
fn plain_files(folder: &Path) -> std::io::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| is_plain(name)) else {
            continue;
        };
        if entry.file_type()?.is_file() {
            files.insert(name.to_owned(), beneath::read(entry.path())?);
        }
    }
    Ok(files)
}

impl Prepared {
    /// The entry, with what strip removed from the tree as far as this build knows.
    ///
    /// # Errors
    /// It can't be written as one.
    pub fn entry(&self, store: &Store) -> Result<Vec<u8>, String> {
        let bundle = Bundle {
            left_out: left_out::of(store, &self.pack).unwrap_or_default(),
            ..self.bundle.clone()
        };
        bundle.encode().map_err(|error| error.to_string())
    }
}

/// What the caches of this run are for others.
#[must_use]
pub fn entries(store: &Store) -> Vec<Made> {
    store.made()
}

/// Name of the secret in the local store.
pub(crate) const SECRET: &str = "store-secret";
const FILE: &str = "secret";
/// Bytes of the secret.
const LENGTH: usize = 32;

/// A secret that is kept with the local caches and nowhere else: whoever has no key for a shared
/// store believes what was sealed with this, which are this cache's own writes.
#[must_use]
pub fn own_secret(store: &Store) -> Option<Vec<u8>> {
    if let Stored::Complete(record) = store.look_up(SECRET)
        && let Ok(secret) = beneath::note(&store.folder(SECRET), FILE)
        && secret.len() == LENGTH
    {
        let _ = store.commit(SECRET, &record, Kept::CACHE);
        return Some(secret);
    }
    let mut secret = [0; LENGTH];
    let flags = rustix::rand::GetRandomFlags::empty();
    let length = rustix::rand::getrandom(&mut secret, flags).ok()?;
    let folder = store.begin(SECRET).ok().filter(|_| length == LENGTH)?;
    let file =
        beneath::Beneath::open(&folder).and_then(|folder| folder.create(Path::new(FILE), 0o600));
    std::io::Write::write_all(&mut file.ok()?, &secret).ok()?;
    store.commit(SECRET, &Record::default(), Kept::CACHE).ok()?;
    Some(secret.to_vec())
}
