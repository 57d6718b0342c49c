//! Moves and removals of many files, of which most are in the folder of the one before: that is opened once.

use std::ffi::{CString, OsStr};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use super::remove::remove;
use super::{Beneath, Parent, described};

/// The folder that was used last, and what holds it open.
type Last = Option<(PathBuf, OwnedFd)>;

/// Changes files below a folder, one after the other.
#[derive(Debug)]
pub struct Many<'b> {
    beneath: &'b Beneath,
    from: Last,
    to: Last,
}

impl<'b> Many<'b> {
    /// Nothing is opened yet.
    #[must_use]
    pub fn new(beneath: &'b Beneath) -> Self {
        Self {
            beneath,
            from: None,
            to: None,
        }
    }

    /// As [`Beneath::move_file`].
    ///
    /// # Errors
    /// As [`Beneath::move_file`].
    pub fn move_file(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let (parent, name) = open_parent(self.beneath, &mut self.from, from)?;
        let (other, last) = open_parent(self.beneath, &mut self.to, to)?;
        match rustix::fs::renameat(parent, name, other, last) {
            // Copied, then.
            Err(rustix::io::Errno::XDEV) => self.beneath.move_file(from, to),
            renamed => renamed.map_err(|error| described(to, error.into())),
        }
    }

    /// As [`Beneath::remove`].
    ///
    /// # Errors
    /// As [`Beneath::remove`].
    pub fn remove(&mut self, path: &Path) -> io::Result<()> {
        let (parent, name) = match open_parent(self.beneath, &mut self.from, path) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        let name = CString::new(name.as_encoded_bytes())?;
        remove(parent, &name).map_err(|error| described(path, error.into()))
    }
}

/// The open folder that a path is in, and its last name.
fn open_parent<'l, 'p>(
    beneath: &'l Beneath,
    last: &'l mut Last,
    path: &'p Path,
) -> io::Result<(BorrowedFd<'l>, &'p OsStr)> {
    let above = path.parent().unwrap_or(Path::new(""));
    if last.as_ref().is_none_or(|(folder, _)| folder != above) {
        match beneath.parent(path)? {
            (Parent::This(folder), name) => return Ok((folder, name)),
            (Parent::Below(folder), _) => *last = Some((above.to_owned(), folder)),
        }
    }
    // The same folder: only the last name is new, and it is one.
    let name = path.file_name().unwrap_or_default();
    let folder = last
        .as_ref()
        .map_or(beneath.folder.as_fd(), |(_, folder)| folder.as_fd());
    Ok((folder, name))
}
