//! Which executable wins, and which ones does it hide?
//!
//! An index over the folders of a composed PATH, in order: the first folder that has a
//! name wins, as execvp(3) and shells look it up.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use slugsmith_facts::layers::paths::PathFolder;
use slugsmith_facts::layers::{Executable, Layers, escape};

/// Whose folder of PATH it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// Index of the buildpack in the group, and its layer.
    Layer { buildpack: usize, layer: OsString },
    /// A folder of the base image.
    Image,
    /// A folder of the app's own, in a classic slug.
    App,
}

/// One file that answers to a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub owner: Owner,
    pub folder: PathBuf,
    /// Apparent bytes.
    pub size: u64,
    pub version: Option<String>,
    digest: Option<[u8; 32]>,
    target: Option<PathBuf>,
}

impl Candidate {
    /// A file in a folder of the image that nobody could look into.
    #[must_use]
    pub fn of_image(folder: &Path) -> Self {
        Self {
            owner: Owner::Image,
            folder: folder.to_owned(),
            size: 0,
            version: None,
            digest: None,
            target: None,
        }
    }

    /// Whether both names lead to the same content.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        let same_file = self.target.is_some() && self.target == other.target;
        let same_bytes = self.digest.is_some() && self.digest == other.digest;
        let links = |link: &Self, file: &Self| {
            link.target
                .as_deref()
                .is_some_and(|target| target.starts_with(&file.folder))
        };
        same_file || same_bytes || links(self, other) || links(other, self)
    }
}

/// A name that more than one folder of PATH offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shadowing {
    pub name: String,
    pub winner: Candidate,
    /// In the order of PATH.
    pub losers: Vec<Candidate>,
}

/// A composed PATH as folders with their owner and commands.
#[derive(Debug, Clone, Default)]
pub struct Index<'a> {
    folders: Vec<(PathBuf, Option<Owner>, &'a [Executable])>,
    layers: Option<&'a Layers>,
}

impl<'a> Index<'a> {
    /// Looks up every folder of `path` among the layers' `bin` folders and the image's.
    #[must_use]
    pub fn new(path: &OsStr, layers: &'a Layers, image: &'a [PathFolder]) -> Self {
        let mut known = bins(layers);
        for one in &layers.path_folders {
            if let Some(owner) = owner_of(layers, &one.folder) {
                let commands = one.executables.as_slice();
                known.entry(one.folder.clone()).or_insert((owner, commands));
            }
        }
        let mut folders: Vec<(PathBuf, Option<Owner>, &[Executable])> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for folder in std::env::split_paths(path) {
            if !seen.insert(folder.clone()) {
                continue;
            }
            let (owner, commands) = match known.get(&folder) {
                Some((owner, commands)) => (Some(owner.clone()), *commands),
                None => match image.iter().find(|one| one.folder == folder) {
                    Some(found) => (Some(Owner::Image), found.executables.as_slice()),
                    None => (None, [].as_slice()),
                },
            };
            folders.push((folder, owner, commands));
        }
        Self {
            folders,
            layers: Some(layers),
        }
    }

    /// An index over folders whose owners and commands are known already.
    #[must_use]
    pub fn of_folders(
        folders: Vec<(PathBuf, Option<Owner>, &'a [Executable])>,
        layers: &'a Layers,
    ) -> Self {
        let mut seen = std::collections::BTreeSet::new();
        Self {
            folders: folders
                .into_iter()
                .filter(|(folder, ..)| seen.insert(folder.clone()))
                .collect(),
            layers: Some(layers),
        }
    }

    /// The folders in order, with their owner (`None` for folders nobody could list).
    pub fn folders(&self) -> impl Iterator<Item = (&Path, Option<&Owner>, usize)> {
        self.folders
            .iter()
            .map(|(folder, owner, commands)| (folder.as_path(), owner.as_ref(), commands.len()))
    }

    /// Everything that answers to a name: the winner first.
    #[must_use]
    pub fn candidates(&self, name: &OsStr) -> Vec<Candidate> {
        self.folders
            .iter()
            .filter_map(|(folder, owner, commands)| {
                let found = commands
                    .binary_search_by(|one| one.name.as_os_str().cmp(name))
                    .ok()?;
                Some(self.candidate(folder, owner.clone()?, commands.get(found)?))
            })
            .collect()
    }

    fn candidate(&self, folder: &Path, owner: Owner, command: &Executable) -> Candidate {
        let version = match &owner {
            Owner::Layer { buildpack, layer } => {
                self.version(*buildpack, layer, &command.name.to_string_lossy())
            }
            Owner::Image | Owner::App => None,
        };
        Candidate {
            owner,
            folder: folder.to_owned(),
            size: command.size,
            version,
            digest: command.digest,
            target: command.target.clone(),
        }
    }

    fn version(&self, buildpack: usize, layer: &OsStr, command: &str) -> Option<String> {
        let layers = &self.layers?.group.get(buildpack)?.layers;
        let layer = layers.iter().find(|one| one.name == layer)?;
        version(&layer.contents.versions, command)
    }

    /// Every name that at least one layer offers and a second folder has too, in order of names.
    #[must_use]
    pub fn shadowings(&self) -> Vec<Shadowing> {
        let mut times: BTreeMap<&OsStr, (u32, bool)> = BTreeMap::new();
        for (_, owner, commands) in &self.folders {
            let of_layer = matches!(owner, Some(Owner::Layer { .. }));
            for command in *commands {
                let entry = times.entry(&command.name).or_default();
                entry.0 += 1;
                entry.1 |= of_layer;
            }
        }
        times
            .into_iter()
            .filter(|(_, (times, of_layer))| *times > 1 && *of_layer)
            .filter_map(|(name, _)| {
                let mut losers = self.candidates(name);
                if losers.len() < 2 {
                    return None;
                }
                let winner = losers.remove(0);
                Some(Shadowing {
                    name: name.to_string_lossy().into_owned(),
                    winner,
                    losers,
                })
            })
            .collect()
    }
}

/// The version of a command: its own, that of its runtime (`python3` is `python`), or,
/// for a runtime, the layer's only nameless one.
#[must_use]
pub fn version(versions: &BTreeMap<String, String>, command: &str) -> Option<String> {
    let runtime = match command {
        "python3" => "python",
        "javac" => "java",
        other => other,
    };
    let nameless = || versions.get("").filter(|_| is_runtime(command));
    versions.get(runtime).or_else(nameless).cloned()
}

/// Commands that are a language runtime or its package manager.
pub const RUNTIMES: &[&str] = &[
    "bun", "bundle", "composer", "deno", "dotnet", "go", "java", "node", "npm", "php", "pip",
    "pnpm", "python", "python3", "ruby", "uv", "yarn",
];

/// Whether a command is a language's own, such as `node` or `python`.
#[must_use]
pub fn is_runtime(command: &str) -> bool {
    RUNTIMES.binary_search(&command).is_ok()
}

/// The layer that a folder lies in.
fn owner_of(layers: &Layers, folder: &Path) -> Option<Owner> {
    layers
        .group
        .iter()
        .enumerate()
        .find_map(|(buildpack, one)| {
            let at = layers.root.join(escape(&one.id));
            let layer = one
                .layers
                .iter()
                .find(|layer| folder.starts_with(at.join(&layer.name)))?;
            Some(Owner::Layer {
                buildpack,
                layer: layer.name.clone(),
            })
        })
}

fn bins(layers: &Layers) -> BTreeMap<PathBuf, (Owner, &[Executable])> {
    let mut known = BTreeMap::new();
    for (index, buildpack) in layers.group.iter().enumerate() {
        let folder = layers.root.join(escape(&buildpack.id));
        for layer in &buildpack.layers {
            let owner = Owner::Layer {
                buildpack: index,
                layer: layer.name.clone(),
            };
            known.insert(
                folder.join(&layer.name).join("bin"),
                (owner, layer.contents.executables.as_slice()),
            );
        }
    }
    known
}
