//! A temporary folder that goes with its value and with a signal, for all that a preparation makes on the way.

use std::path::Path;

use slugsmith_facts::interrupt::Temporary;

/// The guard is dropped first: what is forgotten there is removed here.
pub(crate) struct Scratch {
    _guard: Temporary,
    folder: tempfile::TempDir,
}

impl Scratch {
    /// A new folder whose name begins with `prefix`.
    ///
    /// # Errors
    /// It can't be made.
    pub(crate) fn new(prefix: &str) -> std::io::Result<Self> {
        let folder = tempfile::Builder::new().prefix(prefix).tempdir()?;
        Ok(Self {
            _guard: Temporary::new(folder.path()),
            folder,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
}
