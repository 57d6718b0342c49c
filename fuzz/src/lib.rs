//! What the fuzz targets share: a folder with an app, something beside it that must never
//! change, and the check that it did not.

pub mod given;

use std::io;
use std::path::{Path, PathBuf};

use slugsmith_cache::pack::{Links, pack};
use tempfile::TempDir;

const PRECIOUS: &str = "precious";

/// A folder that holds `app/` and `outside/`; what is tried may change the app alone.
pub struct Ground {
    folder: TempDir,
}

impl Ground {
    /// An empty app beside a file that is not the app's.
    #[must_use]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs_err::create_dir(folder.path().join("outside")).expect("outside");
        fs_err::write(folder.path().join("outside/file"), PRECIOUS).expect("file");
        let ground = Self { folder };
        ground.clear();
        ground
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    #[must_use]
    pub fn app(&self) -> PathBuf {
        self.path().join("app")
    }

    /// An empty app again.
    pub fn clear(&self) {
        let app = self.app();
        if app.exists() {
            fs_err::remove_dir_all(&app).expect("the old app");
        }
        fs_err::create_dir(&app).expect("an app");
    }

    /// Panics, which the fuzzer reports, where anything outside of the app changed.
    pub fn check(&self, others: &[&str]) {
        let mut expected: Vec<_> = ["app", "outside"].iter().chain(others).copied().collect();
        expected.sort_unstable();
        assert_eq!(names(self.path()), expected);
        assert_eq!(names(&self.path().join("outside")), ["file"]);
        let content = fs_err::read_to_string(self.path().join("outside/file")).expect("file");
        assert_eq!(content, PRECIOUS);
    }
}

impl Default for Ground {
    fn default() -> Self {
        Self::new()
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs_err::read_dir(folder).expect("a folder");
    let mut names: Vec<_> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

/// What stands for the digest of the pack in an input, as each machine's pack has another one.
pub const DIGEST: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// Packs a small tree, with a hard link and a link, into `folder/pack`.
///
/// # Errors
/// The folder can't be written.
pub fn packed(folder: &Path) -> io::Result<PathBuf> {
    let app = folder.join("packed-app");
    let tree = app.join("node_modules/ms");
    fs_err::create_dir_all(tree.join("lib"))?;
    fs_err::write(tree.join("index.js"), "module.exports = 1;\n".repeat(50))?;
    fs_err::write(tree.join("lib/a.js"), "1")?;
    fs_err::hard_link(tree.join("lib/a.js"), tree.join("lib/b.js"))?;
    std::os::unix::fs::symlink("index.js", tree.join("link"))?;
    let to = folder.join("pack");
    fs_err::create_dir(&to)?;
    let roots = [PathBuf::from("node_modules")];
    pack(&app, &roots, &to, Links::Inside, None)
        .map_err(|fault| io::Error::other(format!("{fault:?}")))?;
    Ok(to)
}

/// Splits an input in two: a length in two bytes, and what it counts off.
#[must_use]
pub fn halves(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = data.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))
}
