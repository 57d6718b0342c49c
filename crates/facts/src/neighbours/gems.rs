//! Which folders hold installed gems, and which gems are in them?
//!
//! What `BUNDLE_PATH`, `GEM_HOME` and `GEM_PATH` lead to, at build or at launch, what a
//! bundler configuration names, and `vendor/bundle`. The gems that Ruby itself brings are
//! nobody's install.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Neighbours, OtherLayer, Presence, in_build};
use crate::environment::Environment;
use crate::tools;

/// One place with gems.
#[derive(Debug, Clone)]
pub struct Site<'n> {
    pub folder: PathBuf,
    pub layer: Option<&'n OtherLayer>,
    /// `rack-3.1.7`, with a platform where the gem has one.
    pub gems: BTreeSet<String>,
    pub is_in_image: bool,
}

/// Every place that Bundler would look into.
#[must_use]
pub fn sites<'n>(
    neighbours: &'n Neighbours,
    app: &Path,
    environment: &Environment,
) -> Vec<Site<'n>> {
    let mut folders = neighbours.paths(&["BUNDLE_PATH", "GEM_HOME", "GEM_PATH"], environment);
    let configurations =
        neighbours.paths(&["BUNDLE_APP_CONFIG", "BUNDLE_USER_CONFIG"], environment);
    for (configuration, layer) in configurations {
        let is_away = layer.is_some_and(|layer| layer.presence == Presence::InImage);
        match bundle_path(&configuration, app) {
            Some(path) => folders.push((path, layer)),
            None if is_away => folders.push((configuration, layer)),
            None => {}
        }
    }
    folders.extend(bundle_path(&app.join(".bundle"), app).map(|path| (path, None)));
    folders.push((app.join("vendor/bundle"), None));
    let runtime = tools::find("ruby", environment)
        .and_then(|ruby| fs_err::canonicalize(ruby).ok())
        .and_then(|ruby| Some(ruby.parent()?.parent()?.join("lib/ruby")));
    let mut found: Vec<Site<'n>> = Vec::new();
    for (folder, layer) in folders {
        let folder = in_build(&folder, app, environment.world);
        let layer = neighbours.layer_of(&folder).or(layer);
        let is_others = folder.starts_with(app) || neighbours.layer_of(&folder).is_some();
        let is_runtime = runtime.as_ref().is_some_and(|at| folder.starts_with(at));
        if !is_others || is_runtime || found.iter().any(|known| known.folder == folder) {
            continue;
        }
        found.push(Site {
            gems: gems(&folder),
            is_in_image: layer.is_some_and(|layer| layer.presence == Presence::InImage),
            folder,
            layer,
        });
    }
    found
}

/// `BUNDLE_PATH` of a configuration: a file, or a folder with one of the name `config`.
fn bundle_path(configuration: &Path, app: &Path) -> Option<PathBuf> {
    let file = if configuration.is_dir() {
        configuration.join("config")
    } else {
        configuration.to_owned()
    };
    let is_file = fs_err::metadata(&file).is_ok_and(|found| found.is_file());
    let text = is_file.then(|| crate::beneath::text(&file).ok())??;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("BUNDLE_PATH:"))?;
    let path = line.trim().trim_matches(['"', '\'']);
    (!path.is_empty()).then(|| app.join(path))
}

/// `specifications/NAME-VERSION.gemspec`, directly or below `ruby/ABI`.
fn gems(folder: &Path) -> BTreeSet<String> {
    let listed = |at: &Path| fs_err::read_dir(at).into_iter().flatten().flatten();
    let mut roots = vec![folder.to_owned()];
    roots.extend(listed(&folder.join("ruby")).map(|entry| entry.path()));
    let mut gems = BTreeSet::new();
    for root in roots {
        let specifications = listed(&root.join("specifications"));
        gems.extend(specifications.filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            Some(name.strip_suffix(".gemspec")?.to_owned())
        }));
        let checkouts = listed(&root.join("bundler/gems"));
        gems.extend(checkouts.filter_map(|entry| entry.file_name().into_string().ok()));
    }
    gems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::{World, this_machine};

    #[test]
    fn a_bundler_configuration_leads_to_gems() {
        let app = tempfile::tempdir().unwrap();
        let put = |path: &str, text: &str| {
            let path = app.path().join(path);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, text).unwrap();
        };
        put(".bundle/config", "---\nBUNDLE_PATH: \"gems\"\n");
        put("gems/ruby/3.3.0/specifications/rack-3.1.7.gemspec", "");
        let environment = Environment {
            world: World::Classic,
            target: this_machine(None),
            variables: std::collections::BTreeMap::default(),
        };
        let found = sites(Neighbours::none(), app.path(), &environment);
        let gems: Vec<_> = found.iter().flat_map(|site| &site.gems).collect();
        assert_eq!(gems, ["rack-3.1.7"]);
    }
}
