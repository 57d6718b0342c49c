//! Which environment does the builder give to the next buildpack?

use std::path::Path;

use super::{By, Environment, Modification, ModificationRule, Raw};
use slugsmith_facts::layers::{Buildpack, EnvDir, Layer, escape};

/// What lies over a build environment for each buildpack.
#[derive(Debug, Clone, Default)]
pub struct Overlay {
    /// `<platform>/env`, read as a folder; `Absent` when the buildpack has `clear-env`.
    pub platform: EnvDir,
    /// `/cnb/build-config/env`.
    pub operator: EnvDir,
}

/// Variables that the builder keeps of its own environment, besides [`PATH_VARIABLES`]
/// (lifecycle `env/build.go`). A buildpack can't see where they come from.
pub const BUILD_KEPT: &[&str] = &[
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
    environment.folder(
        &By::Operator,
        "env",
        &overlay.operator,
        ModificationRule::Default,
    );
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
    environment.folder(&by, "env", &layer.env, ModificationRule::Override);
    environment.folder(
        &by,
        "env.build",
        &layer.env_build,
        ModificationRule::Override,
    );
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
        let step = Modification {
            by: By::Platform,
            file: shown,
            how: if is_path {
                ModificationRule::Prepend
            } else {
                ModificationRule::Override
            },
            value,
            delim: ":".into(),
            fired: true,
        };
        environment.take(&file.name, step);
    }
}
