//! What is in a layer? A reader of tar streams that keeps names and sizes, not contents.
//!
//! GNU long names, pax paths and sizes, and base-256 numbers are understood (POSIX.1-2017,
//! pax; GNU tar manual, "Basic Tar Format"). The archive is compressed on the way, so that
//! its bytes in a registry are known and can be shared out.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use super::press::Pressed;
use slugsmith_facts::tree::{Entry, EntryKind};
use slugsmith_finding::work;

const BLOCK: usize = 512;
/// Files of so many bytes are told apart in the compressed stream: the coder holds back far less.
const LARGE: u64 = 1024 * 1024;
/// Bytes of a smaller file's beginning that are measured on their own.
const SAMPLE: usize = 32 * 1024;
/// One of so many still smaller files is measured; others always.
const EVERY: usize = 8;
/// Names and pax records longer than this are an attack or damage.
const LONGEST: u64 = 1024 * 1024;

/// A measured file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    pub(super) length: u64,
    pub(super) compressed: u64,
}

/// Types of members (POSIX, pax, "typeflag").
const HARD_LINK: u8 = b'1';
const SYMLINK: u8 = b'2';

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
}

impl fmt::Display for Damage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(error) => write!(formatter, "{error}"),
            Self::Checksum(after) => write!(formatter, "a header is damaged, after {after}"),
            Self::Ends(member) => write!(formatter, "it ends in the middle of {member}"),
            Self::TooLong => formatter.write_str("a name is longer than any can be"),
        }
    }
}

/// Reads a whole archive.
pub(super) fn read(stream: impl Read) -> Result<Layer, Damage> {
    let mut stream = Pressed::new(stream);
    let mut layer = Layer::default();
    let mut long = Long::default();
    let mut count = 0_usize;
    let step = work::files("reading layers", 0);
    while let Some(header) = next_header(&mut stream, &layer)? {
        let size = long.size.unwrap_or_else(|| number(&header, 124..136));
        match header.get(156).copied().unwrap_or(0) {
            b'L' => long.path = Some(text(&mut stream, size)?),
            b'K' => long.link = Some(text(&mut stream, size)?),
            b'g' => drop(text(&mut stream, size)?),
            b'x' => long.read_pax(&text(&mut stream, size)?),
            kind => {
                let raw = long.path.take().unwrap_or_else(|| name(&header));
                long.size = None;
                let link = long.link.take();
                let link = (kind == HARD_LINK).then(|| link.unwrap_or_else(|| target(&header)));
                let Some(path) = relative(&raw) else {
                    skip(&mut stream, size, &raw)?;
                    continue;
                };
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
                    size: stored,
                    mode: u32::try_from(number(&header, 100..108)).unwrap_or(0),
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
) -> Result<HashMap<String, (u64, u64)>, Damage> {
    let mut found = HashMap::new();
    let mut links = Vec::new();
    let mut long = Long::default();
    while let Some(header) = next_header(stream, &Layer::default())? {
        let size = long.size.unwrap_or_else(|| number(&header, 124..136));
        match header.get(156).copied().unwrap_or(0) {
            b'L' => long.path = Some(text(stream, size)?),
            b'K' => long.link = Some(text(stream, size)?),
            b'g' => drop(text(stream, size)?),
            b'x' => long.read_pax(&text(stream, size)?),
            kind => {
                let raw = long.path.take().unwrap_or_else(|| name(&header));
                long.size = None;
                let link = long.link.take();
                let path = String::from_utf8_lossy(&raw)
                    .trim_start_matches("./")
                    .to_owned();
                let at = stream.stream_position().map_err(Damage::Read)?;
                if matches!(kind, HARD_LINK | SYMLINK) {
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

/// What stands before a member and belongs to it.
#[derive(Default)]
struct Long {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
}

impl Long {
    /// `LENGTH KEY=VALUE\n`, again and again.
    fn read_pax(&mut self, mut records: &[u8]) {
        while let Some(space) = records.iter().position(|byte| *byte == b' ') {
            let length = std::str::from_utf8(records.get(..space).unwrap_or_default())
                .ok()
                .and_then(|digits| digits.parse::<usize>().ok());
            let Some(record) = length.and_then(|length| records.get(space + 1..length)) else {
                return;
            };
            if let Some(value) = record.strip_prefix(b"path=") {
                self.path = Some(value.strip_suffix(b"\n").unwrap_or(value).to_vec());
            } else if let Some(value) = record.strip_prefix(b"linkpath=") {
                self.link = Some(value.strip_suffix(b"\n").unwrap_or(value).to_vec());
            } else if let Some(value) = record.strip_prefix(b"size=") {
                let text = std::str::from_utf8(value).unwrap_or_default();
                self.size = text.trim_end().parse().ok();
            }
            records = length
                .and_then(|length| records.get(length..))
                .unwrap_or_default();
        }
    }
}

/// The next header; `None` at the end. An archive may end without its end marker.
fn next_header(stream: &mut impl Read, layer: &Layer) -> Result<Option<[u8; BLOCK]>, Damage> {
    let mut block = [0; BLOCK];
    let mut filled = 0;
    while filled < BLOCK {
        let Some(room) = block.get_mut(filled..) else {
            break;
        };
        match stream.read(room) {
            Ok(0) if filled == 0 => return Ok(None),
            Ok(0) => return Err(Damage::Ends("a header".to_owned())),
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Damage::Read(error)),
        }
    }
    if block.iter().all(|byte| *byte == 0) {
        return Ok(None);
    }
    let sum: u64 = block
        .iter()
        .enumerate()
        .map(|(place, byte)| {
            if (148..156).contains(&place) {
                32
            } else {
                u64::from(*byte)
            }
        })
        .sum();
    if sum == number(&block, 148..156) {
        return Ok(Some(block));
    }
    let last = layer.members.last();
    let after = last.map_or("the start".to_owned(), |member| {
        member.path.display().to_string()
    });
    Err(Damage::Checksum(after))
}

/// An octal number, or a binary one where the first bit says so.
fn number(header: &[u8; BLOCK], range: std::ops::Range<usize>) -> u64 {
    let field = header.get(range).unwrap_or_default();
    if field.first().is_some_and(|byte| byte & 0x80 != 0) {
        return field.iter().skip(1).fold(0_u64, |value, byte| {
            value.wrapping_shl(8) | u64::from(*byte)
        });
    }
    field
        .iter()
        .filter(|byte| byte.is_ascii_digit())
        .fold(0_u64, |value, byte| {
            value
                .saturating_mul(8)
                .saturating_add(u64::from(byte - b'0'))
        })
}

fn zero_ended(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// The name in the header, with its prefix in the ustar format.
fn name(header: &[u8; BLOCK]) -> Vec<u8> {
    let name = zero_ended(header.get(..100).unwrap_or_default());
    let prefix = zero_ended(header.get(345..500).unwrap_or_default());
    if header.get(257..263) == Some(b"ustar\0") && !prefix.is_empty() {
        return [prefix, b"/", name].concat();
    }
    name.to_vec()
}

/// What a link in the header leads to.
fn target(header: &[u8; BLOCK]) -> Vec<u8> {
    zero_ended(header.get(157..257).unwrap_or_default()).to_vec()
}

/// The path below the root; `None` for the root itself and for paths that leave it.
fn relative(raw: &[u8]) -> Option<PathBuf> {
    let path = Path::new(std::ffi::OsStr::from_bytes(raw));
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(part) => clean.push(part),
            Component::ParentDir => return None,
            _ => {}
        }
    }
    (!clean.as_os_str().is_empty()).then_some(clean)
}

fn kind_of(flag: u8) -> EntryKind {
    match flag {
        b'5' => EntryKind::Directory,
        SYMLINK => EntryKind::Symlink,
        b'3' | b'4' | b'6' => EntryKind::Special,
        _ => EntryKind::File,
    }
}

fn text(stream: &mut impl Read, size: u64) -> Result<Vec<u8>, Damage> {
    if size > LONGEST {
        return Err(Damage::TooLong);
    }
    let padded = size.next_multiple_of(BLOCK as u64);
    let mut bytes = Vec::new();
    stream
        .take(padded)
        .read_to_end(&mut bytes)
        .map_err(Damage::Read)?;
    if (bytes.len() as u64) < padded {
        return Err(Damage::Ends("a long name".to_owned()));
    }
    bytes.truncate(usize::try_from(size).unwrap_or(0));
    while bytes.last() == Some(&0) {
        bytes.pop();
    }
    Ok(bytes)
}

/// Reads over a file's content and measures its beginning if asked.
fn content(
    stream: &mut impl Read,
    size: u64,
    sampled: bool,
    name: &[u8],
) -> Result<Option<Sample>, Damage> {
    if size == 0 {
        return Ok(None);
    }
    let mut beginning = Vec::new();
    if sampled {
        let length = size.min(SAMPLE as u64);
        stream
            .take(length)
            .read_to_end(&mut beginning)
            .map_err(Damage::Read)?;
    }
    let padded = size
        .checked_next_multiple_of(BLOCK as u64)
        .ok_or(Damage::TooLong)?;
    skip_exactly(stream, padded - beginning.len() as u64, name)?;
    Ok(sampled.then(|| Sample {
        length: beginning.len() as u64,
        compressed: super::measure(&beginning),
    }))
}

fn skip(stream: &mut impl Read, size: u64, name: &[u8]) -> Result<(), Damage> {
    let padded = size
        .checked_next_multiple_of(BLOCK as u64)
        .ok_or(Damage::TooLong)?;
    skip_exactly(stream, padded, name)
}

fn skip_exactly(stream: &mut impl Read, bytes: u64, name: &[u8]) -> Result<(), Damage> {
    let skipped = io::copy(&mut stream.take(bytes), &mut io::sink()).map_err(Damage::Read)?;
    if skipped < bytes {
        return Err(Damage::Ends(String::from_utf8_lossy(name).into_owned()));
    }
    Ok(())
}
