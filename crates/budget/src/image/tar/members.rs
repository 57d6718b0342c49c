//! One member of a tar stream: its header, what comes before it, and its content.

use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use tar::{EntryType, GnuExtSparseHeader, Header};

use super::{BLOCK, Damage, LONGEST, Layer, SAMPLE, Sample};
use slugsmith_facts::tree::EntryKind;

/// What stands before a member and belongs to it.
#[derive(Default)]
pub(super) struct Long {
    pub(super) path: Option<Vec<u8>>,
    pub(super) link: Option<Vec<u8>>,
    /// Bytes in the archive.
    pub(super) stored: Option<u64>,
    /// Bytes of a sparse file on a disk.
    pub(super) real: Option<u64>,
}

impl Long {
    /// `LENGTH KEY=VALUE\n`, again and again.
    pub(super) fn read_pax(&mut self, mut records: &[u8]) {
        while let Some(space) = records.iter().position(|byte| *byte == b' ') {
            let length = std::str::from_utf8(records.get(..space).unwrap_or_default())
                .ok()
                .and_then(|digits| digits.parse::<usize>().ok());
            let Some(record) = length.and_then(|length| records.get(space + 1..length)) else {
                return;
            };
            let record = record.strip_suffix(b"\n").unwrap_or(record);
            let equals = record.iter().position(|byte| *byte == b'=');
            let (key, value) = record.split_at(equals.unwrap_or(record.len()));
            let value = value.get(1..).unwrap_or_default();
            let number = || std::str::from_utf8(value).ok()?.parse().ok();
            match key {
                b"path" | b"GNU.sparse.name" => self.path = Some(value.to_vec()),
                b"linkpath" => self.link = Some(value.to_vec()),
                b"size" => self.stored = number(),
                b"GNU.sparse.realsize" | b"GNU.sparse.size" => self.real = number(),
                _ => {}
            }
            records = length
                .and_then(|length| records.get(length..))
                .unwrap_or_default();
        }
    }
}

/// The next header; `None` at the end. An archive may end without its end marker.
pub(super) fn next_header(stream: &mut impl Read, layer: &Layer) -> Result<Option<Header>, Damage> {
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
    let header = Header::from_byte_slice(&block).clone();
    let mut right = header.clone();
    right.set_cksum();
    if matches!((header.cksum(), right.cksum()), (Ok(is), Ok(right)) if is == right) {
        return Ok(Some(header));
    }
    let last = layer.members.last();
    let after = last.map_or("the start".to_owned(), |member| {
        member.path.display().to_string()
    });
    Err(Damage::Checksum(after))
}

/// Bytes of a member in the archive; a damaged number is found at the next header.
pub(super) fn stored_size(header: &Header) -> u64 {
    header.entry_size().unwrap_or(0)
}

/// What a link in the header leads to.
pub(super) fn target(header: &Header) -> Vec<u8> {
    header.link_name_bytes().unwrap_or_default().into_owned()
}

/// Reads over the blocks that list further parts of a sparse file, between its header and its content.
pub(super) fn read_sparse_map(stream: &mut impl Read, header: &Header) -> Result<(), Damage> {
    let mut more = header.entry_type().is_gnu_sparse()
        && header.as_gnu().is_some_and(tar::GnuHeader::is_extended);
    while more {
        let mut map = GnuExtSparseHeader::new();
        stream
            .read_exact(map.as_mut_bytes())
            .map_err(Damage::Read)?;
        more = map.is_extended();
    }
    Ok(())
}

/// The path below the root; `None` for the root itself and for paths that leave it.
pub(super) fn relative(raw: &[u8]) -> Option<PathBuf> {
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

pub(super) fn kind_of(kind: EntryType) -> EntryKind {
    match kind {
        EntryType::Directory => EntryKind::Directory,
        EntryType::Symlink => EntryKind::Symlink,
        EntryType::Char | EntryType::Block | EntryType::Fifo => EntryKind::Special,
        _ => EntryKind::File,
    }
}

pub(super) fn text(stream: &mut impl Read, size: u64) -> Result<Vec<u8>, Damage> {
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
pub(super) fn content(
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
        compressed: super::super::measure(&beginning),
    }))
}

pub(super) fn skip(stream: &mut impl Read, size: u64, name: &[u8]) -> Result<(), Damage> {
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
