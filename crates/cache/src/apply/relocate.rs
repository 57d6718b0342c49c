//! How does a virtual environment work in another place than the one it was made in?
//!
//! Its scripts name their interpreter by an absolute path. In a classic build the app is
//! built in one folder and runs in another (`/app`), so that path is written anew, in
//! `bin/` and in the `.pth` files of editable installs.

use std::path::Path;

use slugsmith_facts::beneath::Beneath;
use slugsmith_facts::tree::{EntryKind, Tree};

/// Larger files are programs, not scripts, in bytes.
const LARGEST: u64 = 200_000;

/// Replaces `from` by `to` in the text files that hold absolute paths.
pub(super) fn relocate(venv: &Path, from: &str, to: &str) -> std::io::Result<()> {
    let inside = Beneath::open(venv)?;
    for entry in Tree::read(venv).entries() {
        let path = entry.path();
        let holds_paths = path.starts_with("bin")
            || path.extension().is_some_and(|end| end == "pth")
            || path == Path::new("pyvenv.cfg");
        if entry.kind() != EntryKind::File || entry.size() > LARGEST || !holds_paths {
            continue;
        }
        if let Ok(text) = String::from_utf8(inside.read(path)?)
            && text.contains(from)
        {
            inside.write(path, text.replace(from, to).as_bytes())?;
        }
    }
    Ok(())
}
