//! How does smaller content take a file's place?

use std::io::{self, Write};
use std::path::Path;

use super::folders::Folders;
use super::{Content, Observer, Step};

/// A file that smaller content takes the place of.
pub(super) struct Replacement<'r> {
    pub(super) app: &'r Path,
    pub(super) path: &'r Path,
    pub(super) slot: &'r Path,
    pub(super) number: usize,
}

impl Replacement<'_> {
    /// The new file is complete before the old one moves; whoever opens the path sees
    /// one of the two, except for the moment between two renames, which recovery knows.
    /// The outer error is the observer's.
    pub(super) fn make(
        &self,
        content: &Content<'_>,
        folders: &mut Folders,
        observer: &mut Observer<'_>,
    ) -> io::Result<io::Result<()>> {
        let place = self.app.join(self.path);
        let new = self.slot.with_extension("new");
        if let Err(error) = self.prepare(&place, &new, content, folders) {
            return Ok(Err(error));
        }
        observer(Step::Written(self.number))?;
        if let Err(error) = fs_err::rename(&place, self.slot) {
            return Ok(Err(error));
        }
        observer(Step::Swapped(self.number))?;
        if let Err(error) = fs_err::rename(&new, &place) {
            return Ok(fs_err::rename(self.slot, &place).and(Err(error)));
        }
        Ok(Ok(()))
    }

    fn prepare(
        &self,
        place: &Path,
        new: &Path,
        content: &Content<'_>,
        folders: &mut Folders,
    ) -> io::Result<()> {
        folders.check(self.app, self.path)?;
        let Some(bytes) = content(place)? else {
            return Err(io::Error::other("its content changed meanwhile"));
        };
        let old = fs_err::symlink_metadata(place)?;
        let mut file = fs_err::File::create(new)?;
        file.write_all(&bytes)?;
        file.set_permissions(old.permissions())?;
        // Whoever compares times to tell whether something changed is right not to.
        file.file().set_modified(old.modified()?)
    }
}
