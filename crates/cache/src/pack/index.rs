//! The list of a pack's entries and frames, and its compact binary form.
//!
//! Numbers are LEB128; a path is stored as the length it shares with the path before it
//! and its own remaining bytes, since sorted paths repeat their folders.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::Fault;

/// First bytes of every index of every version.
const FAMILY: &[u8] = b"slugsmith pack ";
/// First bytes of every index; the digit is the version of the form.
const MAGIC: &[u8] = b"slugsmith pack 3\n";
/// Largest index that is read, uncompressed: a million entries, far above any tree that fits
/// a slug.
const MOST_BYTES: u64 = 100_000_000;
/// The same as it is stored, in bytes.
pub(super) const MOST_STORED: u64 = 50_000_000;
/// Most entries, and most bytes of their paths together: a path is stored without what it
/// shares with the one before, so that few bytes can stand for many.
const MOST_ITEMS: u64 = 1_000_000;
const MOST_PATHS: usize = 150_000_000;

/// The bits of a mode that are kept.
pub(super) const MODE: u32 = 0o1777;
/// Those that run a program as somebody else.
pub(super) const SET_ID: u32 = 0o6000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    Directory,
    /// Length in bytes; the contents follow those of the file before.
    File(u64),
    Symlink(PathBuf),
    /// Another name of the file with this number in the list of entries.
    HardLink(usize),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    /// Relative to the app, below one of the roots.
    pub path: PathBuf,
    /// Permission bits; 0 for links.
    pub mode: u32,
    pub content: Content,
}

/// One zstd frame. Frames stand in `frames` one after the other without gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    /// Compressed length in bytes.
    pub stored: u64,
    /// BLAKE3 of the compressed bytes: checked whenever they are read.
    pub digest: [u8; 32],
    /// BLAKE3 of what is in it: the next pack takes over a frame that has the same.
    pub content: [u8; 32],
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Index {
    /// The folders that were packed, relative to the app.
    pub roots: Vec<PathBuf>,
    pub items: Vec<Item>,
    pub frames: Vec<Frame>,
}

impl Index {
    /// Files and links.
    pub(super) fn count(&self) -> u64 {
        let items = self.items.iter();
        let files = items.filter(|item| item.content != Content::Directory);
        files.count() as u64
    }

    /// Apparent bytes, every hard link counted once.
    pub(super) fn tree_bytes(&self) -> u64 {
        let items = self.items.iter();
        items
            .map(|item| match &item.content {
                Content::File(size) => *size,
                Content::Symlink(target) => target.as_os_str().len() as u64,
                Content::Directory | Content::HardLink(_) => 0,
            })
            .sum()
    }

    pub(super) fn encode(&self) -> std::io::Result<Vec<u8>> {
        let mut out = MAGIC.to_vec();
        number(&mut out, self.roots.len() as u64);
        for root in &self.roots {
            text(&mut out, root.as_os_str().as_bytes());
        }
        number(&mut out, self.items.len() as u64);
        let mut previous: &[u8] = &[];
        for item in &self.items {
            let path = item.path.as_os_str().as_bytes();
            let shared = path
                .iter()
                .zip(previous)
                .take_while(|(ours, theirs)| ours == theirs)
                .count();
            number(&mut out, shared as u64);
            text(&mut out, path.get(shared..).unwrap_or_default());
            previous = path;
            number(&mut out, u64::from(item.mode));
            match &item.content {
                Content::Directory => out.push(b'd'),
                Content::File(size) => {
                    out.push(b'f');
                    number(&mut out, *size);
                }
                Content::Symlink(target) => {
                    out.push(b's');
                    text(&mut out, target.as_os_str().as_bytes());
                }
                Content::HardLink(of) => {
                    out.push(b'h');
                    number(&mut out, *of as u64);
                }
            }
        }
        number(&mut out, self.frames.len() as u64);
        for frame in &self.frames {
            number(&mut out, frame.stored);
            out.extend_from_slice(&frame.digest);
            out.extend_from_slice(&frame.content);
        }
        zstd::bulk::compress(&out, super::LEVEL)
    }

    pub(super) fn decode(stored: &[u8]) -> Result<Self, Fault> {
        let mut bytes = Vec::new();
        let decoder = zstd::stream::read::Decoder::new(stored)?;
        std::io::Read::read_to_end(&mut std::io::Read::take(decoder, MOST_BYTES), &mut bytes)
            .map_err(|error| Fault::Damaged(format!("the index can't be unpacked: {error}")))?;
        let Some(body) = bytes.strip_prefix(MAGIC) else {
            let why = if bytes.starts_with(FAMILY) {
                "another version of slugsmith packed it"
            } else {
                "the index is of another form"
            };
            return Err(Fault::Damaged(why.to_owned()));
        };
        Cursor(body)
            .index()
            .ok_or_else(|| Fault::Damaged("the index ends early, or is too large".to_owned()))
    }
}

fn number(out: &mut Vec<u8>, mut value: u64) {
    loop {
        #[allow(clippy::cast_possible_truncation)] // seven bits
        let low = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

fn text(out: &mut Vec<u8>, bytes: &[u8]) {
    number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Reads what [`Index::encode`] wrote; `None` wherever the bytes don't fit.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn index(&mut self) -> Option<Index> {
        let mut index = Index::default();
        for _ in 0..self.number()? {
            index.roots.push(path(self.text()?));
        }
        let mut previous = Vec::new();
        let mut paths = 0_usize;
        let count = self.number()?;
        (count <= MOST_ITEMS).then_some(())?;
        for _ in 0..count {
            let item = self.item(&mut previous)?;
            paths += item.path.as_os_str().len();
            (paths <= MOST_PATHS).then_some(())?;
            if let Content::HardLink(of) = item.content {
                let target = index.items.get(of)?;
                matches!(target.content, Content::File(_)).then_some(())?;
            }
            index.items.push(item);
        }
        for _ in 0..self.number()? {
            let stored = self.number()?;
            let digest = self.take(32)?.try_into().ok()?;
            let content = self.take(32)?.try_into().ok()?;
            index.frames.push(Frame {
                stored,
                digest,
                content,
            });
        }
        self.0.is_empty().then_some(index)
    }

    fn item(&mut self, previous: &mut Vec<u8>) -> Option<Item> {
        let shared = usize::try_from(self.number()?).ok()?;
        (shared <= previous.len()).then_some(())?;
        previous.truncate(shared);
        previous.extend_from_slice(self.text()?);
        // Programs with another user's rights are never made.
        let mode = u32::try_from(self.number()?).ok()? & MODE;
        let content = match self.take(1)? {
            b"d" => Content::Directory,
            b"f" => Content::File(self.number()?),
            b"s" => Content::Symlink(path(self.text()?)),
            b"h" => Content::HardLink(usize::try_from(self.number()?).ok()?),
            _ => return None,
        };
        Some(Item {
            path: path(previous),
            mode,
            content,
        })
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn text(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        self.take(length)
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = *self.take(1)?.first()?;
            value |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

fn path(bytes: &[u8]) -> PathBuf {
    Path::new(OsStr::from_bytes(bytes)).to_owned()
}

/// A stretch of one file that lies in one frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slice {
    /// Number of the file in the list of entries.
    pub item: usize,
    /// Where the stretch begins in the file, in bytes.
    pub offset: u64,
    pub length: u64,
}

/// Ends of names that no program loads, as a rule. Only the order of frames follows from
/// this: what is left out of an unpack then lies together, and its frames need not even
/// be read.
const SELDOM_LOADED: &[&[u8]] = &[b".map", b".ts", b".mts", b".cts", b".md", b".flow"];

fn is_seldom_loaded(item: &Item) -> bool {
    let path = item.path.as_os_str().as_bytes();
    SELDOM_LOADED.iter().any(|end| path.ends_with(end))
}

/// One file in so many may be the first of a frame, by its path.
const ONE_IN: u8 = 128;
/// Before a frame has so many bytes it is not closed at such a file.
const LEAST_BYTES: u64 = super::FRAME_BYTES / 8;

/// Whether a frame may end before this file. It depends on nothing but the path, so that
/// after a change the frames soon begin at the same files again, and are the same.
fn may_begin(item: &Item) -> bool {
    let digest = blake3::hash(item.path.as_os_str().as_bytes());
    digest.as_bytes()[0].is_multiple_of(ONE_IN)
}

/// Which stretches lie in which frame. Both sides compute this from the entries alone:
/// files in order, those that are seldom loaded last, a frame closed when the next file
/// doesn't fit or is one that [`may_begin`] a frame, larger files cut.
pub(super) fn frame_plan(items: &[Item]) -> Vec<Vec<Slice>> {
    let mut frames = Vec::new();
    let mut open: Vec<Slice> = Vec::new();
    let mut filled = 0;
    let of_kind = |seldom: bool| {
        let all = items.iter().enumerate();
        all.filter(move |(_, item)| is_seldom_loaded(item) == seldom)
    };
    for (item, entry) in of_kind(false).chain(of_kind(true)) {
        let Content::File(size) = entry.content else {
            continue;
        };
        let is_full = filled + size > super::FRAME_BYTES;
        if !open.is_empty() && (is_full || filled >= LEAST_BYTES && may_begin(entry)) {
            frames.push(std::mem::take(&mut open));
            filled = 0;
        }
        let mut offset = 0;
        while size - offset > super::FRAME_BYTES {
            let length = super::FRAME_BYTES;
            frames.push(vec![Slice {
                item,
                offset,
                length,
            }]);
            offset += length;
        }
        let length = size - offset;
        open.push(Slice {
            item,
            offset,
            length,
        });
        filled += length;
    }
    if !open.is_empty() {
        frames.push(open);
    }
    frames
}
