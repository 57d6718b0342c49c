//! Which environment does the launcher give to a process?

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use super::{By, Environment, Modification, ModificationRule, Raw};
use slugsmith_facts::layers::{Buildpack, Folder, Layer, escape};

/// Variables that the launcher removes.
const LAUNCH_REMOVED: &[&str] = &[
    "CNB_LAYERS_DIR",
    "CNB_APP_DIR",
    "CNB_PROCESS_TYPE",
    "CNB_PLATFORM_API",
    "CNB_DEPRECATION_MODE",
];

/// Which layers are in the image: those with `launch`, and what is taken over from the previous image.
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
            environment.folder(by, "env", &layer.env, ModificationRule::Override);
            environment.folder(
                by,
                "env.launch",
                &layer.env_launch,
                ModificationRule::Override,
            );
            if let (false, Some(own)) = (
                process.is_empty(),
                layer.env_process.get(OsStr::new(process)),
            ) {
                environment.folder(
                    by,
                    &format!("env.launch/{process}"),
                    own,
                    ModificationRule::Override,
                );
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
                let step = Modification {
                    by: By::Base,
                    file: String::new(),
                    how: ModificationRule::Cleaned,
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
