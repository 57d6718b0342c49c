//! Everything that rules and reports ask about a stack, computed once.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::environment::{self, By, Environment, Modification, ModificationRule, Overlay, Raw};
use super::launch::{self, Launch};
use super::which::{self, Index, Shadowing};
use super::{BuildpackReport, LayerReport, State};
use slugsmith_facts::app::App;
use slugsmith_facts::classic::Slug;
use slugsmith_facts::exec_env;
use slugsmith_facts::layers::launched::{is_launched, reused};
use slugsmith_facts::layers::surroundings::Surroundings;
use slugsmith_facts::layers::{Buildpack, EnvDir, Folder, Layer, Layers, escape};
use slugsmith_facts::shell::Note;

/// How many commands a buildpack's line names at most.
const NAMED_COMMANDS: usize = 4;

/// A stack with both environments composed.
#[derive(Debug)]
pub struct Model<'a> {
    pub layers: &'a Layers,
    pub surroundings: &'a Surroundings,
    pub app: Option<&'a App>,
    /// Our own position in the group, in a build.
    pub own: Option<usize>,
    pub processes: Launch,
    /// What the next buildpack gets.
    pub build: Environment,
    /// What each process gets before its own folders.
    pub dyno: Environment,
    /// Only process types with folders of their own.
    pub by_process: BTreeMap<String, Environment>,
    /// Which commands the next buildpack finds, and which ones a dyno finds.
    pub build_index: Index<'a>,
    pub launch_index: Index<'a>,
    /// Names that exist twice on a dyno's PATH.
    pub shadowings: Vec<Shadowing>,
    /// The list of buildpacks with everything moved that findings want moved, ready to paste.
    pub corrected: Vec<String>,
    /// Which buildpacks of the group the builder put there, not the app's list.
    pub system: Vec<bool>,
    /// In a classic stack: what its scripts leave open, one sentence each.
    pub classic: Option<Vec<String>>,
    /// The slug of a classic stack.
    pub slug: Option<&'a Slug>,
    /// What its scripts do besides setting variables.
    pub notes: Vec<Note>,
    /// `set -e` or `set -u` is on when the process starts.
    pub strict: bool,
    /// Scripts run what can't be followed.
    pub may_be_anything: bool,
}

impl<'a> Model<'a> {
    /// Puts together what was read; nothing is read here.
    #[must_use]
    pub fn new(layers: &'a Layers, surroundings: &'a Surroundings, app: Option<&'a App>) -> Self {
        let own = surroundings
            .own
            .as_ref()
            .and_then(|own| layers.group.iter().position(|one| escape(&one.id) == *own));
        let base = image_base(surroundings);
        let overlay = overlay(surroundings, own.and_then(|own| layers.group.get(own + 1)));
        let launched = |layer: &Layer| is_launched(layers, layer);
        let compose = |process: &str| {
            environment::launch(&layers.root, &layers.group, &launched, &base, process)
        };
        let exec_env = exec_env::of(|name| surroundings.live.get(std::ffi::OsStr::new(name)));
        let processes = launch::processes(layers, &exec_env);
        let by_process = processes
            .processes
            .iter()
            .map(|one| &one.process.kind)
            .filter(|kind| has_own_folders(layers, kind))
            .map(|kind| (kind.clone(), compose(kind)))
            .collect();
        let ran = own.map_or(layers.group.as_slice(), |own| {
            layers.group.get(..own).unwrap_or_default()
        });
        let build = environment::build(&layers.root, ran, &base, &overlay);
        let dyno = compose("");
        let index = |path| Index::new(path, layers, &surroundings.image);
        let launch_index = index(dyno.get("PATH"));
        Self {
            layers,
            surroundings,
            app,
            own,
            processes,
            by_process,
            build_index: index(build.get("PATH")),
            shadowings: launch_index.shadowings(),
            launch_index,
            build,
            dyno,
            corrected: Vec::new(),
            system: surroundings.system.marks(&layers.group),
            classic: None,
            slug: None,
            notes: Vec::new(),
            strict: false,
            may_be_anything: false,
        }
    }

    /// What lies over the environment of a buildpack of the group.
    #[must_use]
    pub fn overlay(&self, buildpack: Option<usize>) -> Overlay {
        let buildpack = buildpack.and_then(|index| self.layers.group.get(index));
        overlay(self.surroundings, buildpack)
    }

    /// The environment of a process.
    #[must_use]
    pub fn process(&self, kind: &str) -> &Environment {
        self.by_process.get(kind).unwrap_or(&self.dyno)
    }

    /// Buildpacks with what each brought.
    #[must_use]
    pub fn buildpacks(&self) -> Vec<BuildpackReport> {
        self.layers
            .group
            .iter()
            .enumerate()
            .map(|(index, buildpack)| self.buildpack(index, buildpack))
            .collect()
    }

    /// Every launch layer with the index of its buildpack.
    pub fn launch_layers(&self) -> impl Iterator<Item = (usize, &'a Buildpack, &'a Layer)> {
        let layers = self.layers;
        self.all_layers()
            .filter(move |(_, _, layer)| is_launched(layers, layer))
    }

    /// Every layer with the index of its buildpack.
    pub fn all_layers(&self) -> impl Iterator<Item = (usize, &'a Buildpack, &'a Layer)> {
        self.layers
            .group
            .iter()
            .enumerate()
            .flat_map(|(index, buildpack)| {
                buildpack
                    .layers
                    .iter()
                    .map(move |layer| (index, buildpack, layer))
            })
    }

    /// The commands of the app's own Procfile for a process type.
    pub fn procfile(&self, kind: &str) -> impl Iterator<Item = &'a str> {
        let lines = self
            .app
            .map_or([].as_slice(), |app| app.procfile.as_slice());
        let kind = kind.to_owned();
        lines
            .iter()
            .filter(move |line| line.name == kind)
            .map(|line| line.command.as_str())
    }

    /// Architecture of the run image, as buildpacks name it.
    #[must_use]
    pub fn arch(&self) -> Option<&str> {
        let target = self
            .surroundings
            .live
            .get(std::ffi::OsStr::new("CNB_TARGET_ARCH"));
        let analyzed = self.layers.analyzed.as_ref();
        analyzed
            .and_then(|analyzed| analyzed.run_arch.as_deref())
            .filter(|arch| !arch.is_empty())
            .or_else(|| target.and_then(|arch| arch.to_str()))
    }

    /// Whether every other buildpack has run: what is not there now will not come.
    #[must_use]
    pub fn is_last(&self) -> bool {
        self.own.is_some() && self.own == self.layers.group.len().checked_sub(1)
    }

    /// Outside of a build the image's file system is seldom at hand.
    #[must_use]
    pub fn is_image_unseen(&self) -> bool {
        let mut folders = self.surroundings.image.iter();
        folders.all(|folder| folder.executables.is_empty())
    }

    /// Where a layer is at launch; the folders of a slug stand for layers.
    #[must_use]
    pub fn layer_path(&self, buildpack: &Buildpack, layer: &Layer) -> PathBuf {
        if self.classic.is_some() {
            self.layers.root.join(&layer.name)
        } else {
            self.layers
                .root
                .join(escape(&buildpack.id))
                .join(&layer.name)
        }
    }

    /// Whose script it is.
    #[must_use]
    pub fn script_owner(&self, path: &str) -> &str {
        let scripts = self.slug.into_iter().flat_map(|slug| &slug.scripts);
        let found = scripts.into_iter().find(|one| one.path == path);
        found.map_or("the app", |one| one.maker.as_str())
    }

    /// The id of a buildpack of the group.
    #[must_use]
    pub fn id(&self, buildpack: usize) -> &'a str {
        self.layers
            .group
            .get(buildpack)
            .map_or("?", |one| one.id.as_str())
    }

    /// The builder put this buildpack around the app's list.
    #[must_use]
    pub fn is_system(&self, buildpack: usize) -> bool {
        self.system.get(buildpack).copied().unwrap_or(false)
    }

    /// The first of these that no list of the app can move.
    #[must_use]
    pub fn system_among(&self, buildpacks: [usize; 2]) -> Option<usize> {
        buildpacks.into_iter().find(|one| self.is_system(*one))
    }

    fn state(&self, index: usize) -> State {
        match self.own {
            Some(own) if index == own => State::Own,
            Some(own) if index > own => State::NotYet,
            _ => State::Ran,
        }
    }

    fn buildpack(&self, index: usize, buildpack: &Buildpack) -> BuildpackReport {
        let launched: Vec<&Layer> = buildpack
            .layers
            .iter()
            .filter(|layer| is_launched(self.layers, layer))
            .collect();
        BuildpackReport {
            id: buildpack.id.clone(),
            version: buildpack.version.clone(),
            state: self.state(index),
            is_system: self.is_system(index),
            layers: buildpack
                .layers
                .iter()
                .map(|layer| self.layer(buildpack, layer))
                .collect(),
            commands: commands(&buildpack.layers),
            launch_bytes: launched.iter().map(|layer| layer.contents.bytes).sum(),
            variables: self.variables_of(index),
            start_programs: launched
                .iter()
                .flat_map(|layer| &layer.contents.exec_d)
                .map(|program| format!("exec.d/{}", program.name.to_string_lossy()))
                .collect(),
            processes: buildpack
                .launch
                .iter()
                .flat_map(|file| &file.processes)
                .map(launch::named)
                .collect(),
        }
    }

    fn layer(&self, buildpack: &Buildpack, layer: &Layer) -> LayerReport {
        let absent =
            (layer.folder == Folder::Absent || layer.remembered) && is_launched(self.layers, layer);
        LayerReport {
            name: layer.shown(),
            types: layer.types(),
            bytes: layer.contents.bytes,
            files: layer.contents.files,
            remembered: layer.remembered,
            reused: absent
                .then(|| reused(self.layers.analyzed.as_ref(), &buildpack.id, layer).cloned())
                .flatten(),
        }
    }

    fn variables_of(&self, index: usize) -> Vec<String> {
        let mut names: Vec<String> = [&self.build, &self.dyno]
            .into_iter()
            .chain(self.by_process.values())
            .flat_map(|environment| &environment.variables)
            .filter(|(_, variable)| variable.steps.iter().any(|step| belongs_to(step, index)))
            .map(|(name, _)| name.to_string_lossy().into_owned())
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// What the prediction can't know.
    #[must_use]
    pub fn unknown(&self) -> Vec<String> {
        let mut unknown = Vec::new();
        for (_, buildpack, layer) in self.launch_layers() {
            if layer.folder == Folder::Absent {
                unknown.push(format!(
                    "{} layer {} is reused from the previous image and its contents are not here; its commands \
                     and variables are unknown.",
                    buildpack.id,
                    layer.shown()
                ));
            }
            if !layer.contents.exec_d.is_empty() {
                unknown.push(format!(
                    "{} layer {} runs {} at start, which may change any variable.",
                    buildpack.id,
                    layer.shown(),
                    names(
                        layer
                            .contents
                            .exec_d
                            .iter()
                            .map(|one| format!("exec.d/{}", one.name.to_string_lossy()))
                    )
                ));
            }
        }
        unknown.extend(self.classic.iter().flatten().cloned());
        if self.own.is_some() && self.classic.is_none() {
            unknown.push(
                "The run image's own variables and config vars are not visible in a build; PATH after the layers \
                 is the build image's."
                    .to_owned(),
            );
        }
        if self.own.is_none() && self.is_image_unseen() {
            unknown.push(
                "The image's programs and variables are not here: its PATH is what images commonly have. \
                 `docker run --entrypoint launcher IMAGE env` shows its own."
                    .to_owned(),
            );
        }
        for missed in &self.layers.unread {
            unknown.push(format!("{}: {}", missed.path.display(), missed.reason));
        }
        unknown
    }
}

/// A buildpack with `clear-env` gets nothing of the platform's; one that is not known gets all.
fn overlay(surroundings: &Surroundings, buildpack: Option<&Buildpack>) -> Overlay {
    let descriptor = buildpack.and_then(|one| surroundings.descriptors.get(&one.id));
    Overlay {
        platform: if descriptor.is_some_and(|one| one.clear_env) {
            EnvDir::Absent
        } else {
            surroundings.platform.clone()
        },
        operator: surroundings.operator.clone(),
    }
}

fn names(all: impl Iterator<Item = String>) -> String {
    all.collect::<Vec<_>>().join(", ")
}

/// Whether a buildpack of the group made this step.
#[must_use]
pub fn belongs_to(step: &Modification, index: usize) -> bool {
    matches!(&step.by, By::Layer { buildpack, .. } if *buildpack == index)
}

fn has_own_folders(layers: &Layers, kind: &str) -> bool {
    layers
        .group
        .iter()
        .flat_map(|buildpack| &buildpack.layers)
        .any(|layer| layer.env_process.contains_key(std::ffi::OsStr::new(kind)))
}

/// PATH as the image has it: what is left of ours without the layers' folders.
fn image_base(surroundings: &Surroundings) -> Raw {
    let folders = surroundings.image.iter().map(|one| one.folder.as_os_str());
    let path = folders.collect::<Vec<_>>().join(":".as_ref());
    let mut base = Raw::from([("PATH".into(), path)]);
    for kept in ["HOME", "CNB_STACK_ID"] {
        if let Some(value) = surroundings.live.get(std::ffi::OsStr::new(kept)) {
            base.insert(kept.into(), value.clone());
        }
    }
    base
}

/// Commands for a buildpack's line: runtimes with version first, then others in order.
fn commands(layers: &[Layer]) -> Vec<(String, Option<String>)> {
    let mut found: Vec<(bool, String, Option<String>)> = layers
        .iter()
        .flat_map(|layer| {
            layer.contents.executables.iter().map(|command| {
                let name = command.name.to_string_lossy().into_owned();
                let version = which::version(&layer.contents.versions, &name);
                (!which::is_runtime(&name), name, version)
            })
        })
        .collect();
    found.sort();
    found.dedup();
    if found.iter().filter(|(other, ..)| !other).count() > 0 {
        found.retain(|(other, ..)| !other);
    } else {
        found.truncate(NAMED_COMMANDS);
    }
    found
        .into_iter()
        .map(|(_, name, version)| (name, version))
        .collect()
}

/// Whether a step replaces what was there instead of adding to it.
#[must_use]
pub fn replaces(step: &Modification) -> bool {
    step.fired
        && matches!(
            step.how,
            ModificationRule::Override | ModificationRule::Default
        )
}
