//! Making the entries of a tree: folders, then files on all cores, then links and modes.

use std::collections::HashMap;
use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::index::{Content, Frame, Index, Item, Slice, frame_plan};
use super::{FRAME_BYTES, Fault, missing};
use slugsmith_facts::beneath::{self, Beneath};
use slugsmith_finding::work;

/// Makes every entry that is `wanted`, under the partial names of its root. `partials` are
/// the roots with those names.
pub(super) fn write_all(
    app: &Beneath,
    folder: &Path,
    index: &Index,
    partials: &[(PathBuf, PathBuf)],
    wanted: &[bool],
) -> Result<(), Fault> {
    for (_, partial) in partials {
        app.remove(partial)?;
        if let Some(parent) = partial.parent() {
            app.create_folders(parent)?;
        }
    }
    let by_root = partials
        .iter()
        .map(|(root, partial)| (root.as_path(), partial.as_path()))
        .collect();
    // `None` for what is left out.
    let places: Vec<_> = index
        .items
        .iter()
        .zip(wanted)
        .map(|(item, wanted)| wanted.then(|| place(&by_root, &item.path)))
        .collect();
    let made = || {
        let items = index.items.iter().zip(&places);
        items.filter_map(|(item, place)| Some((item, place.as_ref()?)))
    };
    for (item, place) in made() {
        if item.content == Content::Directory {
            app.create_folder(place)?;
        }
    }
    write_files(app, folder, index, &places)?;
    for (item, place) in made() {
        match &item.content {
            Content::Symlink(target) => app.symlink(target, place)?,
            Content::HardLink(of) => match places.get(*of) {
                Some(Some(first)) => app.hard_link(first, place)?,
                _ => return Err(Fault::Damaged("a hard link leads nowhere".to_owned())),
            },
            Content::Directory | Content::File(_) => {}
        }
    }
    finish_modes(app, made().collect())
}

/// Gives folders, and files that several threads wrote, their modes: last and innermost
/// first, since any of them may be read-only.
pub(super) fn finish_modes(app: &Beneath, made: Vec<(&Item, &PathBuf)>) -> Result<(), Fault> {
    let usual = 0o777 & !mask();
    for (item, place) in made.into_iter().rev() {
        let late = match item.content {
            Content::Directory => item.mode != usual,
            Content::File(size) => size > FRAME_BYTES,
            Content::Symlink(_) | Content::HardLink(_) => false,
        };
        if late {
            app.set_mode(place, item.mode)?;
        }
    }
    Ok(())
}

/// The permission bits that the system takes away from what this process makes
/// (`proc_pid_status(5)`, `Umask`). All of them where that can't be known.
fn mask() -> u32 {
    let status = beneath::text("/proc/self/status").unwrap_or_default();
    let field = status.lines().find_map(|line| line.strip_prefix("Umask:"));
    field
        .and_then(|field| u32::from_str_radix(field.trim(), 8).ok())
        .unwrap_or(0o7777)
}

fn place(partials: &HashMap<&Path, &Path>, path: &Path) -> PathBuf {
    let found = path
        .ancestors()
        .find_map(|root| Some((root, partials.get(root)?)));
    match found {
        Some((root, partial)) => {
            let below = path.strip_prefix(root).unwrap_or(path);
            let below = below.components();
            below.fold(partial.to_path_buf(), |place, part| place.join(part))
        }
        None => path.to_owned(),
    }
}

/// Writes every file that has a place. All frames are checked, also those of which nothing
/// is wanted now: what is asked for later must not turn out to be damaged.
pub(super) fn write_files(
    app: &Beneath,
    folder: &Path,
    index: &Index,
    places: &[Option<PathBuf>],
) -> Result<(), Fault> {
    let archive = Archive::open(folder, index)?;
    let mask = mask();
    let step = work::bytes(super::told("unpacking", &index.roots), index.tree_bytes());
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
            buffers.write(app, &index.items, places, slices, mask)
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

/// Checks the digest of every frame, and writes nothing.
pub(super) fn check_frames(folder: &Path, index: &Index) -> Result<(), Fault> {
    let archive = Archive::open(folder, index)?;
    let frames = archive.frames.par_iter();
    frames.try_for_each_init(Buffers::default, |buffers, (begin, frame, _)| {
        buffers.load(&archive.stored, *begin, frame)
    })
}

/// The file of frames, with the place of each.
struct Archive<'a> {
    stored: std::fs::File,
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
        let stored = beneath::open(&folder.join("frames")).map_err(missing)?;
        let wanted: u64 = index.frames.iter().map(|frame| frame.stored).sum();
        let found = stored.metadata()?.len();
        if found != wanted {
            return Err(Fault::Damaged(format!(
                "the archive is {found} bytes long, not {wanted}"
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
    fn load(&mut self, stored: &std::fs::File, begin: u64, frame: &Frame) -> Result<(), Fault> {
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
        app: &Beneath,
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
                write_slice(app, item, place, slice, bytes, mask)?;
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
    app: &Beneath,
    item: &Item,
    place: &Path,
    slice: &Slice,
    bytes: &[u8],
    mask: u32,
) -> Result<(), Fault> {
    let whole = item.content == Content::File(slice.length);
    if whole {
        // A name that is there already can only be a trap: the folder is ours and new.
        let mut file = app.create(place, item.mode)?;
        file.write_all(bytes)?;
        // Most modes are what the file was made with: one call less for each file.
        if item.mode & (mask | 0o7000) != 0 {
            file.set_permissions(Permissions::from_mode(item.mode))?;
        }
    } else {
        let file = app.open_to_write(place, 0o600)?;
        file.write_all_at(bytes, slice.offset)?;
    }
    Ok(())
}
