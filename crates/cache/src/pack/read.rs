//! Unpacking: check everything, write into temporary siblings on all cores, then rename.
//!
//! Entries can be left out: what the strip of this very tree would remove again. A frame
//! of which nothing is wanted is then not read at all.

use std::collections::HashSet;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::inputs::read_regular;

use super::index::{Content, Index};
use super::make::write_all;
use super::write::{count, tree_bytes};
use super::{Fault, Links, is_inside, partial_name};

/// What was unpacked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpacked {
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
/// `left_out`, and for folders that hold nothing else. Each root is written under [`partial_name`] and renamed
/// when all of them are complete, the first root last: who finds the first root finds all.
/// What stood under a root's name before is replaced.
///
/// # Errors
/// [`Fault::Damaged`] if a digest, size or count differs; nothing has got its final name
/// then. [`Fault::Io`] when the disk says no.
#[allow(clippy::implicit_hasher)] // every caller has the standard one
pub fn unpack(
    app: &Path,
    folder: &Path,
    digest: &str,
    links: Links,
    left_out: &HashSet<PathBuf>,
) -> Result<Unpacked, Fault> {
    let index = read_index(folder, digest)?;
    check(&index, links)?;
    let wanted = wanted(&index, left_out);
    let result = write_all(app, folder, &index, &wanted);
    if result.is_err() {
        for root in &index.roots {
            // Best effort: the next run removes what stays behind.
            let _ = remove(&app.join(partial_name(root)));
        }
    }
    result?;
    for root in index.roots.iter().rev() {
        let partial = app.join(partial_name(root));
        let last = app.join(root);
        remove(&last)?;
        fs_err::rename(partial, last)?;
    }
    Ok(Unpacked {
        files: count(&index),
        tree_bytes: tree_bytes(&index),
        left_out_bytes: left_out_bytes(&index, &wanted),
        roots: index.roots,
    })
}

/// Reads an index that has this digest.
pub(super) fn read_index(folder: &Path, digest: &str) -> Result<Index, Fault> {
    let encoded = read_regular(&folder.join("index")).map_err(missing)?;
    if blake3::hash(&encoded).to_hex().as_str() != digest {
        return Err(Fault::Damaged("the index has changed".to_owned()));
    }
    Index::decode(&encoded)
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

pub(super) fn missing(error: std::io::Error) -> Fault {
    if error.kind() == std::io::ErrorKind::NotFound {
        Fault::Damaged("a file of the archive is missing".to_owned())
    } else {
        Fault::Io(error)
    }
}

/// Removes a file, a link or a whole folder; links are not followed.
pub fn remove(path: &Path) -> std::io::Result<()> {
    match fs_err::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => remove_folder(path),
        Ok(_) => fs_err::remove_file(path),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Removes a folder even where a folder below it may not be written to.
fn remove_folder(path: &Path) -> std::io::Result<()> {
    let Err(error) = fs_err::remove_dir_all(path) else {
        return Ok(());
    };
    if error.kind() != std::io::ErrorKind::PermissionDenied {
        return Err(error);
    }
    let tree = slugsmith_facts::tree::Tree::read(path);
    fs_err::set_permissions(path, Permissions::from_mode(0o700))?;
    for entry in tree.entries() {
        if entry.kind() == slugsmith_facts::tree::EntryKind::Directory {
            fs_err::set_permissions(path.join(entry.path()), Permissions::from_mode(0o700))?;
        }
    }
    fs_err::remove_dir_all(path)
}

/// Refuses an index that would write anywhere but below its roots.
fn check(index: &Index, links: Links) -> Result<(), Fault> {
    let damaged =
        |what: &str, path: &Path| Err(Fault::Damaged(format!("{what}: {}", path.display())));
    for root in &index.roots {
        if !is_inside(root) {
            return damaged("a root leads out of the app", root);
        }
    }
    for item in &index.items {
        let below = index.roots.iter().any(|root| item.path.starts_with(root));
        if !is_inside(&item.path) || !below {
            return damaged("an entry is outside its root", &item.path);
        }
        if let Content::Symlink(target) = &item.content
            && !links.allow(&item.path, target)
        {
            return damaged("a link leads out of the app", &item.path);
        }
    }
    Ok(())
}
