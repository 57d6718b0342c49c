//! Which files of a packed tree need not be unpacked, because strip would remove them again?
//!
//! The whole tree is stored, since a changed lockfile takes it as its base and another
//! strip level keeps more of it. Beside it stands a list of the files that the last strip
//! removed. When nothing but strip will look at the tree before the app starts, these are
//! left out of the unpack. Strip then decides as if they were there ([`LeftOut`] lists them
//! and has their contents), and whatever it keeps this time is unpacked after all. So the
//! list is a guess that saves time: a stale or damaged one costs time and nothing else.

use slugsmith_facts::beneath::own;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::inputs::{digest, read_regular};
use super::pack::{Fault, Part};
use super::store::{Kept, Record, Store};
use slugsmith_config::StripConfig;
use slugsmith_facts::absent::{self, Absent};
use slugsmith_facts::tree::{Entry, EntryKind};
use slugsmith_finding::error;

/// The list's name in the store.
pub(super) const NAME: &str = "left-out";
const LIST: &str = "list.zst";
const REPORT: &str = "report.zst";
/// More than any list has, uncompressed; a broken file must not fill the memory.
const MOST_BYTES: usize = 64_000_000;

/// A packed tree that only strip looks at before the app starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// Holds `index` and `frames`.
    pub folder: PathBuf,
    /// Digest of the index.
    pub digest: String,
    /// Paths relative to the app that were not unpacked.
    pub left_out: HashSet<PathBuf>,
    /// The same of files that name the folder of the build, and are written anew.
    pub rewritten: HashSet<PathBuf>,
}

/// What strip decided about the app, as far as the next unpack can use it.
#[derive(Debug)]
pub struct Decided<'a> {
    /// Nothing was decided anew: what is kept holds still.
    pub is_recalled: bool,
    /// Paths relative to the app.
    pub removed: HashSet<&'a Path>,
    /// Strip's own memory, which [`Absent::remembered`] gives back.
    pub memory: Option<Vec<u8>>,
}

/// What the list depends on beside the pack. It only has to be roughly right: under other
/// settings most files of the list would have to be unpacked one by one.
fn settings(config: &StripConfig) -> String {
    let text = format!(
        "{} {:?} {:?} {:?}",
        env!("CARGO_PKG_VERSION"),
        config.level.value,
        config.keep.value,
        config.remove.value
    );
    digest(text.as_bytes())
}

/// The files to leave out of a pack; empty where nothing is known.
///
/// # Errors
/// The pack can't be read.
pub fn list(
    store: &Store,
    pack: &Path,
    pack_digest: &str,
    config: &StripConfig,
) -> Result<HashSet<PathBuf>, Fault> {
    let Some(numbers) = read(store, pack_digest, config) else {
        return Ok(HashSet::new());
    };
    let part = Part::open(pack, pack_digest)?;
    let paths = numbers.iter().filter_map(|number| part.path(*number));
    Ok(paths.map(Path::to_owned).collect())
}

fn read(store: &Store, pack_digest: &str, config: &StripConfig) -> Option<Vec<usize>> {
    let stored = read_regular(&store.folder(NAME).join(LIST)).ok()?;
    let text = String::from_utf8(zstd::bulk::decompress(&stored, MOST_BYTES).ok()?).ok()?;
    let mut lines = text.lines();
    let fits = lines.next()? == pack_digest && lines.next()? == settings(config);
    if !fits {
        return None;
    }
    lines.map(|line| line.parse().ok()).collect()
}

/// The packed tree of this build, as strip sees it. Where another buildpack installed there is
/// none: everything is on disk then, and only what strip decided is remembered.
pub struct LeftOut<'a> {
    app: &'a Path,
    store: &'a Store,
    pack: Option<Part>,
    whole: absent::Packed,
    /// Entry numbers of what is not on disk, by path; folders that only held such files are
    /// among them.
    numbers: HashMap<PathBuf, usize>,
}

impl<'a> LeftOut<'a> {
    /// # Errors
    /// The pack, which was read a moment ago, can't be read any more.
    pub fn of(
        app: &'a Path,
        store: &'a Store,
        packed: Option<&Packed>,
    ) -> slugsmith_finding::error::Result<Self> {
        let Some(packed) = packed else {
            return Ok(Self {
                app,
                store,
                pack: None,
                whole: absent::Packed::default(),
                numbers: HashMap::new(),
            });
        };
        let pack = Part::open(&packed.folder, &packed.digest)
            .map_err(|fault| error::io("reading", &packed.folder, &fault.into()))?;
        let entries: Vec<Entry> = pack.entries().collect();
        let is_absent = |entry: &Entry| {
            packed.left_out.contains(entry.path())
                || !packed.left_out.is_empty()
                    && entry.kind() == EntryKind::Directory
                    && fs_err::symlink_metadata(app.join(entry.path())).is_err()
        };
        let numbers = entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| is_absent(entry))
            .map(|(number, entry)| (entry.path().to_owned(), number))
            .collect();
        let whole = absent::Packed {
            roots: pack.roots().to_vec(),
            digest: packed.digest.clone(),
            entries,
            rewritten: packed.rewritten.clone(),
        };
        Ok(Self {
            app,
            store,
            pack: Some(pack),
            whole,
            numbers,
        })
    }

    /// Keeps for the next build what this strip removed from the pack, and what it wants to remember.
    /// Failing costs time and nothing else.
    pub fn remember(&self, config: &StripConfig, decided: &Decided<'_>) {
        let kept = if decided.is_recalled {
            self.store.commit(NAME, &Record::default(), Kept::CACHE)
        } else {
            self.keep(config, decided)
        };
        if kept.is_err() {
            forget(self.store);
        }
    }

    fn keep(&self, config: &StripConfig, decided: &Decided<'_>) -> std::io::Result<()> {
        if self.pack.is_none() && decided.memory.is_none() {
            return self.store.discard(NAME);
        }
        let folder = self.store.begin(NAME)?;
        if let Some(pack) = &self.pack {
            let list = self.list(pack, config, &decided.removed);
            own::write(folder.join(LIST), zstd::bulk::compress(list.as_bytes(), 3)?)?;
        }
        if let Some(memory) = &decided.memory {
            own::write(folder.join(REPORT), memory)?;
        }
        self.store.commit(NAME, &Record::default(), Kept::CACHE)
    }

    /// What the list holds: the pack, the settings, then numbers of entries.
    fn list(&self, pack: &Part, config: &StripConfig, removed: &HashSet<&Path>) -> String {
        let mut text = format!("{}\n{}\n", self.whole.digest, settings(config));
        let mut folders_that_take_files = HashSet::new();
        for (number, entry) in self.whole.entries.iter().enumerate() {
            let path = entry.path();
            if entry.kind() == EntryKind::Directory && entry.mode() & 0o300 == 0o300 {
                folders_that_take_files.insert(path);
            }
            // Manifests are read from the disk by more than strip.
            let is_manifest = path
                .file_name()
                .is_some_and(|name| name == slugsmith_ecosystems::javascript::MANIFEST);
            let may_come_back = path
                .parent()
                .is_some_and(|folder| folders_that_take_files.contains(folder));
            if removed.contains(path) && pack.is_file(number) && may_come_back && !is_manifest {
                text.push_str(&number.to_string());
                text.push('\n');
            }
        }
        text
    }
}

/// The files that say what strip removed from the pack of this digest; `None` where those here are
/// of another one.
pub(super) fn of(store: &Store, pack_digest: &str) -> Option<BTreeMap<String, Vec<u8>>> {
    let folder = store.folder(NAME);
    let stored = read_regular(&folder.join(LIST)).ok()?;
    let text = zstd::bulk::decompress(&stored, MOST_BYTES).ok()?;
    text.strip_prefix(pack_digest.as_bytes())?
        .strip_prefix(b"\n")?;
    let mut files = BTreeMap::from([(LIST.to_owned(), stored)]);
    if let Ok(report) = read_regular(&folder.join(REPORT)) {
        files.insert(REPORT.to_owned(), report);
    }
    Some(files)
}

/// Takes over such files of another build.
pub(super) fn bring(store: &Store, files: &BTreeMap<String, Vec<u8>>) -> std::io::Result<()> {
    let folder = store.begin(NAME)?;
    for name in [LIST, REPORT] {
        if let Some(content) = files.get(name) {
            own::write(folder.join(name), content)?;
        }
    }
    store.hold_over(NAME, &Record::default(), Kept::CACHE)
}

/// What can't be kept is not left half kept.
fn forget(store: &Store) {
    // What can't be removed is judged again by the next build.
    let _ = store.discard(NAME);
}

impl Absent for LeftOut<'_> {
    fn entries(&self) -> Vec<Entry> {
        let entries = self.whole.entries.iter();
        entries
            .filter(|entry| self.numbers.contains_key(entry.path()))
            .cloned()
            .collect()
    }

    fn has(&self, path: &Path) -> bool {
        self.numbers.contains_key(path)
    }

    fn text(&self, path: &str) -> Option<Vec<u8>> {
        let number = self.numbers.get(Path::new(path))?;
        self.pack.as_ref()?.content(*number).ok()
    }

    fn packed(&self) -> Option<&absent::Packed> {
        Some(&self.whole)
    }

    fn remembered(&self) -> Option<Vec<u8>> {
        read_regular(&self.store.folder(NAME).join(REPORT)).ok()
    }

    fn bring_back(&self, paths: &[&Path]) -> std::io::Result<()> {
        let Some(pack) = &self.pack else {
            return Ok(());
        };
        let numbers: Vec<usize> = paths
            .iter()
            .filter_map(|path| self.numbers.get(*path).copied())
            .filter(|number| pack.is_file(*number))
            .collect();
        if numbers.is_empty() {
            return Ok(());
        }
        pack.fill(self.app, &numbers).map_err(std::io::Error::from)
    }
}

/// Takes out of a list what lies in a cache of its own, which must see all of it.
pub(super) fn without(left_out: &mut HashSet<PathBuf>, kept: &[PathBuf]) {
    left_out.retain(|path| !kept.iter().any(|folder| path.starts_with(folder)));
}
