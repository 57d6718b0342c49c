//! What a last command wrote after the same install is given back instead of running it again.
//!
//! yarn's `workspaces focus` with Plug'n'Play builds packages anew where their folder has another path than when it
//! built them last (yarn keeps a digest of the path), which every build of a classic platform has: after the app's own
//! scripts, which a package's script may see. All that it changes for good are files with known names. They are kept
//! with the tree, and go with it when it is installed anew.

use std::path::{Path, PathBuf};

use slugsmith_facts::beneath::{Beneath, own};

use crate::inputs::read_regular;
use crate::presets::ManagerCommand;
use crate::store::{Store, Stored};

/// File in a cache's folder.
const FILE: &str = "finished.zst";
/// More than any app has, in bytes; a broken file must not fill the memory.
const MOST_BYTES: usize = 64_000_000;
const DIGEST_LENGTH: usize = 32;

/// Writes what the command wrote last time. Returns whether that is done.
pub(super) fn give_back(store: &Store, name: &str, app: &Path, step: &ManagerCommand) -> bool {
    let Some(contents) = kept(&store.folder(name), &step.writes) else {
        return false;
    };
    let Ok(app) = Beneath::open(app) else {
        return false;
    };
    let mut files = step.writes.iter().zip(contents);
    files.all(|(path, content)| app.replace(path, &content).is_ok())
}

/// Keeps what the command wrote with the tree that it was written for. What can't be kept is written again.
pub(super) fn keep(store: &Store, name: &str, app: &Path, step: &ManagerCommand) {
    let is_stored = matches!(store.look_up(name), Stored::Complete(_));
    let Ok(app) = Beneath::open(app) else {
        return;
    };
    let contents: std::io::Result<Vec<_>> = step.writes.iter().map(|path| app.read(path)).collect();
    if let (true, Ok(contents)) = (is_stored, contents)
        && let Ok(packed) = packed(&contents)
    {
        let _ = own::write(store.folder(name).join(FILE), packed);
    }
}

/// Lengths and contents behind their digest, compressed.
fn packed(contents: &[Vec<u8>]) -> std::io::Result<Vec<u8>> {
    let mut all = Vec::new();
    for content in contents {
        all.extend_from_slice(&(content.len() as u64).to_le_bytes());
        all.extend_from_slice(content);
    }
    let mut out = blake3::hash(&all).as_bytes().to_vec();
    out.extend(zstd::bulk::compress(&all, 3)?);
    Ok(out)
}

fn kept(folder: &Path, paths: &[PathBuf]) -> Option<Vec<Vec<u8>>> {
    let stored = read_regular(&folder.join(FILE)).ok()?;
    let (digest, packed) = stored.split_at_checked(DIGEST_LENGTH)?;
    let all = zstd::bulk::decompress(packed, MOST_BYTES).ok()?;
    if blake3::hash(&all).as_bytes() != digest {
        return None;
    }
    let mut rest = all.as_slice();
    let mut next = || {
        let (length, after) = rest.split_first_chunk()?;
        let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        let (content, after) = after.split_at_checked(length)?;
        rest = after;
        Some(content.to_vec())
    };
    paths.iter().map(|_| next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_comes_back_as_it_was_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["a".into(), "b".into()];
        let contents = vec![b"map".to_vec(), Vec::new()];
        assert_eq!(kept(folder.path(), &paths), None);
        let file = folder.path().join(FILE);
        fs_err::write(&file, packed(&contents).unwrap()).unwrap();
        assert_eq!(kept(folder.path(), &paths), Some(contents));
        let mut bytes = fs_err::read(&file).unwrap();
        bytes[3] ^= 1;
        fs_err::write(&file, &bytes).unwrap();
        assert_eq!(kept(folder.path(), &paths), None);
    }
}
