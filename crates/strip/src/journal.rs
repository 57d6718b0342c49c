//! The journal of a removal, which keeps the app whole if we are stopped in the middle of it.
//!
//! Files are not deleted but moved into [`FOLDER`] inside the app, under numbers that a
//! journal maps to their paths. The journal is on disk before the first move, and a
//! marker after the last one: without the marker the next run moves everything back,
//! with it the next run finishes the deletion. So the app is either as it was or
//! completely stripped, and a retry can always tell which. A file that only shrinks is
//! moved aside in the same way, and its smaller self takes its place.
//!
//! Anyone can commit a folder of this name, so a journal counts only where it was written:
//! it names its own inode, which no checkout and no copy has. And whatever it says, all
//! moves stay [`Beneath`] the app.

mod record;
mod replace;

#[cfg(test)]
mod tests;

use slugsmith_facts::beneath::own;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use replace::Replacement;
use slugsmith_facts::beneath::{Beneath, Many};
use slugsmith_finding::work;

/// Where removed files wait until the removal is complete.
pub const FOLDER: &str = ".slugsmith-aside";
const JOURNAL: &str = "journal";
const MARKER: &str = "removed";
/// Numbered files per folder, so that no folder grows too large.
const SHARD: usize = 4096;

/// A point at which a test may stop the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checkpoint {
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
pub type Observer<'o> = dyn FnMut(Checkpoint) -> io::Result<()> + 'o;

/// What happens to one file; paths are relative to the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileChange {
    Remove(PathBuf),
    /// Smaller content takes its place.
    Replace(PathBuf),
}

impl FileChange {
    /// The file that changes, relative to the app.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Remove(path) | Self::Replace(path) => path,
        }
    }
}

/// The new content of a file that is replaced; `None` if there is none after all.
pub type Content<'c> = dyn Fn(&mut std::fs::File) -> io::Result<Option<Vec<u8>>> + 'c;

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
pub struct Aside {
    app: Beneath,
    changes: Vec<FileChange>,
    moved: Vec<usize>,
}

/// Moves files aside and puts new content in the place of some. Files that can't be
/// moved stay and are reported; [`Aside::commit`] or [`Aside::restore`] ends the removal.
///
/// # Errors
/// The journal can't be written; nothing is moved then.
pub fn move_aside(
    app: &Path,
    changes: Vec<FileChange>,
    content: &Content<'_>,
    observer: &mut Observer<'_>,
) -> io::Result<(Aside, Outcome)> {
    let app = Beneath::open(app)?;
    app.create_folders(Path::new(FOLDER))?;
    observer(Checkpoint::FolderMade)?;
    record::write(&app, &changes)?;
    sync(app.path())?;
    observer(Checkpoint::JournalWritten)?;
    let mut outcome = Outcome::default();
    let mut moved = Vec::with_capacity(changes.len());
    let step = work::files("moving aside", changes.len());
    let mut many = Many::new(&app);
    for (number, change) in changes.iter().enumerate() {
        step.done(1);
        if number.is_multiple_of(SHARD) {
            app.create_folders(&shard(number))?;
        }
        let path = change.path();
        let done = match change {
            FileChange::Remove(_) => ours(path).and_then(|()| many.move_file(path, &slot(number))),
            FileChange::Replace(_) => {
                let replacement = Replacement {
                    app: &app,
                    path,
                    slot: &slot(number),
                    number,
                };
                replacement.make(content, observer)?
            }
        };
        match done {
            Ok(()) => moved.push(number),
            Err(error) => {
                outcome.failed.insert(number, error.to_string());
            }
        }
        observer(Checkpoint::Moved(number))?;
    }
    let aside = Aside {
        app,
        changes,
        moved,
    };
    Ok((aside, outcome))
}

impl Aside {
    /// Deletes what was moved aside, and folders that are empty because of it.
    ///
    /// # Errors
    /// The marker can't be written (everything can still be restored), or a file can't
    /// be deleted (the next [`recover`] tries again).
    pub fn commit(self, observer: &mut Observer<'_>) -> io::Result<()> {
        let app = &self.app;
        write_synced(app, &inside(MARKER), b"")?;
        sync(&app.path().join(FOLDER))?;
        observer(Checkpoint::Marked)?;
        let step = work::files("removing", self.moved.len());
        let mut many = Many::new(app);
        for number in &self.moved {
            step.done(1);
            many.remove(&slot(*number))?;
            observer(Checkpoint::Deleted(*number))?;
        }
        let moved = self
            .moved
            .iter()
            .filter_map(|number| self.changes.get(*number));
        remove_empty_folders(app, moved.map(FileChange::path));
        clear(app)?;
        observer(Checkpoint::Cleared)
    }

    /// Puts everything back.
    ///
    /// # Errors
    /// A file can't be moved back; the journal stays for the next [`recover`].
    pub fn restore(self) -> io::Result<()> {
        restore(&self.app, &self.changes)?;
        clear(&self.app)
    }
}

/// Ends what an earlier run was stopped in the middle of.
///
/// # Errors
/// The folder is there but can't be read, is none that a run in this very folder left, or
/// a file can't be moved back or deleted.
pub fn recover(app: &Path) -> io::Result<Recovered> {
    let app = Beneath::open(app)?;
    match app.stat(Path::new(FOLDER)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Recovered::Nothing),
        Err(error) => return Err(error),
        Ok(_) if !app.is_folder(Path::new(FOLDER)) => {
            return Err(io::Error::other(format!(
                "{FOLDER} is not a folder of slugsmith"
            )));
        }
        Ok(_) => {}
    }
    let is_marked = app.has(&inside(MARKER));
    let journal = record::read(&app)?;
    let Some(changes) = journal else {
        // Stopped before the journal was complete, or when all but the marker was removed.
        let known = [record::UNFINISHED, MARKER];
        let names = app.names(Path::new(FOLDER))?;
        if names
            .iter()
            .all(|name| known.iter().any(|known| name == known))
        {
            clear(&app)?;
            return Ok(if is_marked {
                Recovered::Finished
            } else {
                Recovered::Nothing
            });
        }
        return Err(io::Error::other(format!(
            "{FOLDER} was not made by a run in this folder; files in {FOLDER} were left alone"
        )));
    };
    if is_marked {
        remove_empty_folders(&app, changes.iter().map(FileChange::path));
        clear(&app)?;
        return Ok(Recovered::Finished);
    }
    let restored = restore(&app, &changes)?;
    clear(&app)?;
    Ok(match restored {
        0 => Recovered::Nothing,
        number => Recovered::Restored(number),
    })
}

fn restore(app: &Beneath, changes: &[FileChange]) -> io::Result<usize> {
    let mut restored = 0;
    for (number, change) in changes.iter().enumerate() {
        let path = change.path();
        let from = slot(number);
        if !app.has(&from) {
            continue;
        }
        ours(path)?;
        // What somebody wrote there since is newer than what we hold.
        let is_free = match app.stat(path) {
            Ok(_) => false,
            Err(error) if error.kind() == io::ErrorKind::NotFound => true,
            Err(error) => return Err(error),
        };
        if is_free || matches!(change, FileChange::Replace(_)) {
            app.move_file(&from, path)?;
            restored += 1;
        }
    }
    Ok(restored)
}

/// Refuses paths that only a journal of somebody else could have.
fn ours(path: &Path) -> io::Result<()> {
    if path.starts_with(FOLDER) {
        let why = format!("{}: is a file of slugsmith", path.display());
        return Err(io::Error::other(why));
    }
    Ok(())
}

/// Removes folders that hold nothing any more, the deepest first. Not being able to is
/// no harm: an empty folder weighs nothing.
fn remove_empty_folders<'p>(app: &Beneath, paths: impl Iterator<Item = &'p Path>) {
    let mut folders: Vec<&Path> = paths
        .flat_map(|path| path.ancestors().skip(1))
        .filter(|folder| !folder.as_os_str().is_empty())
        .collect();
    folders.sort_unstable_by_key(|folder| (std::cmp::Reverse(folder.as_os_str().len()), *folder));
    folders.dedup();
    for folder in folders {
        if ours(folder).is_ok() {
            let _ = app.remove_empty_folder(folder);
        }
    }
}

fn inside(name: &str) -> PathBuf {
    Path::new(FOLDER).join(name)
}

fn shard(number: usize) -> PathBuf {
    inside(&(number / SHARD).to_string())
}

fn slot(number: usize) -> PathBuf {
    shard(number).join(number.to_string())
}

fn write_synced(app: &Beneath, path: &Path, content: &[u8]) -> io::Result<()> {
    app.remove(path)?;
    let mut file = app.create(path, 0o666)?;
    file.write_all(content)?;
    file.sync_all()
}

fn sync(folder: &Path) -> io::Result<()> {
    own::handle(folder)?.sync_all()
}

/// Removes the aside folder, the journal and the marker last, so that a stop in between
/// leaves enough to go on from.
fn clear(app: &Beneath) -> io::Result<()> {
    for name in app.names(Path::new(FOLDER))? {
        if name != JOURNAL && name != MARKER {
            app.remove(&Path::new(FOLDER).join(name))?;
        }
    }
    app.remove(&inside(JOURNAL))?;
    app.remove(Path::new(FOLDER))
}
