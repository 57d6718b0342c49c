//! The app's own runtime at work for a preparation: without the app's folder or variables, and for a limited time.

use std::ffi::OsString;
use std::path::Path;

use slugsmith_facts::environment::Environment;
use slugsmith_facts::run::{self, Ended};

/// What a runtime needs to see of the environment: where its libraries lie, and where to put scratch files.
pub(crate) const LIBRARIES: &[&str] = &["PATH", "LD_LIBRARY_PATH", "TMPDIR"];

/// Runs `program` for at most so many seconds, with these variables of the environment alone.
///
/// # Errors
/// It can't be started.
pub(crate) fn run(
    seconds: u32,
    program: &Path,
    arguments: impl IntoIterator<Item = String>,
    passed: &[&str],
    environment: &Environment,
) -> std::io::Result<Ended> {
    let own = [seconds.to_string(), program.display().to_string()];
    let arguments: Vec<String> = own.into_iter().chain(arguments).collect();
    let variables = passed.iter().filter_map(|name| {
        let value = environment.variables.get(*name)?;
        Some((OsString::from(name), value.clone()))
    });
    run::run(
        "timeout",
        &arguments,
        Path::new("/"),
        variables,
        &mut |_| {},
    )
}
