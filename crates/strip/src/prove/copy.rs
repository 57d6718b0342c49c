//! The copy of an app that is started, stripped and started again, for `prove`.
//!
//! Environments of Python, shims and builds know the path that they were made at: in the copy
//! such texts name the copy, else the processes would run files of the original.

use std::io;
use std::path::{Path, PathBuf};

use memchr::memmem;

use slugsmith_facts::beneath::Beneath;
use slugsmith_facts::tree::{EntryKind, Tree};
use slugsmith_finding::error::{self, Result};

/// Larger files are no scripts or settings, in bytes.
const MAX_TEXT: u64 = 1_000_000;

/// An app and its copy.
#[derive(Debug)]
pub struct CopiedApp {
    original: PathBuf,
    copy: PathBuf,
}

impl CopiedApp {
    /// Prepares `copy`, which has all files of `original`.
    ///
    /// # Errors
    /// A file of the copy can't be written.
    pub fn new(original: &Path, copy: &Path) -> Result<Self> {
        let place = Self {
            original: original.to_owned(),
            copy: copy.to_owned(),
        };
        let tree = Tree::read(copy);
        for entry in tree.entries() {
            if entry.kind() == EntryKind::File && entry.size() <= MAX_TEXT {
                let path = entry.path();
                let moved = place.moved(path).map_err(|error| place.problem(&error))?;
                if let Some(content) = moved {
                    let inside = Beneath::open(copy).map_err(|error| place.problem(&error))?;
                    inside
                        .write(path, &content)
                        .map_err(|error| place.problem(&error))?;
                }
            }
        }
        Ok(place)
    }

    /// The copied app.
    #[must_use]
    pub fn app(&self) -> &Path {
        &self.copy
    }

    /// Puts files of the original back.
    pub(super) fn put_back(&self, files: &[String]) -> Result<()> {
        files.iter().try_for_each(|file| {
            self.restore(Path::new(file))
                .map_err(|error| self.problem(&error))
        })
    }

    /// Removes files of the copy.
    pub(super) fn take_out(&self, files: &[String]) -> Result<()> {
        let inside = Beneath::open(&self.copy).map_err(|error| self.problem(&error))?;
        for file in files {
            match inside.remove(Path::new(file)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(self.problem(&error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn restore(&self, path: &Path) -> io::Result<()> {
        let from = Beneath::open(&self.original)?;
        let to = Beneath::open(&self.copy)?;
        if let Some(parent) = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
        {
            to.create_folders(parent)?;
        }
        if to.has(path) {
            to.remove(path)?;
        }
        let source = self.original.join(path);
        if let Ok(target) = fs_err::read_link(&source) {
            return to.symlink(&target, path);
        }
        let mode = from.stat(path)?.st_mode & 0o7777;
        let mut file = to.create(path, mode)?;
        match self.moved(path)? {
            Some(content) => io::Write::write_all(&mut file, &content),
            None => io::copy(&mut from.file(path)?, &mut file).map(drop),
        }
    }

    /// The content of a text that names the original's path, with the copy's instead.
    fn moved(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        let from = Beneath::open(&self.original)?;
        let Ok(stat) = from.stat(path) else {
            return Ok(None);
        };
        if u64::try_from(stat.st_size).unwrap_or(u64::MAX) > MAX_TEXT {
            return Ok(None);
        }
        let content = from.read(path)?;
        let old = self.original.as_os_str().as_encoded_bytes();
        let binary = memchr::memchr(0, &content).is_some();
        if binary || memmem::find(&content, old).is_none() {
            return Ok(None);
        }
        let new = self.copy.as_os_str().as_encoded_bytes();
        let mut moved = Vec::with_capacity(content.len());
        let mut rest = content.as_slice();
        while let Some(at) = memmem::find(rest, old) {
            moved.extend_from_slice(rest.get(..at).unwrap_or_default());
            moved.extend_from_slice(new);
            rest = rest.get(at + old.len()..).unwrap_or_default();
        }
        moved.extend_from_slice(rest);
        Ok(Some(moved))
    }

    fn problem(&self, error: &io::Error) -> slugsmith_finding::error::Problem {
        error::io("preparing a copy in", &self.copy, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_a_copy_name_the_copy() {
        let (original, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let shebang = |folder: &Path| format!("#!{}/.venv/bin/python\n", folder.display());
        for folder in [original.path(), copy.path()] {
            fs_err::write(folder.join("run"), shebang(original.path())).unwrap();
            fs_err::write(folder.join("a"), "a").unwrap();
        }
        let place = CopiedApp::new(original.path(), copy.path()).unwrap();
        let text = |name: &str| fs_err::read_to_string(copy.path().join(name)).unwrap();
        assert_eq!(text("run"), shebang(copy.path()));
        let files = ["run".to_owned(), "a".to_owned()];
        place.take_out(&files).unwrap();
        assert!(!copy.path().join("a").exists());
        place.put_back(&files).unwrap();
        assert_eq!(
            (text("run"), text("a")),
            (shebang(copy.path()), "a".to_owned())
        );
    }
}
