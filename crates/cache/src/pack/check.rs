//! Whether an index, which anybody may have written, describes a tree that may be made.

use std::collections::{HashMap, HashSet};
use std::path::{Component, Path, PathBuf};

use super::index::{Content, Index};
use super::{FRAME_BYTES, Fault, Links, is_inside};

/// Longest stored frame, in bytes: zstd makes what can't be compressed 1/256 longer at most.
const MOST_STORED: u64 = FRAME_BYTES + FRAME_BYTES / 128;

/// Bytes that a pack may unpack to however little is stored of them: four times what a slug may have.
const ROOM: u64 = 4_000_000_000;
/// And for each that is stored: a tree has three to twenty, what is empty some thousand.
const FACTOR: u64 = 100;

/// Refuses an index that would write anywhere but below its roots, or declares more than its
/// frames can hold. Takes a time in proportion to its length.
pub(super) fn form(index: &Index) -> Result<(), Fault> {
    sizes(index)?;
    let damaged =
        |what: &str, path: &Path| Err(Fault::Damaged(format!("{what}: {}", path.display())));
    let roots: HashSet<&Path> = index.roots.iter().map(PathBuf::as_path).collect();
    for root in &roots {
        if !is_inside(root) {
            return damaged("a root leads out of the app", root);
        }
        if root.ancestors().skip(1).any(|above| roots.contains(above)) {
            return damaged("a root is part of another one", root);
        }
    }
    let mut known: HashMap<&Path, bool> = HashMap::with_capacity(index.items.len());
    for item in &index.items {
        let path = item.path.as_path();
        // A folder comes before what is in it; so an entry below a link or a file has none.
        let has_place = roots.contains(path)
            || path
                .parent()
                .is_some_and(|parent| known.get(parent) == Some(&true));
        if !is_inside(path) || !has_place {
            return damaged("an entry is outside its root", path);
        }
        if known
            .insert(path, item.content == Content::Directory)
            .is_some()
        {
            return damaged("an entry is there twice", path);
        }
    }
    Ok(())
}

/// Nothing may be allocated, or planned, by numbers that nothing backs.
pub(super) fn sizes(index: &Index) -> Result<(), Fault> {
    let too_much = || Fault::Damaged("it declares more than it holds".to_owned());
    let mut declared: u64 = 0;
    for item in &index.items {
        if let Content::File(size) = item.content {
            declared = declared.checked_add(size).ok_or_else(too_much)?;
        }
    }
    let frames = index.frames.len() as u64;
    if frames
        .checked_mul(FRAME_BYTES)
        .is_none_or(|room| room < declared)
    {
        return Err(too_much());
    }
    let mut stored: u64 = 0;
    for frame in &index.frames {
        if frame.stored > MOST_STORED {
            return Err(too_much());
        }
        stored = stored.checked_add(frame.stored).ok_or_else(too_much)?;
    }
    if declared > ROOM.saturating_add(stored.saturating_mul(FACTOR)) {
        return Err(too_much());
    }
    Ok(())
}

/// Refuses links that lead out of the app: by their names, or because a part that `..` leaves
/// is a link itself.
pub(super) fn links(index: &Index, links: Links) -> Result<(), Fault> {
    if links == Links::Anywhere {
        return Ok(());
    }
    let others: HashSet<&Path> = index
        .items
        .iter()
        .filter(|item| matches!(item.content, Content::Symlink(_)))
        .map(|item| item.path.as_path())
        .collect();
    for item in &index.items {
        if let Content::Symlink(target) = &item.content
            && (!links.allow(&item.path, target) || leaves_a_link(&item.path, target, &others))
        {
            let path = item.path.display();
            return Err(Fault::Damaged(format!(
                "a link leads out of the app: {path}"
            )));
        }
    }
    Ok(())
}

fn leaves_a_link(link: &Path, target: &Path, others: &HashSet<&Path>) -> bool {
    let mut at = link.parent().map(Path::to_owned).unwrap_or_default();
    for part in target.components() {
        match part {
            Component::Normal(name) => at.push(name),
            Component::ParentDir if others.contains(at.as_path()) => return true,
            Component::ParentDir => {
                at.pop();
            }
            _ => {}
        }
    }
    false
}
