//! Which file does the loader take for a shared library at launch?
//!
//! The order of ld.so(8): the program's own `DT_RPATH`, `LD_LIBRARY_PATH`, its `DT_RUNPATH`,
//! and the image's folders.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::model::Model;
use slugsmith_facts::layers::elf::Elf;
use slugsmith_facts::layers::paths::LibraryFolder as ListedFolder;
use slugsmith_facts::layers::{Layer, Library};
use slugsmith_facts::neighbours::tidy;

/// One folder of `LD_LIBRARY_PATH` that lies in a layer.
#[derive(Debug)]
pub struct LibraryFolder<'m> {
    pub path: PathBuf,
    /// Index in the group.
    pub buildpack: usize,
    /// Empty for folders that are no layer's `lib`.
    pub libraries: &'m [Library],
}

/// Folders of a dyno's `LD_LIBRARY_PATH` that are no layer's `lib`, with what was read of them.
fn listed<'m>(model: &Model<'m>) -> impl Iterator<Item = &'m ListedFolder> {
    let of_slug = model.slug.into_iter().flat_map(|slug| &slug.library_path);
    of_slug.chain(&model.layers.library_folders)
}

/// The folders of layers in a dyno's `LD_LIBRARY_PATH`, in order.
#[must_use]
pub fn folders<'m>(model: &Model<'m>) -> Vec<LibraryFolder<'m>> {
    let layers: Vec<(usize, PathBuf, &Layer)> = model
        .launch_layers()
        .map(|(index, buildpack, layer)| (index, model.layer_path(buildpack, layer), layer))
        .collect();
    let list = model.dyno.get("LD_LIBRARY_PATH").as_bytes();
    list.split(|byte| *byte == b':')
        .map(|part| PathBuf::from(OsStr::from_bytes(part)))
        .filter_map(|path| {
            let (index, at, layer) = layers.iter().find(|(_, at, _)| path.starts_with(at))?;
            let is_lib = path == at.join("lib");
            Some(LibraryFolder {
                buildpack: *index,
                libraries: if is_lib {
                    &layer.contents.libraries
                } else {
                    &[]
                },
                path,
            })
        })
        .collect()
}

/// Every library that some launch layer has, wherever it lies.
#[derive(Debug)]
pub struct Known {
    /// Full paths, sorted.
    files: Vec<PathBuf>,
}

impl Known {
    /// The shared libraries in the library folders of all launch layers.
    #[must_use]
    pub fn new(model: &Model<'_>) -> Self {
        let mut files = Vec::new();
        for (_, buildpack, layer) in model.launch_layers() {
            let at = model.layer_path(buildpack, layer);
            let lib = layer.contents.libraries.iter();
            files.extend(lib.map(|one| at.join("lib").join(&one.name)));
            let others = layer.contents.other_libraries.iter();
            files.extend(others.map(|path| at.join(path)));
        }
        for one in listed(model) {
            let names = one.libraries.iter().map(|library| &library.name);
            files.extend(names.map(|name| one.folder.join(name)));
        }
        files.sort_unstable();
        Self { files }
    }

    /// A file of this name that no path leads to.
    #[must_use]
    pub fn somewhere(&self, name: &str) -> Option<&Path> {
        let found = self.files.iter().find(|file| file.ends_with(name));
        found.map(PathBuf::as_path)
    }

    fn has(&self, file: &Path) -> bool {
        self.files
            .binary_search_by(|one| one.as_path().cmp(file))
            .is_ok()
    }

    /// Names that a program in `folder` needs and the loader won't find; what can't be known
    /// counts as found.
    #[must_use]
    pub fn missing<'e>(
        &self,
        model: &Model<'_>,
        elf: &'e Elf,
        folder: &Path,
        path: &[PathBuf],
    ) -> Vec<&'e str> {
        // Outside of a build only a library that lies in the slug, beside the path, says something.
        let is_known = |name: &str| match &model.surroundings.libraries {
            Some(image) => image.contains(OsStr::new(name)),
            None => self.somewhere(name).is_none(),
        };
        let own: Vec<PathBuf> = elf
            .rpath
            .iter()
            .chain(&elf.runpath)
            .map(|entry| expanded(entry, folder))
            .collect();
        // Other folders were not listed, so they may hold anything.
        if own.iter().any(|one| !is_listed(model, one)) {
            return Vec::new();
        }
        let found = |name: &str| {
            is_known(name)
                || own.iter().any(|one| self.has(&one.join(name)))
                || path.iter().any(|one| self.has(&one.join(name)))
        };
        let names = elf.needed.iter().map(String::as_str);
        names
            .filter(|name| !name.contains('/') && !found(name))
            .collect()
    }
}

/// Whether every library of a folder is known.
fn is_listed(model: &Model<'_>, folder: &Path) -> bool {
    let in_layer = model
        .launch_layers()
        .any(|(_, buildpack, layer)| folder.starts_with(model.layer_path(buildpack, layer)));
    in_layer || listed(model).any(|one| one.folder == folder)
}

/// A library that the loader may take on its way to others: from a folder of `LD_LIBRARY_PATH`
/// that is no layer's `lib`.
pub fn further<'m>(model: &Model<'m>) -> impl Iterator<Item = (&'m Path, &'m Library)> {
    let path: Vec<PathBuf> = path(model);
    listed(model)
        .filter(move |one| path.contains(&one.folder))
        .flat_map(|one| {
            let folder = one.folder.as_path();
            one.libraries.iter().map(move |found| (folder, found))
        })
}

/// The folders of a dyno's `LD_LIBRARY_PATH`, in order.
#[must_use]
pub fn path(model: &Model<'_>) -> Vec<PathBuf> {
    std::env::split_paths(model.dyno.get("LD_LIBRARY_PATH")).collect()
}

/// `$ORIGIN` is the folder of the program; `..` is taken away by name.
fn expanded(entry: &str, folder: &Path) -> PathBuf {
    let origin = folder.to_string_lossy();
    let path = entry
        .replace("${ORIGIN}", &origin)
        .replace("$ORIGIN", &origin);
    tidy(Path::new(&path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origin_is_the_programs_folder() {
        let expand = |entry: &str| expanded(entry, Path::new("/layers/a/x/bin"));
        assert_eq!(expand("$ORIGIN/../lib"), Path::new("/layers/a/x/lib"));
        assert_eq!(expand("${ORIGIN}"), Path::new("/layers/a/x/bin"));
        assert_eq!(expand("/opt/./x"), Path::new("/opt/x"));
    }
}
