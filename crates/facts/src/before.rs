//! What was in the app before the other buildpacks built?
//!
//! Only a buildpack at the front of the list can see that: the companion
//! `slugsmith/restore` writes it down, in a place that the last one reads in the same
//! build. In a Cloud Native build that is a layer of the companion's own, which the
//! builder leaves on disk until the build ends; in a classic build a folder of `CACHE_DIR`.

use crate::beneath::{Beneath, own};
use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use rustix::fs::{FileType, Stat};
use serde::{Deserialize, Serialize};

use super::layers;
use super::tree::{EntryKind, Tree};
use slugsmith_finding::work;

/// Id of the companion buildpack.
pub const COMPANION: &str = "slugsmith/restore";
/// Its layer, and in classic builds the folder of the store.
pub const LAYER: &str = "before";
const FILE: &str = "before.json";
/// Largest note that is read, in bytes: half a million files.
const LARGEST: u64 = 100_000_000;
/// Files beyond this size are known by it, in bytes: no slug has room for one.
const LARGEST_SEEN: u64 = 2_000_000_000;
/// Raise it when the meaning of a field changes.
const SCHEMA: &str = "slugsmith.before/1";

/// The app at the beginning of a build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    schema: String,
    /// The app folder and its inode: a note of another build counts for nothing.
    app: PathBuf,
    inode: u64,
    /// Names of the caches that the companion gave back.
    pub restored: Vec<String>,
    /// Every file and link by path, relative to the app, caches that were given back left
    /// out. Names that are not UTF-8 are missing.
    pub files: BTreeMap<String, Seen>,
}

/// One file as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Apparent bytes.
    pub size: u64,
    /// Seconds and nanoseconds since 1970.
    pub modified: (i64, i64),
    /// BLAKE3 of the content, of the target for a link; hexadecimal.
    pub digest: String,
}

/// What other buildpacks did to files of the app; each list is sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Other content under the same name.
    pub changed: Vec<String>,
    pub deleted: Vec<String>,
    /// Nothing is left of it: a buildpack made programs of it, as those for Go do.
    pub is_all_gone: bool,
}

impl Before {
    /// Reads every file of an app that nobody has touched yet.
    #[must_use]
    pub fn read(app: &Path) -> Self {
        let tree = Tree::read(app);
        let folder = Beneath::open(app).ok();
        let step = work::files("noting the app's files", tree.entries().len());
        let files: Vec<_> = tree
            .entries()
            .par_iter()
            .inspect(|_| step.done(1))
            .filter(|entry| matches!(entry.kind(), EntryKind::File | EntryKind::Symlink))
            .filter_map(|entry| {
                let path = entry.path().to_str()?;
                Some((path.to_owned(), see(folder.as_ref()?, entry.path())?))
            })
            .collect();
        Self {
            schema: SCHEMA.to_owned(),
            app: app.to_owned(),
            inode: inode(app),
            restored: Vec::new(),
            files: files.into_iter().collect(),
        }
    }

    /// Writes it into an existing folder.
    ///
    /// # Errors
    /// When the disk says no.
    pub fn save(&self, folder: &Path) -> std::io::Result<()> {
        own::write(folder.join(FILE), serde_json::to_vec(self)?)
    }

    fn load(folder: &Path, app: &Path) -> Option<Self> {
        let content = Beneath::open(folder).ok()?;
        let content = content.read_at_most(Path::new(FILE), LARGEST).ok()?;
        let before: Self = serde_json::from_slice(&content).ok()?;
        let is_this = before.schema == SCHEMA && before.app == app && before.inode == inode(app);
        is_this.then_some(before)
    }

    /// What the companion wrote in this very build of `app`. `store` is our layers
    /// directory, or our folder in a classic `CACHE_DIR`.
    #[must_use]
    pub fn find(store: &Path, app: &Path) -> Option<Self> {
        let sibling = store.parent()?.join(layers::escape(COMPANION));
        Self::load(&sibling.join(LAYER), app).or_else(|| Self::load(&store.join(LAYER), app))
    }

    /// What has become of the files since.
    #[must_use]
    pub fn changes(&self, app: &Path) -> Changes {
        let Ok(folder) = Beneath::open(app) else {
            return Changes::default();
        };
        let step = work::files("comparing with the companion's notes", self.files.len());
        let judged: Vec<_> = self
            .files
            .par_iter()
            .inspect(|_| step.done(1))
            .filter_map(
                |(path, before)| match is_same(&folder, Path::new(path), before) {
                    Some(true) => None,
                    Some(false) => Some((path.clone(), true)),
                    None => Some((path.clone(), false)),
                },
            )
            .collect();
        let pick = |changed: bool| {
            let paths = judged.iter().filter(|(_, is_there)| *is_there == changed);
            paths.map(|(path, _)| path.clone()).collect()
        };
        let deleted: Vec<String> = pick(false);
        Changes {
            changed: pick(true),
            is_all_gone: !deleted.is_empty() && deleted.len() == self.files.len(),
            deleted,
        }
    }
}

/// `None` if it is gone. What is noted may name any path: it is looked at within the app.
fn is_same(app: &Beneath, path: &Path, before: &Seen) -> Option<bool> {
    let stat = app.stat(path).ok()?;
    let is_untouched = size(&stat) == before.size && modified(&stat) == before.modified;
    Some(is_untouched || see(app, path).is_some_and(|now| now.digest == before.digest))
}

fn see(app: &Beneath, path: &Path) -> Option<Seen> {
    let stat = app.stat(path).ok()?;
    let digest = match FileType::from_raw_mode(stat.st_mode) {
        FileType::Symlink => {
            let target = app.read_link(path).ok()?;
            blake3::hash(target.as_os_str().as_encoded_bytes())
        }
        FileType::RegularFile if size(&stat) > LARGEST_SEEN => {
            blake3::hash(size(&stat).to_string().as_bytes())
        }
        FileType::RegularFile => {
            let mut hasher = blake3::Hasher::new();
            hasher.update_reader(app.file(path).ok()?).ok()?;
            hasher.finalize()
        }
        _ => return None,
    };
    Some(Seen {
        size: size(&stat),
        modified: modified(&stat),
        digest: digest.to_hex().to_string(),
    })
}

fn size(stat: &Stat) -> u64 {
    u64::try_from(stat.st_size).unwrap_or_default()
}

fn modified(stat: &Stat) -> (i64, i64) {
    let nanoseconds = i64::try_from(stat.st_mtime_nsec).unwrap_or_default();
    (stat.st_mtime, nanoseconds)
}

fn inode(folder: &Path) -> u64 {
    fs_err::metadata(folder).map_or(0, |metadata| metadata.ino())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app() -> tempfile::TempDir {
        let app = tempfile::tempdir().unwrap();
        for name in ["same", "changed", "touched", "gone", "lib/deep"] {
            let path = app.path().join(name);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, name).unwrap();
        }
        std::os::unix::fs::symlink("same", app.path().join("link")).unwrap();
        app
    }

    #[test]
    fn what_others_changed_or_deleted_is_known() {
        let app = app();
        let before = Before::read(app.path());
        assert_eq!(before.files.len(), 6);
        assert_eq!(before.changes(app.path()), Changes::default());
        fs_err::write(app.path().join("changed"), "another").unwrap();
        fs_err::write(app.path().join("touched"), "touched").unwrap();
        fs_err::write(app.path().join("new"), "not ours").unwrap();
        fs_err::remove_file(app.path().join("gone")).unwrap();
        fs_err::remove_file(app.path().join("link")).unwrap();
        std::os::unix::fs::symlink("else", app.path().join("link")).unwrap();
        let changes = before.changes(app.path());
        assert_eq!(changes.changed, ["changed", "link"]);
        assert_eq!(changes.deleted, ["gone"]);
    }

    #[test]
    fn it_is_found_in_both_worlds_and_only_in_its_own_build() {
        let (root, app, other) = (tempfile::tempdir().unwrap(), app(), app());
        let before = Before::read(app.path());
        let ours = root.path().join("slugsmith_slugsmith");
        for folder in [
            root.path().join("slugsmith_restore/before"),
            ours.join("before"),
        ] {
            assert_eq!(Before::find(&ours, app.path()), None);
            fs_err::create_dir_all(&folder).unwrap();
            before.save(&folder).unwrap();
            assert_eq!(Before::find(&ours, app.path()), Some(before.clone()));
            assert_eq!(Before::find(&ours, other.path()), None);
            fs_err::write(folder.join(FILE), "{").unwrap();
        }
    }
}
