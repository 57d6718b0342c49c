//! Packages that a script of the app installs by itself, in a folder that nothing keeps.

use slugsmith_ecosystems as ecosystems;
use std::collections::BTreeSet;
use std::path::Path;

use slugsmith_facts::app;

/// Folders of the app, two levels deep, with a package.json and installed packages.
pub(crate) fn installed(root: &Path) -> BTreeSet<String> {
    let folders = |at: &str| {
        let names = app::names(&root.join(at)).into_iter();
        let own = names
            .filter(|name| !name.starts_with('.') && name != "node_modules" && name != "vendor");
        let paths = own.map(|name| {
            if at.is_empty() {
                name
            } else {
                format!("{at}/{name}")
            }
        });
        paths.collect::<Vec<_>>()
    };
    let first = folders("");
    let second = first.iter().flat_map(|at| folders(at));
    let is_installed = |at: &String| {
        let folder = root.join(at);
        folder.join(ecosystems::javascript::MANIFEST).is_file()
            && folder.join("node_modules").is_dir()
    };
    first
        .iter()
        .cloned()
        .chain(second)
        .filter(is_installed)
        .collect()
}

/// A line for each that came during the run and belongs to no cache of `kept` folders.
pub(crate) fn notes(
    before: &BTreeSet<String>,
    after: &BTreeSet<String>,
    kept: &[String],
) -> Vec<String> {
    let is_kept = |at: &&String| {
        kept.iter()
            .any(|folder| *folder == format!("{at}/node_modules"))
    };
    let new = after.difference(before).filter(|at| !is_kept(at));
    new.map(|at| {
        format!(
            "{at}/node_modules is installed by a script of the app on every build; to keep it, add \
             [[com.slugsmith.cache]] path = \"{at}\" to project.toml"
        )
    })
    .collect()
}
