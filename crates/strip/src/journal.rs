//! How does the app stay whole if we are stopped while removing?
//!
//! Files are not deleted but moved into [`FOLDER`] inside the app, under numbers that a
//! journal maps to their paths. The journal is on disk before the first move, and a
//! marker after the last one: without the marker the next run moves everything back,
//! with it the next run finishes the deletion. So the app is either as it was or
//! completely stripped, and a retry can always tell which. A file that only shrinks is
//! moved aside in the same way, and its smaller self takes its place.

mod folders;
mod record;
mod replace;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use folders::{Folders, remove_empty_folders};
use replace::Replacement;
use slugsmith_finding::work;

/// Where removed files wait until the removal is complete.
pub const FOLDER: &str = ".slugsmith-aside";
const JOURNAL: &str = "journal";
const MARKER: &str = "removed";
/// Numbered files per folder, so that no folder grows too large.
const SHARD: usize = 4096;

/// A point at which a test may stop the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    FolderMade,
    JournalWritten,
    Written(usize),
    Moved(usize),
    Swapped(usize),
    Marked,
    Deleted(usize),
    Cleared,
}

/// Called after each step; an error stops the work there, as a kill would.
pub type Observer<'o> = dyn FnMut(Step) -> io::Result<()> + 'o;

/// What happens to one file; paths are relative to the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Remove(PathBuf),
    /// Smaller content takes its place.
    Replace(PathBuf),
}

impl Change {
    /// The file that changes, relative to the app.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Remove(path) | Self::Replace(path) => path,
        }
    }
}

/// The new content of a file that is replaced; `None` if there is none after all.
pub type Content<'c> = dyn Fn(&Path) -> io::Result<Option<Vec<u8>>> + 'c;

/// What became of a removal.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Positions in the list of paths that could not be moved, with the reason.
    pub failed: BTreeMap<usize, String>,
}

/// What [`recover`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovered {
    Nothing,
    /// A removal was stopped half-way; this many files are back.
    Restored(usize),
    /// A removal was complete but for its deletion, which is done now.
    Finished,
}

/// A removal whose files are moved aside but can still be put back.
#[derive(Debug)]
pub struct Aside<'a> {
    app: &'a Path,
    changes: Vec<Change>,
    moved: Vec<usize>,
}

/// Moves files aside and puts new content in the place of some. Files that can't be
/// moved stay and are reported; [`Aside::commit`] or [`Aside::restore`] ends the removal.
///
/// # Errors
/// The journal can't be written; nothing is moved then.
pub fn move_aside<'a>(
    app: &'a Path,
    changes: Vec<Change>,
    content: &Content<'_>,
    observer: &mut Observer<'_>,
) -> io::Result<(Aside<'a>, Outcome)> {
    let aside = app.join(FOLDER);
    fs_err::create_dir_all(&aside)?;
    observer(Step::FolderMade)?;
    record::write(&aside, &changes)?;
    sync(app)?;
    observer(Step::JournalWritten)?;
    let mut outcome = Outcome::default();
    let mut moved = Vec::with_capacity(changes.len());
    let mut folders = Folders::default();
    let step = work::files("moving aside", changes.len());
    for (number, change) in changes.iter().enumerate() {
        step.done(1);
        if number.is_multiple_of(SHARD) {
            fs_err::create_dir_all(shard(&aside, number))?;
        }
        let slot = slot(&aside, number);
        let path = change.path();
        let done = match change {
            Change::Remove(_) => move_one(app, path, &slot, &mut folders),
            Change::Replace(_) => {
                let replacement = Replacement {
                    app,
                    path,
                    slot: &slot,
                    number,
                };
                replacement.make(content, &mut folders, observer)?
            }
        };
        match done {
            Ok(()) => moved.push(number),
            Err(error) => {
                outcome.failed.insert(number, error.to_string());
            }
        }
        observer(Step::Moved(number))?;
    }
    let aside = Aside {
        app,
        changes,
        moved,
    };
    Ok((aside, outcome))
}

impl Aside<'_> {
    /// Deletes what was moved aside, and folders that are empty because of it.
    ///
    /// # Errors
    /// The marker can't be written (everything can still be restored), or a file can't
    /// be deleted (the next [`recover`] tries again).
    pub fn commit(self, observer: &mut Observer<'_>) -> io::Result<()> {
        let aside = self.app.join(FOLDER);
        write_synced(&aside.join(MARKER), b"")?;
        sync(&aside)?;
        observer(Step::Marked)?;
        let step = work::files("removing", self.moved.len());
        for number in &self.moved {
            step.done(1);
            fs_err::remove_file(slot(&aside, *number))?;
            observer(Step::Deleted(*number))?;
        }
        let moved = self
            .moved
            .iter()
            .filter_map(|number| self.changes.get(*number));
        remove_empty_folders(self.app, moved.map(Change::path));
        clear(&aside)?;
        observer(Step::Cleared)
    }

    /// Puts everything back.
    ///
    /// # Errors
    /// A file can't be moved back; the journal stays for the next [`recover`].
    pub fn restore(self) -> io::Result<()> {
        restore(self.app, &self.changes)?;
        clear(&self.app.join(FOLDER))
    }
}

/// Ends what an earlier run was stopped in the middle of.
///
/// # Errors
/// The folder is there but can't be read, or a file can't be moved back or deleted.
pub fn recover(app: &Path) -> io::Result<Recovered> {
    let aside = app.join(FOLDER);
    match fs_err::symlink_metadata(&aside) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Recovered::Nothing),
        Err(error) => return Err(error),
        Ok(metadata) if !metadata.is_dir() => {
            return Err(io::Error::other(format!(
                "{FOLDER} is not a folder of slugsmith"
            )));
        }
        Ok(_) => {}
    }
    let changes = match fs_err::read(aside.join(JOURNAL)) {
        Ok(text) => record::parse(&text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Some(Vec::new()),
        Err(error) => return Err(error),
    };
    let Some(changes) = changes else {
        return Err(io::Error::other(format!(
            "{FOLDER}/{JOURNAL} is damaged; files in {FOLDER} were left alone"
        )));
    };
    if fs_err::symlink_metadata(aside.join(MARKER)).is_ok() {
        remove_empty_folders(app, changes.iter().map(Change::path));
        clear(&aside)?;
        return Ok(Recovered::Finished);
    }
    let restored = restore(app, &changes)?;
    clear(&aside)?;
    Ok(match restored {
        0 => Recovered::Nothing,
        number => Recovered::Restored(number),
    })
}

fn restore(app: &Path, changes: &[Change]) -> io::Result<usize> {
    let aside = app.join(FOLDER);
    let mut folders = Folders::default();
    let mut restored = 0;
    for (number, change) in changes.iter().enumerate() {
        let path = change.path();
        let from = slot(&aside, number);
        if fs_err::symlink_metadata(&from).is_err() {
            continue;
        }
        folders.check(app, path)?;
        let to = app.join(path);
        // What somebody wrote there since is newer than what we hold.
        let replaced = matches!(change, Change::Replace(_));
        if replaced || fs_err::symlink_metadata(&to).is_err() {
            fs_err::rename(&from, &to)?;
            restored += 1;
        }
    }
    Ok(restored)
}

fn move_one(app: &Path, path: &Path, to: &Path, folders: &mut Folders) -> io::Result<()> {
    folders.check(app, path)?;
    fs_err::rename(app.join(path), to)
}

fn shard(aside: &Path, number: usize) -> PathBuf {
    aside.join((number / SHARD).to_string())
}

fn slot(aside: &Path, number: usize) -> PathBuf {
    shard(aside, number).join(number.to_string())
}

fn write_synced(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = fs_err::File::create(path)?;
    file.write_all(content)?;
    file.sync_all()
}

fn sync(folder: &Path) -> io::Result<()> {
    fs_err::File::open(folder)?.sync_all()
}

/// Removes the aside folder, the journal and the marker last, so that a stop in between
/// leaves enough to go on from.
fn clear(aside: &Path) -> io::Result<()> {
    for entry in fs_err::read_dir(aside)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            fs_err::remove_dir_all(entry.path())?;
        }
    }
    for name in [JOURNAL, MARKER] {
        match fs_err::remove_file(aside.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    fs_err::remove_dir_all(aside)
}
