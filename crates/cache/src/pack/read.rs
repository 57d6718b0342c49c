//! Unpacking: check everything, write into temporary siblings on all cores, then rename.
//!
//! Entries can be left out: what the strip of this very tree would remove again. A frame
//! of which nothing is wanted is then not read at all.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::index::{Content, Index, MOST_STORED};
use super::make::write_all;
use super::{Fault, Links, check, missing, partial_of, real_roots};
use slugsmith_facts::beneath::{self, Beneath};

/// What was unpacked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpacked {
    /// Whether the first of the roots that were asked for is among them.
    pub has_first: bool,
    /// Files and links of the whole tree.
    pub files: u64,
    /// Apparent bytes of the whole tree.
    pub tree_bytes: u64,
    /// Apparent bytes of [`Unpacked::tree_bytes`] that were left out.
    pub left_out_bytes: u64,
    /// Relative to the app; each now has its final name.
    pub roots: Vec<PathBuf>,
}

/// Unpacks `folder` into `app`, but for the files whose paths (relative to the app) are in
/// `left_out`, and for folders that hold nothing else. The pack may hold `roots` and nothing
/// else. Each root is written under [`super::partial_name`] and renamed when all of them are
/// complete, the first root last: who finds the first root finds all. What was at a root
/// before is replaced.
///
/// # Errors
/// [`Fault::Damaged`] if a digest, size, count or root differs; nothing has got its final name
/// then. [`Fault::Refused`] if a root leads out of the app. [`Fault::Io`] when the disk says no.
#[allow(clippy::implicit_hasher)] // every caller has the standard one
pub fn unpack(
    app: &Path,
    roots: &[PathBuf],
    folder: &Path,
    digest: &str,
    links: Links,
    left_out: &HashSet<PathBuf>,
) -> Result<Unpacked, Fault> {
    let app = Beneath::open(app)?;
    let wanted_roots = real_roots(&app, roots)?;
    let index = read_index(folder, digest)?;
    let is_wanted = |root: &PathBuf| wanted_roots.contains(root);
    if !index.roots.iter().all(is_wanted) {
        return Err(Fault::Damaged("it holds another tree".to_owned()));
    }
    check::links(&index, links)?;
    let wanted = wanted(&index, left_out);
    let partials: Vec<_> = index
        .roots
        .iter()
        .map(|root| (root.clone(), partial_of(&app, root)))
        .collect();
    let result = write_all(&app, folder, &index, &partials, &wanted);
    if result.is_err() {
        for (_, partial) in &partials {
            // Best effort: the next run removes what stays behind.
            let _ = app.remove(partial);
        }
    }
    result?;
    for (root, partial) in partials.iter().rev() {
        put_in_place(&app, root, partial)?;
    }
    Ok(Unpacked {
        has_first: index.roots.first() == wanted_roots.first(),
        files: index.count(),
        tree_bytes: index.tree_bytes(),
        left_out_bytes: left_out_bytes(&index, &wanted),
        roots: index.roots,
    })
}

fn put_in_place(app: &Beneath, root: &Path, partial: &Path) -> std::io::Result<()> {
    if !partial.starts_with(root) {
        app.remove(root)?;
        return app.rename(partial, root);
    }
    // A mount point keeps its place; what is in it changes.
    let ours = partial.file_name();
    for name in app.names(root)? {
        if Some(name.as_os_str()) != ours {
            app.remove(&root.join(name))?;
        }
    }
    for name in app.names(partial)? {
        app.rename(&partial.join(&name), &root.join(&name))?;
    }
    app.remove(partial)
}

/// Reads an index that has this digest, and whose entries are where they say.
pub(super) fn read_index(folder: &Path, digest: &str) -> Result<Index, Fault> {
    let encoded = beneath::read_at_most(&folder.join("index"), MOST_STORED).map_err(missing)?;
    if blake3::hash(&encoded).to_hex().as_str() != digest {
        return Err(Fault::Damaged("the index has changed".to_owned()));
    }
    let index = Index::decode(&encoded)?;
    check::form(&index)?;
    Ok(index)
}

/// For each entry, whether it is to be made. A file with another name that is wanted, and
/// every link, is made in any case; a folder goes when only left-out files were in it, as
/// stripping would leave it.
fn wanted(index: &Index, left_out: &HashSet<PathBuf>) -> Vec<bool> {
    let mut wanted: Vec<bool> = index
        .items
        .iter()
        .map(|item| !matches!(item.content, Content::File(_)) || !left_out.contains(&item.path))
        .collect();
    if left_out.is_empty() {
        return wanted;
    }
    for item in &index.items {
        if let Content::HardLink(of) = item.content
            && let Some(first) = wanted.get_mut(of)
        {
            *first = true;
        }
    }
    // Children stand behind their folders, so that backwards each folder is met last.
    let mut filled: HashSet<&Path> = index.roots.iter().map(PathBuf::as_path).collect();
    let mut emptied: HashSet<&Path> = HashSet::new();
    for (item, wanted) in index.items.iter().zip(&mut wanted).rev() {
        let path = item.path.as_path();
        if item.content == Content::Directory {
            *wanted = filled.contains(path) || !emptied.contains(path);
        }
        if let Some(parent) = path.parent() {
            if *wanted {
                filled.insert(parent);
            } else {
                emptied.insert(parent);
            }
        }
    }
    wanted
}

fn left_out_bytes(index: &Index, wanted: &[bool]) -> u64 {
    let items = index.items.iter().zip(wanted);
    items
        .map(|(item, wanted)| match item.content {
            Content::File(size) if !wanted => size,
            _ => 0,
        })
        .sum()
}
