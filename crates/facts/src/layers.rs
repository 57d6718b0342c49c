//! What did the earlier buildpacks leave on disk?
//!
//! Reads the layers root of a running build, of a finished one, or as it lies in an
//! image: `group.toml`, `plan.toml`, `analyzed.toml`, each layer with its metadata,
//! environment files and commands, launch and build files. None of these but our own
//! layers is promised to a buildpack by the spec, so every part is optional: what is
//! missing is `None`, what can't be read is in [`Layers::unread`], and nothing fails.

pub mod contents;
pub mod descriptor;
pub mod elf;
pub mod env_dir;
pub mod launched;
pub mod libraries;
pub mod paths;
mod read;
pub mod slices;
pub mod surroundings;
pub mod system;
pub mod tables;
pub mod taken_out;
pub mod versions;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::Unread;
use super::tree::Tree;
pub use contents::{Contents, Executable, Program};
pub use env_dir::{EnvDir, EnvFile};
pub use libraries::Library;
use read::{Depth, read_buildpack};
pub use read::{read, read_environment};
pub use tables::{Analyzed, LaunchFile, LayerToml, PlanEntry, Process, Types};

/// The layer of ours in which the flow keeps what the next build compares with: the
/// history of sizes, the list of stripped files.
pub const HISTORY: &str = "history";

/// How the order of the buildpacks is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// `group.toml` of a build.
    Group,
    /// `config/metadata.toml` of a finished build.
    Metadata,
    /// Only from the folders' names: the true order is unknown.
    #[default]
    Unknown,
}

/// One buildpack of the group, in order.
#[derive(Debug, Clone, Default)]
pub struct Buildpack {
    pub id: String,
    /// Empty when unknown.
    pub version: String,
    /// Buildpack API, such as `0.10`; empty when unknown.
    pub api: String,
    /// Whether `<layers>/<escaped id>` exists.
    pub has_folder: bool,
    /// Every layer that has a folder or a `.toml`, in byte order of names.
    pub layers: Vec<Layer>,
    pub launch: Option<LaunchFile>,
    /// Names in `build.toml`'s `[[unmet]]`.
    pub unmet: Vec<String>,
}

/// Whether a layer's folder is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Folder {
    #[default]
    Absent,
    Directory,
    /// A link to a folder: the launcher skips it, the builder follows it.
    Link,
    /// A file or something else in its place.
    Other,
}

/// One layer of a buildpack.
#[derive(Debug, Clone, Default)]
pub struct Layer {
    pub name: OsString,
    pub folder: Folder,
    pub toml: LayerToml,
    /// `bin`, `lib`, `include`, `pkgconfig`: whether the lifecycle sees them.
    pub roots: Roots,
    /// `env/`, `env.build/`, `env.launch/`.
    pub env: EnvDir,
    pub env_build: EnvDir,
    pub env_launch: EnvDir,
    /// `env.launch/<process>/` by process type.
    pub env_process: BTreeMap<OsString, EnvDir>,
    pub contents: Contents,
    /// Not on disk: filled in from what an earlier build remembered.
    pub remembered: bool,
}

impl Layer {
    /// What the layer is for, where its table says so.
    #[must_use]
    pub fn types(&self) -> Option<Types> {
        match &self.toml {
            LayerToml::Good { types, .. } => *types,
            LayerToml::Missing | LayerToml::Broken(_) => None,
        }
    }

    /// Digest of `[metadata]`: two layers with the same one are the same to their buildpack.
    #[must_use]
    pub fn metadata_digest(&self) -> String {
        let text = match &self.toml {
            LayerToml::Good { metadata, .. } => metadata.to_string(),
            LayerToml::Missing | LayerToml::Broken(_) => String::new(),
        };
        blake3::hash(text.as_bytes()).to_hex().to_string()
    }

    /// The name, for people.
    #[must_use]
    pub fn shown(&self) -> String {
        self.name.to_string_lossy().into_owned()
    }
}

/// Whether a folder that the lifecycle adds to path variables is there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Root {
    #[default]
    Absent,
    /// Anything that stat(2) finds, even a file.
    Present,
    /// stat(2) fails for another reason than absence: the lifecycle stops.
    Fails(String),
}

/// The folders of a layer that the lifecycle makes variables of (spec buildpack.md, "Layer Paths").
#[derive(Debug, Clone, Default)]
pub struct Roots {
    pub bin: Root,
    pub lib: Root,
    pub include: Root,
    pub pkgconfig: Root,
}

/// What the layers root holds.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    pub root: PathBuf,
    /// In build order; see [`Layers::order`].
    pub group: Vec<Buildpack>,
    pub order: Order,
    /// Whether any `<layer>.toml` exists. Images hold none: every folder is a launch layer.
    pub has_layer_tomls: bool,
    pub plan: Option<Vec<PlanEntry>>,
    pub analyzed: Option<Analyzed>,
    /// Processes and default of a finished build (`config/metadata.toml`).
    pub finished: Option<tables::Finished>,
    /// Folders inside the layers that a PATH file names and that are no layer's `bin`.
    pub path_folders: Vec<paths::PathFolder>,
    /// The same for `LD_LIBRARY_PATH` and layers' `lib`.
    pub library_folders: Vec<paths::LibraryFolder>,
    pub unread: Vec<Unread>,
    /// Where the layers were read, if that is not where a dyno has them.
    pub disk: Option<PathBuf>,
}

/// The name of a buildpack's folder: `/` becomes `_`, so `a/b_c` and `a_b/c` share one.
#[must_use]
pub fn escape(id: &str) -> String {
    id.replace('/', "_")
}

impl Layers {
    /// Where a path of the layers can be looked up on this machine.
    #[must_use]
    pub fn on_disk(&self, path: &Path) -> PathBuf {
        let inside = self.disk.as_deref().zip(path.strip_prefix(&self.root).ok());
        inside.map_or_else(|| path.to_owned(), |(disk, inside)| disk.join(inside))
    }

    /// Reads the layers of one buildpack anew, given its folder: they were written since.
    pub fn reread(&mut self, folder: &Path) {
        let of_folder = |one: &&mut Buildpack| self.root.join(escape(&one.id)) == folder;
        if let Some(place) = self.group.iter_mut().find(of_folder) {
            let buildpack = Buildpack {
                layers: Vec::new(),
                ..std::mem::take(place)
            };
            let (buildpack, mut unread) = read_buildpack(&self.root, buildpack, Depth::All);
            let has_toml = |layer: &Layer| !matches!(layer.toml, LayerToml::Missing);
            self.has_layer_tomls |= buildpack.layers.iter().any(has_toml);
            *place = buildpack;
            self.unread
                .retain(|missed| !missed.path.starts_with(folder));
            self.unread.append(&mut unread);
        }
    }

    /// Forgets the layer that this folder is part of.
    pub fn leave_out(&mut self, folder: &Path) {
        for buildpack in &mut self.group {
            let place = self.root.join(escape(&buildpack.id));
            buildpack
                .layers
                .retain(|layer| !folder.starts_with(place.join(&layer.name)));
        }
    }

    /// The walked files of all layers, in the order of [`Layers::group`]; nothing is left
    /// here, since a tree is large.
    pub fn take_trees(&mut self) -> Vec<Tree> {
        let layers = self.group.iter_mut().flat_map(|one| &mut one.layers);
        layers
            .map(|layer| std::mem::take(&mut layer.contents.tree))
            .collect()
    }
}
