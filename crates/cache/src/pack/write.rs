//! Packing: walk the roots, compress frames on all cores, write them in order.

use slugsmith_facts::beneath::own;
use std::collections::HashMap;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use rustix::fs::FileType;

use super::index::{Content, Frame, Index, Item, MODE, SET_ID, Slice, frame_plan};
use super::naming::{self, Names};
use super::{
    FRAME_BYTES, Fault, LEVEL, Links, Previous, check, is_inside, real_roots, stays_inside,
};
use slugsmith_facts::beneath::Beneath;
use slugsmith_facts::tree::{EntryKind, Tree};
use slugsmith_finding::work;

/// What a pack holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// Files and links.
    pub files: u64,
    /// Apparent bytes of the tree, every hard link counted once.
    pub tree_bytes: u64,
    /// Bytes of the pack.
    pub stored_bytes: u64,
    /// BLAKE3 of the index, hexadecimal. The index holds the digests of the frames.
    pub digest: String,
    /// Files that hold one of the names that were looked for.
    pub naming: Vec<PathBuf>,
}

/// Packs `roots` (folders or files, relative to `app`) into `folder`, which must exist.
/// A root that isn't there is left out. Frames that an `old` pack has are taken over:
/// everything is read, and only what changed is compressed.
///
/// # Errors
/// [`Fault::Refused`] for what a cache can't hold, [`Fault::Io`] when reading or writing
/// fails. What was written until then is of no use; the caller removes the folder.
pub fn pack(
    app: &Path,
    roots: &[PathBuf],
    folder: &Path,
    links: Links,
    old: Option<&Previous>,
) -> Result<Packed, Fault> {
    pack_and_look(app, roots, folder, links, old, &Names::default())
}

/// As [`pack`], and notes which files hold one of these `names`.
///
/// # Errors
/// As [`pack`].
pub fn pack_and_look(
    app: &Path,
    roots: &[PathBuf],
    folder: &Path,
    links: Links,
    old: Option<&Previous>,
    names: &Names,
) -> Result<Packed, Fault> {
    let mut naming = Vec::new();
    // Links by the folder of this build, which are stored as ways inside the app.
    let mut absolute = Vec::new();
    let mut index = Index::default();
    let mut seen = HashMap::new();
    if let Some(root) = roots.iter().find(|root| !is_inside(root)) {
        return Err(Fault::Refused(format!(
            "{} is not a path inside the app",
            root.display()
        )));
    }
    let app = &Beneath::open(app)?;
    for root in real_roots(app, roots)? {
        collect(app, &root, links, &mut index, &mut seen, &mut absolute)?;
    }
    // What would be refused when it is read need not be stored.
    check::links(&index, links).map_err(|fault| Fault::Refused(fault.to_string()))?;
    let plan = frame_plan(&index.items);
    let mut out = own::create(folder.join("frames"))?;
    let mut stored_bytes = 0;
    let step = work::bytes(super::told("packing", &index.roots), index.tree_bytes());
    // Batches bound the memory: each core holds one frame raw, and all of a batch compressed.
    for batch in plan.chunks(rayon::current_num_threads().clamp(1, 8) * 8) {
        let frames: Vec<_> = batch
            .par_iter()
            .with_max_len(1)
            .map_init(Buffers::default, |buffers, slices| {
                gather(app, &index.items, slices, &mut buffers.raw)?;
                step.done(buffers.raw.len() as u64);
                let naming = names.in_frame(&buffers.raw, slices);
                Ok((naming, buffers.frame(old)?))
            })
            .collect::<std::io::Result<_>>()?;
        for (holders, (frame, bytes)) in frames {
            naming.extend(holders);
            out.write_all(&bytes)?;
            stored_bytes += frame.stored;
            index.frames.push(frame);
        }
    }
    check::sizes(&index)
        .map_err(|_| Fault::Refused("it unpacks to far more than is stored of it".to_owned()))?;
    let encoded = index.encode()?;
    own::write(folder.join("index"), &encoded)?;
    Ok(Packed {
        files: index.count(),
        tree_bytes: index.tree_bytes(),
        stored_bytes: stored_bytes + encoded.len() as u64,
        digest: blake3::hash(&encoded).to_hex().to_string(),
        naming: naming::paths(
            &index.items,
            &naming.into_iter().chain(absolute).collect::<Vec<_>>(),
        ),
    })
}

/// What one thread needs, kept from frame to frame.
#[derive(Default)]
struct Buffers {
    raw: Vec<u8>,
    compressor: Option<zstd::bulk::Compressor<'static>>,
}

impl Buffers {
    /// The frame of what is in `raw`: the old one's bytes if that had the same contents.
    fn frame(&mut self, old: Option<&Previous>) -> std::io::Result<(Frame, Vec<u8>)> {
        let content = blake3::hash(&self.raw).into();
        if let Some(found) = old.and_then(|old| old.frame(&content)) {
            return Ok(found);
        }
        let compressor = match &mut self.compressor {
            Some(compressor) => compressor,
            empty => empty.insert(zstd::bulk::Compressor::new(LEVEL)?),
        };
        let bytes = compressor.compress(&self.raw)?;
        let frame = Frame {
            stored: bytes.len() as u64,
            digest: blake3::hash(&bytes).into(),
            content,
        };
        Ok((frame, bytes))
    }
}

/// Adds a root and all that is below it.
fn collect(
    app: &Beneath,
    root: &Path,
    links: Links,
    index: &mut Index,
    seen: &mut HashMap<(u64, u64), usize>,
    absolute: &mut Vec<usize>,
) -> Result<(), Fault> {
    let mut link = |path: &Path, number: usize| {
        let (target, is_absolute) = link(app, path, links)?;
        absolute.extend(is_absolute.then_some(number));
        Ok::<_, Fault>(Content::Symlink(target))
    };
    let stat = match app.stat(root) {
        Ok(stat) => stat,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let (kind, mode) = (FileType::from_raw_mode(stat.st_mode), stat.st_mode & MODE);
    index.roots.push(root.to_owned());
    if kind == FileType::RegularFile {
        index.items.push(Item {
            path: root.to_owned(),
            mode,
            content: Content::File(u64::try_from(stat.st_size).unwrap_or_default()),
        });
        return Ok(());
    }
    if kind == FileType::Symlink {
        let content = link(root, index.items.len())?;
        index.items.push(Item {
            path: root.to_owned(),
            mode: 0,
            content,
        });
        return Ok(());
    }
    if kind != FileType::Directory {
        return Err(Fault::Refused(format!(
            "{} is a FIFO, socket or device",
            root.display()
        )));
    }
    index.items.push(Item {
        path: root.to_owned(),
        mode,
        content: Content::Directory,
    });
    let tree = Tree::read(&app.path().join(root));
    if let Some(unread) = tree.unread().first() {
        let path = root.join(&unread.path);
        return Err(Fault::Io(std::io::Error::other(format!(
            "{} can't be read: {}",
            path.display(),
            unread.reason
        ))));
    }
    for entry in tree.entries() {
        let path = root.join(entry.path());
        let (mode, content) = match entry.kind() {
            EntryKind::Directory => (entry.mode() & MODE, Content::Directory),
            // A restored tree would be another one than a clean install makes.
            EntryKind::File if entry.mode() & SET_ID != 0 => {
                return Err(Fault::Refused(format!(
                    "{} has a set-user-ID or set-group-ID bit, which no cache gives back",
                    path.display()
                )));
            }
            EntryKind::File => (entry.mode() & MODE, file(entry, index.items.len(), seen)),
            EntryKind::Symlink => (0, link(&path, index.items.len())?),
            EntryKind::Special => {
                return Err(Fault::Refused(format!(
                    "{} is a FIFO, socket or device",
                    path.display()
                )));
            }
        };
        index.items.push(Item {
            path,
            mode,
            content,
        });
    }
    Ok(())
}

/// Where a link leads, if a cache may hold it, and whether it said so by the folder of this build: the next one has
/// another, so the way inside the app is what is stored.
fn link(app: &Beneath, path: &Path, links: Links) -> Result<(PathBuf, bool), Fault> {
    let target = fs_err::read_link(app.path().join(path))?;
    let folder = fs_err::canonicalize(app.path())?;
    let mut folders = [app.path(), &folder].into_iter();
    if let Some(inside) = folders.find_map(|folder| target.strip_prefix(folder).ok()) {
        let up = "../".repeat(path.components().count().saturating_sub(1));
        let relative = Path::new(&up).join(inside);
        if stays_inside(path, &relative) && !relative.as_os_str().is_empty() {
            return Ok((relative, true));
        }
    }
    if links.allow(path, &target) {
        return Ok((target, false));
    }
    Err(Fault::Refused(format!(
        "the link {} leads out of the app, to {}",
        path.display(),
        target.display()
    )))
}

fn file(
    entry: &slugsmith_facts::tree::Entry,
    number: usize,
    seen: &mut HashMap<(u64, u64), usize>,
) -> Content {
    if entry.links() > 1 {
        let first = *seen.entry(entry.inode()).or_insert(number);
        if first != number {
            return Content::HardLink(first);
        }
    }
    Content::File(entry.size())
}

/// Reads the stretches of one frame into `raw`.
fn gather(
    app: &Beneath,
    items: &[Item],
    slices: &[Slice],
    raw: &mut Vec<u8>,
) -> std::io::Result<()> {
    raw.clear();
    for slice in slices {
        let Some(item) = items.get(slice.item) else {
            continue;
        };
        // The name may have become a link since the walk: never follow it.
        let mut file = app.file(&item.path)?;
        if slice.offset > 0 {
            file.seek(SeekFrom::Start(slice.offset))?;
        }
        let read = Read::by_ref(&mut file)
            .take(slice.length)
            .read_to_end(raw)?;
        let whole = slice.offset + slice.length == size(item);
        if read as u64 != slice.length || (whole && file.read(&mut [0])? != 0) {
            return Err(std::io::Error::other(format!(
                "{} changed while it was read",
                item.path.display()
            )));
        }
    }
    debug_assert!(raw.len() as u64 <= FRAME_BYTES);
    Ok(())
}

fn size(item: &Item) -> u64 {
    match item.content {
        Content::File(size) => size,
        _ => 0,
    }
}
