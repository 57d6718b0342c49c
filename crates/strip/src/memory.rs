//! Did the last strip look at this very app, and what did it decide?
//!
//! A decision is a function of the app's files, the strip settings, the machine and this
//! program. Where all of them are what they were, the remembered report is the answer, and
//! the sources of all packages need not be read again. Files of a packed tree are not
//! looked at one by one: the digest of the pack stands for them, but for those that were written
//! anew since.

use std::path::Path;
use std::sync::OnceLock;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Input;
use super::journal::FileChange;
use super::report::StripReport;
use slugsmith_facts::absent::Packed;
use slugsmith_facts::beneath;
use slugsmith_facts::environment::Environment;
use slugsmith_facts::tree::{Entry, EntryKind, Tree};
use slugsmith_finding::work;

/// The only variables that a decision depends on; strip gets no other.
const VARIABLES: &[&str] = &[
    "BP_EXCLUDE_FILES",
    "BP_INCLUDE_FILES",
    "BUNDLE_WITHOUT",
    "NODE_OPTIONS",
    "NODE_ENV",
    "NODE_PATH",
    "NPM_CONFIG_PRODUCTION",
    "YARN_PRODUCTION",
    "YARN2_SKIP_PRUNING",
    "PNPM_SKIP_PRUNING",
];
/// Larger files are never read for a decision, only counted, in bytes.
const LARGEST_READ: u64 = super::reading::MAX_TEXT;
/// More than any report has, uncompressed; a broken file must not fill the memory.
const MOST_BYTES: usize = 256_000_000;
const DIGEST_LENGTH: usize = 64;

/// A report and what it holds for.
#[derive(Debug, Serialize, Deserialize)]
pub struct Memory {
    basis: String,
    report: StripReport,
}

/// What a decision about this app depends on, as one digest. `whole` lists all files of
/// the app, also those that are not on disk; `packed` is what the pack holds. `None` where
/// something can't be read, or the packed tree is not as it was packed.
#[must_use]
pub fn basis(whole: &Tree, packed: &Packed, input: &Input<'_>) -> Option<String> {
    let (config, environment) = (&input.config.strip, input.environment);
    if !whole.unread().is_empty() {
        return None;
    }
    let is_packed = |entry: &&Entry| {
        let path = entry.path();
        packed.roots.iter().any(|root| path.starts_with(root)) && !packed.rewritten.contains(path)
    };
    let (inside, outside): (Vec<&Entry>, Vec<&Entry>) = whole.entries().iter().partition(is_packed);
    if !is_as_packed(&inside, packed) {
        return None;
    }
    let mut hasher = blake3::Hasher::new();
    let mut add = |part: &[u8]| {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    };
    add(program()?.as_bytes());
    add(packed.digest.as_bytes());
    add(format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        input.commands,
        config.level.value,
        config.keep.value,
        config.remove.value,
        config.layers.value,
        environment.target,
        environment.world,
        VARIABLES
            .iter()
            .map(|name| environment.get(name))
            .collect::<Vec<_>>()
    )
    .as_bytes());
    let step = work::files("comparing with the last build", outside.len());
    let contents: Vec<Option<blake3::Hash>> = outside
        .par_iter()
        .inspect(|_| step.done(1))
        .map(|entry| content(whole.root(), entry))
        .collect();
    for (entry, content) in outside.iter().zip(contents) {
        add(entry.path_bytes());
        add(&entry.mode().to_le_bytes());
        add(&entry.size().to_le_bytes());
        add(format!("{:?}", entry.kind()).as_bytes());
        add(content?.as_bytes());
    }
    Some(hasher.finalize().to_hex().to_string())
}

/// The environment without the variables that no decision may depend on.
#[must_use]
pub fn only_what_counts(environment: &Environment) -> Environment {
    let mut environment = environment.clone();
    environment
        .variables
        .retain(|name, _| VARIABLES.contains(&name.as_str()));
    environment
}

/// Whether the entries have the paths, kinds, sizes and modes that were packed. Nothing of
/// the app ran since then, so that contents are the same, too. What was written anew is not
/// among them.
fn is_as_packed(inside: &[&Entry], packed: &Packed) -> bool {
    let entries = packed.entries.iter();
    let mut wanted: Vec<&Entry> = entries
        .filter(|entry| !packed.rewritten.contains(entry.path()))
        .collect();
    wanted.sort_unstable_by_key(|entry| entry.path());
    wanted.len() == inside.len()
        && wanted.iter().zip(inside).all(|(wanted, inner)| {
            // A second name is packed without its size.
            let is_second_name = inner.links() > 1;
            wanted.path() == inner.path()
                && wanted.kind() == inner.kind()
                && (is_second_name
                    || wanted.size() == inner.size()
                        && (wanted.mode() == inner.mode() || inner.kind() == EntryKind::Symlink))
        })
}

/// `None` if it can't be read.
fn content(root: &Path, entry: &Entry) -> Option<blake3::Hash> {
    let path = root.join(entry.path());
    let bytes = match entry.kind() {
        EntryKind::File if entry.size() <= LARGEST_READ => beneath::read(path).ok()?,
        EntryKind::Symlink => {
            let target = fs_err::read_link(path).ok()?;
            target.into_os_string().into_encoded_bytes()
        }
        EntryKind::File | EntryKind::Directory | EntryKind::Special => Vec::new(),
    };
    Some(blake3::hash(&bytes))
}

/// What tells this very program from another version, which may decide otherwise.
fn program() -> Option<&'static str> {
    static DIGEST: OnceLock<Option<String>> = OnceLock::new();
    let digest = DIGEST.get_or_init(|| {
        let file = beneath::open(Path::new("/proc/self/exe")).ok()?;
        if cfg!(debug_assertions) {
            // Hashing takes a second there, and compilers leave true times.
            let about = file.metadata().ok()?;
            return Some(format!("{} {:?}", about.len(), about.modified().ok()?));
        }
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(file).ok()?;
        Some(hasher.finalize().to_hex().to_string())
    });
    digest.as_deref()
}

impl Memory {
    /// Something to remember; `None` where the report is of no use for another run.
    #[must_use]
    pub fn of(report: &StripReport) -> Option<Self> {
        let basis = report.basis.clone()?;
        let is_clean = !report.dry_run && report.failed.is_empty() && report.put_back.is_none();
        is_clean.then(|| Self {
            basis,
            report: report.clone(),
        })
    }

    /// Reads what [`Memory::encode`] wrote; `None` where it is not that.
    #[must_use]
    pub fn decode(stored: &[u8]) -> Option<Self> {
        let (digest, packed) = stored.split_at_checked(DIGEST_LENGTH)?;
        if blake3::hash(packed).to_hex().as_bytes() != digest {
            return None;
        }
        let json = zstd::bulk::decompress(packed, MOST_BYTES).ok()?;
        serde_json::from_slice(&json).ok()
    }

    /// A digest and compressed JSON: a flipped bit must not name another file.
    ///
    /// # Errors
    /// Not enough memory.
    pub fn encode(&self) -> std::io::Result<Vec<u8>> {
        let packed = zstd::bulk::compress(&serde_json::to_vec(self)?, 3)?;
        let mut stored = blake3::hash(&packed).to_hex().as_bytes().to_vec();
        stored.extend(packed);
        Ok(stored)
    }

    /// The report, if it was made on this basis.
    #[must_use]
    pub fn recall(self, basis: &str) -> Option<StripReport> {
        (self.basis == basis).then_some(self.report)
    }
}

/// What a report did, as far as it is to be done again, in its order: the files that it
/// removed and that are on disk, and those that it made smaller.
#[must_use]
pub fn recalled_changes(app: &Path, report: &StripReport) -> Vec<FileChange> {
    let is_there = |path: &Path| fs_err::symlink_metadata(app.join(path)).is_ok();
    let shrinks = |path: &Path| {
        let file = beneath::open(&app.join(path));
        file.is_ok_and(|file| super::native::plan_of(file).is_some())
    };
    let removed = report
        .manifest
        .par_iter()
        .filter(|removed| is_there(&removed.path))
        .map(|removed| FileChange::Remove(removed.path.clone()));
    let shrunk = report
        .shrunk
        .par_iter()
        .filter(|file| shrinks(&file.path))
        .map(|file| FileChange::Replace(file.path.clone()));
    removed.chain(shrunk).collect()
}
