//! What does a buildpack say of itself in its `buildpack.toml`?
//!
//! The builder image holds all of them under `/cnb/buildpacks/<id>/<version>`. Our own folder
//! is one of these, so the others are found from there; outside of a build there are none.

use std::collections::BTreeMap;
use std::path::Path;

use super::tables::{list, table, text};
use super::{Buildpack, escape};

/// The parts of a `buildpack.toml` that matter to others (spec buildpack.md, "buildpack.toml").
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Descriptor {
    /// The buildpack wants no platform variables: `-e`, project.toml and config vars are
    /// then files only, not in its environment.
    pub clear_env: bool,
    /// None at all means: any.
    pub targets: Vec<Target>,
}

/// One of `[[targets]]`; empty parts mean: any.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Target {
    pub os: String,
    pub arch: String,
    /// `ubuntu 24.04`; a distribution without a version stands alone.
    pub distros: Vec<String>,
}

/// `buildpack.toml` of a buildpack; `None` if it can't be read.
fn descriptor(path: &Path) -> Option<Descriptor> {
    let table = table(path, &mut Vec::new())?;
    let clear = table
        .get("buildpack")
        .and_then(|buildpack| buildpack.get("clear-env"))
        .and_then(toml::Value::as_bool);
    let distro = |one: &toml::Value| {
        format!("{} {}", text(one, "name"), text(one, "version"))
            .trim_end()
            .to_owned()
    };
    let target = |one: &toml::Value| Target {
        os: text(one, "os"),
        arch: text(one, "arch"),
        distros: one
            .get("distros")
            .and_then(toml::Value::as_array)
            .into_iter()
            .flatten()
            .map(distro)
            .collect(),
    };
    Some(Descriptor {
        clear_env: clear.unwrap_or(false),
        targets: list(&table, "targets").map(target).collect(),
    })
}

/// The descriptors of a group, by id. `own` is our own buildpack's folder.
#[must_use]
pub fn read(own: &Path, group: &[Buildpack]) -> BTreeMap<String, Descriptor> {
    let Some(all) = own.parent().and_then(Path::parent) else {
        return BTreeMap::new();
    };
    group
        .iter()
        .filter_map(|buildpack| {
            let folder = all.join(escape(&buildpack.id)).join(&buildpack.version);
            let found = descriptor(&folder.join("buildpack.toml"))?;
            Some((buildpack.id.clone(), found))
        })
        .collect()
}

impl Target {
    /// `linux/arm64, ubuntu 24.04`, for people.
    #[must_use]
    pub fn shown(&self) -> String {
        let any = |part: &str| if part.is_empty() { "any" } else { part }.to_owned();
        let mut parts = vec![format!("{}/{}", any(&self.os), any(&self.arch))];
        parts.extend(self.distros.iter().cloned());
        parts.join(" ")
    }

    /// Whether an image of this architecture and distribution is meant.
    #[must_use]
    pub fn fits(&self, arch: Option<&str>, distro: Option<&str>) -> bool {
        let arch = self.arch.is_empty() || arch.is_none_or(|arch| self.arch == arch);
        let name = |text: &str| text.split(' ').next().unwrap_or_default().to_owned();
        let listed = |distro: &str| {
            self.distros
                .iter()
                .any(|one| one == distro || *one == name(distro))
        };
        arch && (self.distros.is_empty() || distro.is_none_or(listed))
    }
}
