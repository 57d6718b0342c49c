//! The journal as it is on disk.
//!
//! Words that each end with a zero byte: a head, the journal's inode, one word per file (what happens to it
//! and its path), an empty word, and an end that tells a journal which was cut short.

use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use super::{FileChange, JOURNAL, inside, sync};
use slugsmith_facts::beneath::{Beneath, LARGEST_FILE};

const HEAD: &[u8] = b"slugsmith-journal 3";
const TAIL: &[u8] = b"\0end\0";
/// What the journal is called until it is complete.
pub(super) const UNFINISHED: &str = "journal.new";

/// Writes the journal; it is there as a whole or not at all.
pub(super) fn write(app: &Beneath, changes: &[FileChange]) -> io::Result<()> {
    let temporary = inside(UNFINISHED);
    app.remove(&temporary)?;
    let mut file = app.create(&temporary, 0o666)?;
    let mut text = HEAD.to_vec();
    text.push(0);
    text.extend_from_slice(file.metadata()?.ino().to_string().as_bytes());
    text.push(0);
    for change in changes {
        text.push(match change {
            FileChange::Remove(_) => b'-',
            FileChange::Replace(_) => b'=',
        });
        text.extend_from_slice(change.path().as_os_str().as_bytes());
        text.push(0);
    }
    text.extend_from_slice(TAIL);
    file.write_all(&text)?;
    file.sync_all()?;
    app.rename(&temporary, &inside(JOURNAL))?;
    sync(&app.path().join(super::FOLDER))
}

/// The changes of the journal; `None` where there is none that was written here.
///
/// # Errors
/// It is there and can't be read, or is damaged.
pub(super) fn read(app: &Beneath) -> io::Result<Option<Vec<FileChange>>> {
    let mut file = match app.file(&inside(JOURNAL)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut text = Vec::new();
    Read::by_ref(&mut file)
        .take(LARGEST_FILE)
        .read_to_end(&mut text)?;
    let Some((inode, changes)) = parse(&text) else {
        let folder = super::FOLDER;
        return Err(io::Error::other(format!(
            "{folder}/{JOURNAL} is damaged; files in {folder} were left alone"
        )));
    };
    Ok((inode == file.metadata()?.ino()).then_some(changes))
}

/// The inode and the changes of a journal; `None` if it is cut short or none of ours.
fn parse(text: &[u8]) -> Option<(u64, Vec<FileChange>)> {
    let body = text
        .strip_prefix(HEAD)?
        .strip_prefix(b"\0")?
        .strip_suffix(TAIL)?;
    let (inode, body) = body.split_at(body.iter().position(|byte| *byte == 0)?);
    let inode = std::str::from_utf8(inode).ok()?.parse().ok()?;
    let changes = body
        .split(|byte| *byte == 0)
        .filter(|word| !word.is_empty())
        .map(|word| {
            let (kind, path) = word.split_first()?;
            let path = PathBuf::from(OsStr::from_bytes(path));
            match kind {
                b'-' => Some(FileChange::Remove(path)),
                b'=' => Some(FileChange::Replace(path)),
                _ => None,
            }
        })
        .collect::<Option<Vec<_>>>()?;
    Some((inode, changes))
}
