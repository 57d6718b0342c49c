//! Which JDKs read the options of an app, and of what version are they? For all that a JVM is given.

use std::path::{Path, PathBuf};

use crate::Input;
use slugsmith_facts::{beneath, tools};

/// The oldest version of the JVMs that read the options of the app: an older one would not start with what it does not
/// know.
pub(super) fn version_of_all(input: &Input<'_>) -> Option<u32> {
    let program = tools::find("java", input.environment)?;
    let here = home(&program)?;
    let others = others(input, &here);
    let homes = std::iter::once(here).chain(others);
    let version_at = |home: PathBuf| version(&beneath::text(home.join("release")).ok()?);
    homes.map(|home| version_at(home).unwrap_or(0)).min()
}

/// The folder of the JDK that a `bin/java` leads to.
pub(super) fn home(program: &Path) -> Option<PathBuf> {
    let program = fs_err::canonicalize(program).ok()?;
    program.ancestors().nth(2).map(Path::to_owned)
}

/// `JAVA_VERSION="17.0.15"` is 17.
pub(super) fn version(release: &str) -> Option<u32> {
    let line = release
        .lines()
        .find_map(|line| line.strip_prefix("JAVA_VERSION="))?;
    line.trim_matches('"')
        .split(['.', '-', '+'])
        .next()?
        .parse()
        .ok()
}

/// JDKs of the app beside this one: they might not know these options.
pub(super) fn others(input: &Input<'_>, here: &Path) -> Vec<PathBuf> {
    let entries = input.tree.entries().iter();
    let programs = entries.filter(|entry| entry.path().ends_with("bin/java"));
    let homes = programs.filter_map(|entry| home(&input.root.join(entry.path())));
    homes
        .filter(|home| home != here && home.join("lib").is_dir())
        .collect()
}
