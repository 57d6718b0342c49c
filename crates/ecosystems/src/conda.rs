//! Conda: environments with packages of any language. Recognised only.

use super::graph::unread;
use super::model::{
    Buildpack, Ecosystem, Lockfile, Manifest, Service, Tree, no_package, nothing_wanted,
};
use super::names;

/// What is known of it.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    id: "conda",
    language: "Conda",
    purl: "conda",
    manifests: &[
        Manifest::new("environment.yml", "conda").with(is_environment),
        Manifest::new("environment.yaml", "conda").with(is_environment),
        Manifest::new("conda-requirements.txt", "conda"),
    ],
    lockfiles: &[Lockfile {
        name: "conda-lock.yml",
        manager: "conda-lock",
        tool: "conda",
        manifest: "environment.yml",
        lock_with: "conda-lock",
        service: Service::Recognised,
        read: unread,
    }],
    version_files: &[],
    servers: &[],
    workers: &[],
    programs: &["conda", "mamba", "micromamba", "python"],
    is_compiled: false,
    caches: &[],
    buildpacks: &[
        Buildpack::classic("https://github.com/heroku-python/conda-buildpack"),
        Buildpack::cloud_native(
            "paketo-buildpacks/python",
            &[
                "paketo-buildpacks/miniconda",
                "paketo-buildpacks/conda-env-update",
            ],
        ),
    ],
    trees: &[
        Tree::packages(".heroku/miniconda", "conda-buildpack"),
        Tree::packages("miniconda", "conda"),
        Tree::packages("conda-meta", "conda"),
    ],
    normalize: names::lower_case,
    wanted: nothing_wanted,
    needs_lockfile: false,
    package_of: no_package,
    leftovers: &[],
};

/// Other tools have a file of this name, too.
fn is_environment(text: &str) -> bool {
    text.lines().any(|line| line.trim_end() == "dependencies:")
}
