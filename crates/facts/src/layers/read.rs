//! Reads the layers root, part by part; what is missing or unreadable is no error.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;

use rayon::prelude::*;

use super::tables::LayerToml;
use super::{Buildpack, Folder, Layer, Layers, Order, Root, Roots, escape};
use super::{contents, env_dir, paths, tables};
use crate::Unread;

/// How much of each layer is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    All,
    /// Flags, environment files and start programs; nothing is weighed or compared.
    Environment,
}

/// Reads a layers root. Never fails.
#[must_use]
pub fn read(root: &Path) -> Layers {
    read_to(root, Depth::All)
}

/// Reads what decides environments, and nothing else: milliseconds, however large the layers.
#[must_use]
pub fn read_environment(root: &Path) -> Layers {
    read_to(root, Depth::Environment)
}

fn read_to(root: &Path, depth: Depth) -> Layers {
    let mut unread = Vec::new();
    let finished = tables::finished(root, &mut unread);
    let (group, order) = group(root, finished.as_ref(), &mut unread);
    let mut read: Vec<(Buildpack, Vec<Unread>)> = group
        .into_par_iter()
        .map(|buildpack| read_buildpack(root, buildpack, depth))
        .collect();
    for (_, missed) in &mut read {
        unread.append(missed);
    }
    let mut group: Vec<Buildpack> = read.into_iter().map(|(buildpack, _)| buildpack).collect();
    let (path_folders, library_folders) = match depth {
        Depth::All => {
            contents::compare(root, &mut group);
            let libraries = paths::libraries_inside(root, root, &group);
            (paths::inside(root, root, &group), libraries)
        }
        Depth::Environment => (Vec::new(), Vec::new()),
    };
    let has_layer_tomls = group
        .iter()
        .flat_map(|buildpack| &buildpack.layers)
        .any(|layer| !matches!(layer.toml, LayerToml::Missing));
    Layers {
        root: root.to_owned(),
        path_folders,
        library_folders,
        group,
        order,
        has_layer_tomls,
        plan: tables::plan(root, &mut unread),
        analyzed: tables::analyzed(root, &mut unread),
        finished,
        unread,
        disk: None,
    }
}

fn group(
    root: &Path,
    finished: Option<&tables::Finished>,
    unread: &mut Vec<Unread>,
) -> (Vec<Buildpack>, Order) {
    if let Some(group) = tables::group(root, unread) {
        return (group, Order::Group);
    }
    if let Some(finished) = finished {
        return (finished.buildpacks.clone(), Order::Metadata);
    }
    let names = sorted_names(root, unread);
    let group = names
        .into_iter()
        .filter(|(name, kind)| kind.is_dir() && name != "config" && name != "sbom")
        .map(|(name, _)| Buildpack {
            id: name.to_string_lossy().into_owned(),
            ..Buildpack::default()
        })
        .collect();
    (group, Order::Unknown)
}

pub(super) fn read_buildpack(
    root: &Path,
    mut buildpack: Buildpack,
    depth: Depth,
) -> (Buildpack, Vec<Unread>) {
    let mut unread = Vec::new();
    let folder = root.join(escape(&buildpack.id));
    buildpack.has_folder = folder.exists();
    if !buildpack.has_folder {
        return (buildpack, unread);
    }
    let names = sorted_names(&folder, &mut unread);
    let tomls: Vec<OsString> = names
        .iter()
        .filter(|(_, kind)| !kind.is_dir())
        .filter_map(|(name, _)| without_suffix(name))
        .collect();
    let mut layers: BTreeMap<OsString, Layer> = BTreeMap::new();
    for (name, kind) in &names {
        if kind.is_dir() {
            layers.entry(name.clone()).or_default().folder = Folder::Directory;
        }
    }
    for name in &tomls {
        // These three belong to the buildpack, unless a folder of that name makes it a layer.
        let reserved = name == "launch" || name == "build" || name == "store";
        if reserved && !layers.contains_key(name) {
            continue;
        }
        let layer = layers.entry(name.clone()).or_default();
        if layer.folder == Folder::Absent {
            layer.folder = folder_kind(&folder.join(name));
        }
        if !reserved {
            let mut file = name.clone();
            file.push(".toml");
            layer.toml = tables::layer(&folder.join(file), &mut unread);
        }
    }
    let read: Vec<(Layer, Vec<Unread>)> = layers
        .into_par_iter()
        .map(|(name, layer)| read_layer(&folder, Layer { name, ..layer }, depth))
        .collect();
    for (layer, mut missed) in read {
        unread.append(&mut missed);
        buildpack.layers.push(layer);
    }
    buildpack.launch = tables::launch(&folder, &buildpack.api, &mut unread);
    buildpack.unmet = tables::unmet(&folder, &mut unread);
    (buildpack, unread)
}

fn read_layer(folder: &Path, mut layer: Layer, depth: Depth) -> (Layer, Vec<Unread>) {
    let mut unread = Vec::new();
    if layer.folder == Folder::Absent {
        return (layer, unread);
    }
    let path = folder.join(&layer.name);
    layer.roots = Roots {
        bin: root_of(&path, "bin"),
        lib: root_of(&path, "lib"),
        include: root_of(&path, "include"),
        pkgconfig: root_of(&path, "pkgconfig"),
    };
    layer.env = env_dir::read(&path.join("env"));
    layer.env_build = env_dir::read(&path.join("env.build"));
    let launch = path.join("env.launch");
    layer.env_launch = env_dir::read(&launch);
    for process in env_dir::folders(&launch) {
        let read = env_dir::read(&launch.join(&process));
        layer.env_process.insert(process, read);
    }
    if matches!(layer.folder, Folder::Directory | Folder::Link) {
        layer.contents = match depth {
            Depth::All => contents::read(&path, layer.folder, &layer.toml, &mut unread),
            Depth::Environment => contents::start_programs(&path),
        };
    }
    (layer, unread)
}

fn root_of(layer: &Path, name: &str) -> Root {
    match fs_err::metadata(layer.join(name)) {
        Ok(_) => Root::Present,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Root::Absent,
        Err(error) => Root::Fails(error.to_string()),
    }
}

fn folder_kind(path: &Path) -> Folder {
    match (fs_err::symlink_metadata(path), fs_err::metadata(path)) {
        (Err(_), _) => Folder::Absent,
        (Ok(link), Ok(target)) if link.is_symlink() && target.is_dir() => Folder::Link,
        (Ok(link), _) if link.is_dir() => Folder::Directory,
        _ => Folder::Other,
    }
}

/// `node` for `node.toml`.
fn without_suffix(name: &OsStr) -> Option<OsString> {
    use std::os::unix::ffi::OsStrExt;
    name.as_bytes()
        .strip_suffix(b".toml")
        .filter(|stem| !stem.is_empty())
        .map(|stem| OsStr::from_bytes(stem).to_owned())
}

/// Names and kinds (links not followed) in byte order, as Go's `os.ReadDir` gives them.
fn sorted_names(folder: &Path, unread: &mut Vec<Unread>) -> Vec<(OsString, std::fs::FileType)> {
    let listing = match fs_err::read_dir(folder) {
        Ok(listing) => listing,
        Err(error) => {
            if error.kind() != std::io::ErrorKind::NotFound {
                unread.push(Unread {
                    path: folder.to_owned(),
                    reason: error.to_string(),
                });
            }
            return Vec::new();
        }
    };
    let mut names: Vec<_> = listing
        .flatten()
        .filter_map(|entry| Some((entry.file_name(), entry.file_type().ok()?)))
        .collect();
    names.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    names
}
