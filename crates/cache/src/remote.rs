//! A store that several builds share, as the caches see it: what it is asked and what it gives.

use std::any::Any;
use std::fmt;
use std::path::Path;

/// Where a cache is in a shared store. Each part is a digest, so that none tells what it is of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RemoteKey {
    /// Of the cache's name.
    pub name: String,
    /// Of what a tree has to have in common with another one that is to begin from it.
    pub group: String,
    /// Of all inputs that are known before an install.
    pub key: String,
}

/// What a shared store has for a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// As it was put.
    pub entry: Vec<u8>,
    /// The key is the same, and not only the group.
    pub is_exact: bool,
}

/// The two files of a pack.
pub const PACK_FILES: [&str; 2] = ["index", "frames"];

/// A store that several builds share.
pub trait Remote: Any + fmt::Debug + Send + Sync {
    /// Entries for a place, the best first; few of them. Trouble is a line in `notes`.
    fn find(&self, place: &RemoteKey, nearest: bool, notes: &mut Vec<String>) -> Vec<Found>;

    /// Writes the files of a pack of at most `most` bytes each into a folder.
    ///
    /// # Errors
    /// It is not there, or can't be read in time; the text is one line.
    fn fetch(&self, pack: &str, folder: &Path, most: u64) -> Result<(), String>;

    /// For people.
    fn name(&self) -> String;
}

/// A cache of this build, for whoever may keep it for others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub name: String,
    pub place: RemoteKey,
    /// The tree is a pack in the local store, too.
    pub(crate) is_packed: bool,
}
