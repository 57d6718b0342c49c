//! Which files does the catalogue name, before any reference is looked at?

use std::collections::{BTreeMap, BTreeSet};

use super::catalogue::node::{self, Package};
use super::catalogue::{Entry, LISTED, app, caches, other, python, runtime};
use super::facts::{Facts, in_packages, package_folder};
use super::go;
use super::index::{self, parent};
use super::lists::Lists;
use super::manifest::Manifest;
use super::platform::{self, Fit};
use super::served::COLLECTS;
use super::start::compilers::production;
use slugsmith_ecosystems::Leftovers;

/// For each entry of the tree, the catalogue entry it falls under.
pub type Candidates = Vec<Option<&'static Entry>>;

/// Finds them.
#[must_use]
pub fn candidates(facts: &Facts<'_>, lists: &Lists) -> Candidates {
    let packages = packages(facts);
    (0..facts.index.entries().len())
        .map(|number| {
            let path = facts.index.path(number)?;
            let is_folder = facts.index.is_folder(number);
            let is_needed = matches!(path, slugsmith_config::FILE | "Procfile");
            if is_folder || is_needed || lists.keep.names(path, false) {
                return None;
            }
            if lists.remove.names(path, false) {
                return Some(&LISTED);
            }
            if let Some(entry) = facts.legacy.entry(path) {
                return Some(entry);
            }
            if !facts.index.is_file(number) {
                return None;
            }
            if let Some(owner) = runtime::owner(path) {
                if !runtime::is_listed(owner, &lists.layers) {
                    return None;
                }
                if let Some(entry) = runtime::classify(path.get(owner.len() + 1..)?) {
                    return Some(entry);
                }
            }
            candidate(facts, &packages, path).or_else(|| exported(facts, lists, path))
        })
        .collect()
}

/// A program in a folder that is named after another system, beside the same program in one
/// that is named after this system: `macos/manager` beside `linux/manager`.
fn for_other_system(facts: &Facts<'_>, path: &str) -> bool {
    const OTHERS: &[&str] = &["macos", "darwin", "osx", "windows", "win32", "win"];
    let folder = parent(path);
    let others = facts.target.os == "linux" && OTHERS.contains(&index::name(folder));
    let program = index::name(path).trim_end_matches(".exe");
    let beside = format!("{}/linux/{program}", parent(folder));
    let runs = |number: usize| {
        let entry = facts.index.entry(number);
        facts.index.is_file(number) && entry.is_some_and(|entry| entry.mode() & 0o111 != 0)
    };
    others && facts.index.exact(&beside).is_some_and(runs)
}

/// Whether a process may collect static files, which fails where a map is missing that a
/// script names (docs.djangoproject.com, `ManifestStaticFilesStorage`). Without commands
/// nobody knows.
fn collects_assets(facts: &Facts<'_>) -> bool {
    let collects = |text: &str| COLLECTS.iter().any(|mark| text.contains(mark));
    let mut commands = facts.commands.iter();
    facts.served.collects
        || facts.commands.is_empty()
        || commands.any(|command| collects(&command.text))
}

/// Whether what collects static files collects those of a folder of packages, too.
fn is_collected(facts: &Facts<'_>, path: &str) -> bool {
    let mut roots = facts.served.roots.iter();
    let below = |folder: &str| {
        path.strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/'))
    };
    collects_assets(facts) && roots.any(|root| facts.index.path(root.number).is_some_and(below))
}

/// Files that the app's authors leave out of archives of it.
fn exported(facts: &Facts<'_>, lists: &Lists, path: &str) -> Option<&'static Entry> {
    let own = !in_packages(path) && python::split(path).is_none() && !path.starts_with(".git");
    let licence = node::is_licence(&index::name(path).to_ascii_lowercase());
    (own && !licence && facts.in_build && lists.export_ignored.names(path, false))
        .then_some(&app::EXPORT_IGNORED)
}

fn candidate(facts: &Facts<'_>, packages: &Packages<'_>, path: &str) -> Option<&'static Entry> {
    if let Some(folder) = package_folder(path) {
        let package = packages.of.get(folder)?;
        if packages.other_platform(path, folder, facts) {
            return Some(&node::PREBUILDS);
        }
        let entry = node::classify(path.get(folder.len() + 1..)?, *package);
        let entry =
            entry.filter(|entry| entry.id != node::SOURCE_MAPS.id || !is_collected(facts, path));
        // What a test runner or a linter reads names folders of tests.
        let tool = app::tool_of(index::name(path)).filter(|tool| !packages.needs(tool));
        return entry.or_else(|| tool.map(|_| &node::TOOLING));
    }
    if let Some(entry) = caches::classify(path) {
        return Some(entry);
    }
    if in_packages(path) {
        return None;
    }
    if let Some((_, inside)) = python::split(path) {
        if for_other_system(facts, path) {
            return Some(&node::PREBUILDS);
        }
        return python::classify(inside)
            .filter(|entry| entry.id != python::SOURCES.id || !packages.compiles_extensions)
            .filter(|entry| entry.id != python::STUBS.id || !facts.checks_types)
            .filter(|entry| entry.id != node::SOURCE_MAPS.id || !collects_assets(facts));
    }
    // Beside an environment's site-packages: `.venv/bin/pip`.
    if python::is_installer_command(path) {
        let environment = parent(parent(path));
        let is_environment = facts.python_roots.iter().any(|root| {
            root.strip_prefix(environment)
                .is_some_and(|rest| rest.trim_start_matches('/').starts_with("lib/"))
        });
        return is_environment.then_some(&python::INSTALLERS);
    }
    let has = |path: &str| facts.index.find(path).is_some();
    let built = || other::built(path, &packages.leftovers);
    if let Some(entry) = other::classify(path, &has).or_else(built) {
        return Some(entry);
    }
    if facts.go_is_built && go::is_source(path) {
        return Some(&go::SOURCES);
    }
    let (inside, manifest) = inside_manifest(facts, path).unzip();
    let manifest = manifest.flatten();
    // An app that lints or formats for others reads its own configuration, also where a package
    // of its does so.
    if let Some(tool) = app::tool_of(inside.unwrap_or(path)) {
        let dependencies = manifest
            .into_iter()
            .flat_map(|manifest| &manifest.dependencies);
        let mut names = dependencies.chain(facts.commands.iter().map(|command| &command.text));
        if names.any(|name| name.contains(tool)) || packages.needs(tool) {
            return None;
        }
    }
    let shipped = manifest.into_iter().flat_map(|manifest| &manifest.files);
    let is_shipped = inside.is_some_and(|inside| shipped.into_iter().any(|one| one.names(inside)));
    app::classify(path, inside, facts.in_build)
        .filter(|entry| !is_shipped || !app::is_left_out(entry))
}

/// The path seen from the nearest package.json above it, and that.
fn inside_manifest<'p, 'f>(
    facts: &'f Facts<'_>,
    path: &'p str,
) -> Option<(&'p str, Option<&'f Manifest>)> {
    let mut folder = parent(path);
    loop {
        if let Some(manifest) = facts.manifests.get(folder) {
            let start = match folder.len() {
                0 => 0,
                length => length + 1,
            };
            return Some((path.get(start..)?, manifest.as_ref()));
        }
        if folder.is_empty() {
            return None;
        }
        folder = parent(folder);
    }
}

/// What is known of each package of `node_modules`, by folder. Packages whose
/// package.json is missing or broken are not in it: nothing of theirs is a candidate.
struct Packages<'t> {
    of: BTreeMap<&'t str, Package>,
    /// Folders (of packages, or of scopes for packages named after a platform) that hold
    /// a binary for this machine.
    fitting: BTreeSet<&'t str>,
    /// A package that compiles extensions of Python at run time is there: headers stay.
    compiles_extensions: bool,
    /// What builds of this app left beside their results.
    leftovers: Vec<&'static Leftovers>,
    /// Names of all that the app needs when it runs.
    needed: BTreeSet<&'t str>,
}

impl Packages<'_> {
    /// Whether a package is there that reads the configuration of a tool.
    fn needs(&self, tool: &str) -> bool {
        // prettier has a reader of .editorconfig in it.
        let also = (tool == "editorconfig").then_some("prettier");
        self.needed.contains(tool) || also.is_some_and(|also| self.needed.contains(also))
    }

    fn other_platform(&self, path: &str, folder: &str, facts: &Facts<'_>) -> bool {
        platform::is_binary(path)
            && platform::fit(named_part(path), &facts.target) == Fit::Other
            && self.fitting.contains(family(folder, facts))
    }
}

/// The path from the package's name on: folders above say nothing of the machine.
fn named_part(path: &str) -> &str {
    path.rfind("node_modules/")
        .map_or(path, |at| &path[at + "node_modules/".len()..])
}

/// Where to look for the binary of this machine: packages named after a platform stand
/// beside their siblings.
fn family<'p>(folder: &'p str, facts: &Facts<'_>) -> &'p str {
    match platform::fit(named_part(folder), &facts.target) {
        Fit::Unsaid => folder,
        Fit::This | Fit::Other => parent(folder),
    }
}

fn packages<'t>(facts: &'t Facts<'_>) -> Packages<'t> {
    let mut of: BTreeMap<&str, Package> = BTreeMap::new();
    let mut with_addon = BTreeSet::new();
    let mut with_gyp = BTreeSet::new();
    let mut fitting = BTreeSet::new();
    for number in 0..facts.index.entries().len() {
        let Some(path) = facts
            .index
            .path(number)
            .filter(|_| facts.index.is_file(number))
        else {
            continue;
        };
        let Some(folder) = package_folder(path) else {
            continue;
        };
        let Some(inside) = path.get(folder.len() + 1..) else {
            continue;
        };
        let lower = index::name(inside).to_ascii_lowercase();
        if inside == slugsmith_ecosystems::javascript::MANIFEST
            && matches!(facts.manifests.get(folder), Some(Some(_)))
        {
            of.entry(folder).or_default();
        }
        if inside == "binding.gyp" {
            with_gyp.insert(folder);
        }
        if platform::is_binary(path) && platform::fit(named_part(path), &facts.target) != Fit::Other
        {
            fitting.insert(family(folder, facts));
            if lower.ends_with(".node") && !inside.contains("obj.target/") {
                with_addon.insert(folder);
            }
        }
    }
    let licensed: BTreeSet<&str> = (0..facts.index.entries().len())
        .filter_map(|number| facts.index.path(number))
        .filter(|path| node::is_licence(&index::name(path).to_ascii_lowercase()))
        .filter_map(package_folder)
        .collect();
    let all_built = with_gyp.is_subset(&with_addon);
    for (folder, package) in &mut of {
        *package = Package {
            addon_ready: with_addon.contains(folder) || (all_built && !with_gyp.contains(folder)),
            has_gyp: with_gyp.contains(folder),
            typescript: facts.runtime.typescript,
            coffee: facts.runtime.coffee,
            source_maps: facts.source_maps,
            bundles: facts.runtime.reads_bundler_keys(),
            has_licence: licensed.contains(folder),
        };
    }
    Packages {
        of,
        fitting,
        compiles_extensions: compiles_extensions(facts),
        needed: production(&facts.manifests),
        leftovers: other::leftovers(
            &(0..facts.index.entries().len())
                .filter_map(|number| facts.index.path(number))
                .filter(|path| !in_packages(path)),
        ),
    }
}

fn compiles_extensions(facts: &Facts<'_>) -> bool {
    ["pythran", "cppimport", "weave", "pyximport"]
        .iter()
        .any(|name| {
            facts
                .python_roots
                .iter()
                .any(|root| facts.index.find(&format!("{root}/{name}")).is_some())
        })
}
