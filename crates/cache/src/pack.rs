//! How does a folder with tens of thousands of small files become one file and back?
//!
//! A pack is two files. `frames` is a row of independent zstd frames, each holding the
//! contents of neighbouring files (at most `FRAME_BYTES` of them); `index` lists every
//! entry with its mode and, per frame, its place and BLAKE3 digest. Because frames are
//! independent, all cores pack and unpack at once, and one layer with two files costs the
//! lifecycle a fraction of a layer with 30,000 (each of which it would tar and hash). The
//! pack of a changed tree takes over the frames that did not change ([`Previous`]).
//!
//! The same tree always gives the same bytes: entries are sorted, times are not kept.
//! Kept are modes, symlinks, hard links, empty folders and names in any encoding.
//! FIFOs, devices and sockets are refused, because a cache layer with one makes every
//! later build fail (lifecycle: `unknown file type in tar`), and so is a symlink that
//! leads out of the app. Set-user-ID and set-group-ID bits are not kept.
//!
//! Whoever can write to the store can write any index with a digest that fits. So the
//! caller says where a pack may be unpacked ([`unpack`]), its form is checked before anything
//! is made or allocated by what it declares (`check`), and all of it is made beneath the app.

mod check;
mod index;
mod make;
mod naming;
mod part;
mod previous;
mod read;
mod write;

#[cfg(test)]
mod tests;

pub use naming::Names;
pub use part::Part;
pub use previous::Previous;
pub use read::{Unpacked, unpack};
pub use write::{Packed, pack, pack_and_look};

use std::path::{Component, Path, PathBuf};

use slugsmith_facts::beneath::Beneath;
pub use slugsmith_facts::beneath::remove;

/// Most uncompressed bytes of one frame. Small enough that a machine with eight cores
/// holds less than 100 MB at once, large enough that zstd finds what repeats.
const FRAME_BYTES: u64 = 4_000_000;

/// zstd's own default; level 1 is a quarter larger and hardly faster to unpack.
const LEVEL: i32 = 3;

/// Why a tree can't be packed, or a pack can't be trusted.
#[derive(Debug)]
pub enum Fault {
    /// A FIFO, device, socket or a link that leads out of the app.
    Refused(String),
    /// The pack is not what was written: truncated, changed, or of another form.
    Damaged(String),
    /// The disk said no.
    Io(std::io::Error),
}

impl std::fmt::Display for Fault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(why) | Self::Damaged(why) => formatter.write_str(why),
            Self::Io(error) => write!(formatter, "{error}"),
        }
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Fault> for std::io::Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Io(error) => error,
            other => Self::other(other.to_string()),
        }
    }
}

/// A file of a pack that can't be opened.
fn missing(error: std::io::Error) -> Fault {
    if error.kind() == std::io::ErrorKind::NotFound {
        Fault::Damaged("a file of the archive is missing".to_owned())
    } else {
        Fault::Io(error)
    }
}

/// Where symlinks may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// Only to names in the app.
    Inside,
    /// Anywhere: they are made again as they were, and never followed.
    Anywhere,
}

impl Links {
    fn allow(self, link: &Path, target: &Path) -> bool {
        self == Self::Anywhere || stays_inside(link, target)
    }
}

/// Whether a relative path names something below its root and nothing else.
pub(super) fn is_inside(path: &Path) -> bool {
    path.components().next().is_some()
        && path
            .components()
            .all(|part| matches!(part, Component::Normal(_)))
}

/// Whether the link at `link` (relative to the app) stays in the app when its `target` is
/// followed by name. Links to links are each judged on their own.
fn stays_inside(link: &Path, target: &Path) -> bool {
    let mut depth = link.components().count().saturating_sub(1);
    for part in target.components() {
        match part {
            Component::Normal(_) => depth += 1,
            Component::CurDir => {}
            Component::ParentDir if depth > 0 => depth -= 1,
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return false,
        }
    }
    true
}

/// The paths of `roots` without the links of the app that they lead through.
fn real_roots(app: &Beneath, roots: &[PathBuf]) -> Result<Vec<PathBuf>, Fault> {
    let real = roots.iter().map(|root| {
        let real = app.without_links(root);
        real.map_err(|error| Fault::Refused(error.to_string()))
    });
    let mut real = real.collect::<Result<Vec<_>, _>>()?;
    let all = real.clone();
    // What is below another root is part of that one.
    real.retain(|root| {
        !all.iter()
            .any(|other| root != other && root.starts_with(other))
    });
    real.dedup();
    Ok(real)
}

/// What the user sees while it goes on: `packing node_modules`.
fn told(verb: &str, roots: &[PathBuf]) -> String {
    match roots.split_first() {
        None => verb.to_owned(),
        Some((first, [])) => format!("{verb} {}", first.display()),
        Some((first, others)) => {
            let more = slugsmith_finding::units::counted(others.len() as u64, "other");
            format!("{verb} {} and {more}", first.display())
        }
    }
}

/// Where a root is unpacked before it gets its name: a sibling, so that renaming it is
/// atomic. The name is fixed, so that the next run finds what a killed one left.
#[must_use]
pub fn partial_name(root: &Path) -> PathBuf {
    let mut name = root.file_name().unwrap_or_default().to_owned();
    name.push(PARTIAL);
    root.with_file_name(name)
}

const PARTIAL: &str = ".slugsmith-partial";

/// Where a root is unpacked. Nothing can be renamed over a mount point, so what belongs there
/// is unpacked in it.
fn partial_of(app: &Beneath, root: &Path) -> PathBuf {
    if app.is_mount_point(root) {
        root.join(PARTIAL)
    } else {
        partial_name(root)
    }
}

/// Removes what a killed run left of a root that it unpacked.
pub(super) fn remove_partial(app: &Path, root: &Path) -> std::io::Result<()> {
    let app = Beneath::open(app)?;
    let Ok(root) = app.without_links(root) else {
        // Nothing is unpacked there.
        return Ok(());
    };
    if app.is_mount_point(&root) {
        app.remove(&root.join(PARTIAL))?;
    }
    app.remove(&partial_name(&root))
}

/// Removes a tree of the app. What only a link makes look as if it were in the app is not
/// ours and stays.
pub(super) fn remove_tree(app: &Path, tree: &Path) -> std::io::Result<()> {
    let app = Beneath::open(app)?;
    match app.without_links(tree) {
        Ok(tree) => app.remove(&tree),
        Err(_) => Ok(()),
    }
}
