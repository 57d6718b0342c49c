//! Making the entries of a tree: folders, then files on all cores, then links and modes.

use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use fs_err::os::unix::fs::{FileExt, OpenOptionsExt};
use rayon::prelude::*;

use super::index::{Content, Frame, Index, Item, Slice, frame_plan};
use super::read::{missing, remove};
use super::write::tree_bytes;
use super::{FRAME_BYTES, Fault, no_link_out, partial_name};
use slugsmith_finding::work;

/// Makes every entry that is `wanted`, under the partial names of its root.
pub(super) fn write_all(
    app: &Path,
    folder: &Path,
    index: &Index,
    wanted: &[bool],
) -> Result<(), Fault> {
    // `None` for what is left out.
    let places: Vec<_> = index
        .items
        .iter()
        .zip(wanted)
        .map(|(item, wanted)| wanted.then(|| place(app, &index.roots, &item.path)))
        .collect();
    for root in &index.roots {
        let partial = app.join(partial_name(root));
        remove(&partial)?;
        if let Some(parent) = partial.parent() {
            fs_err::create_dir_all(parent)?;
            no_link_out(app, parent)?;
        }
    }
    let made = || {
        let items = index.items.iter().zip(&places);
        items.filter_map(|(item, place)| Some((item, place.as_ref()?)))
    };
    for (item, place) in made() {
        if item.content == Content::Directory {
            fs_err::create_dir(place)?;
        }
    }
    write_files(folder, index, &places)?;
    for (item, place) in made() {
        match &item.content {
            Content::Symlink(target) => fs_err::os::unix::fs::symlink(target, place)?,
            Content::HardLink(of) => match places.get(*of) {
                Some(Some(first)) => fs_err::hard_link(first, place)?,
                _ => return Err(Fault::Damaged("a hard link leads nowhere".to_owned())),
            },
            Content::Directory | Content::File(_) => {}
        }
    }
    finish_modes(made().collect())
}

/// Gives folders, and files that several threads wrote, their modes: last and innermost
/// first, since any of them may be read-only.
pub(super) fn finish_modes(made: Vec<(&Item, &PathBuf)>) -> Result<(), Fault> {
    let usual = 0o777 & !mask();
    for (item, place) in made.into_iter().rev() {
        let late = match item.content {
            Content::Directory => item.mode != usual,
            Content::File(size) => size > FRAME_BYTES,
            Content::Symlink(_) | Content::HardLink(_) => false,
        };
        if late {
            fs_err::set_permissions(place, Permissions::from_mode(item.mode))?;
        }
    }
    Ok(())
}

/// The permission bits that the system takes away from what this process makes
/// (`proc_pid_status(5)`, `Umask`). All of them where that can't be known.
fn mask() -> u32 {
    let status = fs_err::read_to_string("/proc/self/status").unwrap_or_default();
    let field = status.lines().find_map(|line| line.strip_prefix("Umask:"));
    field
        .and_then(|field| u32::from_str_radix(field.trim(), 8).ok())
        .unwrap_or(0o7777)
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

/// Writes every file that has a place. All frames are checked, also those of which nothing
/// is wanted now: what is asked for later must not turn out to be damaged.
pub(super) fn write_files(
    folder: &Path,
    index: &Index,
    places: &[Option<PathBuf>],
) -> Result<(), Fault> {
    let archive = Archive::open(folder, index)?;
    let mask = mask();
    let step = work::bytes(super::told("unpacking", &index.roots), tree_bytes(index));
    archive.frames.par_iter().with_max_len(1).try_for_each_init(
        Buffers::default,
        |buffers, (begin, frame, slices)| {
            step.done(slices.iter().map(|slice| slice.length).sum());
            buffers.load(&archive.stored, *begin, frame)?;
            let is_wanted = |slice: &Slice| places.get(slice.item).is_some_and(Option::is_some);
            if !slices.iter().any(is_wanted) {
                return Ok(());
            }
            buffers.decompress()?;
            buffers.write(&index.items, places, slices, mask)
        },
    )
}

/// The content of one file.
pub(super) fn content(folder: &Path, index: &Index, number: usize) -> Result<Vec<u8>, Fault> {
    let archive = Archive::open(folder, index)?;
    let (mut buffers, mut content) = (Buffers::default(), Vec::new());
    for (begin, frame, slices) in &archive.frames {
        if !slices.iter().any(|slice| slice.item == number) {
            continue;
        }
        buffers.load(&archive.stored, *begin, frame)?;
        buffers.decompress()?;
        let mut rest = buffers.raw.as_slice();
        for slice in slices {
            let bytes;
            (bytes, rest) = usize::try_from(slice.length)
                .ok()
                .and_then(|length| rest.split_at_checked(length))
                .ok_or_else(too_short)?;
            if slice.item == number {
                content.extend_from_slice(bytes);
            }
        }
    }
    Ok(content)
}

/// The file of frames, with the place of each.
struct Archive<'a> {
    stored: fs_err::File,
    /// Where it begins, in bytes, and which stretches lie in it.
    frames: Vec<(u64, &'a Frame, Vec<Slice>)>,
}

impl<'a> Archive<'a> {
    fn open(folder: &Path, index: &'a Index) -> Result<Self, Fault> {
        let plan = frame_plan(&index.items);
        if plan.len() != index.frames.len() {
            return Err(Fault::Damaged(format!(
                "{} frames where {} are needed",
                index.frames.len(),
                plan.len()
            )));
        }
        let path = folder.join("frames");
        // A FIFO would block whoever opens it, for ever.
        if !fs_err::metadata(&path).map_err(missing)?.is_file() {
            return Err(Fault::Damaged("the archive is no file".to_owned()));
        }
        let stored = fs_err::File::open(path).map_err(missing)?;
        let wanted: u64 = index.frames.iter().map(|frame| frame.stored).sum();
        let there = stored.metadata()?.len();
        if there != wanted {
            return Err(Fault::Damaged(format!(
                "the archive is {there} bytes long, not {wanted}"
            )));
        }
        let mut offset = 0;
        let frames = index.frames.iter().zip(plan);
        let frames = frames.map(|(frame, slices)| {
            let begin = offset;
            offset += frame.stored;
            (begin, frame, slices)
        });
        Ok(Self {
            frames: frames.collect(),
            stored,
        })
    }
}

fn changed() -> Fault {
    Fault::Damaged("a frame of the archive has changed".to_owned())
}

fn too_short() -> Fault {
    Fault::Damaged("a frame of the archive is too short".to_owned())
}

/// What one thread needs, kept from frame to frame.
#[derive(Default)]
struct Buffers {
    stored: Vec<u8>,
    raw: Vec<u8>,
    decompressor: Option<zstd::bulk::Decompressor<'static>>,
}

impl Buffers {
    /// Reads a frame and checks its digest.
    fn load(&mut self, stored: &fs_err::File, begin: u64, frame: &Frame) -> Result<(), Fault> {
        let length = usize::try_from(frame.stored).map_err(|_| changed())?;
        self.stored.resize(length, 0);
        stored.read_exact_at(&mut self.stored, begin)?;
        if *blake3::hash(&self.stored).as_bytes() == frame.digest {
            Ok(())
        } else {
            Err(changed())
        }
    }

    fn decompress(&mut self) -> Result<(), Fault> {
        let decompressor = match &mut self.decompressor {
            Some(decompressor) => decompressor,
            empty => empty.insert(zstd::bulk::Decompressor::new()?),
        };
        self.raw.clear();
        self.raw
            .reserve(usize::try_from(FRAME_BYTES).unwrap_or_default());
        decompressor
            .decompress_to_buffer(&self.stored, &mut self.raw)
            .map_err(|_| changed())?;
        Ok(())
    }

    fn write(
        &self,
        items: &[Item],
        places: &[Option<PathBuf>],
        slices: &[Slice],
        mask: u32,
    ) -> Result<(), Fault> {
        let mut rest = self.raw.as_slice();
        for slice in slices {
            let length = usize::try_from(slice.length).map_err(|_| too_short())?;
            let (bytes, after) = rest.split_at_checked(length).ok_or_else(too_short)?;
            rest = after;
            let (Some(item), Some(place)) = (items.get(slice.item), places.get(slice.item)) else {
                return Err(too_short());
            };
            if let Some(place) = place {
                write_slice(item, place, slice, bytes, mask)?;
            }
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

fn write_slice(
    item: &Item,
    place: &Path,
    slice: &Slice,
    bytes: &[u8],
    mask: u32,
) -> Result<(), Fault> {
    let whole = item.content == Content::File(slice.length);
    let mut options = fs_err::OpenOptions::new();
    options.write(true);
    if whole {
        // A name that is there already can only be a trap: the folder is ours and new.
        options.create_new(true).mode(item.mode);
    } else {
        options
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
    }
    let mut file = options.open(place)?;
    if whole {
        file.write_all(bytes)?;
        // Most modes are what the file was made with: one call less for each file.
        if item.mode & (mask | 0o7000) != 0 {
            file.set_permissions(Permissions::from_mode(item.mode))?;
        }
    } else {
        file.write_all_at(bytes, slice.offset)?;
    }
    Ok(())
}
