//! Which files and variables beside the lockfile change what an environment holds?

use slugsmith_ecosystems as ecosystems;
use std::path::{Path, PathBuf};

use super::{Lock, Project, constraints};
use crate::inputs::{Inputs, read_regular};
use crate::mentions::Mentions;
use crate::presets::variables;
use crate::secrets;
use slugsmith_facts::environment::Environment;

const MANIFESTS: &[&str] = &[
    ecosystems::python::SETUP_PY,
    ecosystems::python::SETUP_CFG,
    ecosystems::python::PIPFILE,
    "poetry.toml",
    "uv.toml",
    ".python-version",
];

/// Tables of pyproject.toml's `[tool]` that no installer reads.
const LINTERS: &[&str] = &[
    "ruff",
    "black",
    "isort",
    "pytest",
    "mypy",
    "pyright",
    "coverage",
    "pylint",
    "flake8",
    "bandit",
    "djlint",
    "pydocstyle",
    "tox",
    "nox",
    "towncrier",
    "commitizen",
    "semantic_release",
    "vulture",
    "codespell",
];

const PREFIXES: &[&str] = &["PIP_", "UV_", "POETRY_", "PIPENV_"];
const VARIABLES: &[&str] = &[
    "CC",
    "CXX",
    "CFLAGS",
    "CXXFLAGS",
    "CPPFLAGS",
    "LDFLAGS",
    "PYTHONPATH",
    // Byte code that an installer leaves is made with it.
    "PYTHONOPTIMIZE",
];
const IRRELEVANT: &[&str] = &[
    "PIP_CACHE_DIR",
    "PIP_NO_CACHE_DIR",
    "PIP_DISABLE_PIP_VERSION_CHECK",
    "PIP_PROGRESS_BAR",
    "PIP_QUIET",
    "PIP_CERT",
    "PIP_NO_INPUT",
    "UV_CACHE_DIR",
    "UV_NO_PROGRESS",
    "UV_LINK_MODE",
    "UV_CONCURRENT_DOWNLOADS",
    "POETRY_CACHE_DIR",
    "PIPENV_CACHE_DIR",
];

/// The lockfile, manifests and settings, and the app's own packages.
/// Gives the folders of which every file matters.
pub(super) fn add(inputs: &mut Inputs, place: &Project<'_>, lock: &Lock) -> Vec<PathBuf> {
    let (root, environment) = (&place.app.root, place.context.environment);
    let mentions = Mentions::of(environment);
    if let Some(found) = &lock.requirements {
        for text in found.add(inputs, root) {
            inputs.expands(mentions.in_settings(&text));
        }
    } else {
        let text = read_regular(&root.join(lock.file)).unwrap_or_default();
        let text = secrets::without_credentials(&String::from_utf8_lossy(&text));
        inputs.digest(lock.file, text.as_bytes());
    }
    for manifest in MANIFESTS {
        inputs.file(root, manifest);
    }
    // Addresses of its sources may name variables.
    let sources = read_regular(&root.join(ecosystems::python::PIPFILE)).unwrap_or_default();
    let sources = secrets::without_credentials(&String::from_utf8_lossy(&sources));
    inputs.expands(mentions.in_settings(&sources));
    // uv looks for these in the folders above, too.
    for folder in place.at.ancestors().skip(1) {
        for name in ["uv.toml", ".python-version"] {
            inputs.file(
                &place.context.app.root,
                &folder.join(name).to_string_lossy(),
            );
        }
    }
    pyproject(inputs, root);
    constraints::add(inputs, root, environment);
    let locals = lock.locals.iter();
    let mut reads: Vec<_> = locals.filter_map(|local| local.add(inputs, root)).collect();
    reads.extend(find_links(root, environment));
    variables(inputs, place, |name| {
        !IRRELEVANT.contains(&name)
            && (VARIABLES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix)))
    });
    reads
}

/// Whether variables say how pip is to install.
pub(super) fn are_for_pip(environment: &Environment) -> bool {
    let mut names = environment.variables.keys();
    names.any(|name| name.starts_with("PIP_") && !IRRELEVANT.contains(&name.as_str()))
}

/// Folders of the app with archives that settings name: variables, pip.conf, `[tool.uv]`.
fn find_links(root: &Path, environment: &Environment) -> Vec<PathBuf> {
    let mut words = Vec::new();
    for name in ["PIP_FIND_LINKS", "UV_FIND_LINKS"] {
        let value = environment.get(name).unwrap_or_default();
        words.extend(value.split([' ', ',']).map(str::to_owned));
    }
    let of_uv = [ecosystems::python::PYPROJECT, "uv.toml"].map(PathBuf::from);
    for name in constraints::settings(environment).chain(of_uv) {
        let text = read_regular(&root.join(name)).unwrap_or_default();
        let text = String::from_utf8_lossy(&text).into_owned();
        let after = text
            .split_once("find-links")
            .map(|(_, rest)| rest.to_owned());
        let rest = after.unwrap_or_default();
        let end = rest.find("\n[").unwrap_or(rest.len());
        let rest = rest.get(..end).unwrap_or_default();
        let split = rest.split(['=', ' ', ',', '"', '\'', '[', ']', '\n']);
        words.extend(split.map(str::to_owned));
    }
    let paths = words.iter().map(|word| word.trim_start_matches("file:"));
    let paths = paths.filter_map(super::local::inside);
    paths
        .filter(|path| !path.as_os_str().is_empty() && root.join(path).exists())
        .collect()
}

/// pyproject.toml, each top-level table an input of its own, `[tool]` without linters.
fn pyproject(inputs: &mut Inputs, root: &Path) {
    let name = ecosystems::python::PYPROJECT;
    let text = read_regular(&root.join(name)).unwrap_or_default();
    let Ok(table) = String::from_utf8_lossy(&text).parse::<toml::Table>() else {
        // The installer will say what is wrong with it.
        inputs.file(root, name);
        return;
    };
    for (key, value) in &table {
        match value.as_table().filter(|_| key == "tool") {
            None => {
                let value = secrets::without_credentials(&value.to_string());
                inputs.digest(format!("{name} {key}"), value.as_bytes());
            }
            Some(tools) => {
                for (tool, value) in tools {
                    if !LINTERS.contains(&tool.as_str()) {
                        let value = secrets::without_credentials(&value.to_string());
                        inputs.digest(format!("{name} tool.{tool}"), value.as_bytes());
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linters_are_no_inputs_and_each_table_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let inputs = |text: &str| {
            fs_err::write(folder.path().join("pyproject.toml"), text).unwrap();
            let mut inputs = Inputs::default();
            pyproject(&mut inputs, folder.path());
            inputs
        };
        let first = inputs("[project]\nname = \"a\"\n[tool.ruff]\nx = 1\n[tool.uv]\ny = 1\n");
        let same = inputs("# x\n[project]\nname = \"a\"\n[tool.ruff]\nx = 2\n[tool.uv]\ny = 1\n");
        assert_eq!(first, same);
        let other = inputs("[project]\nname = \"a\"\n[tool.uv]\ny = 2\n");
        let changes = first.changes(&other);
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].name, "pyproject.toml tool.uv");
    }
}
