//! What does the journal say on disk?
//!
//! Words that each end with a zero byte: a head, one word per file (what happens to it
//! and its path), an empty word, and an end that tells a journal which was cut short.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::{Change, JOURNAL, sync, write_synced};

const HEAD: &[u8] = b"slugsmith-journal 2";
const TAIL: &[u8] = b"\0end\0";

/// Writes the journal; it is there as a whole or not at all.
pub(super) fn write(aside: &Path, changes: &[Change]) -> io::Result<()> {
    let mut text = HEAD.to_vec();
    text.push(0);
    for change in changes {
        text.push(match change {
            Change::Remove(_) => b'-',
            Change::Replace(_) => b'=',
        });
        text.extend_from_slice(change.path().as_os_str().as_bytes());
        text.push(0);
    }
    text.extend_from_slice(TAIL);
    let temporary = aside.join("journal.new");
    write_synced(&temporary, &text)?;
    fs_err::rename(&temporary, aside.join(JOURNAL))?;
    sync(aside)
}

/// The changes of a journal; `None` if it is cut short or none of ours.
pub(super) fn parse(text: &[u8]) -> Option<Vec<Change>> {
    let body = text
        .strip_prefix(HEAD)?
        .strip_prefix(b"\0")?
        .strip_suffix(TAIL)?;
    body.split(|byte| *byte == 0)
        .filter(|word| !word.is_empty())
        .map(|word| {
            let (kind, path) = word.split_first()?;
            let path = PathBuf::from(OsStr::from_bytes(path));
            match kind {
                b'-' => Some(Change::Remove(path)),
                b'=' => Some(Change::Replace(path)),
                _ => None,
            }
        })
        .collect()
}
