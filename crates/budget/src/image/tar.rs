//! What is in a layer? A reader of tar streams that keeps names and sizes, not contents.
//!
//! Headers are read by the `tar` crate: their numbers, names and checksum. GNU long names, pax paths and sizes, and
//! sparse files are put together here (POSIX.1-2017, pax; GNU tar manual, "Basic Tar Format"), because that crate's
//! entries hold a long name or pax record of any length in memory, and split records at line ends that may be
//! part of a value. The archive is compressed on the way, so that its bytes in a registry are known and can be
//! shared out.

mod members;

use std::collections::HashMap;
use std::fmt;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use tar::EntryType;

use super::bound::Bound;
use super::press::Pressed;
use members::{
    Long, content, kind_of, next_header, read_sparse_map, relative, skip, stored_size, target, text,
};
use slugsmith_facts::tree::{Entry, EntryKind};
use slugsmith_finding::work;

const BLOCK: usize = 512;
/// Files of so many bytes are told apart in the compressed stream: the coder holds back far less.
const LARGE: u64 = 1024 * 1024;
/// Bytes of a smaller file's beginning that are measured on their own.
const SAMPLE: usize = 32 * 1024;
/// One of so many still smaller files is measured; others always.
const EVERY: usize = 8;
/// A sparse file may say any size without having it; no dyno has a disk like that, in bytes.
const LARGEST_SPARSE: u64 = 1 << 40;
/// Pax records longer than this are an attack or damage.
const LONGEST: u64 = 1024 * 1024;
/// Longest path that a kernel takes (`PATH_MAX`).
const LONGEST_PATH: usize = 4096;

/// A measured file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    pub(super) length: u64,
    pub(super) compressed: u64,
}

/// One name in a layer, relative to the image's root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) path: PathBuf,
    pub(super) kind: EntryKind,
    pub(super) size: u64,
    pub(super) mode: u32,
    /// Another name of the same file, in this layer or a lower one.
    pub(super) link: Option<PathBuf>,
}

/// Everything in a layer, in the order of the archive.
#[derive(Debug, Default)]
pub(super) struct Layer {
    pub(super) members: Vec<Member>,
    /// Bytes of the whole archive, compressed.
    pub(super) compressed: u64,
    samples: HashMap<PathBuf, Sample>,
}

impl Layer {
    pub(super) fn into_entries(self) -> (Vec<Entry>, HashMap<PathBuf, Sample>) {
        // A name can stand in an archive twice; the last one counts.
        let mut last = std::collections::BTreeMap::new();
        for member in self.members {
            let entry = super::entry(member.path.clone(), member.kind, member.size, member.mode);
            last.insert(member.path, entry);
        }
        (last.into_values().collect(), self.samples)
    }
}

/// Why a stream is no archive.
#[derive(Debug)]
pub(super) enum Damage {
    Read(io::Error),
    Checksum(String),
    Ends(String),
    TooLong,
    TooMany,
}

impl fmt::Display for Damage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(error) => write!(formatter, "{error}"),
            Self::Checksum(after) => write!(formatter, "a header is damaged, after {after}"),
            Self::Ends(member) => write!(formatter, "it ends in the middle of {member}"),
            Self::TooLong => formatter.write_str("a name is longer than any can be"),
            Self::TooMany => formatter.write_str("it has more names than are read"),
        }
    }
}

/// Reads a whole archive.
pub(super) fn read(stream: impl Read, bound: &Bound) -> Result<Layer, Damage> {
    let mut stream = Pressed::new(stream);
    let mut layer = Layer::default();
    let mut long = Long::default();
    let mut count = 0_usize;
    let step = work::files("reading layers", 0);
    while let Some(header) = next_header(&mut stream, &layer)? {
        let size = long.stored.unwrap_or_else(|| stored_size(&header));
        match header.entry_type() {
            EntryType::GNULongName => long.path = Some(text(&mut stream, size)?),
            EntryType::GNULongLink => long.link = Some(text(&mut stream, size)?),
            EntryType::XGlobalHeader => drop(text(&mut stream, size)?),
            EntryType::XHeader => long.read_pax(&text(&mut stream, size)?),
            kind => {
                let Long {
                    path, link, real, ..
                } = std::mem::take(&mut long);
                let raw = path.unwrap_or_else(|| header.path_bytes().into_owned());
                keep(bound, &raw, link.as_deref())?;
                read_sparse_map(&mut stream, &header)?;
                let link =
                    (kind == EntryType::Link).then(|| link.unwrap_or_else(|| target(&header)));
                let Some(path) = relative(&raw) else {
                    skip(&mut stream, size, &raw)?;
                    continue;
                };
                let real = real.or_else(|| {
                    header
                        .as_gnu()?
                        .real_size()
                        .ok()
                        .filter(|_| kind.is_gnu_sparse())
                });
                let kind = kind_of(kind);
                let stored = if kind == EntryKind::File && link.is_none() {
                    size
                } else {
                    0
                };
                count += 1;
                step.done(1);
                let sample = if stored >= LARGE {
                    let before = stream.so_far();
                    skip(&mut stream, stored, &raw)?;
                    Some(Sample {
                        length: stored,
                        compressed: (stream.so_far() - before).max(1),
                    })
                } else {
                    content(
                        &mut stream,
                        stored,
                        stored >= SAMPLE as u64 || count.is_multiple_of(EVERY),
                        &raw,
                    )?
                };
                if let Some(sample) = sample {
                    layer.samples.insert(path.clone(), sample);
                }
                layer.members.push(Member {
                    path,
                    kind,
                    // A sparse file takes fewer bytes in the archive than on a disk.
                    size: real.map_or(stored, |real| real.min(LARGEST_SPARSE)),
                    mode: header.mode().unwrap_or(0),
                    link: link.and_then(|raw| relative(&raw)),
                });
            }
        }
    }
    // Behind the end marker stands padding, which is compressed like all else.
    io::copy(&mut stream, &mut io::sink()).map_err(Damage::Read)?;
    layer.compressed = stream.finish();
    Ok(layer)
}

/// Where each file lies in an archive, by name: for archives of archives.
pub(super) fn index(
    stream: &mut (impl Read + io::Seek),
    bound: &Bound,
) -> Result<HashMap<String, (u64, u64)>, Damage> {
    let mut found = HashMap::new();
    let mut links = Vec::new();
    let mut long = Long::default();
    while let Some(header) = next_header(stream, &Layer::default())? {
        let size = long.stored.unwrap_or_else(|| stored_size(&header));
        match header.entry_type() {
            EntryType::GNULongName => long.path = Some(text(stream, size)?),
            EntryType::GNULongLink => long.link = Some(text(stream, size)?),
            EntryType::XGlobalHeader => drop(text(stream, size)?),
            EntryType::XHeader => long.read_pax(&text(stream, size)?),
            kind => {
                let Long { path, link, .. } = std::mem::take(&mut long);
                let raw = path.unwrap_or_else(|| header.path_bytes().into_owned());
                keep(bound, &raw, link.as_deref())?;
                read_sparse_map(stream, &header)?;
                let path = String::from_utf8_lossy(&raw)
                    .trim_start_matches("./")
                    .to_owned();
                let at = stream.stream_position().map_err(Damage::Read)?;
                if kind.is_hard_link() || kind.is_symlink() {
                    let target = link.unwrap_or_else(|| target(&header));
                    links.push((path, String::from_utf8_lossy(&target).into_owned()));
                    continue;
                }
                let padded = size
                    .checked_next_multiple_of(BLOCK as u64)
                    .ok_or(Damage::TooLong)?;
                let end = at.checked_add(padded).ok_or(Damage::TooLong)?;
                found.insert(path, (at, size));
                stream
                    .seek(io::SeekFrom::Start(end))
                    .map_err(Damage::Read)?;
            }
        }
    }
    for (path, target) in links {
        let folder = Path::new(&path).parent().unwrap_or(Path::new(""));
        let joined = normal(&folder.join(&target));
        let whole = found.get(&joined).or_else(|| found.get(&target)).copied();
        if let Some(whole) = whole {
            found.insert(path, whole);
        }
    }
    Ok(found)
}

/// `a/../b` as `b`.
fn normal(path: &Path) -> String {
    let mut parts = Vec::new();
    for component in path.components() {
        match component {
            Component::ParentDir => drop(parts.pop()),
            Component::Normal(part) => parts.push(part.to_string_lossy()),
            _ => {}
        }
    }
    parts.join("/")
}

/// A name and what it links to are kept, where they can be names and there is room.
fn keep(bound: &Bound, path: &[u8], link: Option<&[u8]>) -> Result<(), Damage> {
    let link = link.map_or(0, <[u8]>::len);
    if path.len().max(link) > LONGEST_PATH {
        return Err(Damage::TooLong);
    }
    let has_room = bound.has_room_for(path.len() + link);
    has_room.then_some(()).ok_or(Damage::TooMany)
}
