//! Which packages of an installed tree does production not need?
//!
//! Found as Node.js finds packages: from the root's and the workspaces' production
//! dependencies, name by name, upwards through `node_modules` folders and through the
//! links that pnpm and Bun make ("Loading from `node_modules` folders", Node.js manual). What is
//! never reached goes. No package manager runs and nothing is downloaded.
//!
//! Doubt keeps a package: whatever lies beside it in a virtual store (pnpm and Bun put
//! exactly a package's dependencies there), what it bundles, and what a lockfile says that it
//! needs beyond its own package.json.

mod listed;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::inputs::read_regular;
use crate::presets::{Edges, Prune};
use slugsmith_facts::beneath::Beneath;
use slugsmith_facts::tree::Tree;

/// Folders in `node_modules` that hold every package once, under its name and version.
const VIRTUAL_STORES: &[&str] = &[".pnpm", ".bun"];

/// What was removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Pruned {
    pub packages: u64,
    /// Apparent size.
    pub bytes: u64,
}

/// Removes what production does not need. `None` where only the package manager can tell.
pub(super) fn prune(app: &Path, prune: &Prune) -> std::io::Result<Option<Pruned>> {
    match prune {
        Prune::Nothing => Ok(Some(Pruned::default())),
        Prune::Modules { projects, more } => modules(app, projects, more).map(Some),
        Prune::Archives { map, archives } => unnamed(app, map, archives).map(Some),
        Prune::Listed { project, .. } => listed::prune(app, project),
    }
}

/// Archives whose file name the Plug'n'Play map does not have, and unplugged packages likewise. Of an unplugged
/// package that stays the archive is a copy that nothing reads.
fn unnamed(app: &Path, map: &Path, archives: &Path) -> std::io::Result<Pruned> {
    let inside = Beneath::open(app)?;
    let map = String::from_utf8_lossy(&inside.read(map)?).into_owned();
    let mut pruned = Pruned::default();
    let unplugged = archives.with_file_name("unplugged");
    let mut copied = Vec::new();
    for name in names(&inside, &unplugged)? {
        let folder = unplugged.join(&name);
        if !inside.is_folder(&folder) {
            continue;
        }
        if map.contains(&name) {
            copied.push(name);
        } else {
            pruned.bytes += Tree::read(&app.join(&folder)).totals().bytes;
            inside.remove(&folder)?;
        }
    }
    for name in names(&inside, archives)? {
        let archive = archives.join(&name);
        let is_archive = Path::new(&name).extension().is_some_and(|end| end == "zip");
        if is_archive && !map.contains(&name) {
            let is_copy = copied.iter().any(|folder| name.starts_with(folder));
            pruned.packages += u64::from(!is_copy);
            pruned.bytes += u64::try_from(inside.stat(&archive)?.st_size).unwrap_or_default();
            inside.remove(&archive)?;
        }
    }
    Ok(pruned)
}

/// The names in a folder that are text; none where there is no such folder.
fn names(app: &Beneath, folder: &Path) -> std::io::Result<Vec<String>> {
    if !app.is_folder(folder) {
        return Ok(Vec::new());
    }
    let names = app.names(folder)?.into_iter();
    Ok(names.filter_map(|name| name.into_string().ok()).collect())
}

fn modules(app: &Path, projects: &[PathBuf], more: &Edges) -> std::io::Result<Pruned> {
    // Links are followed by their real paths, so everything is compared by those.
    let app = fs_err::canonicalize(app)?;
    let mut walk = Walk {
        app: &app,
        more,
        projects: BTreeSet::new(),
        packages: BTreeSet::new(),
        links: BTreeSet::new(),
        pruned: Pruned::default(),
    };
    for project in projects {
        if let Ok(folder) = fs_err::canonicalize(app.join(project)) {
            walk.projects.insert(folder);
        }
    }
    walk.mark();
    for project in walk.projects.clone() {
        walk.sweep(&project.join("node_modules"))?;
    }
    Ok(walk.pruned)
}

struct Walk<'a> {
    app: &'a Path,
    more: &'a Edges,
    /// Real paths of the root and the workspaces.
    projects: BTreeSet<PathBuf>,
    /// Real paths of packages that are needed.
    packages: BTreeSet<PathBuf>,
    /// Paths in `node_modules` by which they are reached.
    links: BTreeSet<PathBuf>,
    pruned: Pruned,
}

impl Walk<'_> {
    fn mark(&mut self) {
        let mut pending: Vec<_> = self.projects.iter().cloned().collect();
        while let Some(folder) = pending.pop() {
            let mut found: Vec<_> = self
                .needed_by(&folder)
                .iter()
                .filter_map(|name| self.find(&folder, name))
                .collect();
            found.extend(neighbours(&folder));
            for path in found {
                let Ok(real) = fs_err::canonicalize(&path) else {
                    continue;
                };
                self.links.insert(path);
                let is_known = self.projects.contains(&real) || !self.packages.insert(real.clone());
                if !is_known {
                    pending.push(real);
                }
            }
        }
    }

    /// Names of the packages that the one in `folder` may load.
    fn needed_by(&self, folder: &Path) -> BTreeSet<String> {
        let Some(manifest) = manifest(folder) else {
            return BTreeSet::new();
        };
        let names = |field: &str| {
            let list = manifest.get(field).and_then(Value::as_object);
            list.into_iter().flat_map(|list| list.keys().cloned())
        };
        let is_optional = |name: &String| {
            let meta = manifest.get("peerDependenciesMeta");
            meta.and_then(|meta| meta.get(name)?.get("optional")?.as_bool()) == Some(true)
        };
        let own = manifest.get("name").and_then(Value::as_str);
        names("dependencies")
            .chain(names("optionalDependencies"))
            .chain(names("peerDependencies").filter(|name| !is_optional(name)))
            .chain(
                own.and_then(|name| self.more.get(name))
                    .into_iter()
                    .flatten()
                    .cloned(),
            )
            .collect()
    }

    /// The package of this name that Node.js finds from `folder`.
    fn find(&self, folder: &Path, name: &str) -> Option<PathBuf> {
        folder
            .ancestors()
            .take_while(|at| at.starts_with(self.app))
            .filter(|at| at.file_name().is_none_or(|last| last != "node_modules"))
            .map(|at| at.join("node_modules").join(name))
            .find(|path| path.is_dir())
    }

    /// Removes what was not reached from one `node_modules`, and from those in it.
    fn sweep(&mut self, folder: &Path) -> std::io::Result<()> {
        for path in entries(folder) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if VIRTUAL_STORES.contains(&&*name) {
                self.sweep_store(&path)?;
            } else if !name.starts_with('.') {
                self.sweep_package(&path, false)?;
            }
        }
        programs(self.app, folder)
    }

    fn sweep_package(&mut self, path: &Path, is_hoisted: bool) -> std::io::Result<()> {
        let is_link = fs_err::symlink_metadata(path)?.is_symlink();
        let real = fs_err::canonicalize(path).ok();
        let is_needed = real
            .as_ref()
            .is_some_and(|real| self.packages.contains(real));
        if is_link {
            let is_project = real.is_some_and(|real| self.projects.contains(&real));
            let stays = self.links.contains(path) || is_project || (is_hoisted && is_needed);
            return if stays {
                Ok(())
            } else {
                remove(self.app, path)
            };
        }
        if !is_needed {
            self.pruned.packages += 1;
            self.pruned.bytes += Tree::read(path).totals().bytes;
            return remove(self.app, path);
        }
        let bundles = manifest(path).is_some_and(|manifest| {
            ["bundleDependencies", "bundledDependencies"]
                .iter()
                .any(|field| manifest.get(field).is_some())
        });
        if bundles {
            return Ok(());
        }
        self.sweep(&path.join("node_modules"))
    }

    /// `.pnpm/ms@2.0.0/node_modules/ms`; `.pnpm/node_modules` holds links to all of them.
    fn sweep_store(&mut self, store: &Path) -> std::io::Result<()> {
        for entry in fs_err::read_dir(store)?.flatten() {
            let path = entry.path();
            if entry.file_name() == "node_modules" {
                continue;
            }
            let inner = path.join("node_modules");
            let needed = entries(&inner)
                .iter()
                .any(|path| self.packages.contains(path));
            if inner.is_dir() && !needed {
                self.pruned.packages += 1;
                self.pruned.bytes += Tree::read(&path).totals().bytes;
                remove(self.app, &path)?;
            }
        }
        let hoisted = store.join("node_modules");
        for path in entries(&hoisted) {
            self.sweep_package(&path, true)?;
        }
        programs(self.app, &hoisted)
    }
}

fn manifest(folder: &Path) -> Option<Value> {
    serde_json::from_slice(
        &read_regular(&folder.join(slugsmith_ecosystems::javascript::MANIFEST)).ok()?,
    )
    .ok()
}

/// The packages of one `node_modules`, scoped ones too; and its dot folders.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let list = |folder: &Path| {
        let entries = fs_err::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect::<Vec<_>>()
    };
    let is_scope = |path: &Path| {
        let name = path.file_name().unwrap_or_default();
        name.as_encoded_bytes().starts_with(b"@")
    };
    list(folder)
        .into_iter()
        .flat_map(|path| {
            if is_scope(&path) {
                list(&path)
            } else {
                vec![path]
            }
        })
        .filter(|path| path.is_dir() || path.is_symlink())
        .collect()
}

/// What lies beside a package in a virtual store: its dependencies, the ones that only a
/// lockfile knows as well.
fn neighbours(package: &Path) -> Vec<PathBuf> {
    let Some(modules) = package
        .ancestors()
        .skip(1)
        .take(2)
        .find(|at| at.file_name().is_some_and(|last| last == "node_modules"))
    else {
        return Vec::new();
    };
    let store = modules.parent().and_then(Path::parent);
    let is_virtual = store
        .and_then(Path::file_name)
        .is_some_and(|name| VIRTUAL_STORES.iter().any(|store| name == *store));
    if is_virtual {
        entries(modules)
    } else {
        Vec::new()
    }
}

/// Removes programs and scopes that have lost their packages.
fn programs(app: &Path, folder: &Path) -> std::io::Result<()> {
    let packages = entries(folder);
    let mut names = BTreeSet::new();
    for manifest in packages.iter().filter_map(|path| manifest(path)) {
        if manifest.pointer("/directories/bin").is_some() {
            return Ok(());
        }
        match manifest.get("bin") {
            Some(Value::Object(list)) => names.extend(list.keys().cloned()),
            Some(Value::String(_)) => {
                let name = manifest
                    .get("name")
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                names.insert(name.rsplit('/').next().unwrap_or(name).to_owned());
            }
            _ => {}
        }
    }
    for entry in fs_err::read_dir(folder.join(".bin"))
        .into_iter()
        .flatten()
        .flatten()
    {
        let is_ours = entry
            .file_name()
            .to_str()
            .is_some_and(|name| names.contains(name));
        if !is_ours {
            remove(app, &entry.path())?;
        }
    }
    empty_scopes(app, folder);
    Ok(())
}

/// Removes scopes without a package.
fn empty_scopes(app: &Path, folder: &Path) {
    for entry in fs_err::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().as_encoded_bytes().starts_with(b"@") {
            // Refused, and rightly so, where something is left in it.
            remove_empty(app, &entry.path());
        }
    }
}

/// Removes what is in the app and reached through no link; anything else is not ours.
fn remove(app: &Path, path: &Path) -> std::io::Result<()> {
    let Ok(inside) = path.strip_prefix(app) else {
        return Ok(());
    };
    match Beneath::open(app)?.remove(inside) {
        Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => Ok(()),
        other => other,
    }
}

/// Removes a folder of the app where it is empty; an empty one that stays is no harm.
fn remove_empty(app: &Path, path: &Path) {
    if let (Ok(app), Ok(inside)) = (Beneath::open(app), path.strip_prefix(app)) {
        let _ = app.remove_empty_folder(inside);
    }
}

#[cfg(test)]
mod tests;
