//! Did the last strip look at this very app, and what did it decide?
//!
//! A decision is a function of the app's files, the strip settings, the machine and this
//! program. Where all of them are what they were, the remembered report is the answer, and
//! the sources of all packages need not be read again. Files of a packed tree are not
//! looked at one by one: the digest of the pack stands for them, but for those that were written
//! anew since.

use std::path::Path;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Input;
use super::idle::Idle;
use super::journal::FileChange;
use super::packages::in_packages;
use super::program;
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
/// In place of a digest that was not made: no digest is equal to it.
const UNKNOWN: &str = "unknown";

/// A report and what it holds for.
#[derive(Debug, Serialize, Deserialize)]
pub struct Memory {
    basis: String,
    report: StripReport,
    #[serde(default)]
    idle: Idle,
}

/// What a decision about this app depends on, as one digest. `whole` lists all files of
/// the app, also those that are not on disk; `packed` is what the pack holds. `None` where
/// something can't be read, or the packed tree is not as it was packed. Where `last` was made on
/// another basis already by the app's own files, the contents of packages on disk are left open:
/// nothing is equal to that.
#[must_use]
pub fn basis(
    whole: &Tree,
    packed: &Packed,
    input: &Input<'_>,
    last: Option<&Memory>,
) -> Option<String> {
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
    let mut add = |part: &[u8]| add_part(&mut hasher, part);
    add(program::digest()?.as_bytes());
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
    let (installed, own): (Vec<&Entry>, Vec<&Entry>) =
        outside.into_iter().partition(|entry| is_installed(entry));
    for entry in &installed {
        add_entry(&mut add, entry);
    }
    add_contents(&mut add, whole.root(), &own)?;
    let own = hasher.finalize().to_hex().to_string();
    // Nothing can be recalled: what others installed is read once, by who decides, and not a first time here.
    let is_pack = !packed.roots.is_empty();
    if !is_pack && last.is_some_and(|last| !last.basis.starts_with(&own)) {
        return Some(format!("{own} {UNKNOWN}"));
    }
    let mut hasher = blake3::Hasher::new();
    let mut add = |part: &[u8]| add_part(&mut hasher, part);
    add_contents(&mut add, whole.root(), &installed)?;
    Some(format!("{own} {}", hasher.finalize().to_hex()))
}

/// Whether somebody else installed a file, and leaves it alone as long as the app wants the same.
fn is_installed(entry: &Entry) -> bool {
    entry.path().to_str().is_some_and(in_packages)
}

/// Each part with its length, so that no two lists of parts are one.
fn add_part(hasher: &mut blake3::Hasher, part: &[u8]) {
    hasher.update(&(part.len() as u64).to_le_bytes());
    hasher.update(part);
}

fn add_entry(add: &mut dyn FnMut(&[u8]), entry: &Entry) {
    add(entry.path_bytes());
    add(&entry.mode().to_le_bytes());
    add(&entry.size().to_le_bytes());
    add(format!("{:?}", entry.kind()).as_bytes());
}

/// `None` if one can't be read.
fn add_contents(add: &mut dyn FnMut(&[u8]), root: &Path, entries: &[&Entry]) -> Option<()> {
    let step = work::files("comparing with the last build", entries.len());
    let contents: Vec<Option<blake3::Hash>> = entries
        .par_iter()
        .inspect(|_| step.done(1))
        .map(|entry| content(root, entry))
        .collect();
    for (entry, content) in entries.iter().zip(contents) {
        add_entry(add, entry);
        add(content?.as_bytes());
    }
    Some(())
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

impl Memory {
    /// Something to remember; `None` where the report is of no use for another run.
    #[must_use]
    pub fn of(report: &StripReport) -> Option<Self> {
        let basis = report.basis.clone()?;
        let is_clean = !report.dry_run && report.failed.is_empty() && report.put_back.is_none();
        is_clean.then(|| Self {
            basis,
            report: report.clone(),
            idle: report.idle.clone(),
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
    pub fn recall(&self, basis: &str) -> Option<&StripReport> {
        let is_known = !basis.ends_with(UNKNOWN);
        (is_known && self.basis == basis).then_some(&self.report)
    }

    /// Files of packages that referred to no candidate.
    #[must_use]
    pub fn into_idle(self) -> Idle {
        self.idle
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
