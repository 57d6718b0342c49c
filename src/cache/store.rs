//! Where do caches live between builds, and what is known of each?
//!
//! One layout in every world, that of a Cloud Native buildpack's layers directory: a
//! folder per cache and `<name>.toml` beside it. With `pack build` the root *is* our
//! layers directory and `[types] cache = true` makes the lifecycle keep it; in classic
//! builds it is `CACHE_DIR/slugsmith/`, and on a laptop a folder of the user's cache.
//!
//! The TOML is the commit marker: it says `state = "dirty"` before the folder is touched
//! and `"complete"` when all of it is written. Whatever can't be read, is dirty, or was
//! written by another schema counts as absent. `[types]` is written again on every hit,
//! because the lifecycle takes it away on restore (buildpack spec, "Layer Types").

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use libcnb::data::layer_content_metadata::{LayerContentMetadata, LayerTypes};
use serde::{Deserialize, Serialize};

use super::EnvChange;
use super::inputs::Inputs;

/// Raise it when the meaning of anything stored changes; old caches are then discarded.
/// The buildpack's version is no part of any key: a release must not cost a cold build.
const SCHEMA: &str = "1";

/// Begins the names of our folders and their metadata.
const PREFIX: &str = "cache-";
/// Longest file name that we make, in bytes; file systems allow 255.
const LONGEST_NAME: usize = 120;

/// The folder that holds all caches of one app.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
    /// Another buildpack's: only read.
    is_foreign: bool,
    /// What this run kept because it was of use, by name.
    used: Arc<Mutex<BTreeMap<String, Kept>>>,
}

/// What a layer's TOML says. All numbers are text, because integers in `[metadata]` come
/// back from the lifecycle as floats (libcnb.rs#473).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    schema: String,
    state: State,
    /// The cache's name as it was given.
    name: String,
    /// Seconds since 1970.
    stored_at: String,
    /// How long the install took, in milliseconds.
    install_ms: String,
    files: String,
    tree_bytes: String,
    stored_bytes: String,
    /// Digest of the pack's index; empty for a cache that is no pack.
    digest: String,
    inputs: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Dirty,
    Complete,
}

/// A complete stored cache.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    pub inputs: Inputs,
    /// Since 1970.
    pub stored_at: Duration,
    /// What the install took when this was stored.
    pub install: Duration,
    /// Files and links.
    pub files: u64,
    /// Apparent bytes of the tree.
    pub tree_bytes: u64,
    pub stored_bytes: u64,
    /// See [`Metadata::digest`].
    pub digest: String,
}

/// What a layer is for; `build` is never set, since no buildpack comes after us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Part of the image.
    pub launch: bool,
    /// Given back to the next build.
    pub cache: bool,
}

impl Kept {
    /// For the next build only.
    pub const CACHE: Self = Self {
        launch: false,
        cache: true,
    };
}

/// What the store knows of a cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// Never stored, or purged.
    Nothing,
    /// There is something, and why it can't be trusted.
    Unusable(String),
    Complete(Box<Record>),
}

impl Store {
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        Self {
            root,
            is_foreign: false,
            used: Arc::default(),
        }
    }

    /// A store that belongs to another buildpack. It is read and never written.
    #[must_use]
    pub fn of_another(root: PathBuf) -> Self {
        Self {
            root,
            is_foreign: true,
            used: Arc::default(),
        }
    }

    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether any cache is stored.
    #[must_use]
    pub fn has_any(&self) -> bool {
        use std::os::unix::ffi::OsStrExt;
        fs_err::read_dir(&self.root).is_ok_and(|entries| {
            let mut names = entries.flatten().map(|entry| entry.file_name());
            names.any(|name| name.as_bytes().starts_with(PREFIX.as_bytes()))
        })
    }

    /// The folder of a cache. It may not exist.
    #[must_use]
    pub fn folder(&self, name: &str) -> PathBuf {
        self.root.join(escaped(name))
    }

    fn toml(&self, name: &str) -> PathBuf {
        self.root.join(format!("{}.toml", escaped(name)))
    }

    /// Reads what is known of a cache. Never fails: trouble is an answer.
    #[must_use]
    pub fn look_up(&self, name: &str) -> Stored {
        let toml = self.toml(name);
        let there = |path: &Path| fs_err::symlink_metadata(path);
        match there(&toml) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return if there(&self.folder(name)).is_ok() {
                    Stored::Unusable("its metadata is missing".to_owned())
                } else {
                    Stored::Nothing
                };
            }
            // A FIFO would block the reader for ever.
            Ok(metadata) if !metadata.is_file() => {
                return Stored::Unusable("its metadata is not a file".to_owned());
            }
            Ok(_) | Err(_) => {}
        }
        let read: Result<LayerContentMetadata<Metadata>, _> = libcnb::read_toml_file(&toml);
        let Ok(LayerContentMetadata { metadata, .. }) = read else {
            return Stored::Unusable("its metadata is of another form".to_owned());
        };
        if metadata.schema != SCHEMA {
            return Stored::Unusable(format!("it has schema {}, not {SCHEMA}", metadata.schema));
        }
        if metadata.state == State::Dirty {
            return Stored::Unusable("it was not written to its end".to_owned());
        }
        if metadata.name != name {
            return Stored::Unusable("it belongs to another cache".to_owned());
        }
        if !there(&self.folder(name)).is_ok_and(|metadata| metadata.is_dir()) {
            return Stored::Unusable("its contents are missing".to_owned());
        }
        record(&metadata).map_or_else(
            || Stored::Unusable("its metadata is of another form".to_owned()),
            |record| Stored::Complete(Box::new(record)),
        )
    }

    /// Empties a cache's folder and marks it as unfinished.
    ///
    /// # Errors
    /// When the disk says no.
    pub fn begin(&self, name: &str) -> std::io::Result<PathBuf> {
        let folder = self.folder(name);
        fs_err::create_dir_all(&self.root)?;
        self.write(name, State::Dirty, &Record::default(), Kept::CACHE)?;
        super::pack::remove(&folder)?;
        fs_err::create_dir(&folder)?;
        Ok(folder)
    }

    /// Marks a cache as unfinished and leaves its contents, which are about to change.
    ///
    /// # Errors
    /// When the disk says no.
    pub fn touch(&self, name: &str) -> std::io::Result<()> {
        self.write(name, State::Dirty, &Record::default(), Kept::CACHE)
    }

    /// Writes the variables of a layer where the lifecycle reads them (buildpack spec,
    /// "Provided by the Buildpacks", `env.launch`).
    ///
    /// # Errors
    /// When the disk says no.
    pub fn expose(&self, name: &str, changes: &[EnvChange]) -> std::io::Result<()> {
        super::layer_env(changes).write_to_layer_dir(self.folder(name))
    }

    /// Marks a cache as complete. Also called on a hit, to write `[types]` again.
    ///
    /// # Errors
    /// When the disk says no.
    pub fn commit(&self, name: &str, record: &Record, kept: Kept) -> std::io::Result<()> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.insert(name.to_owned(), kept);
        drop(used);
        self.hold_over(name, record, kept)
    }

    /// As [`Store::commit`], for a cache that this build did not use.
    ///
    /// # Errors
    /// When the disk says no.
    pub fn hold_over(&self, name: &str, record: &Record, kept: Kept) -> std::io::Result<()> {
        self.write(name, State::Complete, record, kept)
    }

    /// What this run committed.
    #[must_use]
    pub fn used(&self) -> BTreeMap<String, Kept> {
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.clone()
    }

    /// Every complete cache, by name.
    #[must_use]
    pub fn all(&self) -> Vec<(String, Record)> {
        let entries = fs_err::read_dir(&self.root).into_iter().flatten().flatten();
        let mut all: Vec<_> = entries
            .filter_map(|entry| {
                let path = entry.path();
                let is_file = fs_err::symlink_metadata(&path).is_ok_and(|there| there.is_file());
                if !is_file || path.extension().is_none_or(|end| end != "toml") {
                    return None;
                }
                let read: LayerContentMetadata<Metadata> = libcnb::read_toml_file(&path).ok()?;
                let name = read.metadata.name;
                match self.look_up(&name) {
                    Stored::Complete(record) => Some((name, *record)),
                    Stored::Nothing | Stored::Unusable(_) => None,
                }
            })
            .collect();
        all.sort_by(|(one, _), (other, _)| one.cmp(other));
        all
    }

    /// Removes a cache and what is known of it.
    ///
    /// # Errors
    /// When the disk says no.
    pub fn discard(&self, name: &str) -> std::io::Result<()> {
        if self.is_foreign {
            return Ok(());
        }
        super::pack::remove(&self.toml(name))?;
        super::pack::remove(&self.folder(name))
    }

    fn write(&self, name: &str, state: State, record: &Record, kept: Kept) -> std::io::Result<()> {
        if self.is_foreign {
            return Err(std::io::ErrorKind::ReadOnlyFilesystem.into());
        }
        let metadata = Metadata {
            schema: SCHEMA.to_owned(),
            state,
            name: name.to_owned(),
            stored_at: record.stored_at.as_secs().to_string(),
            install_ms: record.install.as_millis().to_string(),
            files: record.files.to_string(),
            tree_bytes: record.tree_bytes.to_string(),
            stored_bytes: record.stored_bytes.to_string(),
            digest: record.digest.clone(),
            inputs: record.inputs.named().clone(),
        };
        let types = LayerTypes {
            launch: kept.launch,
            build: false,
            cache: kept.cache,
        };
        let content = LayerContentMetadata {
            types: Some(types),
            metadata,
        };
        // Through a sibling, so that a kill leaves the old file or the new one.
        let sibling = self.root.join(format!("{}.toml.partial", escaped(name)));
        super::pack::remove(&sibling)?;
        libcnb::write_toml_file(&content, &sibling).map_err(std::io::Error::other)?;
        let last = self.toml(name);
        if !fs_err::symlink_metadata(&last).is_ok_and(|metadata| metadata.is_file()) {
            super::pack::remove(&last)?;
        }
        fs_err::rename(sibling, last)
    }
}

fn record(metadata: &Metadata) -> Option<Record> {
    Some(Record {
        inputs: Inputs::from_named(metadata.inputs.clone()),
        stored_at: Duration::from_secs(metadata.stored_at.parse().ok()?),
        install: Duration::from_millis(metadata.install_ms.parse().ok()?),
        files: metadata.files.parse().ok()?,
        tree_bytes: metadata.tree_bytes.parse().ok()?,
        stored_bytes: metadata.stored_bytes.parse().ok()?,
        digest: metadata.digest.clone(),
    })
}

/// A layer name that is safe as a file name and unique: lower-case letters, digits, `.`
/// and `-` stay, any other byte becomes `_` and two hexadecimal digits.
fn escaped(name: &str) -> String {
    let mut out = String::from(PREFIX);
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' => out.push(char::from(byte)),
            _ => {
                // Writing to a String has no way to fail.
                let _ = write!(out, "_{byte:02x}");
            }
        }
    }
    if out.len() > LONGEST_NAME {
        out.truncate(LONGEST_NAME - 17);
        let _ = write!(
            out,
            "-{:.16}",
            blake3::hash(name.as_bytes()).to_hex().as_str()
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().join("layers"));
        (folder, store)
    }

    fn filled(store: &Store) -> Record {
        let folder = store.begin("npm").unwrap();
        fs_err::write(folder.join("x"), "1").unwrap();
        let record = Record {
            inputs: Inputs::from_named([("node".to_owned(), "20".to_owned())].into()),
            install: Duration::from_millis(14_200),
            stored_bytes: 1,
            ..Record::default()
        };
        store.commit("npm", &record, Kept::CACHE).unwrap();
        record
    }

    #[test]
    fn what_is_committed_is_found() {
        let (_folder, store) = store();
        assert_eq!(store.look_up("npm"), Stored::Nothing);
        let record = filled(&store);
        assert_eq!(store.look_up("npm"), Stored::Complete(Box::new(record)));
        let toml = fs_err::read_to_string(store.toml("npm")).unwrap();
        assert!(
            toml.contains("[types]\nlaunch = false\nbuild = false\ncache = true"),
            "{toml}"
        );
    }

    #[test]
    fn the_lifecycle_may_take_the_types_away() {
        let (_folder, store) = store();
        filled(&store);
        let toml = fs_err::read_to_string(store.toml("npm")).unwrap();
        let metadata = toml.split_once("[metadata]").unwrap().1;
        fs_err::write(store.toml("npm"), format!("[metadata]{metadata}")).unwrap();
        assert!(matches!(store.look_up("npm"), Stored::Complete(_)));
    }

    #[test]
    fn doubt_is_named() {
        let doubt = |spoil: &dyn Fn(&Store)| {
            let (_folder, store) = store();
            filled(&store);
            spoil(&store);
            match store.look_up("npm") {
                Stored::Unusable(why) => why,
                other => panic!("{other:?}"),
            }
        };
        let edit = |store: &Store, from: &str, to: &str| {
            let text = fs_err::read_to_string(store.toml("npm")).unwrap();
            assert!(text.contains(from), "{text}");
            fs_err::write(store.toml("npm"), text.replace(from, to)).unwrap();
        };
        assert!(doubt(&|store| drop(store.begin("npm").unwrap())).contains("end"));
        assert!(doubt(&|store| fs_err::write(store.toml("npm"), "[[").unwrap()).contains("form"));
        assert!(
            doubt(&|store| fs_err::remove_file(store.toml("npm")).unwrap()).contains("missing")
        );
        assert!(
            doubt(&|store| fs_err::remove_dir_all(store.folder("npm")).unwrap())
                .contains("contents")
        );
        assert!(
            doubt(&|store| edit(store, "schema = \"1\"", "schema = \"0\"")).contains("schema 0")
        );
        assert!(
            doubt(&|store| edit(store, "install_ms = \"14200\"", "install_ms = \"soon\""))
                .contains("form")
        );
        assert!(
            doubt(&|store| edit(store, "name = \"npm\"", "name = \"yarn\"")).contains("another")
        );
    }

    #[test]
    fn names_are_safe_and_unique() {
        let names = ["npm", "NPM", ".next/cache", "a_b", "a/b", "..", "é", ""];
        let mut escapes: Vec<_> = names.iter().map(|name| escaped(name)).collect();
        assert_eq!(escapes[2], "cache-.next_2fcache");
        assert!(
            escapes
                .iter()
                .all(|name| name.starts_with("cache-") && !name.contains('/'))
        );
        escapes.sort();
        escapes.dedup();
        assert_eq!(escapes.len(), names.len());
        let long = "x/".repeat(400);
        assert!(escaped(&long).len() <= LONGEST_NAME);
        assert_ne!(escaped(&long), escaped(&format!("{long}y")));
    }
}
