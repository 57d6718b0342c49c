//! `packages.lock.json`, and `*.deps.json` of a published program.

use serde_json::Value;

use crate::graph::{self, Graph, Package, Unreadable};

/// Packages of every target framework (`NuGet`, "Enable repeatable package restores").
pub(super) fn packages_lock(text: &str) -> Result<Graph, Unreadable> {
    let lock = graph::json(text)?;
    let mut graph = Graph::default();
    let targets = lock.get("dependencies").and_then(Value::as_object);
    for (target, packages) in targets.into_iter().flatten() {
        for (name, one) in packages.as_object().into_iter().flatten() {
            let text = |field| one.get(field).and_then(Value::as_str);
            let is_project = text("type") == Some("Project");
            let needs = one.get("dependencies").and_then(Value::as_object);
            graph.packages.push(Package {
                groups: vec![target.clone()],
                local: is_project.then(String::new),
                integrity: text("contentHash").map(str::to_owned),
                needs: needs
                    .into_iter()
                    .flat_map(|map| map.keys().cloned())
                    .collect(),
                ..Package::new(name, text("resolved").unwrap_or_default())
            });
        }
    }
    Ok(graph)
}

/// A package of a published program, with the files that it brings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Library {
    pub name: String,
    pub version: String,
    /// Whether it is the app itself or a project that it refers to.
    pub is_project: bool,
    /// File names in the publish folder.
    pub files: Vec<String>,
}

/// What `*.deps.json` lists (dotnet/sdk, "Runtime configuration files").
#[must_use]
pub fn dependencies(text: &str) -> Vec<Library> {
    let Ok(list) = graph::json(text) else {
        return Vec::new();
    };
    let libraries = list.get("libraries").and_then(Value::as_object);
    let targets = list.get("targets").and_then(Value::as_object);
    let found = libraries.into_iter().flatten().filter_map(|(id, one)| {
        let (name, version) = id.rsplit_once('/')?;
        let kind = one.get("type").and_then(Value::as_str)?;
        Some(Library {
            name: name.to_owned(),
            version: version.to_owned(),
            is_project: kind == "project",
            files: targets
                .into_iter()
                .flat_map(|targets| targets.values())
                .filter_map(|target| target.get(id))
                .flat_map(files)
                .collect(),
        })
    });
    found.collect()
}

/// Assemblies, native libraries and translations of one library.
fn files(library: &Value) -> Vec<String> {
    let groups = ["runtime", "native", "resources", "runtimeTargets"];
    let groups = groups
        .iter()
        .filter_map(|group| library.get(group)?.as_object());
    let paths = groups.flat_map(serde_json::Map::keys);
    let names = paths.filter_map(|path| path.rsplit('/').next());
    names.map(str::to_owned).collect()
}
