//! Files that name the folder of the build get the folder in which the app runs.
//!
//! A classic platform builds an app in another folder each time and runs it in `/app`. Scripts of
//! virtual environments, links to editable packages, settings of compilers and search paths in
//! libraries hold the first one. While the build lasts they name the folder of this build; at its
//! end they name the one on a dyno. A stored tree names the folder that it was made in, which is
//! kept with it. Files are replaced, never written in place: they may have other names, in a store
//! of the package manager.

use slugsmith_facts::beneath::own;
use std::path::{Path, PathBuf};

use memchr::memmem;
use rustix::fs::FileType;
use serde::{Deserialize, Serialize};

use crate::inputs::read_regular;
use slugsmith_facts::beneath::Beneath;
use slugsmith_facts::classic::HOME as DYNO_HOME;
use slugsmith_facts::layers::elf;
use slugsmith_facts::neighbours::tidy;

/// File in a cache's folder.
const FILE: &str = "naming.zst";
/// More than any app has; a broken file must not fill the memory.
const MOST_BYTES: usize = 64_000_000;

/// Files of an installed tree that name the folder of a build.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Naming {
    /// The names of that folder.
    folders: Vec<String>,
    /// Relative to the app.
    files: Vec<PathBuf>,
}

/// The names of a build's folder: as it was given, and without links.
pub(super) fn names(app: &Path) -> Vec<String> {
    let mut names: Vec<String> = app.to_str().map(str::to_owned).into_iter().collect();
    let real = fs_err::canonicalize(app).ok();
    names.extend(real.and_then(|real| real.to_str().map(str::to_owned)));
    names.dedup();
    names
}

impl Naming {
    pub(super) fn new(app: &Path, files: Vec<PathBuf>) -> Self {
        let files = files.into_iter().filter(|path| path.to_str().is_some());
        Self {
            folders: names(app),
            files: files.collect(),
        }
    }

    pub(super) fn keep(&self, folder: &Path) -> std::io::Result<()> {
        if self.files.is_empty() {
            return Ok(());
        }
        let json = serde_json::to_vec(self)?;
        own::write(folder.join(FILE), zstd::bulk::compress(&json, 3)?)
    }

    /// What was kept. `None` where there is nothing, which a damaged file is not.
    pub(super) fn kept(folder: &Path) -> std::io::Result<Option<Self>> {
        let path = folder.join(FILE);
        if fs_err::symlink_metadata(&path).is_err() {
            return Ok(None);
        }
        let json = zstd::bulk::decompress(&read_regular(&path)?, MOST_BYTES)?;
        let naming: Self = serde_json::from_slice(&json)?;
        let is_inside = |path: &PathBuf| crate::pack::is_inside(path);
        if naming.files.iter().all(is_inside) {
            Ok(Some(naming))
        } else {
            Err(std::io::Error::other("a path leads out of the app"))
        }
    }

    pub(super) fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// Makes a restored tree name the folder of this build. Programs are left for the end: there
    /// is room for a shorter path only.
    pub(super) fn enter(&self, app: &Path) -> std::io::Result<()> {
        let now = names(app);
        let Some(to) = now.first() else {
            return Ok(());
        };
        let app = Beneath::open(app)?;
        for path in &self.files {
            link(&app, path, &self.folders, to)?;
            if self.folders != now {
                text(&app, path, &self.folders, to)?;
            }
        }
        Ok(())
    }

    /// Makes the tree name the folder in which the app runs.
    pub(crate) fn leave(&self, app: &Path) -> std::io::Result<()> {
        let mut folders = self.folders.clone();
        folders.extend(names(app));
        let app = &Beneath::open(app)?;
        for path in &self.files {
            link(app, path, &folders, DYNO_HOME)?;
            text(app, path, &folders, DYNO_HOME)?;
            program(app, path, &folders)?;
        }
        Ok(())
    }
}

/// The bytes of a file that is there and no link.
fn content(app: &Beneath, path: &Path) -> std::io::Result<Option<Vec<u8>>> {
    app.is_file(path).then(|| app.read(path)).transpose()
}

fn text(app: &Beneath, path: &Path, folders: &[String], to: &str) -> std::io::Result<()> {
    let Some(old) = content(app, path)?.filter(|old| memchr::memchr(0, old).is_none()) else {
        return Ok(());
    };
    let mut new = old.clone();
    for folder in folders {
        new = replaced(&new, folder.as_bytes(), to.as_bytes());
    }
    if new == old {
        Ok(())
    } else {
        app.write(path, &new)
    }
}

/// Makes a link lead by the folder `to`, whether it names one of `folders` or, out of a pack, its way inside the app.
fn link(app: &Beneath, path: &Path, folders: &[String], to: &str) -> std::io::Result<()> {
    let stat = app.stat(path);
    if !stat.is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Symlink) {
        return Ok(());
    }
    let old = app.read_link(path)?;
    let mut named = folders.iter();
    let inside = named.find_map(|folder| old.strip_prefix(folder).ok().map(Path::to_owned));
    let inside = match inside {
        Some(inside) => inside,
        None if old.is_absolute() => return Ok(()),
        None => tidy(&path.parent().unwrap_or(Path::new("")).join(&old)),
    };
    let new = Path::new(to).join(inside);
    if new == old {
        return Ok(());
    }
    app.remove(path)?;
    app.symlink(&new, path)
}

/// Replaces a path where it ends as one: `/tmp/build_1` is not in `/tmp/build_12`.
fn replaced(content: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut new = Vec::with_capacity(content.len());
    let mut begin = 0;
    for at in memmem::find_iter(content, from) {
        let end = at + from.len();
        let next = content.get(end).copied().unwrap_or(b'/');
        if next.is_ascii_alphanumeric() || matches!(next, b'_' | b'-') {
            continue;
        }
        new.extend_from_slice(content.get(begin..at).unwrap_or_default());
        new.extend_from_slice(to);
        begin = end;
    }
    new.extend_from_slice(content.get(begin..).unwrap_or_default());
    new
}

/// Shortens the search paths of a library or program; what follows is filled with zeros.
fn program(app: &Beneath, path: &Path, folders: &[String]) -> std::io::Result<()> {
    let Some(mut content) = content(app, path)? else {
        return Ok(());
    };
    let mut is_changed = false;
    let Some(elf) = elf::read(&app.path().join(path)) else {
        return Ok(());
    };
    for list in [elf.rpath, elf.runpath] {
        let old = list.join(":").into_bytes();
        let mut new = old.clone();
        for folder in folders {
            new = replaced(&new, folder.as_bytes(), DYNO_HOME.as_bytes());
        }
        let mut terminated = old.clone();
        terminated.push(0);
        let at = memmem::find(&content, &terminated);
        if let (true, true, Some(at)) = (new != old, new.len() <= old.len(), at)
            && let Some(place) = content.get_mut(at..at + old.len())
        {
            place.fill(0);
            if let Some(place) = place.get_mut(..new.len()) {
                place.copy_from_slice(&new);
            }
            is_changed = true;
        }
    }
    if is_changed {
        app.write(path, &content)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_paths_are_replaced() {
        let new = |text: &str| {
            let new = replaced(text.as_bytes(), b"/tmp/build_1", b"/app");
            String::from_utf8(new).unwrap()
        };
        assert_eq!(new("/tmp/build_1/src\n/tmp/build_1"), "/app/src\n/app");
        assert_eq!(new("file:///tmp/build_1\"}"), "file:///app\"}");
        assert_eq!(new("/tmp/build_12/src"), "/tmp/build_12/src");
    }

    #[test]
    fn a_tree_enters_the_next_build_and_leaves_for_the_dyno() {
        let folder = tempfile::tempdir().unwrap();
        let app = folder.path();
        let file = app.join("a.pth");
        fs_err::write(&file, "/tmp/build_1/src\n").unwrap();
        let naming = Naming {
            folders: vec!["/tmp/build_1".to_owned()],
            files: vec!["a.pth".into(), "removed".into()],
        };
        naming.enter(app).unwrap();
        let text = fs_err::read_to_string(&file).unwrap();
        assert_eq!(text, format!("{}/src\n", app.display()));
        naming.leave(app).unwrap();
        assert_eq!(fs_err::read_to_string(&file).unwrap(), "/app/src\n");
    }

    #[test]
    fn a_link_by_the_builds_folder_leads_there_again_and_then_to_the_dynos() {
        let folder = tempfile::tempdir().unwrap();
        let app = folder.path();
        fs_err::create_dir_all(app.join("lib/a")).unwrap();
        std::os::unix::fs::symlink("../../data.txt", app.join("lib/a/abs")).unwrap();
        let naming = Naming {
            folders: vec!["/tmp/build_1".to_owned()],
            files: vec!["lib/a/abs".into()],
        };
        let target = || fs_err::read_link(app.join("lib/a/abs")).unwrap();
        naming.enter(app).unwrap();
        assert_eq!(target(), app.join("data.txt"));
        naming.leave(app).unwrap();
        assert_eq!(target(), Path::new("/app/data.txt"));
    }
}
