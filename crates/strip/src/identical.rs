//! Which files that stay are there more than once?
//!
//! They are reported, never joined: two packages may each count on having their own, and
//! a slug's archive stores one name as well as two.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::facts::{Facts, Texts};
use super::reading::MAX_TEXT;
use slugsmith_finding::work;

/// Smaller files are not worth a word, in bytes.
const SMALLEST: u64 = 100_000;
/// The costliest are listed.
const MOST: usize = 20;

/// Copies of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identical {
    /// Relative to the app, at least two.
    pub paths: Vec<String>,
    /// Size of each.
    pub bytes: u64,
}

impl Identical {
    /// What one copy alone would save.
    #[must_use]
    pub fn spare(&self) -> u64 {
        self.bytes * (self.paths.len() as u64).saturating_sub(1)
    }
}

/// Finds them among the files for which `stays` holds, the costliest first.
#[must_use]
pub fn find(facts: &Facts<'_>, texts: &dyn Texts, stays: impl Fn(usize) -> bool) -> Vec<Identical> {
    let mut by_size: BTreeMap<u64, Vec<&str>> = BTreeMap::new();
    let mut inodes = BTreeSet::new();
    for number in (0..facts.index.entries().len()).filter(|number| facts.index.is_file(*number)) {
        let (Some(entry), Some(path)) = (facts.index.entry(number), facts.index.path(number))
        else {
            continue;
        };
        let size = entry.size();
        // Further names of one file cost nothing.
        let counts = (SMALLEST..=MAX_TEXT).contains(&size) && stays(number);
        if counts && (entry.links() < 2 || inodes.insert(entry.inode())) {
            by_size.entry(size).or_default().push(path);
        }
    }
    by_size.retain(|_, paths| paths.len() > 1);
    let files = by_size.values().map(Vec::len).sum();
    let step = work::files("comparing files", files);
    let mut found: Vec<Identical> = by_size
        .into_par_iter()
        .inspect(|(_, paths)| step.done(paths.len() as u64))
        .flat_map_iter(|(bytes, paths)| same(texts, bytes, paths))
        .collect();
    found.sort_by(|a, b| b.spare().cmp(&a.spare()).then(a.paths.cmp(&b.paths)));
    found.truncate(MOST);
    found
}

fn same(texts: &dyn Texts, bytes: u64, paths: Vec<&str>) -> Vec<Identical> {
    let mut by_content: BTreeMap<[u8; 32], Vec<String>> = BTreeMap::new();
    for path in paths {
        if let Some(text) = texts.text(path) {
            let digest = *blake3::hash(&text).as_bytes();
            by_content.entry(digest).or_default().push(path.to_owned());
        }
    }
    by_content
        .into_values()
        .filter(|paths| paths.len() > 1)
        .map(|paths| Identical { paths, bytes })
        .collect()
}
