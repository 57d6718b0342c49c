//! What does a strip decision need to know about this tree?

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rayon::prelude::*;

use super::front_end::FrontEnd;
use super::go;
use super::idle::Idle;
use super::index::{self, Index};
use super::legacy;
use super::manifest::{self, Manifest, Runtime};
pub use super::packages::{in_packages, package_folder};
use super::python::checkers;
use super::served::{self, Served};
use super::start::{self, Command};
use super::superseded::Superseded;
pub use super::texts::{OnDisk, Texts};
use slugsmith_facts::app::{self, App};
use slugsmith_facts::environment::{Environment, Target, World};
use slugsmith_facts::tree::Tree;

/// Everything but the texts of source files, which are read while deciding.
#[allow(clippy::struct_excessive_bools)] // independent facts, each decides for itself
pub struct Facts<'a> {
    pub index: Index<'a>,
    /// By folder; `None` where a package.json is there but can't be understood.
    pub manifests: BTreeMap<String, Option<Manifest>>,
    pub commands: Vec<Command>,
    pub runtime: Runtime,
    /// Source maps may be read at start.
    pub source_maps: bool,
    pub target: Target,
    /// Every `site-packages` of the app: where Python looks for modules.
    pub python_roots: BTreeSet<String>,
    /// The app uses a program that reads types of installed packages of Python.
    pub checks_types: bool,
    /// yarn resolves packages by a table (`.pnp.cjs`) to archives and unplugged folders.
    pub plug_and_play: bool,
    /// The user wants development dependencies on the dyno.
    pub keeps_development: bool,
    /// Follow the app's own references only.
    pub trace: bool,
    /// A build of a slug or image, where the app is a copy; false on a laptop.
    pub in_build: bool,
    pub world: World,
    /// Programs are built from Go sources that nothing needs any more.
    pub go_is_built: bool,
    /// Front ends that are built, with what speaks against it; who decides looks for them with these facts.
    pub front_ends: Vec<FrontEnd>,
    /// Builds beside which what they made runs.
    pub superseded: Superseded,
    /// Groups that the environment tells bundler to leave out.
    pub bundle_without: Option<String>,
    /// What of packages is served.
    pub served: Served,
    /// Lists for other tools.
    pub legacy: legacy::Lists,
    /// What the last decision found idle; who decides sets it.
    pub idle: Idle,
}

/// Reads what a decision needs, on top of the tree; `set` are commands that no file of
/// the app names.
#[must_use]
pub fn read<'a>(
    tree: &'a Tree,
    environment: &Environment,
    set: &[Command],
    trace: bool,
) -> Facts<'a> {
    let root = tree.root();
    let index = Index::new(tree, |path| {
        let target = fs_err::read_link(root.join(path)).ok()?;
        target.to_str().map(str::to_owned)
    });
    let app: App = app::read(root);
    let commands = start::commands(&app, set);
    let (mut runtime, mut source_maps) = start::runtime(&commands, environment.get("NODE_OPTIONS"));
    let mut manifests = read_manifests(root, &index, &runtime);
    let by_commands = runtime.clone();
    source_maps |= start::compilers::add(
        &index,
        &OnDisk { root },
        &manifests,
        &commands,
        &mut runtime,
    );
    if by_commands != runtime {
        // Entries for types count as well.
        manifests = read_manifests(root, &index, &runtime);
    }
    let in_build = environment.world != World::Embedded;
    // On a laptop they are somebody's work.
    let go_is_built = in_build && go::is_built(root, &index, &commands);
    let python_roots: BTreeSet<String> = (0..index.entries().len())
        .filter_map(|number| index.path(number))
        .filter_map(|path| super::catalogue::python::split(path).map(|(root, _)| root.to_owned()))
        .collect();
    let texts = OnDisk { root };
    let checks_types = checkers::are_used(&index, python_roots.iter(), &commands, &texts);
    let served = served::find(&index, &texts);
    Facts {
        plug_and_play: [".pnp.cjs", ".pnp.js"]
            .iter()
            .any(|file| index.has_file(file)),
        index,
        manifests,
        commands,
        runtime,
        source_maps,
        target: environment.target.clone(),
        python_roots,
        checks_types,
        keeps_development: keeps_development(environment),
        trace,
        in_build,
        go_is_built,
        bundle_without: environment.get("BUNDLE_WITHOUT").map(str::to_owned),
        world: environment.world,
        legacy: legacy::read(root, environment),
        served,
        front_ends: Vec::new(),
        superseded: Superseded::default(),
        idle: Idle::default(),
    }
}

/// Variables of the platform's Node.js buildpacks, and of npm and yarn themselves, by
/// which users keep development dependencies.
fn keeps_development(environment: &Environment) -> bool {
    let is = |name: &str, values: &[&str]| {
        environment
            .get(name)
            .is_some_and(|value| values.contains(&value))
    };
    is("NPM_CONFIG_PRODUCTION", &["false"])
        || is("YARN_PRODUCTION", &["false"])
        || is("YARN2_SKIP_PRUNING", &["true"])
        || is("PNPM_SKIP_PRUNING", &["true"])
        || is("NODE_ENV", &["development", "test"])
}

fn read_manifests(
    root: &Path,
    index: &Index<'_>,
    runtime: &Runtime,
) -> BTreeMap<String, Option<Manifest>> {
    let paths: Vec<&str> = (0..index.entries().len())
        .filter(|number| index.is_file(*number))
        .filter_map(|number| index.path(number))
        .filter(|path| index::name(path) == slugsmith_ecosystems::javascript::MANIFEST)
        .collect();
    paths
        .into_par_iter()
        .map(|path| {
            let json = app::json(root, path);
            let manifest = json.good().and_then(|json| manifest::read(json, runtime));
            (index::parent(path).to_owned(), manifest)
        })
        .collect()
}
