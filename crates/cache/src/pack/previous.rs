//! Frames of the last pack, for the next one to take over.
//!
//! Nothing here is needed: whatever does not fit or can't be read is compressed again.

use std::collections::HashMap;
use std::os::unix::fs::FileExt;
use std::path::Path;

use slugsmith_facts::beneath;

use super::index::Frame;
use super::read::read_index;

/// A pack whose frames may be taken over.
#[derive(Debug)]
pub struct Previous {
    stored: std::fs::File,
    /// By the digest of what is in it: the frame and where it begins, in bytes.
    frames: HashMap<[u8; 32], (u64, Frame)>,
}

impl Previous {
    /// Opens a pack whose index has this digest; `None` where that can't be done.
    #[must_use]
    pub fn open(folder: &Path, digest: &str) -> Option<Self> {
        let index = read_index(folder, digest).ok()?;
        let stored = beneath::open(&folder.join("frames")).ok()?;
        let mut frames = HashMap::new();
        let mut begin = 0_u64;
        for frame in index.frames {
            let length = frame.stored;
            frames.insert(frame.content, (begin, frame));
            begin = begin.checked_add(length)?;
        }
        Some(Self { stored, frames })
    }

    /// The frame with these contents, if it is still what was written.
    pub(super) fn frame(&self, content: &[u8; 32]) -> Option<(Frame, Vec<u8>)> {
        let (begin, frame) = self.frames.get(content)?;
        let found = self.stored.metadata().ok()?.len();
        (begin.checked_add(frame.stored)? <= found).then_some(())?;
        let mut bytes = vec![0; usize::try_from(frame.stored).ok()?];
        self.stored.read_exact_at(&mut bytes, *begin).ok()?;
        let is_same = *blake3::hash(&bytes).as_bytes() == frame.digest;
        is_same.then(|| (frame.clone(), bytes))
    }
}
