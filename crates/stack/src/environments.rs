//! What will each process find in its environment, and who put it there?
//!
//! The facts of `slugsmith env`: works on the layers of a running build, of a finished
//! one, and on those taken out of an image.

use std::path::Path;

use super::environment::{self, By, Environment, Modification, Raw};
use super::launch;
use slugsmith_facts::app;
use slugsmith_facts::exec_env;
use slugsmith_facts::layers::launched::is_launched;
use slugsmith_facts::layers::surroundings;
use slugsmith_facts::layers::{self, Layer, Layers, escape};

/// The environments of an app's processes.
#[derive(Debug, Clone, Default)]
pub struct EnvReport {
    /// Ids in build order; [`By::Layer`] points into it.
    pub buildpacks: Vec<String>,
    pub processes: Vec<ProcessEnv>,
    /// The type that starts without being named.
    pub default: Option<String>,
    /// What the prediction can't know, one sentence each.
    pub unknown: Vec<String>,
}

/// The environment of one process type.
#[derive(Debug, Clone, Default)]
pub struct ProcessEnv {
    /// Empty for commands that are no process type of the image.
    pub kind: String,
    pub environment: Environment,
}

impl EnvReport {
    /// Who made a step: a buildpack's id, `base`, `platform` or `operator`.
    #[must_use]
    pub fn who(&self, step: &Modification) -> &str {
        match &step.by {
            By::Base => "base",
            By::Platform => "platform",
            By::Operator => "operator",
            By::Layer { buildpack, .. } => {
                self.buildpacks.get(*buildpack).map_or("?", String::as_str)
            }
        }
    }
}

/// What a process of an image has where nothing else is known: PATH as images commonly have it.
#[must_use]
pub fn image_base() -> Raw {
    Raw::from([("PATH".into(), surroundings::USUAL_PATH.into())])
}

/// Reads a layers root and composes the environment of one process type, or of all.
/// Without any process type the environment of a bare command is composed.
#[must_use]
pub fn env_report(
    layers_dir: &Path,
    app_dir: &Path,
    base_env: &Raw,
    process: Option<&str>,
) -> EnvReport {
    // The launcher makes paths absolute before it adds them.
    let root = std::path::absolute(layers_dir).unwrap_or_else(|_| layers_dir.to_owned());
    let has_profile = app::read(app_dir).has(".profile");
    report(&layers::read(&root), has_profile, base_env, process)
}

/// The same, of facts already read.
#[must_use]
pub fn report(
    layers: &Layers,
    has_profile: bool,
    base_env: &Raw,
    process: Option<&str>,
) -> EnvReport {
    let processes = launch::processes(
        layers,
        &exec_env::of(|name| base_env.get(std::ffi::OsStr::new(name))),
    );
    let mut kinds: Vec<String> = match process {
        Some(kind) => vec![kind.to_owned()],
        None => processes
            .processes
            .iter()
            .map(|one| one.process.kind.clone())
            .collect(),
    };
    if kinds.is_empty() {
        kinds.push(String::new());
    }
    let launched = |layer: &Layer| is_launched(layers, layer);
    EnvReport {
        buildpacks: layers.group.iter().map(|one| one.id.clone()).collect(),
        processes: kinds
            .into_iter()
            .map(|kind| {
                // A name that is no process type gets no process folders.
                let known = processes
                    .processes
                    .iter()
                    .any(|one| one.process.kind == kind);
                let folders = if known { kind.as_str() } else { "" };
                ProcessEnv {
                    environment: environment::launch(
                        &layers.root,
                        &layers.group,
                        &launched,
                        base_env,
                        folders,
                    ),
                    kind,
                }
            })
            .collect(),
        default: processes.default.clone(),
        unknown: unknown(layers, has_profile, &processes),
    }
}

fn unknown(layers: &Layers, has_profile: bool, processes: &launch::Launch) -> Vec<String> {
    let mut unknown = Vec::new();
    let in_shell = processes.processes.iter().any(|one| !one.process.direct);
    for buildpack in &layers.group {
        for layer in buildpack
            .layers
            .iter()
            .filter(|layer| is_launched(layers, layer))
        {
            let at = format!("{}/{}", escape(&buildpack.id), layer.shown());
            if layer.folder == layers::Folder::Absent {
                unknown.push(format!(
                    "{at}: reused from the previous image, its contents are not here"
                ));
            }
            for program in &layer.contents.exec_d {
                unknown.push(format!(
                    "{at}/exec.d/{} may change any variable",
                    program.name.to_string_lossy()
                ));
            }
            for script in layer.contents.profile_d.iter().filter(|_| in_shell) {
                unknown.push(format!(
                    "{at}/profile.d/{} may change any variable of processes started in a shell",
                    script.name.to_string_lossy()
                ));
            }
        }
    }
    if in_shell && has_profile {
        unknown.push(
            "the app's .profile may change any variable of processes started in a shell".to_owned(),
        );
    }
    unknown.extend(
        layers
            .unread
            .iter()
            .map(|missed| format!("{}: {}", missed.path.display(), missed.reason)),
    );
    unknown
}
