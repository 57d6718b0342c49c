//! Copies an app as a push would take it: without what git ignores, links as links, holes as holes.

use crate::facts::beneath::own;
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::SeekFrom as Offset;

use crate::error::{Result, io};
use crate::facts::ignored::Ignored;
use crate::work::{self, Step};

/// Bytes per unit of a file's `blocks` (stat(2)).
const BLOCK: u64 = 512;

/// What was copied.
pub(super) struct Copied {
    /// Files and links.
    pub(super) files: u64,
    /// Lists of git that mean nothing, since they are too long to be read.
    pub(super) too_long: Vec<PathBuf>,
}

/// Copies a tree to a folder that is made here.
///
/// # Errors
/// When a file can't be read or written. One that vanishes meanwhile is left out.
pub(super) fn tree(from: &Path, to: &Path, taken: Taken) -> Result<Copied> {
    let mut copy = Copying {
        ignored: Ignored::above(from),
        taken,
        files: 0,
        step: work::files("copying the app", 0),
    };
    copy.folder(from, to)?;
    Ok(Copied {
        files: copy.files,
        too_long: copy.ignored.too_long,
    })
}

/// Which files of an app are copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// Those that a push takes.
    ByGit,
    All,
}

struct Copying {
    taken: Taken,
    ignored: Ignored,
    files: u64,
    step: Step<'static>,
}

impl Copying {
    fn folder(&mut self, from: &Path, to: &Path) -> Result<()> {
        own::create_folder(to).map_err(|error| io("creating", to, &error))?;
        self.ignored.enter(from);
        for path in entries(from).map_err(|error| io("reading", from, &error))? {
            let Some(name) = path.file_name() else {
                continue;
            };
            let target = to.join(name);
            match self.entry(&path, &target) {
                Ok(None) => {}
                Ok(Some(())) => self.folder(&path, &target)?,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(io("copying", &path, &error)),
            }
        }
        self.ignored.leave();
        Ok(())
    }

    /// Copies what is no folder; `Some` for a folder that is part of the copy.
    fn entry(&mut self, from: &Path, to: &Path) -> std::io::Result<Option<()>> {
        let metadata = fs_err::symlink_metadata(from)?;
        let kind = metadata.file_type();
        let ignored = self.taken == Taken::ByGit && self.ignored.has(from, kind.is_dir());
        if ignored || from.file_name() == Some(".git".as_ref()) {
            return Ok(None);
        }
        if kind.is_dir() {
            return Ok(Some(()));
        }
        if kind.is_symlink() {
            self.files += 1;
            own::link(&fs_err::read_link(from)?, to)?;
        } else if kind.is_file() {
            self.files += 1;
            self.step.done(1);
            if metadata.blocks().saturating_mul(BLOCK) < metadata.len() {
                sparse(from, to, &metadata)?;
            } else {
                own::copy(from, to)?;
            }
        } // FIFOs, sockets and devices are no part of a push.
        Ok(None)
    }
}

fn entries(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs_err::read_dir(folder)? {
        paths.push(entry?.path());
    }
    paths.sort_unstable();
    Ok(paths)
}

/// A regular file with holes, whose parts that hold data are copied one by one (lseek(2),
/// `SEEK_DATA`): a file of a terabyte that takes no room has a copy that takes none.
fn sparse(from: &Path, to: &Path, metadata: &std::fs::Metadata) -> std::io::Result<()> {
    let mut source = own::handle(from)?;
    let mut copy = own::create(to)?;
    copy.set_len(metadata.len())?;
    let mut at = 0;
    while at < metadata.len() {
        let data = match rustix::fs::seek(&source, Offset::Data(at)) {
            Ok(data) => data,
            Err(rustix::io::Errno::NXIO) => break, // Only a hole is left.
            Err(error) => return Err(error.into()),
        };
        let end = rustix::fs::seek(&source, Offset::Hole(data))?;
        source.seek(SeekFrom::Start(data))?;
        copy.seek(SeekFrom::Start(data))?;
        std::io::copy(&mut Read::by_ref(&mut source).take(end - data), &mut copy)?;
        at = end;
    }
    copy.set_permissions(metadata.permissions())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn holes_stay_holes() {
        let folder = tempfile::tempdir().unwrap();
        let from = folder.path().join("model.bin");
        let mut file = std::fs::File::create(&from).unwrap();
        file.set_len(1 << 30).unwrap();
        file.seek(SeekFrom::Start(1 << 29)).unwrap();
        file.write_all(b"weights").unwrap();
        drop(file);
        let to = folder.path().join("copy.bin");
        let metadata = fs_err::metadata(&from).unwrap();
        sparse(&from, &to, &metadata).unwrap();
        let copied = fs_err::metadata(&to).unwrap();
        assert_eq!(copied.len(), 1 << 30);
        assert!(copied.blocks() * BLOCK < 1 << 20);
        let mut back = std::fs::File::open(&to).unwrap();
        back.seek(SeekFrom::Start(1 << 29)).unwrap();
        let mut data = [0; 7];
        back.read_exact(&mut data).unwrap();
        assert_eq!(&data, b"weights");
    }
}
