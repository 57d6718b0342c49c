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
//!
//! A layer that only the app needs when it runs ([`Kept::IMAGE`]) stays in the image: the
//! lifecycle gives its TOML back and no folder, and takes the layer over from the last image
//! where the TOML says `launch` again and there still is no folder (same place, "Launch
//! Layers"). Nothing of it is read, hashed or moved.

mod metadata;
mod name;

use slugsmith_facts::beneath::own;
use std::any::Any;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use self::metadata::State;
pub use self::metadata::{Kept, Metadata, Record, Stored};
use self::name::{PREFIX, escaped};
use super::EnvChange;
use super::remote::{Made, Remote};

/// The folder that holds all caches of one app.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
    /// Another buildpack's: only read.
    is_foreign: bool,
    /// What this run kept because it was of use, by name.
    used: Arc<Mutex<BTreeMap<String, Kept>>>,
    /// A store that other builds share, and what this run has for it.
    shared: Option<Arc<Shared>>,
}

#[derive(Debug)]
struct Shared {
    remote: Arc<dyn Remote>,
    made: Mutex<Vec<Made>>,
}

impl Store {
    /// The store of this buildpack, in a folder that exists.
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        Self {
            root,
            is_foreign: false,
            used: Arc::default(),
            shared: None,
        }
    }

    /// A store that belongs to another buildpack. It is read and never written.
    #[must_use]
    pub fn of_another(root: PathBuf) -> Self {
        Self {
            root,
            is_foreign: true,
            used: Arc::default(),
            shared: None,
        }
    }

    /// The same, with a store behind it that other builds share.
    #[must_use]
    pub fn with_remote(self, remote: Arc<dyn Remote>) -> Self {
        let made = Mutex::default();
        Self {
            shared: Some(Arc::new(Shared { remote, made })),
            ..self
        }
    }

    pub(super) fn remote(&self) -> Option<Arc<dyn Remote>> {
        let shared = self.shared.as_ref()?;
        Some(Arc::clone(&shared.remote))
    }

    /// The shared store as what it was given as.
    #[must_use]
    pub fn remote_as<R: Remote>(&self) -> Option<Arc<R>> {
        let remote: Arc<dyn Any + Send + Sync> = self.remote()?;
        remote.downcast().ok()
    }

    /// Notes what this run has for others.
    pub(super) fn note(&self, made: Made) {
        if let Some(shared) = &self.shared {
            let mut all = shared.made.lock().unwrap_or_else(PoisonError::into_inner);
            all.push(made);
        }
    }

    pub(super) fn made(&self) -> Vec<Made> {
        let Some(shared) = &self.shared else {
            return Vec::new();
        };
        let all = shared.made.lock().unwrap_or_else(PoisonError::into_inner);
        all.clone()
    }

    /// The folder that all caches are in.
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
        let entry = |path: &Path| fs_err::symlink_metadata(path);
        match entry(&toml) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return if entry(&self.folder(name)).is_ok() {
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
        let other_form = || Stored::Unusable("its metadata is of another form".to_owned());
        let Some((metadata, has_types)) = Metadata::read(&toml) else {
            return other_form();
        };
        if let Some(doubt) = metadata.doubt(name) {
            return Stored::Unusable(doubt);
        }
        let is_away = match entry(&self.folder(name)) {
            Ok(folder) if folder.is_dir() => false,
            // A TOML with types is one of this very build: no image has what it tells of.
            Err(_) if metadata.is_of_image() && !has_types => true,
            Ok(_) | Err(_) => return Stored::Unusable("its contents are missing".to_owned()),
        };
        metadata.record().map_or_else(other_form, |record| {
            Stored::Complete(Box::new(Record { is_away, ..record }))
        })
    }

    /// Empties a cache's folder and marks it as unfinished.
    ///
    /// # Errors
    /// When the disk says no.
    pub fn begin(&self, name: &str) -> std::io::Result<PathBuf> {
        let folder = self.folder(name);
        own::create_folders(&self.root)?;
        self.write(name, State::Dirty, &Record::default(), Kept::CACHE)?;
        clear(&folder)?;
        own::create_folder(&folder)?;
        Ok(folder)
    }

    /// An empty folder beside the caches, for what takes another one's place when it is
    /// complete.
    ///
    /// # Errors
    /// When the disk says no.
    pub fn fresh(&self) -> std::io::Result<PathBuf> {
        let folder = self.root.join(format!("{PREFIX}_partial"));
        clear(&folder)?;
        own::create_folders(&folder)?;
        Ok(folder)
    }

    /// An empty folder beside the caches, for one that comes from elsewhere or goes there.
    pub(super) fn staging(&self) -> std::io::Result<PathBuf> {
        own::create_folders(&self.root)?;
        let folder = tempfile::Builder::new()
            .prefix("moving-")
            .tempdir_in(&self.root)?;
        Ok(folder.keep())
    }

    /// Removes what a killed run left on its way.
    pub(super) fn sweep(&self) {
        use std::os::unix::ffi::OsStrExt;
        if self.is_foreign {
            return;
        }
        for entry in fs_err::read_dir(&self.root).into_iter().flatten().flatten() {
            if entry.file_name().as_bytes().starts_with(b"moving-") {
                let _ = super::pack::remove(&entry.path());
            }
        }
    }

    /// The TOML of a cache as it is.
    pub(super) fn metadata(&self, name: &str) -> std::io::Result<Vec<u8>> {
        slugsmith_facts::beneath::read(self.toml(name))
    }

    /// Writes the TOML of a cache as it was somewhere else.
    pub(super) fn write_metadata(&self, name: &str, content: &[u8]) -> std::io::Result<()> {
        own::write(self.toml(name), content)
    }

    /// Takes over a cache of another store on the same disk. A kill leaves the old one, or none.
    pub(super) fn adopt(&self, name: &str, other: &Self) -> std::io::Result<()> {
        self.write(name, State::Dirty, &Record::default(), Kept::CACHE)?;
        let folder = self.folder(name);
        clear(&folder)?;
        own::rename(other.folder(name), folder)?;
        own::rename(other.toml(name), self.toml(name))
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
                let is_file =
                    fs_err::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file());
                if !is_file || path.extension().is_none_or(|end| end != "toml") {
                    return None;
                }
                let (metadata, _) = Metadata::read(&path)?;
                match self.look_up(metadata.name()) {
                    Stored::Complete(record) => Some((metadata.name().to_owned(), *record)),
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
        // Through a sibling, so that a kill leaves the old file or the new one.
        let sibling = self.root.join(format!("{}.toml.partial", escaped(name)));
        clear(&sibling)?;
        Metadata::write(&sibling, name, state, record, kept)?;
        let last = self.toml(name);
        if !fs_err::symlink_metadata(&last).is_ok_and(|metadata| metadata.is_file()) {
            clear(&last)?;
        }
        own::rename(sibling, last)
    }
}

/// Most things that are put aside; more of them are a fault of another kind.
const ASIDE: u32 = 100;

/// Makes room for a file or folder of ours. What is not ours to remove, because another user
/// owns it, is put aside: without a TOML of its name nobody takes it for a layer.
fn clear(path: &Path) -> std::io::Result<()> {
    match super::pack::remove(path) {
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            put_aside(path).map_err(|_| error)
        }
        other => other,
    }
}

fn put_aside(path: &Path) -> std::io::Result<()> {
    let aside = |number| {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".unusable-{number}"));
        path.with_file_name(name)
    };
    // One that was put aside before may be ours to remove by now.
    let free = (0..ASIDE)
        .map(aside)
        .find(|aside| super::pack::remove(aside).is_ok());
    free.map_or(Err(std::io::ErrorKind::StorageFull.into()), |free| {
        own::rename(path, free)
    })
}

#[cfg(test)]
mod tests;
