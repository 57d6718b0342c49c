//! Unpacking: check everything, write into temporary siblings on all cores, then rename.

use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use fs_err::os::unix::fs::{FileExt, OpenOptionsExt};
use rayon::prelude::*;

use crate::cache::inputs::read_regular;

use super::index::{Content, Frame, Index, Item, Slice, frame_plan};
use super::write::{count, tree_bytes};
use super::{FRAME_BYTES, Fault, Links, is_inside, no_link_out, partial_name};

/// What was unpacked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpacked {
    /// Files and links.
    pub files: u64,
    /// Apparent bytes.
    pub tree_bytes: u64,
    /// Relative to the app; each now has its final name.
    pub roots: Vec<PathBuf>,
}

/// Unpacks `folder` into `app`. Each root is written under [`partial_name`] and renamed
/// when all of them are complete, the first root last: who finds the first root finds all.
/// What stood under a root's name before is replaced.
///
/// # Errors
/// [`Fault::Damaged`] if a digest, size or count differs; nothing has got its final name
/// then. [`Fault::Io`] when the disk says no.
pub fn unpack(app: &Path, folder: &Path, digest: &str, links: Links) -> Result<Unpacked, Fault> {
    let encoded = read_regular(&folder.join("index")).map_err(missing)?;
    if blake3::hash(&encoded).to_hex().as_str() != digest {
        return Err(Fault::Damaged("the index has changed".to_owned()));
    }
    let index = Index::decode(&encoded)?;
    check(&index, links)?;
    let result = write_all(app, folder, &index);
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
        roots: index.roots,
    })
}

fn missing(error: std::io::Error) -> Fault {
    if error.kind() == std::io::ErrorKind::NotFound {
        Fault::Damaged("a file of the archive is missing".to_owned())
    } else {
        Fault::Io(error)
    }
}

/// Removes a file, a link or a whole folder; links are not followed.
pub(crate) fn remove(path: &Path) -> std::io::Result<()> {
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
    let tree = crate::facts::tree::Tree::read(path);
    fs_err::set_permissions(path, Permissions::from_mode(0o700))?;
    for entry in tree.entries() {
        if entry.kind() == crate::facts::tree::EntryKind::Directory {
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

fn write_all(app: &Path, folder: &Path, index: &Index) -> Result<(), Fault> {
    let places: Vec<_> = index
        .items
        .iter()
        .map(|item| place(app, &index.roots, &item.path))
        .collect();
    for root in &index.roots {
        let partial = app.join(partial_name(root));
        remove(&partial)?;
        if let Some(parent) = partial.parent() {
            fs_err::create_dir_all(parent)?;
            no_link_out(app, parent)?;
        }
    }
    for (item, place) in index.items.iter().zip(&places) {
        if item.content == Content::Directory {
            fs_err::create_dir(place)?;
        }
    }
    write_files(folder, index, &places)?;
    for (item, place) in index.items.iter().zip(&places) {
        match &item.content {
            Content::Symlink(target) => fs_err::os::unix::fs::symlink(target, place)?,
            Content::HardLink(of) => match places.get(*of) {
                Some(first) => fs_err::hard_link(first, place)?,
                None => return Err(Fault::Damaged("a hard link leads nowhere".to_owned())),
            },
            Content::Directory | Content::File(_) => {}
        }
    }
    // Last and innermost first: a folder may be read-only, and so may a file that several
    // threads wrote.
    for (item, place) in index.items.iter().zip(&places).rev() {
        let late = match item.content {
            Content::Directory => true,
            Content::File(size) => size > FRAME_BYTES,
            Content::Symlink(_) | Content::HardLink(_) => false,
        };
        if late {
            fs_err::set_permissions(place, Permissions::from_mode(item.mode))?;
        }
    }
    Ok(())
}

fn place(app: &Path, roots: &[PathBuf], path: &Path) -> PathBuf {
    for root in roots {
        if let Ok(below) = path.strip_prefix(root) {
            let partial = app.join(partial_name(root));
            return if below.as_os_str().is_empty() {
                partial
            } else {
                partial.join(below)
            };
        }
    }
    app.join(path)
}

fn write_files(folder: &Path, index: &Index, places: &[PathBuf]) -> Result<(), Fault> {
    let plan = frame_plan(&index.items);
    if plan.len() != index.frames.len() {
        return Err(Fault::Damaged(format!(
            "{} frames where {} are needed",
            index.frames.len(),
            plan.len()
        )));
    }
    let frames = folder.join("frames");
    // A FIFO would block whoever opens it, for ever.
    if !fs_err::metadata(&frames).map_err(missing)?.is_file() {
        return Err(Fault::Damaged("the archive is no file".to_owned()));
    }
    let stored = fs_err::File::open(frames).map_err(missing)?;
    let wanted: u64 = index.frames.iter().map(|frame| frame.stored).sum();
    let there = stored.metadata()?.len();
    if there != wanted {
        return Err(Fault::Damaged(format!(
            "the archive is {there} bytes long, not {wanted}"
        )));
    }
    let mut offset = 0;
    let work: Vec<(u64, &Frame, &Vec<Slice>)> = index
        .frames
        .iter()
        .zip(&plan)
        .map(|(frame, slices)| {
            let begin = offset;
            offset += frame.stored;
            (begin, frame, slices)
        })
        .collect();
    work.into_par_iter().with_max_len(1).try_for_each_init(
        Buffers::default,
        |buffers, (begin, frame, slices)| {
            buffers.load(&stored, begin, frame)?;
            buffers.write(&index.items, places, slices)
        },
    )
}

/// What one thread needs, kept from frame to frame.
#[derive(Default)]
struct Buffers {
    stored: Vec<u8>,
    raw: Vec<u8>,
    decompressor: Option<zstd::bulk::Decompressor<'static>>,
}

impl Buffers {
    fn load(&mut self, stored: &fs_err::File, begin: u64, frame: &Frame) -> Result<(), Fault> {
        let damaged = || Fault::Damaged("a frame of the archive has changed".to_owned());
        let length = usize::try_from(frame.stored).map_err(|_| damaged())?;
        self.stored.resize(length, 0);
        stored.read_exact_at(&mut self.stored, begin)?;
        if *blake3::hash(&self.stored).as_bytes() != frame.digest {
            return Err(damaged());
        }
        let decompressor = match &mut self.decompressor {
            Some(decompressor) => decompressor,
            empty => empty.insert(zstd::bulk::Decompressor::new()?),
        };
        self.raw.clear();
        self.raw
            .reserve(usize::try_from(FRAME_BYTES).unwrap_or_default());
        decompressor
            .decompress_to_buffer(&self.stored, &mut self.raw)
            .map_err(|_| damaged())?;
        Ok(())
    }

    fn write(&self, items: &[Item], places: &[PathBuf], slices: &[Slice]) -> Result<(), Fault> {
        let short = || Fault::Damaged("a frame of the archive is too short".to_owned());
        let mut rest = self.raw.as_slice();
        for slice in slices {
            let length = usize::try_from(slice.length).map_err(|_| short())?;
            let (bytes, after) = rest.split_at_checked(length).ok_or_else(short)?;
            rest = after;
            let (Some(item), Some(place)) = (items.get(slice.item), places.get(slice.item)) else {
                return Err(short());
            };
            write_slice(item, place, slice, bytes)?;
        }
        if rest.is_empty() {
            Ok(())
        } else {
            Err(Fault::Damaged(
                "a frame of the archive is too long".to_owned(),
            ))
        }
    }
}

fn write_slice(item: &Item, place: &Path, slice: &Slice, bytes: &[u8]) -> Result<(), Fault> {
    let whole = item.content == Content::File(slice.length);
    let mut options = fs_err::OpenOptions::new();
    options.write(true).mode(0o600);
    if whole {
        // A name that is there already can only be a trap: the folder is ours and new.
        options.create_new(true);
    } else {
        options
            .create(true)
            .truncate(false)
            .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
    }
    let mut file = options.open(place)?;
    if whole {
        file.write_all(bytes)?;
        file.set_permissions(Permissions::from_mode(item.mode))?;
    } else {
        file.write_all_at(bytes, slice.offset)?;
    }
    Ok(())
}
