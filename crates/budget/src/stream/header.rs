//! What stands before a member's content, and how long a member is.
//!
//! Sources: GNU tar manual, "Basic Tar Format" (512-byte blocks, `././@LongLink` members
//! for names beyond 100 bytes).

use super::{BLOCK, offset};
use slugsmith_facts::tree::{Entry, EntryKind};

/// Longest name that a header holds, in bytes.
const NAME: usize = 100;

fn name_length(prefix: &[u8], entry: &Entry) -> usize {
    let slash = usize::from(entry.kind() == EntryKind::Directory);
    prefix.len() + entry.path_bytes().len() + slash
}

/// Bytes of a member: headers, content and padding.
pub(super) fn length(prefix: &[u8], entry: &Entry) -> u64 {
    let (target, content) = match entry.kind() {
        EntryKind::Symlink => (offset(entry.size()), 0),
        EntryKind::File => (0, entry.size()),
        EntryKind::Directory | EntryKind::Special => (0, 0),
    };
    head_length(name_length(prefix, entry), target)
        .saturating_add(content.checked_next_multiple_of(BLOCK).unwrap_or(u64::MAX))
}

pub(super) fn head_length(name: usize, target: usize) -> u64 {
    BLOCK + long_length(name) + long_length(target)
}

/// Bytes of a member that stand before its own header block: names and targets too long for it.
pub(super) fn before_block(prefix: &[u8], entry: Option<&Entry>) -> u64 {
    let Some(entry) = entry else {
        return 0;
    };
    let target = match entry.kind() {
        EntryKind::Symlink => offset(entry.size()),
        _ => 0,
    };
    head_length(name_length(prefix, entry), target) - BLOCK
}

/// Bytes of the member that holds a name too long for the header.
fn long_length(name: usize) -> u64 {
    if name <= NAME {
        return 0;
    }
    BLOCK + (name as u64 + 1).next_multiple_of(BLOCK)
}

/// Everything of a member that stands before its content.
pub(super) fn write_head(out: &mut Vec<u8>, prefix: &[u8], entry: Option<&Entry>) {
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
