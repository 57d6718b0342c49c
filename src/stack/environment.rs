//! Which environment do the lifecycle's builder and launcher compose?
//!
//! A pure model of both (lifecycle 0.20, `env/env.go`, `buildpack/build.go`,
//! `launch/launcher.go`), with the history of every variable. It is not libcnb's
//! `LayerEnv`, which differs from the lifecycle: there `default` fires only when the
//! variable is unset, names split at the last dot, process folders are never read, and
//! layers are applied one by one, where the launcher applies all `bin` folders of a
//! buildpack first and its files afterwards.
//!
//! The tests hold this against the real binaries on random trees.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use crate::facts::layers::{Buildpack, EnvDir, EnvFile, Folder, Layer, Root, escape};

/// The kernel's limit for one `NAME=value` with its closing NUL, in bytes
/// (`MAX_ARG_STRLEN`, execve(2)).
const VARIABLE_LIMIT: usize = 131_072;

/// What a step did to a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// Was there at the beginning.
    Base,
    /// Removed the lifecycle's own folders from PATH.
    Cleaned,
    /// A `bin`, `lib`, `include` or `pkgconfig` folder of a layer.
    Root,
    Override,
    Append,
    Prepend,
    /// `NAME.` (empty suffix): prepended, with `:` unless there is a `.delim`.
    PrependPath,
    Default,
}

impl How {
    /// The word that logs and JSON use.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Cleaned => "cleaned",
            Self::Root | Self::Prepend | Self::PrependPath => "prepend",
            Self::Override => "override",
            Self::Append => "append",
            Self::Default => "default",
        }
    }
}

/// Who did a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// The environment that the command started with.
    Base,
    /// The index of the buildpack in the group, and its layer.
    Layer { buildpack: usize, layer: OsString },
    /// `<platform>/env`: `-e` of `pack build`, project.toml, config vars.
    Platform,
    /// `/cnb/build-config/env`: the operator of the builder.
    Operator,
}

/// One thing that happened to a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub by: By,
    /// Relative to the layer: `env.launch/PATH.prepend`, `bin`.
    pub file: String,
    pub how: How,
    /// What the file or folder adds.
    pub value: OsString,
    /// Put between the old and the new value.
    pub delim: OsString,
    /// False for a `default` that found a value.
    pub fired: bool,
}

impl Step {
    /// The variable after this step. Before and after are not stored: in a large stack the
    /// copies of PATH would weigh hundreds of MB.
    #[must_use]
    pub fn apply(&self, before: &OsStr) -> OsString {
        if !self.fired {
            return before.to_owned();
        }
        let parts: [&OsStr; 3] = match self.how {
            How::Base | How::Cleaned | How::Override | How::Default => {
                [&self.value, "".as_ref(), "".as_ref()]
            }
            _ if before.is_empty() => [&self.value, "".as_ref(), "".as_ref()],
            How::Append => [before, &self.delim, &self.value],
            How::Root | How::Prepend | How::PrependPath => [&self.value, &self.delim, before],
        };
        let mut after = OsString::with_capacity(parts.iter().map(|part| part.len()).sum());
        for part in parts {
            after.push(part);
        }
        after
    }
}

/// A variable with everything that happened to it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Variable {
    pub value: OsString,
    pub steps: Vec<Step>,
}

impl Variable {
    /// Every step with the value before and after it.
    pub fn history(&self) -> impl Iterator<Item = (&Step, OsString, OsString)> {
        let mut current = OsString::new();
        self.steps.iter().map(move |step| {
            let after = step.apply(&current);
            let before = std::mem::replace(&mut current, after.clone());
            (step, before, after)
        })
    }
}

/// Why the lifecycle stops instead of starting the process or the next buildpack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub by: By,
    /// Relative to the layer.
    pub file: String,
    pub reason: String,
}

/// A composed environment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Environment {
    pub variables: BTreeMap<OsString, Variable>,
    /// The first thing that stops the lifecycle; nothing after it is applied.
    pub failure: Option<Failure>,
}

/// Raw variables, as a process gets them.
pub type Raw = BTreeMap<OsString, OsString>;

impl Environment {
    /// The value; empty when unset.
    #[must_use]
    pub fn get(&self, name: impl AsRef<OsStr>) -> &OsStr {
        self.variables
            .get(name.as_ref())
            .map_or(OsStr::new(""), |variable| &variable.value)
    }

    fn take(&mut self, name: &OsStr, step: Step) {
        let variable = self.variables.entry(name.to_owned()).or_default();
        if step.fired {
            variable.value = step.apply(&variable.value);
        }
        variable.steps.push(step);
    }

    fn fail(&mut self, by: &By, file: &str, reason: &str) {
        self.failure.get_or_insert_with(|| Failure {
            by: by.clone(),
            file: file.to_owned(),
            reason: reason.to_owned(),
        });
    }

    /// Adds a variable of the starting environment.
    fn base(&mut self, name: &OsStr, value: &OsStr) {
        self.take(
            name,
            Step {
                by: By::Base,
                file: String::new(),
                how: How::Base,
                value: value.to_owned(),
                delim: OsString::new(),
                fired: true,
            },
        );
    }

    fn root(&mut self, by: &By, path: &Path, name: &str, root: &Root, variables: &[&str]) {
        match root {
            Root::Absent => {}
            Root::Fails(reason) => self.fail(by, name, reason),
            Root::Present => {
                for variable in variables {
                    let step = Step {
                        by: by.clone(),
                        file: name.to_owned(),
                        how: How::Root,
                        value: path.join(name).into_os_string(),
                        delim: ":".into(),
                        fired: true,
                    };
                    self.take(variable.as_ref(), step);
                }
            }
        }
    }

    /// Applies one environment folder; `bare` is what a file without a suffix does.
    fn folder(&mut self, by: &By, folder: &str, files: &EnvDir, bare: How) {
        if let EnvDir::Fails(reason) = files {
            self.fail(by, folder, reason);
        }
        for file in files.files() {
            if self.failure.is_some() {
                return;
            }
            self.file(by, folder, files.files(), file, bare);
        }
    }

    fn file(&mut self, by: &By, folder: &str, all: &[EnvFile], file: &EnvFile, bare: How) {
        let shown = format!("{folder}/{}", file.name.to_string_lossy());
        let value = match &file.value {
            Ok(value) => value,
            Err(reason) => return self.fail(by, &shown, reason),
        };
        let (name, suffix) = split_name(&file.name);
        let how = match suffix {
            None => bare,
            Some(b"override") => How::Override,
            Some(b"append") => How::Append,
            Some(b"prepend") => How::Prepend,
            Some(b"default") => How::Default,
            Some(b"") => How::PrependPath,
            // `.delim` and anything else is ignored without a word.
            Some(_) => return,
        };
        let fired = how != How::Default || self.get(name).is_empty();
        let step = Step {
            by: by.clone(),
            file: shown,
            how,
            value: value.clone(),
            delim: delimiter(all, name, how),
            fired,
        };
        self.take(name, step);
    }

    /// What the process gets: `NAME=value` records. A name that holds `=` becomes another
    /// variable, as execve(2) passes it.
    #[must_use]
    pub fn raw(&self) -> Raw {
        self.variables
            .iter()
            // A `default` that never fired for a variable that nobody set leaves no trace.
            .filter(|(_, variable)| variable.steps.iter().any(|step| step.fired))
            .map(|(name, variable)| {
                let mut record = name.as_bytes().to_vec();
                record.push(b'=');
                record.extend_from_slice(variable.value.as_bytes());
                let equals = record.iter().position(|byte| *byte == b'=');
                let equals = equals.unwrap_or(record.len());
                let value = record.split_off(equals);
                (
                    OsString::from_vec(record),
                    OsString::from_vec(value.get(1..).unwrap_or_default().to_vec()),
                )
            })
            .collect()
    }

    /// Names of variables that come from several names holding `=` (`A=B` and `A=C` both
    /// become `A`): the lifecycle passes both in no fixed order, so nobody can say which
    /// one a process sees.
    #[must_use]
    pub fn ambiguous(&self) -> Vec<OsString> {
        let mut names: Vec<&[u8]> = self
            .variables
            .keys()
            .filter_map(|name| name.as_bytes().split(|byte| *byte == b'=').next())
            .collect();
        names.sort_unstable();
        let mut twice: Vec<OsString> = names
            .windows(2)
            .filter_map(|pair| match pair {
                [one, other] if one == other => Some(OsStr::from_bytes(one).to_owned()),
                _ => None,
            })
            .collect();
        twice.dedup();
        twice
    }

    /// What execve(2) refuses: NUL in a variable, or one of 128 KiB and more.
    fn check_execve(&mut self) {
        let refused = self.variables.iter().find_map(|(name, variable)| {
            let size = name.len() + variable.value.len() + 2;
            let reason = if variable.value.as_bytes().contains(&0) {
                "holds a NUL byte, which execve(2) refuses"
            } else if size > VARIABLE_LIMIT {
                "is longer than the kernel's 128 KiB for one variable"
            } else {
                return None;
            };
            let by = variable
                .steps
                .last()
                .map_or(By::Base, |step| step.by.clone());
            let file = variable
                .steps
                .last()
                .map_or(String::new(), |step| step.file.clone());
            Some((by, file, format!("`{}` {reason}", name.to_string_lossy())))
        });
        if let Some((by, file, reason)) = refused {
            self.fail(&by, &file, &reason);
        }
    }
}

/// Name up to the first dot, and the rest after it.
fn split_name(file: &OsStr) -> (&OsStr, Option<&[u8]>) {
    let bytes = file.as_bytes();
    match bytes.iter().position(|byte| *byte == b'.') {
        None => (file, None),
        Some(dot) => {
            let (name, rest) = bytes.split_at(dot);
            (OsStr::from_bytes(name), rest.get(1..))
        }
    }
}

/// The content of `NAME.delim` in the same folder; only there, and only for these three.
fn delimiter(all: &[EnvFile], name: &OsStr, how: How) -> OsString {
    let fallback = match how {
        How::PrependPath => ":",
        How::Append | How::Prepend => "",
        _ => return OsString::new(),
    };
    let mut wanted = name.to_owned();
    wanted.push(".delim");
    all.iter()
        .find(|file| file.name == wanted)
        .and_then(|file| file.value.clone().ok())
        .unwrap_or_else(|| fallback.into())
}

/// What lies over a build environment for each buildpack.
#[derive(Debug, Clone, Default)]
pub struct Overlay {
    /// `<platform>/env`, read as a folder; `Absent` when the buildpack has `clear-env`.
    pub platform: EnvDir,
    /// `/cnb/build-config/env`.
    pub operator: EnvDir,
}

/// Variables that the builder keeps of its own environment.
const BUILD_KEPT: &[&str] = &[
    "CNB_STACK_ID",
    "HOSTNAME",
    "HOME",
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "NO_PROXY",
    "no_proxy",
];

/// The five variables that layer folders feed at build time.
pub const PATH_VARIABLES: &[&str] = &[
    "PATH",
    "LD_LIBRARY_PATH",
    "LIBRARY_PATH",
    "CPATH",
    "PKG_CONFIG_PATH",
];

/// The environment that a buildpack gets which runs after all of `before`, without the
/// `CNB_*` variables that the builder adds for that buildpack alone.
#[must_use]
pub fn build(root: &Path, before: &[Buildpack], base: &Raw, overlay: &Overlay) -> Environment {
    let mut environment = Environment::default();
    for (name, value) in base {
        let kept = BUILD_KEPT
            .iter()
            .chain(PATH_VARIABLES)
            .any(|kept| name == kept);
        if kept {
            environment.base(name, value);
        }
    }
    for (index, buildpack) in before.iter().enumerate() {
        let folder = root.join(escape(&buildpack.id));
        for layer in in_build_order(&buildpack.layers) {
            if layer.types().is_some_and(|types| types.build) {
                build_layer(&mut environment, index, &folder.join(&layer.name), layer);
            }
        }
    }
    platform(&mut environment, &overlay.platform);
    environment.folder(&By::Operator, "env", &overlay.operator, How::Default);
    environment.check_execve();
    environment
}

/// The builder sorts by the name with `.toml`, so `n-2.toml` comes before `n.toml`.
fn in_build_order(layers: &[Layer]) -> Vec<&Layer> {
    let mut sorted: Vec<&Layer> = layers.iter().collect();
    sorted.sort_by_cached_key(|layer| {
        let mut file = layer.name.clone();
        file.push(".toml");
        file
    });
    sorted
}

fn build_layer(environment: &mut Environment, buildpack: usize, path: &Path, layer: &Layer) {
    let by = By::Layer {
        buildpack,
        layer: layer.name.clone(),
    };
    let roots = &layer.roots;
    environment.root(&by, path, "bin", &roots.bin, &["PATH"]);
    environment.root(
        &by,
        path,
        "lib",
        &roots.lib,
        &["LD_LIBRARY_PATH", "LIBRARY_PATH"],
    );
    environment.root(&by, path, "include", &roots.include, &["CPATH"]);
    environment.root(
        &by,
        path,
        "pkgconfig",
        &roots.pkgconfig,
        &["PKG_CONFIG_PATH"],
    );
    environment.folder(&by, "env", &layer.env, How::Override);
    environment.folder(&by, "env.build", &layer.env_build, How::Override);
}

/// Platform files are taken by their whole name; those that name a path variable are
/// prepended, all others replace.
fn platform(environment: &mut Environment, files: &EnvDir) {
    if let EnvDir::Fails(reason) = files {
        environment.fail(&By::Platform, "env", reason);
    }
    for file in files.files() {
        let shown = format!("env/{}", file.name.to_string_lossy());
        let value = match &file.value {
            Ok(value) => value.clone(),
            Err(reason) => return environment.fail(&By::Platform, &shown, reason),
        };
        let is_path = PATH_VARIABLES.iter().any(|path| file.name == *path);
        let step = Step {
            by: By::Platform,
            file: shown,
            how: if is_path { How::Prepend } else { How::Override },
            value,
            delim: ":".into(),
            fired: true,
        };
        environment.take(&file.name, step);
    }
}

/// Variables that the launcher removes.
const LAUNCH_REMOVED: &[&str] = &[
    "CNB_LAYERS_DIR",
    "CNB_APP_DIR",
    "CNB_PROCESS_TYPE",
    "CNB_PLATFORM_API",
    "CNB_DEPRECATION_MODE",
];

/// Which layers are in the image: see [`super::launch_layers`].
pub type IsLaunched<'a> = &'a dyn Fn(&Layer) -> bool;

/// The environment of a process at launch, before exec.d programs and profile scripts.
/// `process` is empty for `launcher <command>`, which gets no process folders.
#[must_use]
pub fn launch(
    root: &Path,
    group: &[Buildpack],
    launched: IsLaunched<'_>,
    base: &Raw,
    process: &str,
) -> Environment {
    let mut environment = launch_base(base);
    for (index, buildpack) in group.iter().enumerate() {
        let folder = root.join(escape(&buildpack.id));
        let layers: Vec<(&Layer, By)> = buildpack
            .layers
            .iter()
            .filter(|layer| layer.folder == Folder::Directory && launched(layer))
            .map(|layer| {
                let by = By::Layer {
                    buildpack: index,
                    layer: layer.name.clone(),
                };
                (layer, by)
            })
            .collect();
        for (layer, by) in &layers {
            let path = folder.join(&layer.name);
            environment.root(by, &path, "bin", &layer.roots.bin, &["PATH"]);
            environment.root(by, &path, "lib", &layer.roots.lib, &["LD_LIBRARY_PATH"]);
        }
        for (layer, by) in &layers {
            environment.folder(by, "env", &layer.env, How::Override);
            environment.folder(by, "env.launch", &layer.env_launch, How::Override);
            if let (false, Some(own)) = (
                process.is_empty(),
                layer.env_process.get(OsStr::new(process)),
            ) {
                environment.folder(by, &format!("env.launch/{process}"), own, How::Override);
            }
        }
    }
    environment.check_execve();
    environment
}

fn launch_base(base: &Raw) -> Environment {
    let mut environment = Environment::default();
    for (name, value) in base {
        if LAUNCH_REMOVED.iter().any(|removed| name == removed) {
            continue;
        }
        environment.base(name, value);
        if name == "PATH" {
            let kept: Vec<&[u8]> = value
                .as_bytes()
                .split(|byte| *byte == b':')
                .filter(|part| *part != b"/cnb/process" && *part != b"/cnb/lifecycle")
                .collect();
            let cleaned = OsString::from_vec(kept.join(&b':'));
            if cleaned != *value {
                let step = Step {
                    by: By::Base,
                    file: String::new(),
                    how: How::Cleaned,
                    value: cleaned,
                    delim: OsString::new(),
                    fired: true,
                };
                environment.take(name, step);
            }
        }
    }
    environment
}
