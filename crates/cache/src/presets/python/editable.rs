//! Which files decide what an editable package leaves in an environment?
//!
//! An editable package is a link to its sources and its metadata. A build that only reads
//! declarations is known: its manifest, the texts that this names, and which packages there are.
//! Any other build runs code that can read everything.

use slugsmith_ecosystems as ecosystems;
use std::path::Path;

use crate::inputs::{Inputs, read_regular};
use slugsmith_facts::tree::{EntryKind, Tree};

/// Build backends that run no code of the app, unless a table below says so.
const DECLARATIVE: &[&str] = &[
    "poetry.core.masonry.api",
    "poetry.masonry.api",
    "hatchling.build",
    "setuptools.build_meta",
    "flit_core.buildapi",
    "uv_build",
];
/// Tables of `[tool]` with which such a backend runs code or reads versions from sources.
const CODE: &[&[&str]] = &[
    &["poetry", "build"],
    &["hatch", "build", "hooks"],
    &["hatch", "metadata", "hooks"],
    &["hatch", "version"],
    &["setuptools", "dynamic"],
    &["setuptools", "cmdclass"],
    &["setuptools_scm"],
    &["poetry-dynamic-versioning"],
];
/// Texts that backends take along without being told (PEP 639, setuptools' `license_files`).
const TEXTS: &[&str] = &["LICEN", "COPYING", "NOTICE", "AUTHORS", "README"];

/// Adds what matters of an editable package. `false` where every file can.
pub(super) fn add(inputs: &mut Inputs, root: &Path, folder: &Path) -> bool {
    let full = root.join(folder);
    if [ecosystems::python::SETUP_PY, ecosystems::python::SETUP_CFG]
        .iter()
        .any(|name| full.join(name).exists())
    {
        return false;
    }
    let text = read_regular(&full.join(ecosystems::python::PYPROJECT)).unwrap_or_default();
    let text = String::from_utf8_lossy(&text).into_owned();
    let Some(project) = text.parse::<toml::Table>().ok().filter(is_declarative) else {
        return false;
    };
    let mut file = |name: &str| inputs.file(root, &folder.join(name).to_string_lossy());
    if !folder.as_os_str().is_empty() {
        // That of the root is an input by its tables.
        file(ecosystems::python::PYPROJECT);
    }
    let mut named = Vec::new();
    strings(&toml::Value::Table(project), &mut named);
    for name in named.iter().filter(|name| full.join(name).is_file()) {
        file(name);
    }
    let mut packages = Vec::new();
    for entry in Tree::read(&full).entries() {
        let path = entry.path();
        let name = path.to_string_lossy();
        let is_hidden = path.components().any(|part| {
            let part = part.as_os_str().to_string_lossy();
            part.starts_with('.') || part == "node_modules" || part == "__pycache__"
        });
        if is_hidden || entry.kind() == EntryKind::Directory {
            continue;
        }
        if !name.contains('/') && TEXTS.iter().any(|text| name.starts_with(text)) {
            file(&name);
        }
        let is_module = path.extension().is_some_and(|end| end == "py");
        let is_package = path.ends_with("__init__.py") || path.ends_with("py.typed");
        if is_package || is_module && path.components().count() <= 2 {
            packages.push(name.into_owned());
        } else if is_module {
            packages.extend(path.parent().map(|parent| parent.display().to_string()));
        }
    }
    packages.sort_unstable();
    packages.dedup();
    let name = folder.join("names of packages");
    inputs.digest(name.to_string_lossy(), packages.join("\n").as_bytes());
    true
}

/// Whether a build of the package in this folder runs code of the app, which can read everything,
/// or takes files from elsewhere.
pub(super) fn runs_code(folder: &Path) -> bool {
    let text = read_regular(&folder.join(ecosystems::python::PYPROJECT)).unwrap_or_default();
    let project = String::from_utf8_lossy(&text).parse::<toml::Table>().ok();
    let Some(project) = project.filter(is_declarative) else {
        return true;
    };
    let mut named = Vec::new();
    strings(&toml::Value::Table(project), &mut named);
    let leads_out = named.iter().any(|text| text.contains("../"));
    leads_out
        || [ecosystems::python::SETUP_PY, ecosystems::python::SETUP_CFG]
            .iter()
            .any(|name| folder.join(name).exists())
}

fn is_declarative(project: &toml::Table) -> bool {
    let build = project.get("build-system");
    let backend = build.and_then(|build| build.get("build-backend")?.as_str());
    let has_own_backend = build.is_some_and(|build| build.get("backend-path").is_some());
    let is_known = backend.is_some_and(|backend| DECLARATIVE.contains(&backend));
    let dynamic = project
        .get("project")
        .and_then(|project| project.get("dynamic")?.as_array());
    let is_dynamic = dynamic.is_some_and(|list| !list.is_empty());
    let tool = project.get("tool");
    let runs_code = CODE.iter().any(|keys| {
        let mut value = tool;
        for key in *keys {
            value = value.and_then(|value| value.get(key));
        }
        value.is_some()
    });
    // Without a `[build-system]` uv and poetry link to nothing, pip takes setuptools' old way.
    (is_known || build.is_none() && tool.is_some_and(|tool| tool.get("poetry").is_some()))
        && !has_own_backend
        && !is_dynamic
        && !runs_code
}

fn strings(value: &toml::Value, found: &mut Vec<String>) {
    match value {
        toml::Value::String(text) => found.push(text.clone()),
        toml::Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
        toml::Value::Table(fields) => {
            // A table may go from paths to paths (hatchling's `force-include`).
            found.extend(fields.keys().cloned());
            fields.values().for_each(|value| strings(value, found));
        }
        _ => {}
    }
}
