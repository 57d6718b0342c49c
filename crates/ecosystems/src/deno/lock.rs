//! `deno.lock` of versions 2 to 5.

use serde_json::Value;

use crate::graph::{self, Graph, Package, Unreadable};

/// Packages of JSR and npm. Modules by URL have no name or version of their own.
pub(super) fn deno_lock(text: &str) -> Result<Graph, Unreadable> {
    let lock = graph::json(text)?;
    // Versions 2 and 3 have them one step deeper.
    let inner = ["packages", "npm"].iter().filter_map(|name| lock.get(name));
    let places: Vec<_> = std::iter::once(&lock).chain(inner).collect();
    let mut graph = Graph::default();
    for place in places {
        for (registry, field) in [("jsr:", "jsr"), ("npm:", "npm"), ("npm:", "packages")] {
            let list = place.get(field).and_then(Value::as_object);
            let packages = list.into_iter().flatten();
            graph
                .packages
                .extend(packages.filter_map(|(id, one)| package(registry, id, one)));
        }
    }
    Ok(graph)
}

/// `@oak/oak@17.1.4`, `chalk@5.3.0`, `vite@5.0.0_esbuild@0.19.0` with the peers it was
/// resolved for.
fn package(registry: &str, id: &str, one: &Value) -> Option<Package> {
    let at = id.get(1..)?.find('@')? + 1;
    let (name, version) = (id.get(..at)?, id.get(at + 1..)?);
    let version = version.split('_').next()?;
    let needs = match one.get("dependencies").unwrap_or(&Value::Null) {
        Value::Object(map) => map.keys().cloned().collect(),
        Value::Array(list) => list
            .iter()
            .filter_map(|name| Some(name.as_str()?.to_owned()))
            .collect(),
        _ => Vec::new(),
    };
    let text = |field| one.get(field).and_then(Value::as_str).map(str::to_owned);
    Some(Package {
        integrity: text("integrity"),
        has_install_scripts: one.get("scripts").and_then(Value::as_bool) == Some(true),
        needs,
        ..Package::new(format!("{registry}{name}"), version)
    })
}
