//! The packages of a project that an earlier buildpack has built, for the bill of materials.

use slugsmith_ecosystems::recognise::{self, Look, Project, join};
use slugsmith_ecosystems::{dotnet, graph};
use slugsmith_facts::installed::InstalledPackage;

/// What a published program of .NET lists, or else what the lockfile pins for production.
pub(super) fn packages(look: &dyn Look, project: &Project) -> Vec<InstalledPackage> {
    let listed = published(look, project);
    if !listed.is_empty() {
        return listed;
    }
    let graph = project.lockfile.and_then(|lockfile| {
        let text = look.text(&join(&project.at, lockfile.name))?;
        (lockfile.read)(&text).ok()
    });
    let packages = graph.unwrap_or_default().packages.into_iter();
    let shipped =
        packages.filter(|one| one.scope != graph::Scope::Development && one.local.is_none());
    shipped
        .map(|one| pinned(project, &one.name, &one.version))
        .collect()
}

/// `*.deps.json` in the folder that shows that the project is built.
fn published(look: &dyn Look, project: &Project) -> Vec<InstalledPackage> {
    let Some((path, _)) = recognise::installed_tree(look, project) else {
        return Vec::new();
    };
    let path = join(&project.at, &path);
    let lists: Vec<_> = if path.ends_with(DEPENDENCIES) {
        vec![path]
    } else {
        let names = look.names(&path).into_iter();
        let lists = names.filter(|name| name.ends_with(DEPENDENCIES));
        lists.map(|name| join(&path, &name)).collect()
    };
    let texts = lists.iter().filter_map(|path| look.text(path));
    let libraries = texts.flat_map(|text| dotnet::dependencies(&text));
    libraries
        .filter(|library| !library.is_project)
        .map(|library| InstalledPackage {
            is_pinned_only: false,
            ..pinned(project, &library.name, &library.version)
        })
        .collect()
}

const DEPENDENCIES: &str = ".deps.json";

fn pinned(project: &Project, name: &str, version: &str) -> InstalledPackage {
    // Deno names the registry in front of the package.
    let (kind, name) = match name.split_once(':') {
        Some(("npm", name)) => ("npm", name),
        Some(("jsr", name)) => ("jsr", name),
        _ => (project.ecosystem.purl, name),
    };
    InstalledPackage {
        kind,
        // `group:artifact` of Maven is `group/artifact` in a package URL.
        name: name.replace(':', "/"),
        version: version.to_owned(),
        licence: None,
        is_pinned_only: true,
    }
}
