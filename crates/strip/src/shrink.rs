//! Which kept files can be smaller and load as before?
//!
//! Shared objects of packages: their symbols for linkers and debuggers. Only the headers
//! decide, so a dry run says the same as a run.

use std::collections::BTreeMap;
use std::io::{self, Read as _};

use rayon::prelude::*;

use super::catalogue::{Entry, Guard};
use super::facts::{Facts, Texts, in_packages};
use super::index;
use super::{catalogue, native};
use slugsmith_finding::work;

/// Larger files are left alone: both versions are in memory while one is written, in
/// bytes.
const MAX_SIZE: u64 = 150_000_000;

/// Debug symbols of shared libraries.
pub static SYMBOLS: Entry = Entry {
    id: "debug-symbols",
    reason: "debug symbols of shared libraries",
    guard: Guard::Never,
    evidence: "Sections outside every mapped segment: linkers, debuggers and profilers read them, the dynamic \
        loader does not (System V ABI, chapter 5).",
    tell_kept: false,
};

/// One file that can be smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shrink {
    /// Entry number of the tree.
    pub number: usize,
    /// Bytes that it loses.
    pub saved: u64,
}

/// Finds them among the files for which `stays` holds.
#[must_use]
pub fn find(
    facts: &Facts<'_>,
    texts: &dyn Texts,
    stays: impl Fn(usize) -> bool + Sync,
) -> Vec<Shrink> {
    let mut links: BTreeMap<(u64, u64), u32> = BTreeMap::new();
    let files: Vec<usize> = (0..facts.index.entries().len())
        .filter(|number| is_shared_object(facts, *number))
        .collect();
    for entry in files.iter().filter_map(|number| facts.index.entry(*number)) {
        *links.entry(entry.inode()).or_default() += 1;
    }
    let step = work::files("reading libraries", files.len());
    files
        .into_par_iter()
        .inspect(|_| step.done(1))
        .filter(|number| stays(*number))
        .filter(|number| {
            // Two names of one file would become two files.
            facts
                .index
                .entry(*number)
                .is_some_and(|entry| links.get(&entry.inode()) == Some(&1))
        })
        .filter_map(|number| {
            let path = facts.index.path(number)?;
            let plan = match texts.open(path) {
                Some(file) => native::plan_of(file),
                None => native::plan(texts.text(path)?.as_slice()),
            };
            let saved = plan?.saved();
            Some(Shrink { number, saved })
        })
        .collect()
}

/// The smaller content of a file.
///
/// # Errors
/// The file can't be read.
pub fn content(file: &mut std::fs::File) -> io::Result<Option<Vec<u8>>> {
    let mut data = Vec::new();
    io::Read::by_ref(file)
        .take(MAX_SIZE + 1)
        .read_to_end(&mut data)?;
    Ok(native::plan(data.as_slice()).and_then(|plan| plan.write(&data)))
}

fn is_shared_object(facts: &Facts<'_>, number: usize) -> bool {
    let (Some(path), Some(entry)) = (facts.index.path(number), facts.index.entry(number)) else {
        return false;
    };
    let name = index::name(path);
    let named = name.ends_with(".so") || name.ends_with(".node") || name.contains(".so.");
    let of_package = in_packages(path)
        || catalogue::python::split(path).is_some()
        || path.contains("vendor/bundle/");
    let foreign = catalogue::runtime::owner(path).is_some();
    named && of_package && !foreign && facts.index.is_file(number) && entry.size() <= MAX_SIZE
}
