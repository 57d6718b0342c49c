//! Smaller content that takes a file's place.

use std::io::{self, Write};
use std::path::Path;

use super::{Checkpoint, Content, Observer, ours};
use slugsmith_facts::beneath::Beneath;

/// A file that smaller content takes the place of.
pub(super) struct Replacement<'r> {
    pub(super) app: &'r Beneath,
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
        observer: &mut Observer<'_>,
    ) -> io::Result<io::Result<()>> {
        let new = self.slot.with_extension("new");
        if let Err(error) = self.prepare(&new, content) {
            return Ok(Err(error));
        }
        observer(Checkpoint::Written(self.number))?;
        if let Err(error) = self.app.move_file(self.path, self.slot) {
            return Ok(Err(error));
        }
        observer(Checkpoint::Swapped(self.number))?;
        if let Err(error) = self.app.move_file(&new, self.path) {
            return Ok(self.app.move_file(self.slot, self.path).and(Err(error)));
        }
        Ok(Ok(()))
    }

    fn prepare(&self, new: &Path, content: &Content<'_>) -> io::Result<()> {
        ours(self.path)?;
        let mut old = self.app.file(self.path)?;
        let Some(bytes) = content(&mut old)? else {
            return Err(io::Error::other("its content changed meanwhile"));
        };
        let metadata = old.metadata()?;
        let mut file = self.app.create(new, 0o600)?;
        file.write_all(&bytes)?;
        file.set_permissions(metadata.permissions())?;
        // Whoever compares times to tell whether something changed is right not to.
        file.set_modified(metadata.modified()?)
    }
}
