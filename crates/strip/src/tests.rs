//! Whole decisions on small trees: facts from a temporary folder, no package manager.

mod app;
mod development;
mod folders;
mod front_ends;
mod idle;
mod interpreted;
mod levels;
mod lists;
mod own;
mod packages;
mod python;
mod safety;
mod scripts;
mod served;
mod vendored;

use std::collections::BTreeMap;
use std::path::Path;

use super::StripReport;
use super::run;
use slugsmith_config::{self as config, Config};
use slugsmith_facts::environment::{Environment, Target, World};

pub(super) fn environment() -> Environment {
    Environment {
        world: World::CloudNative,
        target: Target {
            os: "linux".to_owned(),
            arch: "amd64".to_owned(),
            distro: "debian 12".to_owned(),
        },
        variables: BTreeMap::new(),
    }
}

pub(super) fn app(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = folder.path().join(path);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, content).unwrap();
    }
    folder
}

fn config(text: &str) -> Config {
    config::parse(text, &environment()).unwrap()
}

pub(super) fn strip_with(folder: &Path, text: &str) -> StripReport {
    run(folder, &config(text), &environment(), false).unwrap()
}

fn strip(folder: &Path) -> StripReport {
    strip_with(folder, "")
}

pub(super) fn left(folder: &Path) -> Vec<String> {
    let tree = slugsmith_facts::tree::Tree::read(folder);
    tree.entries()
        .iter()
        .filter(|entry| entry.kind() != slugsmith_facts::tree::EntryKind::Directory)
        .map(|entry| entry.path().to_string_lossy().into_owned())
        .collect()
}
