//! In which world do we run, and with which variables?
//!
//! One reader serves both buildpack APIs, because `<platform>/env` (Cloud Native) and
//! `ENV_DIR` (classic) have the same form: one file per variable, its raw content the value.

use crate::beneath;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

/// Which way in was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum World {
    /// `pack build`, Fir, kpack …
    CloudNative,
    /// `bin/compile` on Cedar and its look-alikes.
    Classic,
    /// The command line on a laptop or in CI.
    Embedded,
}

/// The machine that dependencies are installed for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// `linux`.
    pub os: String,
    /// `amd64` or `arm64`, as the buildpack spec names them.
    pub arch: String,
    /// `debian 12`, `ubuntu 24.04`, or a classic `$STACK` such as `heroku-24`.
    pub distro: String,
}

/// The variables and the machine of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    pub world: World,
    pub target: Target,
    /// Our own process's variables, with those of the platform laid over them.
    pub variables: BTreeMap<String, OsString>,
}

/// Variables that a config var must never override in a classic build, the deny-list of
/// the classic buildpack API's own snippet.
const CLASSIC_DENIED: &[&str] = &[
    "PATH",
    "GIT_DIR",
    "CPATH",
    "CPPATH",
    "LD_PRELOAD",
    "LIBRARY_PATH",
];

impl Environment {
    /// The variable, if it is set, not empty, and valid UTF-8.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .and_then(|value| value.to_str())
            .filter(|value| !value.is_empty())
    }
}

/// Our own variables; names that are not UTF-8 are left out.
#[must_use]
pub fn own_variables() -> BTreeMap<String, OsString> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
        .collect()
}

/// Reads a folder of variables (`<platform>/env` or `ENV_DIR`) into `variables`.
///
/// In a classic build config vars are nowhere else, so they win. In a Cloud Native build
/// the lifecycle has already laid them over our environment, list variables such as PATH
/// prepended, and the folder only adds what `clear-env` kept out.
/// What can't be read is skipped: a build must not fail on one odd config var.
pub fn overlay(variables: &mut BTreeMap<String, OsString>, folder: &Path, world: World) {
    use std::os::unix::ffi::OsStringExt;
    let Ok(entries) = fs_err::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let denied = match world {
            World::Classic => CLASSIC_DENIED.contains(&name.as_str()),
            World::CloudNative | World::Embedded => variables.contains_key(&name),
        };
        if denied {
            continue;
        }
        if let Ok(content) = beneath::read(entry.path()) {
            variables.insert(name, OsString::from_vec(content));
        }
    }
}

/// This machine, for the ways in that are not told their target: architecture of the
/// binary, distribution from os-release(5) or the classic `$STACK`.
#[must_use]
pub fn this_machine(stack: Option<&str>) -> Target {
    let arch = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    let distro = stack.map_or_else(distro_of_this_machine, str::to_owned);
    Target {
        os: std::env::consts::OS.to_owned(),
        arch: arch.to_owned(),
        distro,
    }
}

fn distro_of_this_machine() -> String {
    let text = beneath::text("/etc/os-release").unwrap_or_default();
    let field = |key: &str| {
        text.lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix('='))
            .map(|value| value.trim_matches('"').to_owned())
    };
    match (field("ID"), field("VERSION_ID")) {
        (Some(id), Some(version)) => format!("{id} {version}"),
        (Some(id), None) => id,
        _ => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platform_variables_lie_over_our_own() {
        let folder = tempfile::tempdir().unwrap();
        fs_err::write(folder.path().join("NODE_ENV"), "production").unwrap();
        fs_err::write(folder.path().join("PATH"), "/evil").unwrap();
        let mut variables = BTreeMap::from([("PATH".to_owned(), OsString::from("/bin"))]);
        overlay(&mut variables, folder.path(), World::Classic);
        assert_eq!(variables["NODE_ENV"], "production");
        assert_eq!(variables["PATH"], "/bin");
    }

    #[test]
    fn a_missing_folder_changes_nothing() {
        let mut variables = BTreeMap::new();
        overlay(
            &mut variables,
            Path::new("/nonexistent"),
            World::CloudNative,
        );
        assert!(variables.is_empty());
    }
}
