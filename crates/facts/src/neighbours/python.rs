//! Which folders hold installed packages of Python, and which packages are in them?
//!
//! `.heroku/python` of the classic buildpack, layers that `PYTHONPATH`, `PYTHONUSERBASE`,
//! `VIRTUAL_ENV` or `CONDA_PREFIX` lead to, and whatever lies beside a `bin` on PATH. What
//! the image itself brings below `/usr` is nobody's install.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Neighbours, OtherLayer, Presence, in_build};
use crate::environment::Environment;

/// One place with packages.
#[derive(Debug, Clone)]
pub struct Site<'n> {
    pub folder: PathBuf,
    pub layer: Option<&'n OtherLayer>,
    /// Normal names of what is installed; installers themselves left out.
    pub packages: BTreeSet<String>,
    /// The contents are in the image only.
    pub is_in_image: bool,
    /// Somebody made this the environment of the app, by a variable.
    pub is_active: bool,
}

/// Prefixes that name an environment of their own.
const PREFIXES: &[&str] = &["VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONUSERBASE"];

/// What every new environment has.
const INSTALLERS: &[&str] = &["pip", "setuptools", "wheel", "distribute", "pkg-resources"];

/// Every place that the app's Python would look into.
#[must_use]
pub fn sites<'n>(
    neighbours: &'n Neighbours,
    app: &Path,
    environment: &Environment,
) -> Vec<Site<'n>> {
    let mut places = Places {
        neighbours,
        app,
        environment,
        found: Vec::new(),
    };
    for (path, layer) in neighbours.paths(PREFIXES, environment) {
        places.prefix(&path, layer, true);
    }
    for (path, layer) in neighbours.paths(&["PYTHONPATH"], environment) {
        let name = path.file_name().unwrap_or_default();
        if name == "site-packages" || name == "dist-packages" {
            places.add(&path, layer, true);
        }
    }
    for (path, layer) in neighbours.paths(&["PATH"], environment) {
        if let (true, Some(prefix)) = (path.ends_with("bin"), path.parent()) {
            places.prefix(prefix, layer, false);
        }
    }
    for layer in &neighbours.layers {
        places.prefix(&layer.path, Some(layer), false);
    }
    for folder in below(&app.join(".heroku")) {
        places.prefix(&folder, None, false);
    }
    places.found
}

struct Places<'n, 'e> {
    neighbours: &'n Neighbours,
    app: &'e Path,
    environment: &'e Environment,
    found: Vec<Site<'n>>,
}

impl<'n> Places<'n, '_> {
    /// `PREFIX/lib/python3.12/site-packages`.
    fn prefix(&mut self, prefix: &Path, layer: Option<&'n OtherLayer>, is_active: bool) {
        let prefix = in_build(prefix, self.app, self.environment.world);
        let is_away = layer.is_some_and(|layer| layer.presence == Presence::InImage);
        if is_active && is_away {
            return self.add(&prefix.join("lib"), layer, true);
        }
        for version in below(&prefix.join("lib")) {
            let name = version.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with("python") {
                for kind in ["site-packages", "dist-packages"] {
                    self.add(&version.join(kind), layer, is_active);
                }
            }
        }
    }

    fn add(&mut self, folder: &Path, layer: Option<&'n OtherLayer>, is_active: bool) {
        let folder = in_build(folder, self.app, self.environment.world);
        let layer = self.neighbours.layer_of(&folder).or(layer);
        let is_ours = folder.starts_with(self.app) || self.neighbours.layer_of(&folder).is_some();
        if !is_ours {
            return;
        }
        if let Some(known) = self.found.iter_mut().find(|known| known.folder == folder) {
            known.is_active |= is_active;
            return;
        }
        let is_in_image = layer.is_some_and(|layer| layer.presence == Presence::InImage);
        if !is_in_image && !folder.is_dir() {
            return;
        }
        self.found.push(Site {
            packages: packages(&folder),
            folder,
            layer,
            is_in_image,
            is_active,
        });
    }
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs_err::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    found.sort_unstable();
    found
}

/// Distributions by the names of their metadata folders (Python packaging guide, "Recording
/// installed projects").
fn packages(folder: &Path) -> BTreeSet<String> {
    below(folder)
        .iter()
        .filter_map(|path| {
            let name = path.file_name()?.to_str()?;
            let stem = [".dist-info", ".egg-info", ".egg-link"]
                .iter()
                .find_map(|end| name.strip_suffix(end))?;
            Some(normal(stem.split('-').next()?))
        })
        .filter(|name| !INSTALLERS.contains(&name.as_str()))
        .collect()
}

/// Whether a normal name is one that a project can have.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    !name.is_empty() && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// A project's name as PEP 503 compares it.
#[must_use]
pub fn normal(name: &str) -> String {
    let mut clean = String::new();
    for part in name
        .trim()
        .split(['-', '_', '.'])
        .filter(|part| !part.is_empty())
    {
        if !clean.is_empty() {
            clean.push('-');
        }
        clean.push_str(&part.to_ascii_lowercase());
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::{World, this_machine};

    #[test]
    fn a_classic_python_is_found_by_its_folder_and_by_path() {
        let app = tempfile::tempdir().unwrap();
        let site = app
            .path()
            .join(".heroku/python/lib/python3.13/site-packages");
        for name in [
            "flask-3.0.dist-info",
            "pip-25.dist-info",
            "Zope.Interface-7.dist-info",
        ] {
            fs_err::create_dir_all(site.join(name)).unwrap();
        }
        let environment = Environment {
            world: World::Classic,
            target: this_machine(None),
            variables: [("PATH".to_owned(), "/app/.heroku/python/bin:/usr/bin".into())].into(),
        };
        let found = sites(Neighbours::none(), app.path(), &environment);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].folder, site);
        let names: Vec<_> = found[0].packages.iter().map(String::as_str).collect();
        assert_eq!(names, ["flask", "zope-interface"]);
    }

    #[test]
    fn names_are_compared_as_pip_compares_them() {
        assert_eq!(normal("Flask__SQL.Alchemy"), "flask-sql-alchemy");
        assert!(is_name("flask-sql-alchemy") && !is_name(&normal("git+https://h.example/a")));
    }
}
