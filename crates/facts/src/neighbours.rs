//! What did the earlier buildpacks of the list install, link and keep?
//!
//! Evidence only, each piece with its owner where that is known: ids of the group, layers
//! of others with the variables they set, links of the app, folders of packages. A layer
//! that the lifecycle keeps in the image without restoring it is evidence, too: its `.toml`
//! is there with `launch = true` and its folder is not (buildpack spec, "Launch Layers").
//! What follows from the evidence is decided where installs are decided.

pub mod gems;
pub mod known;
pub mod programs;
pub mod python;

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

pub use super::beneath::leads_out;
use super::environment::{Environment, World};
use super::layers::{EnvDir, Folder, Layer, Layers, escape};
use known::Known;

/// What is known of the other buildpacks.
#[derive(Debug, Clone, Default)]
pub struct Neighbours {
    /// Ids of the buildpacks that ran before ours; empty where the list is unknown.
    pub before: Vec<String>,
    pub layers: Vec<OtherLayer>,
}

/// A layer of an earlier buildpack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherLayer {
    pub buildpack: String,
    pub name: String,
    pub path: PathBuf,
    pub presence: Presence,
    /// What its environment files say, whatever they do with the value.
    pub variables: Vec<(String, OsString)>,
}

/// Whether the contents of a layer are here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    Here,
    /// Kept in the image by its metadata, without contents in this build.
    InImage,
    /// Neither here nor in the image.
    Missing,
}

/// Where a link of the app leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link<'n> {
    Inside { exists: bool },
    Layer(&'n OtherLayer),
    Outside { exists: bool },
}

/// Links in a row that are followed.
const HOPS: usize = 8;

impl Neighbours {
    /// Where nothing is known of others: on a laptop, and in a classic build, which has no
    /// layers.
    #[must_use]
    pub fn none() -> &'static Self {
        static NONE: Neighbours = Neighbours {
            before: Vec::new(),
            layers: Vec::new(),
        };
        &NONE
    }

    /// Those of a Cloud Native build. `own` is our own layers directory.
    #[must_use]
    pub fn of(layers: &Layers, own: &Path) -> Self {
        let others = layers
            .group
            .iter()
            .take_while(|one| layers.root.join(escape(&one.id)) != own);
        let mut found = Self::default();
        for buildpack in others {
            found.before.push(buildpack.id.clone());
            let folder = layers.root.join(escape(&buildpack.id));
            let read = buildpack.layers.iter().map(|layer| OtherLayer {
                buildpack: buildpack.id.clone(),
                name: layer.shown(),
                path: folder.join(&layer.name),
                presence: presence(layer),
                variables: variables(layer),
            });
            found.layers.extend(read);
        }
        found
    }

    /// What an earlier build saw of a layer whose contents are not here.
    pub fn remember(
        &mut self,
        buildpack: &str,
        layer: &str,
        variables: impl Iterator<Item = (String, OsString)>,
    ) {
        let known = self.layers.iter_mut().find(|one| {
            one.buildpack == buildpack && one.name == layer && one.presence == Presence::InImage
        });
        if let Some(known) = known {
            known.variables.extend(variables);
        }
    }

    /// The layer that a path lies in.
    #[must_use]
    pub fn layer_of(&self, path: &Path) -> Option<&OtherLayer> {
        self.layers
            .iter()
            .find(|layer| path.starts_with(&layer.path))
    }

    /// Where a path of the app leads, if it is a link.
    #[must_use]
    pub fn link(&self, app: &Path, path: &Path) -> Option<Link<'_>> {
        let mut at = app.join(path);
        if !fs_err::symlink_metadata(&at).ok()?.is_symlink() {
            return None;
        }
        for _ in 0..HOPS {
            if let Some(layer) = self.layer_of(&at) {
                return Some(Link::Layer(layer));
            }
            let Ok(target) = fs_err::read_link(&at) else {
                break;
            };
            at = tidy(&at.parent().unwrap_or(app).join(target));
        }
        // By the path that it has on a dyno.
        if !at.exists() && in_build(&at, app, World::Classic).exists() {
            return Some(Link::Inside { exists: true });
        }
        let exists = at.exists();
        Some(match self.layer_of(&at) {
            Some(layer) => Link::Layer(layer),
            None if at.starts_with(app) => Link::Inside { exists },
            None => Link::Outside { exists },
        })
    }

    /// The values of variables at build and at launch, one path each, with the layer that
    /// sets it where that is known.
    #[must_use]
    pub fn paths(
        &self,
        names: &[&str],
        environment: &Environment,
    ) -> Vec<(PathBuf, Option<&OtherLayer>)> {
        let own = environment
            .variables
            .iter()
            .filter(|(name, _)| names.contains(&name.as_str()))
            .map(|(_, value)| (value, None));
        let set = self.layers.iter().flat_map(|layer| {
            let variables = layer.variables.iter();
            variables
                .filter(|(name, _)| names.contains(&name.as_str()))
                .map(move |(_, value)| (value, Some(layer)))
        });
        let mut found: Vec<(PathBuf, Option<&OtherLayer>)> = Vec::new();
        for (value, setter) in own.chain(set) {
            for path in std::env::split_paths(value).filter(|path| path.is_absolute()) {
                let owner = self.layer_of(&path).or(setter);
                match found.iter_mut().find(|(known, _)| *known == path) {
                    Some((_, known)) => *known = known.or(owner),
                    None => found.push((path, owner)),
                }
            }
        }
        found
    }

    /// The buildpack that always installs for a family, where it is in the list.
    #[must_use]
    pub fn installer(&self, known: &Known) -> Option<&str> {
        let before = self.before.iter().rev().map(String::as_str);
        before.into_iter().find(|id| known.installers.contains(id))
    }

    /// Who has most likely installed for a family: an installer by its id, else by a word in
    /// it, else by what a classic buildpack leaves in the app.
    #[must_use]
    pub fn who(&self, known: &Known, app: &Path) -> Option<String> {
        let by_word = || {
            known.words.iter().find_map(|word| {
                let mut ids = self.before.iter().rev().map(String::as_str);
                ids.find(|id| has_word(id, word))
            })
        };
        let by_files = || {
            let mut left = known.classic.iter();
            left.find(|(path, _)| app.join(path).exists())
                .map(|(_, maker)| *maker)
        };
        self.installer(known)
            .or_else(by_word)
            .or_else(by_files)
            .map(str::to_owned)
    }
}

/// Whether an id has this word, or one that begins with it: `node` is in `acme/nodejs-engine`.
fn has_word(id: &str, word: &str) -> bool {
    let name = id.rsplit('/').next().unwrap_or(id);
    name.split(['-', '_', '.'])
        .any(|part| part.starts_with(word))
}

fn presence(layer: &Layer) -> Presence {
    match layer.folder {
        // An earlier build remembers its contents; they are not on disk.
        _ if layer.remembered => Presence::InImage,
        Folder::Directory | Folder::Link => Presence::Here,
        Folder::Absent | Folder::Other => match layer.types() {
            Some(types) if types.launch => Presence::InImage,
            _ => Presence::Missing,
        },
    }
}

fn variables(layer: &Layer) -> Vec<(String, OsString)> {
    let folders = [&layer.env, &layer.env_build, &layer.env_launch];
    let folders = folders.into_iter().chain(layer.env_process.values());
    folders.flat_map(files).collect()
}

/// `PATH.prepend` sets `PATH`.
fn files(folder: &EnvDir) -> impl Iterator<Item = (String, OsString)> {
    folder.files().iter().filter_map(|file| {
        let name = file.name.to_str()?;
        let (name, action) = name.split_once('.').unwrap_or((name, ""));
        let value = file.value.as_ref().ok()?;
        (action != "delim").then(|| (name.to_owned(), value.clone()))
    })
}

/// A path as this build sees it: what is below `/app` on a dyno is the app folder of a
/// classic build, which has a link there or not.
#[must_use]
pub fn in_build(path: &Path, app: &Path, world: World) -> PathBuf {
    if world == World::Classic
        && !path.starts_with(app)
        && let Ok(inside) = path.strip_prefix(super::classic::HOME)
    {
        return app.join(inside);
    }
    path.to_owned()
}

/// `.` and `..` taken away by name.
#[must_use]
pub fn tidy(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                clean.pop();
            }
            Component::CurDir => {}
            other => clean.push(other),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(buildpack: &str, path: &Path, presence: Presence) -> OtherLayer {
        OtherLayer {
            buildpack: buildpack.to_owned(),
            name: "modules".to_owned(),
            path: path.to_owned(),
            presence,
            variables: vec![("PYTHONPATH".to_owned(), path.join("site").into_os_string())],
        }
    }

    #[test]
    fn a_link_leads_to_a_layer_that_is_in_the_image_only() {
        let root = tempfile::tempdir().unwrap();
        let app = root.path().join("app");
        fs_err::create_dir(&app).unwrap();
        let kept = root.path().join("layers/a_npm/modules");
        let link = |name: &str, target: &Path| {
            std::os::unix::fs::symlink(target, app.join(name)).unwrap();
        };
        link("node_modules", &kept.join("node_modules"));
        link("hop", Path::new("node_modules"));
        link("away", Path::new("/nonexistent/x"));
        link("inside", Path::new("./lib"));
        let neighbours = Neighbours {
            before: vec!["a/node".to_owned(), "a/npm".to_owned()],
            layers: vec![layer("a/npm", &kept, Presence::InImage)],
        };
        let of = |path: &str| neighbours.link(&app, Path::new(path));
        assert!(
            matches!(of("node_modules"), Some(Link::Layer(layer)) if layer.buildpack == "a/npm")
        );
        assert!(matches!(of("hop"), Some(Link::Layer(_))));
        assert_eq!(of("away"), Some(Link::Outside { exists: false }));
        assert_eq!(of("inside"), Some(Link::Inside { exists: false }));
        assert_eq!(of("lib"), None);
        fs_err::create_dir(app.join("deps")).unwrap();
        link("by_dyno", Path::new("/app/deps"));
        assert_eq!(of("by_dyno"), Some(Link::Inside { exists: true }));
        assert!(leads_out(&app, Path::new("node_modules/.cache")));
        assert!(!leads_out(&app, Path::new("lib/x")));
        let known = known::of("npm").unwrap();
        assert_eq!(neighbours.who(known, &app).as_deref(), Some("a/npm"));
    }

    #[test]
    fn paths_have_the_layer_that_they_lie_in() {
        let environment = Environment {
            world: World::CloudNative,
            target: crate::environment::this_machine(None),
            variables: [("PYTHONPATH".to_owned(), OsString::from("/app:/l/x/site"))].into(),
        };
        let neighbours = Neighbours {
            before: Vec::new(),
            layers: vec![layer("a/pip", Path::new("/l/x"), Presence::Here)],
        };
        let found = neighbours.paths(&["PYTHONPATH"], &environment);
        assert_eq!(found.len(), 2);
        assert!(found[0].1.is_none() && found[1].1.is_some());
    }
}
