//! What would the archive of these trees look like, byte for byte, without writing it?
//!
//! A slug is a tar archive in GNU format. Its layout follows from names and sizes alone, so the
//! offset of every byte is known before a file is opened, and any range can be made
//! on its own: headers are synthesised, contents are read from the range that is asked
//! for. What vanished or shrank since the walk reads as zeros, as tar itself pads it.
//!
//! Sources: GNU tar manual, "Basic Tar Format" (512-byte blocks, records of 20 blocks,
//! `././@LongLink` members for names beyond 100 bytes). Sockets are not archived.

mod header;

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rustix::io::Errno;

use crate::memory::Memory;
use header::{head_length, length, write_head};
use slugsmith_facts::Unread;
use slugsmith_facts::beneath::open_itself;
use slugsmith_facts::tree::{Entry, EntryKind, Tree};

/// Bytes of a tar block.
const BLOCK: u64 = 512;
/// Bytes of a tar record: the archive is padded to a multiple.
const RECORD: u64 = 20 * BLOCK;

/// One tree and where it lies in the archive.
#[derive(Debug, Clone)]
pub struct ArchivedTree<'a> {
    pub tree: &'a Tree,
    /// Ends with `/`, as in `./app/`: also the name of the root's own member.
    pub prefix: Vec<u8>,
}

/// A member of the archive: one entry of a tree, or the root of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Member {
    source: u16,
    /// Place in the tree's entries + 1; 0 for the root itself.
    entry: u32,
}

/// The archive of some trees.
#[derive(Debug)]
pub struct Stream<'a> {
    sources: Vec<ArchivedTree<'a>>,
    members: Vec<Member>,
    /// Where each member begins, in bytes, and at last where the end marker begins.
    starts: Vec<u64>,
    /// Contents that could not be read.
    unread: Mutex<Vec<Unread>>,
    /// What earlier builds measured of such archives.
    memory: Option<&'a Memory>,
}

impl<'a> Stream<'a> {
    /// The archive of everything in these trees.
    #[must_use]
    pub fn new(sources: Vec<ArchivedTree<'a>>) -> Self {
        Self::of(sources, |_, _| true)
    }

    /// The archive of the entries that `wanted` (of a source's place and an entry) picks.
    #[must_use]
    pub fn of(sources: Vec<ArchivedTree<'a>>, wanted: impl Fn(usize, &Entry) -> bool) -> Self {
        // At once: growing would hold a million of them twice.
        let most = sources.iter().map(|source| source.tree.entries().len() + 1);
        let most = most.sum();
        let mut members = Vec::with_capacity(most);
        let mut starts = Vec::with_capacity(most + 1);
        let mut end = 0;
        for (number, source) in sources.iter().enumerate() {
            let Ok(place) = u16::try_from(number) else {
                break;
            };
            members.push(Member {
                source: place,
                entry: 0,
            });
            starts.push(end);
            end += head_length(source.prefix.len(), 0);
            for (entry, index) in source.tree.entries().iter().zip(1_u32..) {
                if entry.is_socket() || !wanted(number, entry) {
                    continue;
                }
                members.push(Member {
                    source: place,
                    entry: index,
                });
                starts.push(end);
                end = end.saturating_add(length(&source.prefix, entry));
            }
        }
        starts.push(end);
        Self {
            sources,
            members,
            starts,
            unread: Mutex::default(),
            memory: None,
        }
    }

    /// The same archive; what is measured of it is looked up and kept there.
    #[must_use]
    pub fn remembered(self, memory: Option<&'a Memory>) -> Self {
        Self { memory, ..self }
    }

    pub(super) fn memory(&self) -> Option<&'a Memory> {
        self.memory
    }

    /// Where the header blocks that overlap `from..end` begin, with the time in each.
    pub(super) fn headers(&self, from: u64, end: u64) -> impl Iterator<Item = (u64, u64)> {
        self.overlapping(from, end)
            .filter_map(move |(member, start)| {
                let (source, entry) = self.resolve(member)?;
                let header = start + header::before_block(&source.prefix, entry);
                let modified = entry.map_or(0, Entry::modified);
                (header < end && header + BLOCK > from).then_some((header, modified))
            })
    }

    /// Bytes of the whole archive, padding of the last record included.
    #[must_use]
    pub fn len(&self) -> u64 {
        let members = self.starts.last().copied().unwrap_or(0);
        (members + 2 * BLOCK).next_multiple_of(RECORD)
    }

    /// True if it holds no member at all; even then it has a length.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// What could not be read so far; totals that rest on it are guesses.
    #[must_use]
    pub fn unread(&self) -> Vec<Unread> {
        let mut unread = self
            .unread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        unread.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        unread.dedup();
        unread
    }

    /// Writes the archive's bytes from offset `from` on into all of `out`.
    pub fn fill(&self, from: u64, out: &mut [u8]) {
        out.fill(0);
        let end = from + out.len() as u64;
        let mut head = Vec::new();
        for (member, start) in self.overlapping(from, end) {
            head.clear();
            let Some((source, entry)) = self.resolve(member) else {
                continue;
            };
            write_head(&mut head, &source.prefix, entry);
            copy(&head, start, from, out);
            let Some(entry) = entry.filter(|entry| entry.kind() == EntryKind::File) else {
                continue;
            };
            let content = start + head.len() as u64;
            let first = content.max(from);
            let last = (content + entry.size()).min(end);
            if first >= last {
                continue;
            }
            let range = offset(first - from)..offset(last - from);
            if let Some(target) = out.get_mut(range) {
                self.read(source, entry, first - content, target);
            }
        }
    }

    /// How many bytes of `from..end` belong to which entry (headers and padding
    /// included): calls `each` with the places of the source and of the entry in its tree
    /// (`None` for the root), and the bytes.
    pub fn shares(&self, from: u64, end: u64, mut each: impl FnMut(usize, Option<usize>, u64)) {
        for (place, (member, start)) in self.overlapping_places(from, end) {
            let next = self.starts.get(place + 1).copied().unwrap_or(start);
            let bytes = next.min(end).saturating_sub(start.max(from));
            let entry = member.entry.checked_sub(1).map(|entry| entry as usize);
            each(usize::from(member.source), entry, bytes);
        }
    }

    /// Bytes of one entry of a source, headers and padding included; 0 for sockets.
    #[must_use]
    pub fn member_length(&self, source: usize, entry: &Entry) -> u64 {
        match self.sources.get(source) {
            Some(source) if !entry.is_socket() => length(&source.prefix, entry),
            _ => 0,
        }
    }

    /// Where the entries of a source begin, its root's own member left out.
    #[must_use]
    pub fn source_start(&self, source: usize) -> u64 {
        let root = self
            .members
            .partition_point(|member| usize::from(member.source) < source);
        self.starts.get(root + 1).copied().unwrap_or(0)
    }

    fn overlapping(&self, from: u64, end: u64) -> impl Iterator<Item = (Member, u64)> {
        self.overlapping_places(from, end).map(|(_, found)| found)
    }

    fn overlapping_places(
        &self,
        from: u64,
        end: u64,
    ) -> impl Iterator<Item = (usize, (Member, u64))> {
        let first = self
            .starts
            .partition_point(|start| *start <= from)
            .saturating_sub(1);
        self.members
            .iter()
            .copied()
            .zip(self.starts.iter().copied())
            .enumerate()
            .skip(first)
            .take_while(move |(_, (_, start))| *start < end)
    }

    fn resolve(&self, member: Member) -> Option<(&ArchivedTree<'a>, Option<&'a Entry>)> {
        let source = self.sources.get(usize::from(member.source))?;
        let entry = match member.entry.checked_sub(1) {
            Some(index) => Some(source.tree.entries().get(index as usize)?),
            None => None,
        };
        Some((source, entry))
    }

    fn read(&self, source: &ArchivedTree<'_>, entry: &Entry, mut offset: u64, mut out: &mut [u8]) {
        let file = match open_itself(&source.tree.root().join(entry.path())) {
            Ok(file) => file,
            // Gone since the walk, or something else in its place by now.
            Err(Errno::NOENT | Errno::LOOP | Errno::NXIO) => return,
            Err(error) => return self.miss(entry.path(), error),
        };
        while !out.is_empty() {
            match rustix::io::pread(&file, &mut *out, offset) {
                Ok(0) => break,
                Ok(read) => {
                    offset += read as u64;
                    out = out.get_mut(read..).unwrap_or_default();
                }
                Err(Errno::INTR) => {}
                Err(error) => return self.miss(entry.path(), error),
            }
        }
    }

    fn miss(&self, path: &Path, error: Errno) {
        self.unread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Unread {
                path: path.to_owned(),
                reason: std::io::Error::from(error).to_string(),
            });
    }
}

/// Where `head`, which lies at `start`, overlaps with `out`, which lies at `from`.
fn copy(head: &[u8], start: u64, from: u64, out: &mut [u8]) {
    let end = from + out.len() as u64;
    let first = start.max(from);
    let last = (start + head.len() as u64).min(end);
    if first >= last {
        return;
    }
    let target = out.get_mut(offset(first - from)..offset(last - from));
    let part = head.get(offset(first - start)..offset(last - start));
    if let (Some(target), Some(part)) = (target, part) {
        target.copy_from_slice(part);
    }
}

/// A distance inside a buffer; saturates where usize is smaller, and lookups then miss.
fn offset(distance: u64) -> usize {
    usize::try_from(distance).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
