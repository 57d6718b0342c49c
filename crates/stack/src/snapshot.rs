//! What was in a launch layer that is reused and not here?
//!
//! The lifecycle restores only the `.toml` of a layer that is `launch = true` and neither
//! cached nor for the build: its variables and commands are invisible to later builds,
//! though they are in the image. So each build remembers them. The caller keeps the
//! [`Snapshot`] in metadata of our own layer, which comes from the same previous image;
//! a layer is filled in only when its `.toml` has the metadata that it had then.

use std::collections::BTreeMap;
use std::ffi::OsString;

use serde::{Deserialize, Serialize};

use slugsmith_facts::layers::launched::is_launched;
use slugsmith_facts::layers::{EnvDir, EnvFile, Executable, Folder, Layer, Layers, Program, Root};

/// Layers with more commands than this are not remembered: the metadata is an image label.
const COMMANDS: usize = 2_000;
/// Values longer than this are not remembered either, in bytes.
const VALUE: usize = 8_192;

/// Launch layers of a build, as far as they matter to a dyno's environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Snapshot {
    pub layers: Vec<LayerSnapshot>,
}

/// One launch layer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LayerSnapshot {
    pub buildpack: String,
    pub layer: String,
    /// Digest of the layer's `[metadata]`.
    pub metadata: String,
    /// Apparent bytes.
    pub bytes: u64,
    /// Files and links.
    pub files: u64,
    /// `bin` and `lib`, where they exist.
    pub roots: Vec<String>,
    pub commands: Vec<Command>,
    pub versions: BTreeMap<String, String>,
    /// Environment files by folder: `env`, `env.launch`, `env.launch/<process>`.
    pub env: BTreeMap<String, BTreeMap<String, String>>,
    /// Programs of `exec.d`: what they set is not foreseen, in no build.
    pub exec_d: Vec<StartProgram>,
    /// Scripts of `profile.d`, likewise.
    pub profile_d: Vec<StartProgram>,
}

/// What runs at the start of a process.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StartProgram {
    pub name: String,
    /// Process type whose folder it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub process: Option<String>,
}

impl StartProgram {
    /// Whether it can run was a matter of the build that saw it.
    fn known(&self) -> Program {
        Program {
            name: self.name.clone().into(),
            process: self.process.clone().map(OsString::from),
            executable: true,
            ..Program::default()
        }
    }
}

/// A command of a layer's `bin`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    pub name: String,
    /// Bytes.
    pub size: u64,
}

/// Remembers every launch layer that is here or was filled in.
#[must_use]
pub fn take(layers: &Layers) -> Snapshot {
    let snapshots = layers.group.iter().flat_map(|buildpack| {
        buildpack
            .layers
            .iter()
            .filter(|layer| is_launched(layers, layer) && layer.folder == Folder::Directory)
            .filter_map(|layer| remember(&buildpack.id, layer))
    });
    Snapshot {
        layers: snapshots.collect(),
    }
}

/// `None` for what could not be told again exactly.
fn remember(buildpack: &str, layer: &Layer) -> Option<LayerSnapshot> {
    let mut env = BTreeMap::new();
    let own = layer.env_process.iter();
    let folders = [
        ("env".to_owned(), &layer.env),
        ("env.launch".to_owned(), &layer.env_launch),
    ];
    let processes =
        own.map(|(kind, files)| (format!("env.launch/{}", kind.to_string_lossy()), files));
    for (folder, files) in folders.into_iter().chain(processes) {
        let files = text_of(files)?;
        if !files.is_empty() {
            env.insert(folder, files);
        }
    }
    if layer.contents.executables.len() > COMMANDS {
        return None;
    }
    let roots = [("bin", &layer.roots.bin), ("lib", &layer.roots.lib)];
    Some(LayerSnapshot {
        buildpack: buildpack.to_owned(),
        layer: layer.name.to_str()?.to_owned(),
        metadata: layer.metadata_digest(),
        bytes: layer.contents.bytes,
        files: layer.contents.files,
        roots: roots
            .into_iter()
            .filter(|(_, root)| **root == Root::Present)
            .map(|(name, _)| name.to_owned())
            .collect(),
        commands: layer
            .contents
            .executables
            .iter()
            .filter_map(|one| {
                Some(Command {
                    name: one.name.to_str()?.to_owned(),
                    size: one.size,
                })
            })
            .collect(),
        versions: layer.contents.versions.clone(),
        env,
        exec_d: start_programs(&layer.contents.exec_d)?,
        profile_d: start_programs(&layer.contents.profile_d)?,
    })
}

fn start_programs(programs: &[Program]) -> Option<Vec<StartProgram>> {
    let text = |name: &OsString| name.to_str().map(str::to_owned);
    let programs = programs.iter().map(|program| {
        let process = match &program.process {
            Some(process) => Some(text(process)?),
            None => None,
        };
        let name = text(&program.name)?;
        Some(StartProgram { name, process })
    });
    programs.collect()
}

fn text_of(folder: &EnvDir) -> Option<BTreeMap<String, String>> {
    if matches!(folder, EnvDir::Fails(_)) {
        return None;
    }
    folder
        .files()
        .iter()
        .map(|file| {
            let value = file.value.as_ref().ok()?.to_str()?;
            let name = file.name.to_str()?;
            (value.len() <= VALUE).then(|| (name.to_owned(), value.to_owned()))
        })
        .collect()
}

/// Fills in launch layers without contents that the previous image has. Gives how many.
pub fn fill(layers: &mut Layers, snapshot: &Snapshot) -> usize {
    let Some(analyzed) = &layers.analyzed else {
        return 0;
    };
    let mut filled = 0;
    for buildpack in &mut layers.group {
        for layer in &mut buildpack.layers {
            let reused = layer.folder == Folder::Absent
                && layer.types().is_some_and(|types| types.launch)
                && analyzed
                    .layers
                    .contains_key(&(buildpack.id.clone(), layer.shown()));
            let known = snapshot.layers.iter().find(|known| {
                known.buildpack == buildpack.id
                    && layer.name == known.layer.as_str()
                    && known.metadata == layer.metadata_digest()
            });
            if let (true, Some(known)) = (reused, known) {
                put(layer, known);
                filled += 1;
            }
        }
    }
    filled
}

fn put(layer: &mut Layer, known: &LayerSnapshot) {
    layer.folder = Folder::Directory;
    layer.remembered = true;
    let root = |name: &str| {
        if known.roots.iter().any(|root| root == name) {
            Root::Present
        } else {
            Root::Absent
        }
    };
    layer.roots.bin = root("bin");
    layer.roots.lib = root("lib");
    layer.contents.bytes = known.bytes;
    layer.contents.files = known.files;
    layer.contents.versions.clone_from(&known.versions);
    layer.contents.executables = known
        .commands
        .iter()
        .map(|one| Executable {
            name: one.name.clone().into(),
            size: one.size,
            ..Executable::default()
        })
        .collect();
    layer.contents.exec_d = known.exec_d.iter().map(StartProgram::known).collect();
    layer.contents.profile_d = known.profile_d.iter().map(StartProgram::known).collect();
    for (folder, files) in &known.env {
        let files = EnvDir::Files(
            files
                .iter()
                .map(|(name, value)| EnvFile {
                    name: name.into(),
                    value: Ok(OsString::from(value)),
                })
                .collect(),
        );
        match folder.strip_prefix("env.launch/") {
            Some(kind) => {
                layer.env_process.insert(kind.into(), files);
            }
            None if folder == "env" => layer.env = files,
            None => layer.env_launch = files,
        }
    }
}
