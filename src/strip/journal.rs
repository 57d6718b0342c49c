//! How does the app stay whole if we are stopped while removing?
//!
//! Files are not deleted but moved into [`FOLDER`] inside the app, under numbers that a
//! journal maps to their paths. The journal is on disk before the first move, and a
//! marker after the last one: without the marker the next run moves everything back,
//! with it the next run finishes the deletion. So the app is either as it was or
//! completely stripped, and a retry can always tell which.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

/// Where removed files wait until the removal is complete.
pub const FOLDER: &str = ".slugsmith-aside";
const JOURNAL: &str = "journal";
const MARKER: &str = "removed";
/// First and last words of a journal; one that lacks the last was cut short.
const HEAD: &[u8] = b"slugsmith-journal 1";
const END: &[u8] = b"end";
/// Numbered files per folder, so that no folder grows too large.
const SHARD: usize = 4096;

/// A point at which a test may stop the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    FolderMade,
    JournalWritten,
    Moved(usize),
    Marked,
    Deleted(usize),
    Cleared,
}

/// Called after each step; an error stops the work there, as a kill would.
pub type Observer<'o> = dyn FnMut(Step) -> io::Result<()> + 'o;

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
    paths: Vec<PathBuf>,
    moved: Vec<usize>,
}

/// Moves `paths` (relative to `app`) aside. Files that can't be moved stay and are
/// reported; [`Aside::commit`] or [`Aside::restore`] ends the removal.
///
/// # Errors
/// The journal can't be written; nothing is moved then.
pub fn move_aside<'a>(
    app: &'a Path,
    paths: Vec<PathBuf>,
    observer: &mut Observer<'_>,
) -> io::Result<(Aside<'a>, Outcome)> {
    let aside = app.join(FOLDER);
    fs_err::create_dir_all(&aside)?;
    observer(Step::FolderMade)?;
    write_journal(&aside, &paths)?;
    sync(app)?;
    observer(Step::JournalWritten)?;
    let mut outcome = Outcome::default();
    let mut moved = Vec::with_capacity(paths.len());
    let mut folders = Folders::default();
    for (number, path) in paths.iter().enumerate() {
        if number.is_multiple_of(SHARD) {
            fs_err::create_dir_all(shard(&aside, number))?;
        }
        match move_one(app, path, &slot(&aside, number), &mut folders) {
            Ok(()) => moved.push(number),
            Err(error) => {
                outcome.failed.insert(number, error.to_string());
            }
        }
        observer(Step::Moved(number))?;
    }
    Ok((Aside { app, paths, moved }, outcome))
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
        for number in &self.moved {
            fs_err::remove_file(slot(&aside, *number))?;
            observer(Step::Deleted(*number))?;
        }
        let moved = self
            .moved
            .iter()
            .filter_map(|number| self.paths.get(*number));
        remove_empty_folders(self.app, moved.map(PathBuf::as_path));
        clear(&aside)?;
        observer(Step::Cleared)
    }

    /// Puts everything back.
    ///
    /// # Errors
    /// A file can't be moved back; the journal stays for the next [`recover`].
    pub fn restore(self) -> io::Result<()> {
        restore(self.app, &self.paths)?;
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
    let paths = match fs_err::read(aside.join(JOURNAL)) {
        Ok(text) => parse_journal(&text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Some(Vec::new()),
        Err(error) => return Err(error),
    };
    let Some(paths) = paths else {
        return Err(io::Error::other(format!(
            "{FOLDER}/{JOURNAL} is damaged; files in {FOLDER} were left alone"
        )));
    };
    if fs_err::symlink_metadata(aside.join(MARKER)).is_ok() {
        remove_empty_folders(app, paths.iter().map(PathBuf::as_path));
        clear(&aside)?;
        return Ok(Recovered::Finished);
    }
    let restored = restore(app, &paths)?;
    clear(&aside)?;
    Ok(match restored {
        0 => Recovered::Nothing,
        number => Recovered::Restored(number),
    })
}

fn restore(app: &Path, paths: &[PathBuf]) -> io::Result<usize> {
    let aside = app.join(FOLDER);
    let mut folders = Folders::default();
    let mut restored = 0;
    for (number, path) in paths.iter().enumerate() {
        let from = slot(&aside, number);
        if fs_err::symlink_metadata(&from).is_err() {
            continue;
        }
        folders.check(app, path)?;
        let to = app.join(path);
        // What somebody wrote there since is newer than what we hold.
        if fs_err::symlink_metadata(&to).is_err() {
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

/// Folders that are known to be real ones, so that no link leads us out of the app.
#[derive(Default)]
struct Folders {
    last: Option<PathBuf>,
}

impl Folders {
    fn check(&mut self, app: &Path, path: &Path) -> io::Result<()> {
        let refused = |why: &str| Err(io::Error::other(format!("{}: {why}", path.display())));
        let parts = path.components().collect::<Vec<_>>();
        let plain = parts
            .iter()
            .all(|part| matches!(part, Component::Normal(_)));
        if !plain || parts.is_empty() || path.starts_with(FOLDER) {
            return refused("is no path inside the app");
        }
        let Some(parent) = path.parent() else {
            return refused("has no folder");
        };
        if self.last.as_deref() == Some(parent) {
            return Ok(());
        }
        let mut at = app.to_owned();
        for part in parent.components() {
            at.push(part);
            if !fs_err::symlink_metadata(&at)?.is_dir() {
                return refused("a folder above it is a link");
            }
        }
        self.last = Some(parent.to_owned());
        Ok(())
    }
}

fn shard(aside: &Path, number: usize) -> PathBuf {
    aside.join((number / SHARD).to_string())
}

fn slot(aside: &Path, number: usize) -> PathBuf {
    shard(aside, number).join(number.to_string())
}

fn write_journal(aside: &Path, paths: &[PathBuf]) -> io::Result<()> {
    let mut text = Vec::new();
    for word in std::iter::once(HEAD)
        .chain(paths.iter().map(|path| path.as_os_str().as_bytes()))
        .chain([b"".as_slice(), END])
    {
        text.extend_from_slice(word);
        text.push(0);
    }
    let temporary = aside.join("journal.new");
    write_synced(&temporary, &text)?;
    fs_err::rename(&temporary, aside.join(JOURNAL))?;
    sync(aside)
}

/// The paths of a journal; `None` if it is cut short or none of ours.
fn parse_journal(text: &[u8]) -> Option<Vec<PathBuf>> {
    let body = text
        .strip_prefix(HEAD)?
        .strip_prefix(b"\0")?
        .strip_suffix(b"\0end\0")?;
    Some(
        body.split(|byte| *byte == 0)
            .filter(|path| !path.is_empty())
            .map(|path| PathBuf::from(OsStr::from_bytes(path)))
            .collect(),
    )
}

fn write_synced(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = fs_err::File::create(path)?;
    file.write_all(content)?;
    file.sync_all()
}

fn sync(folder: &Path) -> io::Result<()> {
    fs_err::File::open(folder)?.sync_all()
}

/// Removes folders that hold nothing any more, the deepest first. Not being able to is
/// no harm: an empty folder weighs nothing.
fn remove_empty_folders<'p>(app: &Path, paths: impl Iterator<Item = &'p Path>) {
    let mut folders: Vec<&Path> = paths
        .flat_map(|path| path.ancestors().skip(1))
        .filter(|folder| !folder.as_os_str().is_empty())
        .collect();
    folders.sort_unstable_by_key(|folder| std::cmp::Reverse(folder.as_os_str().len()));
    folders.dedup();
    let mut links = Folders::default();
    for folder in folders {
        if links.check(app, folder).is_ok() {
            let _ = fs_err::remove_dir(app.join(folder));
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    /// Content and inode of everything in a folder.
    fn picture(root: &Path) -> BTreeMap<PathBuf, (Vec<u8>, u64)> {
        crate::facts::tree::Tree::read(root)
            .entries()
            .iter()
            .map(|entry| {
                let path = root.join(entry.path());
                let inode = fs_err::symlink_metadata(&path).unwrap().ino();
                let content = fs_err::read(&path).unwrap_or_default();
                (entry.path().to_owned(), (content, inode))
            })
            .collect()
    }

    fn app() -> (tempfile::TempDir, Vec<PathBuf>) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs_err::create_dir_all(root.join("a/b")).unwrap();
        let odd = OsStr::from_bytes(b"a/b/\xff odd\n");
        let paths: Vec<PathBuf> = ["a/one", "a/b/two", "three"]
            .iter()
            .map(PathBuf::from)
            .chain([PathBuf::from(odd)])
            .collect();
        for path in &paths {
            fs_err::write(root.join(path), path.as_os_str().as_bytes()).unwrap();
        }
        fs_err::write(root.join("kept"), "kept").unwrap();
        fs_err::hard_link(root.join("kept"), root.join("a/hard")).unwrap();
        (
            folder,
            paths.into_iter().chain([PathBuf::from("a/hard")]).collect(),
        )
    }

    fn remove(root: &Path, paths: Vec<PathBuf>, observer: &mut Observer<'_>) -> io::Result<()> {
        move_aside(root, paths, observer)?.0.commit(observer)
    }

    #[test]
    fn stopped_at_any_step_the_app_is_whole_after_recovery() {
        let mut steps = 0;
        let (folder, paths) = app();
        let untouched = picture(folder.path()).len();
        remove(folder.path(), paths, &mut |_| {
            steps += 1;
            Ok(())
        })
        .unwrap();
        let stripped: Vec<_> = picture(folder.path()).into_keys().collect();
        assert_eq!(stripped, [PathBuf::from("kept")]);
        assert_eq!(untouched, 8);
        for stop in 1..=steps {
            let (folder, paths) = app();
            let before = picture(folder.path());
            let mut step = 0;
            let mut marked = false;
            remove(folder.path(), paths, &mut |at| {
                step += 1;
                marked |= at == Step::Marked;
                if step == stop {
                    Err(io::Error::other("killed"))
                } else {
                    Ok(())
                }
            })
            .unwrap_err();
            recover(folder.path()).unwrap();
            let after = picture(folder.path());
            if marked {
                assert_eq!(
                    after.into_keys().collect::<Vec<_>>(),
                    stripped,
                    "stopped at {stop}"
                );
            } else {
                assert_eq!(after, before, "stopped at {stop}");
            }
            assert_eq!(recover(folder.path()).unwrap(), Recovered::Nothing);
        }
    }

    #[test]
    fn everything_can_be_put_back() {
        let (folder, paths) = app();
        let before = picture(folder.path());
        let (aside, _) = move_aside(folder.path(), paths, &mut |_| Ok(())).unwrap();
        aside.restore().unwrap();
        assert_eq!(picture(folder.path()), before);
    }

    #[test]
    fn links_and_foreign_journals_lead_nowhere() {
        let outside = tempfile::tempdir().unwrap();
        fs_err::write(outside.path().join("precious"), "x").unwrap();
        let (folder, _) = app();
        let root = folder.path();
        std::os::unix::fs::symlink(outside.path(), root.join("out")).unwrap();
        let paths = [
            "out/precious",
            "../x",
            "/etc/passwd",
            ".slugsmith-aside/journal",
        ];
        let paths = paths.iter().map(PathBuf::from).collect();
        let (aside, outcome) = move_aside(root, paths, &mut |_| Ok(())).unwrap();
        assert_eq!(outcome.failed.len(), 4);
        aside.commit(&mut |_| Ok(())).unwrap();
        assert!(outside.path().join("precious").exists());
        // A journal that somebody committed to the repository.
        let aside = root.join(FOLDER);
        fs_err::create_dir_all(aside.join("0")).unwrap();
        fs_err::write(aside.join("0/0"), "evil").unwrap();
        write_journal(&aside, &[PathBuf::from("out/planted")]).unwrap();
        assert!(recover(root).is_err());
        assert!(!outside.path().join("planted").exists());
    }

    #[test]
    fn a_damaged_journal_deletes_nothing() {
        let (folder, _) = app();
        let aside = folder.path().join(FOLDER);
        fs_err::create_dir_all(aside.join("0")).unwrap();
        fs_err::write(aside.join("0/0"), "data").unwrap();
        fs_err::write(aside.join(JOURNAL), "slugsmith-journal 1\0a/o").unwrap();
        assert!(recover(folder.path()).is_err());
        assert!(aside.join("0/0").exists());
    }

    #[test]
    fn a_file_that_vanished_is_reported_and_the_rest_goes() {
        let (folder, mut paths) = app();
        paths.push(PathBuf::from("a/never"));
        let (aside, outcome) = move_aside(folder.path(), paths, &mut |_| Ok(())).unwrap();
        assert_eq!(outcome.failed.keys().copied().collect::<Vec<_>>(), [5]);
        aside.commit(&mut |_| Ok(())).unwrap();
        assert!(!folder.path().join("a").exists());
    }
}
