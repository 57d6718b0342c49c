//! What does a build see around its layers: its own variables, the platform's, the
//! operator's, and the commands of the image?

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::Layers;
use super::contents::executables;
use super::descriptor::{self, Descriptor};
use super::env_dir::{self, EnvDir};
use super::libraries;
use super::paths::{self, PathFolder};
use super::slices::{self, Overlap};
use super::system::{self, System};
use crate::before::Changes;
use crate::environment::this_machine;

/// Where the operator of a builder keeps variables for all builds (lifecycle
/// `platform/defaults.go`).
const OPERATOR: &str = "/cnb/build-config/env";

/// PATH where nothing else is known, as container images commonly have it.
pub const USUAL_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The surroundings of a stack.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// Our own variables: in a build, what the builder composed for us.
    pub live: BTreeMap<OsString, OsString>,
    /// `<platform>/env`.
    pub platform: EnvDir,
    /// The operator's variables.
    pub operator: EnvDir,
    /// Folders of PATH outside of the layers with their commands. In a build they belong
    /// to the build image, the only stand-in for the run image.
    pub image: Vec<PathFolder>,
    /// What the buildpacks of the group say of themselves, by id, in a build.
    pub descriptors: BTreeMap<String, Descriptor>,
    /// Buildpacks that the builder puts around every list, in a build.
    pub system: System,
    /// Files of the app that several slices want.
    pub overlaps: Vec<Overlap>,
    /// Libraries that the build image's loader finds by itself, in a build.
    pub libraries: Option<BTreeSet<OsString>>,
    /// Distribution of the build image, such as `ubuntu 24.04`, in a build.
    pub distro: Option<String>,
    /// What others did to files of the app, where a buildpack at the front of the list noted them.
    pub changes: Option<Changes>,
    /// The folder name of our own layers (`CNB_LAYERS_DIR`), in a build.
    pub own: Option<String>,
}

/// Reads the surroundings of a stack, and of the app where there is one, by our own variables.
#[must_use]
pub fn read(layers: &Layers, app: Option<&Path>) -> Surroundings {
    of(layers, app, std::env::vars_os().collect())
}

/// The surroundings as given variables describe them.
#[must_use]
pub fn of(layers: &Layers, app: Option<&Path>, live: BTreeMap<OsString, OsString>) -> Surroundings {
    let root = layers.root.as_path();
    let folder = |name: &str| live.get(&OsString::from(name)).map(PathBuf::from);
    let own = folder("CNB_LAYERS_DIR")
        .filter(|own| own.parent() == Some(root))
        .and_then(|own| Some(own.file_name()?.to_string_lossy().into_owned()));
    let platform =
        folder("CNB_PLATFORM_DIR").map_or(EnvDir::Absent, |at| env_dir::read(&at.join("env")));
    let operator = match own {
        Some(_) => env_dir::read(Path::new(OPERATOR)),
        None => EnvDir::Absent,
    };
    let path = live
        .get(&OsString::from("PATH"))
        .cloned()
        .unwrap_or_default();
    let mut image = paths::read(&path, root);
    if image.is_empty() {
        image = paths::read(USUAL_PATH.as_ref(), root);
    }
    let descriptors = folder("CNB_BUILDPACK_DIR")
        .map(|own| descriptor::read(&own, &layers.group))
        .unwrap_or_default();
    Surroundings {
        platform,
        operator,
        image,
        descriptors,
        overlaps: app.map_or_else(Vec::new, |app| slices::overlaps(app, &layers.group)),
        libraries: own.is_some().then(libraries::of_image),
        distro: own.is_some().then(|| this_machine(None).distro),
        system: own
            .as_ref()
            .map(|_| system::read(&live))
            .unwrap_or_default(),
        changes: None,
        live,
        own,
    }
}

/// What surrounds layers that are looked at outside of a build: `folder` is where they are read.
///
/// This machine's variables and programs are not the image's. Its PATH is what images commonly
/// have, and its programs are listed only where its file system lies around the layers.
#[must_use]
pub fn of_image(folder: &Path, layers: &Layers, app: Option<&Path>) -> Surroundings {
    let around = folder.parent().filter(|root| root.join("usr/bin").is_dir());
    Surroundings {
        image: usual(around),
        overlaps: app.map_or_else(Vec::new, |app| slices::overlaps(app, &layers.group)),
        ..Surroundings::default()
    }
}

/// What surrounds a slug outside of a build: a dyno's PATH, whose programs nobody sees from here.
#[must_use]
pub fn of_slug_alone() -> Surroundings {
    Surroundings {
        image: usual(None),
        ..Surroundings::default()
    }
}

/// The folders of [`USUAL_PATH`], with their programs where the image's file system is at hand.
fn usual(root: Option<&Path>) -> Vec<PathFolder> {
    let programs = |folder: &Path| {
        let root = root?.canonicalize().ok()?;
        let inside = folder.strip_prefix("/").ok()?;
        let real = root.join(inside).canonicalize().ok()?;
        // An absolute link would lead to this machine's programs.
        real.starts_with(&root).then(|| executables(&real))
    };
    std::env::split_paths(USUAL_PATH)
        .map(|folder| PathFolder {
            executables: programs(&folder).unwrap_or_default(),
            folder,
        })
        .collect()
}

/// What surrounds a slug in a classic build; `config_vars` is `ENV_DIR`, which has the form of
/// `<platform>/env`.
#[must_use]
pub fn of_slug(config_vars: &Path) -> Surroundings {
    let slug = Layers {
        root: PathBuf::from(crate::classic::HOME),
        ..Layers::default()
    };
    let mut surroundings = Surroundings {
        platform: env_dir::read(config_vars),
        libraries: Some(libraries::of_image()),
        ..read(&slug, None)
    };
    // A dyno has these, whatever this machine's PATH says.
    for one in paths::read(USUAL_PATH.as_ref(), &slug.root) {
        if surroundings
            .image
            .iter()
            .all(|known| known.folder != one.folder)
        {
            surroundings.image.push(one);
        }
    }
    surroundings
}
