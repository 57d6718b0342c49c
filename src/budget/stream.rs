//! What would the archive of these trees look like, byte for byte, without writing it?
//!
//! A slug is a tar archive in GNU format. Its layout follows from names and sizes alone, so the
//! offset of every byte is known before a file is opened, and any range can be made
//! on its own: headers are synthesised, contents are read from the range that is asked
//! for. What vanished or shrank since the walk reads as zeros, as tar itself pads it.
//!
//! Sources: GNU tar manual, "Basic Tar Format" (512-byte blocks, records of 20 blocks,
//! `././@LongLink` members for names beyond 100 bytes). Sockets are not archived.

use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use crate::facts::Unread;
use crate::facts::tree::{Entry, EntryKind, Tree};

/// Bytes of a tar block.
const BLOCK: u64 = 512;
/// Bytes of a tar record: the archive is padded to a multiple.
const RECORD: u64 = 20 * BLOCK;
/// Longest name that a header holds, in bytes.
const NAME: usize = 100;

/// One tree and where it lies in the archive.
#[derive(Debug, Clone)]
pub struct Source<'a> {
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
    sources: Vec<Source<'a>>,
    members: Vec<Member>,
    /// Where each member begins, in bytes, and at last where the end marker begins.
    starts: Vec<u64>,
    /// Contents that could not be read.
    unread: Mutex<Vec<Unread>>,
}

impl<'a> Stream<'a> {
    /// The archive of everything in these trees.
    #[must_use]
    pub fn new(sources: Vec<Source<'a>>) -> Self {
        Self::of(sources, |_, _| true)
    }

    /// The archive of the entries that `wanted` (of a source's place and an entry) picks.
    #[must_use]
    pub fn of(sources: Vec<Source<'a>>, wanted: impl Fn(usize, &Entry) -> bool) -> Self {
        let mut members = Vec::new();
        let mut starts = Vec::new();
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
        }
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

    fn resolve(&self, member: Member) -> Option<(&Source<'a>, Option<&'a Entry>)> {
        let source = self.sources.get(usize::from(member.source))?;
        let entry = match member.entry.checked_sub(1) {
            Some(index) => Some(source.tree.entries().get(index as usize)?),
            None => None,
        };
        Some((source, entry))
    }

    fn read(&self, source: &Source<'_>, entry: &Entry, mut offset: u64, mut out: &mut [u8]) {
        let file = match open(&source.tree.root().join(entry.path())) {
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

/// Opens a file for reading; never a link, and never waiting for a FIFO's writer.
pub(super) fn open(path: &Path) -> rustix::io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    rustix::fs::open(path, flags, Mode::empty())
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

fn name_length(prefix: &[u8], entry: &Entry) -> usize {
    let slash = usize::from(entry.kind() == EntryKind::Directory);
    prefix.len() + entry.path_bytes().len() + slash
}

/// Bytes of a member: headers, content and padding.
fn length(prefix: &[u8], entry: &Entry) -> u64 {
    let (target, content) = match entry.kind() {
        EntryKind::Symlink => (offset(entry.size()), 0),
        EntryKind::File => (0, entry.size()),
        EntryKind::Directory | EntryKind::Special => (0, 0),
    };
    head_length(name_length(prefix, entry), target)
        .saturating_add(content.checked_next_multiple_of(BLOCK).unwrap_or(u64::MAX))
}

fn head_length(name: usize, target: usize) -> u64 {
    BLOCK + long_length(name) + long_length(target)
}

/// Bytes of the member that holds a name too long for the header.
fn long_length(name: usize) -> u64 {
    if name <= NAME {
        return 0;
    }
    BLOCK + (name as u64 + 1).next_multiple_of(BLOCK)
}

/// Everything of a member that stands before its content.
fn write_head(out: &mut Vec<u8>, prefix: &[u8], entry: Option<&Entry>) {
    let mut name = prefix.to_vec();
    let Some(entry) = entry else {
        header(out, &name, b"", b'5', 0o755, 0, 0);
        return;
    };
    name.extend_from_slice(entry.path_bytes());
    let (kind, size) = match entry.kind() {
        EntryKind::File => (b'0', entry.size()),
        EntryKind::Directory => (b'5', 0),
        EntryKind::Symlink => (b'2', 0),
        EntryKind::Special => (b'6', 0),
    };
    if kind == b'5' {
        name.push(b'/');
    }
    // The target itself is not read: its length is what matters, its bytes are few.
    let target = if kind == b'2' {
        vec![b'.'; offset(entry.size())]
    } else {
        Vec::new()
    };
    long(out, &target, b'K');
    long(out, &name, b'L');
    header(
        out,
        &name,
        &target,
        kind,
        entry.mode(),
        size,
        entry.modified(),
    );
}

fn long(out: &mut Vec<u8>, name: &[u8], kind: u8) {
    if name.len() <= NAME {
        return;
    }
    let size = name.len() as u64 + 1;
    header(out, b"././@LongLink", b"", kind, 0o644, size, 0);
    let end = out.len() + offset(size.next_multiple_of(BLOCK));
    out.extend_from_slice(name);
    out.resize(end, 0);
}

/// One header block (GNU format): owner root, checksum as the format asks.
fn header(
    out: &mut Vec<u8>,
    name: &[u8],
    target: &[u8],
    kind: u8,
    mode: u32,
    size: u64,
    modified: u64,
) {
    let mut block = [0_u8; 512];
    let mut put = |at: usize, text: &[u8]| {
        for (slot, byte) in block.iter_mut().skip(at).zip(text) {
            *slot = *byte;
        }
    };
    put(0, name.get(..NAME).unwrap_or(name));
    put(100, format!("{mode:07o}\0").as_bytes());
    put(108, b"0000000\x000000000\0");
    put(124, format!("{size:011o}\0").as_bytes());
    put(136, format!("{modified:011o}\0").as_bytes());
    put(148, b"        ");
    put(156, &[kind]);
    put(157, target.get(..NAME).unwrap_or(target));
    put(257, b"ustar  \0root");
    put(297, b"root");
    let sum: u32 = block.iter().copied().map(u32::from).sum();
    for (slot, byte) in block
        .iter_mut()
        .skip(148)
        .zip(format!("{sum:06o}\0 ").bytes())
    {
        *slot = byte;
    }
    out.extend_from_slice(&block);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    /// What the real tar writes for a folder, as the slug compiler calls it.
    fn real_tar(root: &Path) -> Vec<u8> {
        let output = Command::new("tar")
            .args(["--format=gnu", "--sort=name", "--hard-dereference"])
            .args(["--owner=root:0", "--group=root:0", "-cf", "-", "-C"])
            .arg(root)
            .arg(".")
            .env("LC_ALL", "C")
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        output.stdout
    }

    fn virtual_tar(tree: &Tree) -> Stream<'_> {
        Stream::new(vec![Source {
            tree,
            prefix: b"./".to_vec(),
        }])
    }

    fn all(stream: &Stream<'_>) -> Vec<u8> {
        let mut bytes = vec![1; usize::try_from(stream.len()).unwrap()];
        stream.fill(0, &mut bytes);
        bytes
    }

    #[test]
    fn the_archive_is_that_of_tar_byte_for_byte() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let long = format!("{}/{}", "d".repeat(60), "e".repeat(60));
        fs_err::create_dir_all(root.join(&long)).unwrap();
        fs_err::write(root.join(&long).join("f"), "x".repeat(513)).unwrap();
        fs_err::write(root.join("a"), "").unwrap();
        fs_err::write(root.join("b\nb"), "y".repeat(512)).unwrap();
        fs_err::hard_link(root.join("b\nb"), root.join("c")).unwrap();
        let tree = Tree::read(root);
        let (ours, real) = (all(&virtual_tar(&tree)), real_tar(root));
        // The root's own header alone differs: its time and mode are not part of the tree.
        assert_eq!(ours.len(), real.len());
        assert!(ours[512..] == real[512..]);
    }

    #[test]
    fn any_range_is_a_part_of_the_whole() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..50_usize {
            let text = "word ".repeat(number * 37);
            fs_err::write(folder.path().join(format!("f{number}")), text).unwrap();
        }
        let tree = Tree::read(folder.path());
        let stream = virtual_tar(&tree);
        let whole = all(&stream);
        for (from, length) in [
            (0, 1),
            (511, 3),
            (700, 5000),
            (40_000, 60_000),
            (100_001, 7),
        ] {
            let mut part = vec![1; length];
            stream.fill(from as u64, &mut part);
            assert!(part == whole[from..from + length], "{from}+{length}");
        }
        let mut shared = 0;
        stream.shares(0, stream.len(), |_, _, bytes| shared += bytes);
        let ends = stream.starts.last().copied().unwrap();
        assert_eq!(shared, ends, "members cover everything but the end marker");
    }

    #[test]
    fn a_file_that_shrank_or_vanished_reads_as_zeros() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs_err::write(&path, "z".repeat(2000)).unwrap();
        fs_err::write(folder.path().join("b"), "z".repeat(2000)).unwrap();
        let tree = Tree::read(folder.path());
        fs_err::write(&path, "z").unwrap();
        fs_err::remove_file(folder.path().join("b")).unwrap();
        let stream = virtual_tar(&tree);
        let bytes = all(&stream);
        let kept: Vec<_> = bytes.into_iter().filter(|byte| *byte == b'z').collect();
        assert_eq!(kept, b"z");
        assert!(stream.unread().is_empty());
    }

    /// Names of any length, with any bytes that Linux allows.
    fn name() -> impl Strategy<Value = Vec<u8>> {
        proptest::collection::vec(
            any::<u8>().prop_filter("no separator", |byte| !matches!(*byte, 0 | b'/')),
            1..140,
        )
        .prop_filter("no dots", |name| name != b"." && name != b"..")
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn lengths_are_those_of_tar(
            files in proptest::collection::btree_map(name(), 0_usize..3000, 0..12),
            folders in proptest::collection::btree_set(name(), 0..4),
            links in proptest::collection::btree_map(name(), 1_usize..300, 0..4),
        ) {
            use std::os::unix::ffi::OsStrExt;
            let temporary = tempfile::tempdir().unwrap();
            let root = temporary.path();
            let at = |name: &[u8]| root.join(std::ffi::OsStr::from_bytes(name));
            for folder in &folders {
                let _ = fs_err::create_dir(at(folder));
            }
            let targets: BTreeMap<_, _> = links;
            for (name, length) in &files {
                for folder in std::iter::once(None).chain(folders.iter().map(Some)) {
                    let path = folder.map_or_else(|| at(b"."), |folder| at(folder));
                    let path = path.join(std::ffi::OsStr::from_bytes(name));
                    let _ = fs_err::write(path, vec![b'x'; *length]);
                }
            }
            for (name, length) in &targets {
                let _ = std::os::unix::fs::symlink("t".repeat(*length), at(name));
            }
            let tree = Tree::read(root);
            prop_assert_eq!(virtual_tar(&tree).len(), real_tar(root).len() as u64);
        }
    }
}
