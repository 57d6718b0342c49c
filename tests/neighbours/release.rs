//! The platform's choice of process types: the Procfile, and for types that it does not
//! have the `bin/release` of the last buildpack that has one (Heroku Dev Center, "Buildpack
//! API"; heroku/slug-compiler, `lib/slug_compiler.rb`, which merges the Procfile over the
//! release's `default_process_types`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The process types of an app after these buildpacks, in the order of the list.
pub(crate) fn processes(app: &Path, buildpacks: &[PathBuf]) -> BTreeMap<String, String> {
    let mut answer = String::new();
    for buildpack in buildpacks {
        let release = buildpack.join("bin/release");
        if release.exists() {
            let ran = Command::new(&release).arg(app).output().unwrap();
            assert!(ran.status.success(), "{}", release.display());
            answer = String::from_utf8(ran.stdout).unwrap();
        }
    }
    let parsed: serde_yaml_ng::Value = serde_yaml_ng::from_str(&answer).unwrap();
    let types = parsed
        .get("default_process_types")
        .and_then(|types| types.as_mapping());
    let text = |value: &serde_yaml_ng::Value| value.as_str().unwrap_or_default().to_owned();
    let mut processes: BTreeMap<String, String> = types
        .into_iter()
        .flatten()
        .map(|(name, command)| (text(name), text(command)))
        .collect();
    let procfile = fs_err::read_to_string(app.join("Procfile")).unwrap_or_default();
    for (name, command) in procfile.lines().filter_map(|line| line.split_once(": ")) {
        processes.insert(name.to_owned(), command.to_owned());
    }
    processes
}
