//! Reads which classes a jar has and what its manifest says, without unpacking it.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use flate2::read::DeflateDecoder;

use crate::beneath;

/// The record at the end of an archive, with the longest comment.
const TAIL: u64 = 22 + 0xffff;
/// A longer directory is of no jar that a process starts.
const DIRECTORY: u64 = 64_000_000;
/// A manifest with signatures of every class can be long; its own attributes come first.
const MANIFEST: u64 = 4_000_000;

/// A jar, as far as a start asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Jar {
    /// Paths of its entries, in their order.
    pub names: Vec<String>,
    /// The attributes of its manifest; empty where it has none.
    manifest: String,
}

impl Jar {
    /// `None` where it can't be read as one.
    #[must_use]
    pub fn read(path: &Path) -> Option<Self> {
        let mut file = beneath::open(path).ok()?;
        let length = file.metadata().ok()?.len();
        let from = length.saturating_sub(TAIL);
        let tail = part(&mut file, from, length - from)?;
        let end = tail.windows(4).rposition(|four| four == b"PK\x05\x06")?;
        let size = u64::from(number(&tail, end + 12)?);
        let start = u64::from(number(&tail, end + 16)?);
        // A script may stand in front of the archive, as Spring Boot writes one.
        let shift = (from + u64::try_from(end).ok()?).checked_sub(size + start)?;
        if size > DIRECTORY || start == u64::from(u32::MAX) {
            return None;
        }
        let directory = part(&mut file, start + shift, size)?;
        let mut found = Self::default();
        let mut at = 0;
        while directory.get(at..at + 4) == Some(b"PK\x01\x02") {
            let name = usize::from(short(&directory, at + 28)?);
            let more =
                usize::from(short(&directory, at + 30)?) + usize::from(short(&directory, at + 32)?);
            let text =
                String::from_utf8_lossy(directory.get(at + 46..at + 46 + name)?).into_owned();
            if text.eq_ignore_ascii_case("META-INF/MANIFEST.MF") {
                let method = short(&directory, at + 10)?;
                let packed = u64::from(number(&directory, at + 20)?);
                let offset = u64::from(number(&directory, at + 42)?) + shift;
                found.manifest = member(&mut file, offset, packed, method)?;
            }
            found.names.push(text);
            at += 46 + name + more;
        }
        Some(found)
    }

    /// An attribute of the manifest's main part.
    #[must_use]
    pub fn attribute(&self, wanted: &str) -> Option<String> {
        let mut value: Option<String> = None;
        for line in self
            .manifest
            .lines()
            .take_while(|line| !line.trim().is_empty())
        {
            // A blank in front goes on with the line before.
            match (&mut value, line.strip_prefix(' ')) {
                (Some(value), Some(rest)) => value.push_str(rest.trim_end_matches('\r')),
                (Some(_), None) => break,
                (None, _) => {
                    let own = line.split_once(':');
                    value = own
                        .filter(|(name, _)| name.eq_ignore_ascii_case(wanted))
                        .map(|(_, value)| value.trim().to_owned());
                }
            }
        }
        value
    }

    /// Whether it has a class by its dotted name.
    #[must_use]
    pub fn has_class(&self, name: &str) -> bool {
        let path = format!("{}.class", name.replace('.', "/"));
        self.names.contains(&path)
    }
}

fn part(file: &mut File, from: u64, length: u64) -> Option<Vec<u8>> {
    file.seek(SeekFrom::Start(from)).ok()?;
    let mut found = Vec::new();
    file.take(length).read_to_end(&mut found).ok()?;
    (u64::try_from(found.len()).ok()? == length).then_some(found)
}

/// The text of an entry whose local header is at `offset`.
fn member(file: &mut File, offset: u64, packed: u64, method: u16) -> Option<String> {
    let header = part(file, offset, 30)?;
    let skip = u64::from(short(&header, 26)?) + u64::from(short(&header, 28)?);
    let data = part(file, offset + 30 + skip, packed.min(MANIFEST))?;
    let mut text = Vec::new();
    match method {
        0 => text = data,
        8 => {
            // What is cut off at the bound is an error behind what has been read.
            let _ = DeflateDecoder::new(data.as_slice())
                .take(MANIFEST)
                .read_to_end(&mut text);
        }
        _ => return None,
    }
    Some(String::from_utf8_lossy(&text).into_owned())
}

fn short(data: &[u8], at: usize) -> Option<u16> {
    let bytes = data.get(at..at + 2)?;
    Some(u16::from_le_bytes(bytes.try_into().ok()?))
}

fn number(data: &[u8], at: usize) -> Option<u32> {
    let bytes = data.get(at..at + 4)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests;
