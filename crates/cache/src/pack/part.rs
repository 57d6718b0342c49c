//! Single entries of a pack, after the tree was unpacked without them.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::Fault;
use super::index::{Content, Index};
use super::make::{content, finish_modes, write_files};
use super::read::read_index;
use slugsmith_facts::beneath::Beneath;
use slugsmith_facts::tree::{Entry, EntryKind};

/// A pack that is open for reading.
#[derive(Debug)]
pub struct Part {
    folder: PathBuf,
    index: Index,
}

impl Part {
    /// Opens a pack whose index has this digest.
    ///
    /// # Errors
    /// As [`super::unpack`].
    pub fn open(folder: &Path, digest: &str) -> Result<Self, Fault> {
        Ok(Self {
            folder: folder.to_owned(),
            index: read_index(folder, digest)?,
        })
    }

    /// The folders that were packed, relative to the app.
    #[must_use]
    pub fn roots(&self) -> &[PathBuf] {
        &self.index.roots
    }

    /// Every entry by its number, as a tree would list it; paths are relative to the app.
    pub fn entries(&self) -> impl Iterator<Item = Entry> {
        self.index.items.iter().map(|item| {
            let (kind, size) = match &item.content {
                Content::Directory => (EntryKind::Directory, 0),
                Content::File(size) => (EntryKind::File, *size),
                Content::Symlink(target) => (EntryKind::Symlink, target.as_os_str().len() as u64),
                Content::HardLink(_) => (EntryKind::File, 0),
            };
            Entry::new(&item.path, kind, size).with_mode(item.mode)
        })
    }

    /// The path of an entry, relative to the app.
    #[must_use]
    pub fn path(&self, number: usize) -> Option<&Path> {
        self.index.items.get(number).map(|item| item.path.as_path())
    }

    /// Whether an entry is a file with content of its own.
    #[must_use]
    pub fn is_file(&self, number: usize) -> bool {
        let item = self.index.items.get(number);
        item.is_some_and(|item| matches!(item.content, Content::File(_)))
    }

    /// The content of one file.
    ///
    /// # Errors
    /// As [`super::unpack`].
    pub fn content(&self, number: usize) -> Result<Vec<u8>, Fault> {
        content(&self.folder, &self.index, number)
    }

    /// Whether every frame is what the index says.
    ///
    /// # Errors
    /// [`Fault::Damaged`] where one is not, or the archive has another length.
    pub fn check(&self) -> Result<(), Fault> {
        super::make::check_frames(&self.folder, &self.index)
    }

    /// Makes these files in `app`, and the folders above them that are missing.
    ///
    /// # Errors
    /// As [`super::unpack`]; some of the files may have been made then.
    pub fn fill(&self, app: &Path, numbers: &[usize]) -> Result<(), Fault> {
        let app = Beneath::open(app)?;
        let mut places = vec![None; self.index.items.len()];
        let mut folders = HashSet::new();
        for number in numbers {
            if let (Some(place), Some(path)) = (places.get_mut(*number), self.path(*number)) {
                *place = Some(path.to_owned());
                folders.extend(path.ancestors().skip(1));
            }
        }
        for (item, place) in self.index.items.iter().zip(&mut places) {
            let path = item.path.as_path();
            if item.content == Content::Directory && folders.contains(path) && !app.has(path) {
                app.create_folder(path)?;
                *place = Some(path.to_owned());
            }
        }
        write_files(&app, &self.folder, &self.index, &places)?;
        let items = self.index.items.iter().zip(&places);
        let made = items.filter_map(|(item, place)| Some((item, place.as_ref()?)));
        finish_modes(&app, made.collect())
    }
}
