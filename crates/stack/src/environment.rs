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

mod build;
mod history;
mod launch;
mod open;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use slugsmith_facts::layers::{EnvDir, EnvFile, Root};

pub use build::{BUILD_KEPT, Overlay, PATH_VARIABLES, build};
pub use history::{By, Modification, ModificationRule, Variable};
pub use launch::{IsLaunched, launch};
pub use open::{UNKNOWN, fits};

/// The kernel's limit for one `NAME=value` with its closing NUL, in bytes
/// (`MAX_ARG_STRLEN`, execve(2)).
const VARIABLE_LIMIT: usize = 131_072;

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

    /// Whether a process gets the variable, be it empty.
    #[must_use]
    pub fn is_set(&self, name: impl AsRef<OsStr>) -> bool {
        self.variables
            .get(name.as_ref())
            .is_some_and(Variable::is_set)
    }

    /// Does a step.
    pub(super) fn take(&mut self, name: &OsStr, step: Modification) {
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
            Modification {
                by: By::Base,
                file: String::new(),
                how: ModificationRule::Base,
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
                    let step = Modification {
                        by: by.clone(),
                        file: name.to_owned(),
                        how: ModificationRule::Root,
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
    fn folder(&mut self, by: &By, folder: &str, files: &EnvDir, bare: ModificationRule) {
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

    fn file(
        &mut self,
        by: &By,
        folder: &str,
        all: &[EnvFile],
        file: &EnvFile,
        bare: ModificationRule,
    ) {
        let shown = format!("{folder}/{}", file.name.to_string_lossy());
        let value = match &file.value {
            Ok(value) => value,
            Err(reason) => return self.fail(by, &shown, reason),
        };
        let (name, suffix) = split_name(&file.name);
        let how = match suffix {
            None => bare,
            Some(b"override") => ModificationRule::Override,
            Some(b"append") => ModificationRule::Append,
            Some(b"prepend") => ModificationRule::Prepend,
            Some(b"default") => ModificationRule::Default,
            Some(b"") => ModificationRule::PrependPath,
            // `.delim` and anything else is ignored without a word.
            Some(_) => return,
        };
        let fired = how != ModificationRule::Default || self.get(name).is_empty();
        let step = Modification {
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
            .filter(|(_, variable)| variable.is_set())
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
fn delimiter(all: &[EnvFile], name: &OsStr, how: ModificationRule) -> OsString {
    let fallback = match how {
        ModificationRule::PrependPath => ":",
        ModificationRule::Append | ModificationRule::Prepend => "",
        _ => return OsString::new(),
    };
    let mut wanted = name.to_owned();
    wanted.push(".delim");
    all.iter()
        .find(|file| file.name == wanted)
        .and_then(|file| file.value.clone().ok())
        .unwrap_or_else(|| fallback.into())
}
