//! Which files of lower layers can nobody see any more?

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::tar::Layer;
use crate::facts::tree::EntryKind;

/// How a file was hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// A later layer has the same path.
    Replaced,
    /// A later layer says that it is gone.
    Removed,
}

/// A file that travels with the image and that nobody sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden {
    pub path: PathBuf,
    /// Raw bytes.
    pub bytes: u64,
    pub layer: String,
    /// The layer that hides it.
    pub by: String,
    pub how: How,
}

/// Files that are seen so far: the layer that has them, and their size.
type Seen = BTreeMap<PathBuf, (usize, u64)>;

/// Lays the layers over each other; largest hidden file first.
pub(super) fn hidden(layers: &[Layer], labels: &[String]) -> Vec<Hidden> {
    let mut seen = Seen::new();
    let mut hidden = Vec::new();
    let label = |number: usize| labels.get(number).cloned().unwrap_or_default();
    for (number, layer) in layers.iter().enumerate() {
        let mut hide = |path: PathBuf, (from, bytes): (usize, u64), how| {
            // Twice in one layer is the archive's own matter.
            if bytes > 0 && from != number {
                hidden.push(Hidden {
                    path,
                    bytes,
                    layer: label(from),
                    by: label(number),
                    how,
                });
            }
        };
        for member in &layer.members {
            if let Some(whiteout) = whiteout(&member.path) {
                for path in gone(&seen, &whiteout, number) {
                    if let Some(file) = seen.remove(&path) {
                        hide(path, file, How::Removed);
                    }
                }
                continue;
            }
            if member.kind == EntryKind::Directory {
                continue;
            }
            let file = (number, member.size);
            if let Some(old) = seen.insert(member.path.clone(), file) {
                hide(member.path.clone(), old, How::Replaced);
            }
        }
    }
    hidden.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.path.cmp(&b.path)));
    hidden
}

/// What a marker file hides.
enum Whiteout {
    /// A path and everything below.
    Path(PathBuf),
    /// Everything in a folder that lower layers put there.
    Folder(PathBuf),
}

/// OCI image spec, layer.md, "Whiteouts": `.wh.NAME` and `.wh..wh..opq`.
fn whiteout(path: &Path) -> Option<Whiteout> {
    let name = path.file_name()?.to_str()?;
    let folder = path.parent().unwrap_or(Path::new(""));
    if name == ".wh..wh..opq" {
        return Some(Whiteout::Folder(folder.to_owned()));
    }
    Some(Whiteout::Path(folder.join(name.strip_prefix(".wh.")?)))
}

/// The files of lower layers that a whiteout hides.
fn gone(seen: &Seen, whiteout: &Whiteout, number: usize) -> Vec<PathBuf> {
    let (Whiteout::Path(top) | Whiteout::Folder(top)) = whiteout;
    seen.range(top.clone()..)
        .take_while(|(path, _)| path.starts_with(top))
        .filter(|(_, (from, _))| *from < number)
        .map(|(path, _)| path.clone())
        .collect()
}
