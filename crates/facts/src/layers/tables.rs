//! What do the TOML files of a build say?
//!
//! Formats: buildpacks/spec buildpack.md and platform.md; what the lifecycle writes
//! besides is read where it is there. Unknown keys are ignored.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::{Buildpack, Unread};
use crate::beneath;

/// The flags of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Types {
    pub build: bool,
    pub launch: bool,
    pub cache: bool,
}

/// `<layer>.toml`.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum LayerToml {
    #[default]
    Missing,
    /// Not TOML, or flags outside `[types]`: the build stops there.
    Broken(String),
    Good {
        /// `None` without `[types]`: restored, and its buildpack has not run yet.
        types: Option<Types>,
        metadata: toml::Table,
    },
}

/// One process of a `launch.toml` or of a finished build.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Process {
    pub kind: String,
    pub command: Vec<String>,
    pub args: Vec<String>,
    /// Started without a shell.
    pub direct: bool,
    pub default: bool,
    pub working_dir: Option<String>,
    /// Execution environments in which it exists; none at all means: any.
    pub exec_env: Vec<String>,
    /// Known in finished builds only.
    pub buildpack: Option<String>,
}

/// `launch.toml`.
#[derive(Debug, Clone, Default)]
pub struct LaunchFile {
    pub processes: Vec<Process>,
    pub labels: Vec<(String, String)>,
    /// Globs of each slice.
    pub slices: Vec<Vec<String>>,
}

/// One entry of `plan.toml`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct PlanEntry {
    pub requires: Vec<String>,
    pub providers: Vec<String>,
}

/// What is known of the previous image and of the run image (`analyzed.toml`).
#[derive(Debug, Clone, Default)]
pub struct Analyzed {
    /// Digest of each launch layer of the previous image, by buildpack id and layer.
    pub layers: BTreeMap<(String, String), String>,
    pub run_image: Option<String>,
    /// `ubuntu 24.04`, from the run image's target.
    pub run_distro: Option<String>,
    pub run_arch: Option<String>,
}

/// `config/metadata.toml`, written when all buildpacks have run.
#[derive(Debug, Clone, Default)]
pub struct Finished {
    pub buildpacks: Vec<Buildpack>,
    pub processes: Vec<Process>,
    pub default_process: Option<String>,
}

/// A table that is missing is `None`; one that can't be read is noted.
pub(super) fn table(path: &Path, unread: &mut Vec<Unread>) -> Option<toml::Table> {
    let read = match fs_err::metadata(path) {
        Ok(found) if !found.is_file() => Err("is not a regular file".to_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        Err(error) => Err(error.to_string()),
        Ok(_) => beneath::text(path)
            .map_err(|error| error.to_string())
            .and_then(|text| {
                text.parse::<toml::Table>()
                    .map_err(|e| e.message().to_owned())
            }),
    };
    read.map_err(|reason| {
        unread.push(Unread {
            path: path.to_owned(),
            reason,
        });
    })
    .ok()
}

pub(super) fn text(value: &toml::Value, key: &str) -> String {
    value
        .get(key)
        .and_then(toml::Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

pub(super) fn list<'a>(table: &'a toml::Table, key: &str) -> impl Iterator<Item = &'a toml::Value> {
    table
        .get(key)
        .and_then(toml::Value::as_array)
        .into_iter()
        .flatten()
}

fn strings(value: Option<&toml::Value>) -> Vec<String> {
    match value {
        Some(toml::Value::String(one)) => vec![one.clone()],
        Some(toml::Value::Array(many)) => many
            .iter()
            .filter_map(|entry| entry.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    }
}

fn buildpacks(table: &toml::Table, key: &str) -> Vec<Buildpack> {
    list(table, key)
        .map(|entry| Buildpack {
            id: text(entry, "id"),
            version: text(entry, "version"),
            api: text(entry, "api"),
            ..Buildpack::default()
        })
        .collect()
}

/// `group.toml`: the order of a running build.
pub(super) fn group(root: &Path, unread: &mut Vec<Unread>) -> Option<Vec<Buildpack>> {
    let table = table(&root.join("group.toml"), unread)?;
    Some(buildpacks(&table, "group"))
}

/// `plan.toml`: who provides and who requires what, by name: the lifecycle writes its entries
/// in an order that differs from build to build.
pub(super) fn plan(root: &Path, unread: &mut Vec<Unread>) -> Option<Vec<PlanEntry>> {
    let table = table(&root.join("plan.toml"), unread)?;
    let mut entries: Vec<_> = list(&table, "entries")
        .filter_map(toml::Value::as_table)
        .map(|entry| PlanEntry {
            providers: list(entry, "providers")
                .map(|one| text(one, "id"))
                .collect(),
            requires: list(entry, "requires")
                .map(|one| text(one, "name"))
                .collect(),
        })
        .collect();
    entries.sort_unstable();
    Some(entries)
}

/// `analyzed.toml`: the previous image and the run image.
pub(super) fn analyzed(root: &Path, unread: &mut Vec<Unread>) -> Option<Analyzed> {
    let table = table(&root.join("analyzed.toml"), unread)?;
    let mut layers = BTreeMap::new();
    let metadata = table.get("metadata").and_then(toml::Value::as_table);
    for buildpack in metadata
        .into_iter()
        .flat_map(|metadata| list(metadata, "buildpacks"))
    {
        let known = buildpack.get("layers").and_then(toml::Value::as_table);
        for (name, layer) in known.into_iter().flatten() {
            layers.insert((text(buildpack, "key"), name.clone()), text(layer, "sha"));
        }
    }
    let run = table.get("run-image");
    let target = run.and_then(|run| run.get("target"));
    let distro = target.and_then(|target| target.get("distro"));
    Some(Analyzed {
        layers,
        run_image: run.map(|run| text(run, "reference")),
        run_distro: distro
            .map(|distro| format!("{} {}", text(distro, "name"), text(distro, "version"))),
        run_arch: target.map(|target| text(target, "arch")),
    })
}

/// `config/metadata.toml`.
pub(super) fn finished(root: &Path, unread: &mut Vec<Unread>) -> Option<Finished> {
    let table = table(&root.join("config/metadata.toml"), unread)?;
    Some(Finished {
        buildpacks: buildpacks(&table, "buildpacks"),
        processes: list(&table, "processes")
            .map(|entry| process(entry, false))
            .collect(),
        default_process: table
            .get("buildpack-default-process-type")
            .and_then(toml::Value::as_str)
            .map(str::to_owned),
    })
}

/// Before buildpack API 0.9 a process runs in a shell unless it says `direct = true`.
fn process(entry: &toml::Value, direct_by_default: bool) -> Process {
    let flag = |key: &str| entry.get(key).and_then(toml::Value::as_bool);
    Process {
        kind: text(entry, "type"),
        command: strings(entry.get("command")),
        args: strings(entry.get("args")),
        direct: flag("direct").unwrap_or(direct_by_default),
        default: flag("default").unwrap_or(false),
        working_dir: Some(text(entry, "working-dir")).filter(|path| !path.is_empty()),
        exec_env: strings(entry.get("exec-env")),
        buildpack: Some(text(entry, "buildpack-id")).filter(|id| !id.is_empty()),
    }
}

/// `launch.toml` of a buildpack.
pub(super) fn launch(folder: &Path, api: &str, unread: &mut Vec<Unread>) -> Option<LaunchFile> {
    let table = table(&folder.join("launch.toml"), unread)?;
    let direct_by_default = !is_before(api, 9);
    Some(LaunchFile {
        processes: list(&table, "processes")
            .map(|entry| process(entry, direct_by_default))
            .collect(),
        labels: list(&table, "labels")
            .map(|label| (text(label, "key"), text(label, "value")))
            .collect(),
        slices: list(&table, "slices")
            .map(|slice| strings(slice.get("paths")))
            .collect(),
    })
}

/// Whether a buildpack API of `0.<minor>` is older than `0.<minor given>`; unknown is new.
#[must_use]
pub fn is_before(api: &str, minor: u32) -> bool {
    api.strip_prefix("0.")
        .and_then(|rest| rest.parse::<u32>().ok())
        .is_some_and(|found| found < minor)
}

/// Names in `build.toml`'s `[[unmet]]`.
pub(super) fn unmet(folder: &Path, unread: &mut Vec<Unread>) -> Vec<String> {
    table(&folder.join("build.toml"), unread)
        .map(|table| {
            list(&table, "unmet")
                .map(|entry| text(entry, "name"))
                .collect()
        })
        .unwrap_or_default()
}

/// `<layer>.toml`.
pub(super) fn layer(path: &Path, unread: &mut Vec<Unread>) -> LayerToml {
    let mut missed = Vec::new();
    let Some(table) = table(path, &mut missed) else {
        let reason = missed.first().map(|unread| unread.reason.clone());
        unread.append(&mut missed);
        return reason.map_or(LayerToml::Missing, LayerToml::Broken);
    };
    if let Some(flag) = ["build", "launch", "cache"]
        .iter()
        .find(|flag| table.contains_key(**flag))
    {
        return LayerToml::Broken(format!(
            "`{flag}` is at the top of the file: it belongs under [types]"
        ));
    }
    let types = match table
        .get("types")
        .cloned()
        .map(toml::Value::try_into::<Types>)
    {
        None => None,
        Some(Ok(types)) => Some(types),
        Some(Err(error)) => return LayerToml::Broken(error.message().to_owned()),
    };
    let metadata = match table.get("metadata") {
        Some(toml::Value::Table(metadata)) => metadata.clone(),
        _ => toml::Table::new(),
    };
    LayerToml::Good { types, metadata }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_a_build_plan_says_nothing() {
        let entry = |name: &str| {
            format!(
                "[[entries]]\n[[entries.providers]]\nid = \"b/{name}\"\n[[entries.requires]]\nname = \"{name}\"\n"
            )
        };
        let read = |first: &str, second: &str| {
            let folder = tempfile::tempdir().unwrap();
            let text = format!("{}{}", entry(first), entry(second));
            fs_err::write(folder.path().join("plan.toml"), text).unwrap();
            plan(folder.path(), &mut Vec::new()).unwrap()
        };
        let plan = read("slugsmith", "node");
        assert_eq!(plan, read("node", "slugsmith"));
        assert_eq!(plan[0].providers, ["b/node"]);
    }
}
