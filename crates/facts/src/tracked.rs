//! Which files git tracks, for whoever asks what a push takes: a file that was committed before `.gitignore` named it
//! is pushed all the same.
//!
//! Read from the index (git's `Documentation/gitformat-index.adoc`), versions 2 to 4 with SHA-1. What can't be read
//! tracks nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::beneath;

/// No index that is read is larger, in bytes: about 600,000 files.
const LARGEST_INDEX: u64 = 64_000_000;
/// Bytes of all paths together: version 4 repeats the beginning of the last path for nothing.
const MOST_OF_PATHS: usize = 128_000_000;
/// Times, owner, size and SHA-1 before the flags.
const BEFORE_FLAGS: usize = 60;
/// Offset of the mode in an entry.
const MODE: usize = 24;
/// Bit of the flags that says that there are more of them.
const EXTENDED: u16 = 0x4000;

/// Paths below the app that git tracks.
#[derive(Debug, Default)]
pub struct Tracked {
    paths: BTreeSet<String>,
    /// The app is in a repository.
    is_known: bool,
}

impl Tracked {
    /// The tracked files of the app, which may be a folder of its repository.
    #[must_use]
    pub fn read(app: &Path) -> Self {
        let top = std::path::absolute(app).ok();
        Self {
            paths: below(app).unwrap_or_default(),
            is_known: top
                .is_none_or(|app| app.ancestors().any(|folder| folder.join(".git").exists())),
        }
    }

    /// Whether git tracks the file, or a file below the folder.
    #[must_use]
    pub fn has(&self, path: &str, is_folder: bool) -> bool {
        if !is_folder {
            return self.paths.contains(path);
        }
        let folder = format!("{path}/");
        let mut behind = self.paths.range(folder.clone()..);
        behind
            .next()
            .is_some_and(|first| first.starts_with(&folder))
    }
}

/// What a push leaves out, path by path: what a list names and git does not track. A folder that a list names although
/// git tracks a file in it is walked into, and what else is in it is left out.
#[derive(Debug, Default)]
pub struct Unpushed {
    tracked: Tracked,
    /// The outermost folder of these that is walked through.
    named: Option<String>,
}

impl Unpushed {
    /// For the app's own repository; without one, all that a list names is left out.
    #[must_use]
    pub fn of(app: &Path) -> Self {
        Self {
            tracked: Tracked::read(app),
            named: None,
        }
    }

    /// Whether a repository says which files were committed in spite of a list.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.tracked.is_known
    }

    /// Notes that a folder is walked into; `is_named` where a list names it.
    pub fn enter(&mut self, folder: &str, is_named: bool) {
        if !self.is_below_named(folder) {
            self.named = is_named.then(|| folder.to_owned());
        }
    }

    /// Whether a path of the folders that were entered is left out.
    #[must_use]
    pub fn has(&self, path: &str, is_folder: bool, is_named: bool) -> bool {
        (is_named || self.is_below_named(path)) && !self.tracked.has(path, is_folder)
    }

    fn is_below_named(&self, path: &str) -> bool {
        let rest = self
            .named
            .as_ref()
            .and_then(|folder| path.strip_prefix(folder.as_str()));
        rest.is_some_and(|rest| rest.starts_with('/'))
    }
}

fn below(app: &Path) -> Option<BTreeSet<String>> {
    let app = std::path::absolute(app).ok()?;
    let top = app
        .ancestors()
        .find(|folder| folder.join(".git").exists())?;
    let index = beneath::read_at_most(&git_folder(top)?.join("index"), LARGEST_INDEX).ok()?;
    let prefix = app.strip_prefix(top).ok()?.to_str()?;
    let all = paths(&index)?;
    let own = all.into_iter().filter_map(|path| {
        if prefix.is_empty() {
            return Some(path);
        }
        Some(path.strip_prefix(prefix)?.strip_prefix('/')?.to_owned())
    });
    Some(own.collect())
}

/// `.git`, or the folder that a file of this name leads to, as in a second worktree.
fn git_folder(top: &Path) -> Option<PathBuf> {
    let git = top.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    let text = beneath::text_in_at_most(top, Path::new(".git"), 4_096).ok()?;
    Some(top.join(text.strip_prefix("gitdir:")?.trim()))
}

/// The paths of an index; `None` if this is none that is known.
fn paths(index: &[u8]) -> Option<Vec<String>> {
    let rest = index.strip_prefix(b"DIRC")?;
    let version = u32::from_be_bytes(*rest.first_chunk()?);
    let count = u32::from_be_bytes(*rest.get(4..)?.first_chunk()?);
    if !(2..=4).contains(&version) {
        return None;
    }
    let mut at = 12;
    let mut found: Vec<String> = Vec::new();
    let mut last: Vec<u8> = Vec::new();
    let mut left = MOST_OF_PATHS;
    for _ in 0..count {
        let entry = index.get(at..)?;
        let mode = u32::from_be_bytes(*entry.get(MODE..)?.first_chunk()?);
        let flags = u16::from_be_bytes(*entry.get(BEFORE_FLAGS..)?.first_chunk()?);
        // A file, a link, or a module; anything else is no entry with a SHA-1.
        if !matches!(mode >> 12, 0o10 | 0o12 | 0o16) {
            return None;
        }
        let more = if version > 2 && flags & EXTENDED != 0 {
            2
        } else {
            0
        };
        let mut name_at = BEFORE_FLAGS + 2 + more;
        let mut kept = 0;
        if version == 4 {
            let (cut, length) = offset(entry.get(name_at..)?)?;
            kept = last.len().checked_sub(cut)?;
            name_at += length;
        }
        let name = entry.get(name_at..)?;
        let length = name.iter().position(|byte| *byte == 0)?;
        last.truncate(kept);
        last.extend_from_slice(name.get(..length)?);
        left = left.checked_sub(last.len())?;
        found.extend(std::str::from_utf8(&last).ok().map(str::to_owned));
        let end = name_at + length;
        // Up to version 3 an entry ends with one to eight zeros, at a multiple of eight.
        at += if version == 4 {
            end + 1
        } else {
            (end + 8) & !7
        };
    }
    Some(found)
}

/// How many bytes of the last path fall away in version 4, and the length of that number.
fn offset(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0_usize;
    for (byte, length) in bytes.iter().zip(1..=4) {
        value = (value << 7) | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, length));
        }
        value += 1;
    }
    None
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    fn entry(version: u32, cut: u8, name: &str) -> Vec<u8> {
        let mut entry = vec![0; BEFORE_FLAGS + 2];
        entry.splice(MODE..MODE + 4, 0o100_644_u32.to_be_bytes());
        if version == 4 {
            entry.push(cut);
        }
        entry.extend_from_slice(name.as_bytes());
        entry.push(0);
        while version < 4 && !entry.len().is_multiple_of(8) {
            entry.push(0);
        }
        entry
    }

    /// An index of these paths, each with how many bytes of the one before fall away in version 4.
    pub(crate) fn index(version: u32, entries: &[(u8, &str)]) -> Vec<u8> {
        let mut index = b"DIRC".to_vec();
        index.extend(version.to_be_bytes());
        index.extend(u32::try_from(entries.len()).unwrap().to_be_bytes());
        for (cut, name) in entries {
            index.extend(entry(version, *cut, name));
        }
        index
    }

    #[test]
    fn both_forms_of_an_entry_are_read() {
        let whole = index(2, &[(0, ".env"), (0, "src/app.js"), (0, "src/cart.js")]);
        let short = index(4, &[(0, ".env"), (4, "src/app.js"), (6, "cart.js")]);
        let wanted = [".env", "src/app.js", "src/cart.js"];
        assert_eq!(paths(&whole).unwrap(), wanted);
        assert_eq!(paths(&short).unwrap(), wanted);
    }

    #[test]
    fn what_is_damaged_tracks_nothing() {
        let whole = index(4, &[(0, ".env"), (4, "src/app.js")]);
        for end in 0..whole.len() {
            assert_eq!(paths(&whole[..end]), None, "{end}");
        }
        assert_eq!(paths(&index(4, &[(9, "a")])), None);
        assert_eq!(paths(&index(5, &[])), None);
    }

    #[test]
    fn a_small_index_of_endless_paths_tracks_nothing() {
        let first = "a".repeat(100_000);
        let mut entries = vec![(0, first.as_str())];
        entries.resize(MOST_OF_PATHS / first.len() + 1, (0, ""));
        assert_eq!(paths(&index(4, &entries)), None);
        entries.pop();
        assert_eq!(paths(&index(4, &entries)).map(|all| all.len()), Some(1_280));
    }

    #[test]
    fn a_folder_of_the_repository_is_the_app() {
        let top = tempfile::tempdir().unwrap();
        let app = top.path().join("web");
        fs_err::create_dir_all(&app).unwrap();
        fs_err::create_dir(top.path().join(".git")).unwrap();
        fs_err::write(
            top.path().join(".git/index"),
            index(2, &[(0, ".env"), (0, "web/config/a.yml")]),
        )
        .unwrap();
        let tracked = Tracked::read(&app);
        assert!(tracked.has("config/a.yml", false) && tracked.has("config", true));
        assert!(!tracked.has(".env", false) && !tracked.has("conf", true));
        assert!(Tracked::read(top.path()).has(".env", false));
    }
}
