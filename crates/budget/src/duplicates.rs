//! Which files are there more than once?
//!
//! Deflate looks back 32 KiB, so a second copy of a file costs its whole compressed size
//! again. Only files of equal size are read, and compared by digest; small ones are left
//! alone, since their number is great and their bytes are few. Hard links are counted
//! elsewhere ([`super::Size::repeated_links`]).

use std::collections::{HashMap, HashSet};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::attribute::{Named, printable};
use slugsmith_facts::beneath::open_itself;
use slugsmith_facts::tree::{Entry, EntryKind};
use slugsmith_finding::work;

/// Files below this are not compared, in bytes: half of what deflate looks back.
const SMALLEST: u64 = 16 * 1024;
/// Files beyond this are not read: a sparse file of a terabyte is cheap to make.
const READ: u64 = 1_000_000_000;
/// Groups that are named.
const LARGEST: usize = 10;

/// Files with the same contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copies {
    /// Bytes of one of them.
    pub bytes: u64,
    /// Where they are, in order of names.
    pub paths: Vec<String>,
}

impl Copies {
    /// Bytes beyond the first.
    #[must_use]
    pub fn repeated(&self) -> u64 {
        self.bytes * (self.paths.len() as u64).saturating_sub(1)
    }
}

/// All files that are there more than once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Duplicates {
    /// Copies beyond the first.
    pub files: u64,
    /// Their raw bytes.
    pub bytes: u64,
    /// The groups that repeat most bytes.
    pub largest: Vec<Copies>,
}

/// Finds the copies in the trees that `named` lies open.
pub(super) fn find(named: &[Named<'_>]) -> Duplicates {
    let mut by_size = HashMap::<u64, Vec<(PathBuf, String)>>::new();
    let mut inodes = HashSet::new();
    for named in named {
        let tree = named.source.tree;
        for entry in tree.entries().iter().filter(|entry| is_candidate(entry)) {
            if entry.links() > 1 && !inodes.insert(entry.inode()) {
                continue;
            }
            let shown = printable(&entry.path().to_string_lossy());
            let shown = match named.layer {
                Some(layer) => format!("{shown} in {layer}"),
                None => shown,
            };
            let place = (tree.root().join(entry.path()), shown);
            by_size.entry(entry.size()).or_default().push(place);
        }
    }
    by_size.retain(|_, places| places.len() > 1);
    let candidates: Vec<_> = by_size.into_iter().collect();
    let files = candidates.iter().map(|(_, places)| places.len()).sum();
    let step = work::files("comparing files", files);
    let mut groups: Vec<_> = candidates
        .into_par_iter()
        .inspect(|(_, places)| step.done(places.len() as u64))
        .flat_map_iter(|(bytes, places)| same(bytes, places))
        .collect();
    groups.sort_by(|a, b| {
        b.repeated()
            .cmp(&a.repeated())
            .then_with(|| a.paths.cmp(&b.paths))
    });
    let mut duplicates = Duplicates {
        files: groups
            .iter()
            .map(|group| group.paths.len() as u64 - 1)
            .sum(),
        bytes: groups.iter().map(Copies::repeated).sum(),
        largest: groups,
    };
    duplicates.largest.truncate(LARGEST);
    duplicates
}

fn is_candidate(entry: &Entry) -> bool {
    entry.kind() == EntryKind::File && (SMALLEST..=READ).contains(&entry.size())
}

/// Groups of equal contents among files of equal size.
fn same(bytes: u64, places: Vec<(PathBuf, String)>) -> Vec<Copies> {
    let mut groups = HashMap::<[u8; 32], Vec<String>>::new();
    for (path, shown) in places {
        // What can't be read is reported where it is weighed.
        if let Some(digest) = digest(&path, bytes) {
            groups.entry(digest).or_default().push(shown);
        }
    }
    groups
        .into_values()
        .filter(|paths| paths.len() > 1)
        .map(|mut paths| {
            paths.sort_unstable();
            Copies { bytes, paths }
        })
        .collect()
}

fn digest(path: &Path, bytes: u64) -> Option<[u8; 32]> {
    let file = std::fs::File::from(open_itself(path).ok()?);
    let mut hasher = blake3::Hasher::new();
    let read = hasher
        .update_reader(BufReader::new(file).take(bytes))
        .ok()?
        .count();
    (read == bytes).then(|| hasher.finalize().into())
}

#[cfg(test)]
mod tests {
    use crate::inspect;
    use slugsmith_facts::tree::Tree;

    #[test]
    fn copies_are_found_by_content_and_links_are_not_copies() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let text = |byte: u8| vec![byte; 20_000];
        for (name, byte) in [("a", 1), ("b", 1), ("c", 2), ("d", 1)] {
            fs_err::write(root.join(name), text(byte)).unwrap();
        }
        fs_err::hard_link(root.join("c"), root.join("c2")).unwrap();
        fs_err::write(root.join("small1"), "x").unwrap();
        fs_err::write(root.join("small2"), "x").unwrap();
        let found = inspect(&Tree::read(root)).duplicates;
        assert_eq!((found.files, found.bytes), (2, 40_000));
        assert_eq!(found.largest.len(), 1);
        assert_eq!(found.largest[0].paths, ["a", "b", "d"]);
    }

    #[test]
    fn two_sparse_terabytes_are_not_read() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a", "b"] {
            let file = std::fs::File::create(folder.path().join(name)).unwrap();
            file.set_len(1_000_000_000_000).unwrap();
        }
        assert_eq!(super::find(&[]).files, 0);
        let tree = Tree::read(folder.path());
        let source = crate::stream::ArchivedTree {
            tree: &tree,
            prefix: Vec::new(),
        };
        let named = super::Named {
            source: &source,
            layer: None,
        };
        assert_eq!(super::find(&[named]).files, 0);
    }
}
