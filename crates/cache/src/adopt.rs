//! Has an earlier buildpack installed this already?
//!
//! Decided from evidence ([`facts::neighbours`](slugsmith_facts::neighbours)), in both worlds
//! and for all ecosystems here. What somebody else installed, linked or keeps is left as it
//! is. Where the evidence is contradictory nothing is installed either, and the log says
//! why: a second copy could shadow the first one.

use std::path::{Path, PathBuf};

use super::Context;
use super::lockfile::Packages;
use slugsmith_facts::environment::World;
use slugsmith_facts::neighbours::known::{self, Known};
use slugsmith_facts::neighbours::{Link, OtherLayer, Presence, gems, leads_out, programs, python};

/// What the evidence says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Adoption {
    /// Nobody installed it.
    Nothing,
    Installed {
        by: String,
    },
    /// Somebody did something that can't be followed: nothing is installed.
    Unclear {
        why: String,
    },
}

impl Adoption {
    pub(super) fn is_nothing(&self) -> bool {
        *self == Self::Nothing
    }

    /// This, or where it is nothing what `other` says.
    pub(super) fn or(self, other: impl FnOnce() -> Self) -> Self {
        if self.is_nothing() { other() } else { self }
    }
}

/// What is to be judged: a cache of one folder of the app.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub context: &'a Context<'a>,
    /// `npm`, or `frontend/npm` in a subfolder.
    pub name: &'a str,
    /// The folder, relative to the app; empty for the root.
    pub at: &'a Path,
}

impl Wanted<'_> {
    fn known(&self) -> Option<&'static Known> {
        known::of(self.name)
    }

    fn installed(&self, layer: Option<&OtherLayer>) -> Adoption {
        let by = match layer {
            Some(layer) if layer.presence == Presence::InImage => format!(
                "{}, whose layer {} stays in the image",
                layer.buildpack, layer.name
            ),
            Some(layer) => layer.buildpack.clone(),
            None => self.context.installer(self.name),
        };
        Adoption::Installed { by }
    }

    /// Whether a tree that is not the main one tells of an install: the modules of a member
    /// of a workspace, any output of a build tool. On a laptop half a tree is what somebody
    /// has begun.
    fn shows_install(&self, tree: &Path) -> bool {
        let family = self.known().map(|known| known.family);
        self.is_build()
            && match family {
                Some(known::Family::Node) => tree.ends_with("node_modules"),
                Some(known::Family::Python | known::Family::Ruby | known::Family::Php) | None => {
                    false
                }
                Some(_) => true,
            }
    }

    /// On a laptop no buildpack came before.
    fn is_build(&self) -> bool {
        self.context.environment.world != World::Embedded
    }
}

/// By the trees that an install makes in the app. Links count for where they lead.
pub(super) fn trees(wanted: &Wanted<'_>, trees: &[PathBuf]) -> Adoption {
    let context = wanted.context;
    let app = &context.app.root;
    let markers = wanted.known().map_or(&[][..], |known| known.markers);
    for (number, tree) in trees.iter().enumerate() {
        if number > 0 && !wanted.shows_install(tree) {
            continue;
        }
        match context.neighbours.link(app, tree) {
            Some(Link::Layer(layer)) if layer.presence != Presence::Missing => {
                return wanted.installed(Some(layer));
            }
            Some(Link::Layer(layer)) => {
                return Adoption::Unclear {
                    why: format!(
                        "{} leads into layer {} of {}, which is not there",
                        tree.display(),
                        layer.name,
                        layer.buildpack
                    ),
                };
            }
            Some(Link::Outside { exists: true }) => return wanted.installed(None),
            Some(Link::Outside { exists: false }) if wanted.is_build() => {
                return Adoption::Unclear {
                    why: format!(
                        "{} is a link out of the app that leads nowhere in this build",
                        tree.display()
                    ),
                };
            }
            // By the path that it has on a dyno.
            Some(Link::Inside { exists: true }) if !app.join(tree).exists() => {
                return wanted.installed(None);
            }
            Some(Link::Outside { .. } | Link::Inside { .. }) | None => {}
        }
        if is_filled(&app.join(tree), markers) {
            return wanted.installed(None);
        }
    }
    match trees.iter().find(|tree| leads_out(app, tree)) {
        Some(tree) if wanted.is_build() => Adoption::Unclear {
            why: format!("{} would be written outside of the app", tree.display()),
        },
        _ => Adoption::Nothing,
    }
}

/// Whether a tree is there with something in it. Names with a dot don't count, since a
/// restored `node_modules/.cache` is no install, unless they are what a package manager
/// writes at the end of one.
pub(super) fn is_filled(tree: &Path, markers: &[&str]) -> bool {
    use std::os::unix::ffi::OsStrExt;
    if tree.is_file() || markers.iter().any(|marker| tree.join(marker).exists()) {
        return true;
    }
    fs_err::read_dir(tree).is_ok_and(|entries| {
        let mut names = entries.flatten().map(|entry| entry.file_name());
        names.any(|name| !name.as_bytes().starts_with(b"."))
    })
}

/// By the ids of the list: a buildpack that always installs has installed, or had its reasons.
pub(super) fn listed(wanted: &Wanted<'_>) -> Adoption {
    // Buildpacks install for the root of the app.
    if !wanted.at.as_os_str().is_empty() {
        return Adoption::Nothing;
    }
    let context = wanted.context;
    let Some(known) = wanted.known() else {
        return Adoption::Nothing;
    };
    // A classic list is not known; what its buildpacks write beside an install is.
    let is_classic = context.environment.world == World::Classic && !known.classic.is_empty();
    let mut left = known.classic.iter();
    let has_left = is_classic && left.all(|(path, _)| context.app.root.join(path).exists());
    let maker = known.classic.first().map(|(_, maker)| *maker);
    match context
        .neighbours
        .installer(known)
        .or(maker.filter(|_| has_left))
    {
        Some(id) => Adoption::Installed { by: id.to_owned() },
        None => Adoption::Nothing,
    }
}

/// A JavaScript package manager, where its trees show nothing. `has_production` says whether
/// anything has to be installed for production.
pub(super) fn javascript(wanted: &Wanted<'_>, has_production: bool) -> Adoption {
    match listed(wanted) {
        Adoption::Installed { by } if has_production => Adoption::Unclear {
            why: format!("{by} is earlier in the list and left no node_modules"),
        },
        other => other,
    }
}

/// Python: by the packages in every place that its interpreter looks into.
pub(super) fn python(wanted: &Wanted<'_>, packages: &Packages) -> Adoption {
    if !wanted.is_build() {
        return Adoption::Nothing;
    }
    let context = wanted.context;
    let sites = python::sites(context.neighbours, &context.app.root, context.environment);
    let names = packages.keys().map(|name| python::normal(name));
    // A requirement by URL has no name to compare.
    let names: Vec<String> = names.filter(|name| python::is_name(name)).collect();
    let has = |site: &python::Site<'_>| {
        let mut found = names.iter().map(|name| site.packages.contains(name));
        let has_some = if wanted.at.as_os_str().is_empty() {
            // Markers and groups leave some of them out.
            found.any(|found| found)
        } else {
            // The environment is another project's, unless it is this one's as well.
            !names.is_empty() && found.all(|found| found)
        };
        site.is_in_image && site.is_active
            || has_some
            || names.is_empty() && !site.packages.is_empty()
    };
    if let Some(site) = sites.iter().find(|site| has(site)) {
        return wanted.installed(site.layer);
    }
    listed(wanted).or(|| match sites.iter().find(|site| site.is_active) {
        // An empty environment that somebody made active would be shadowed by another one.
        Some(site) if site.layer.is_some() && !names.is_empty() => Adoption::Unclear {
            why: format!(
                "the environment in {} is active and holds none of these packages",
                site.folder.display()
            ),
        },
        Some(site) => wanted.installed(site.layer),
        None => Adoption::Nothing,
    })
}

/// Bundler: by gems of the lockfile in every place that it looks into.
pub(super) fn ruby(wanted: &Wanted<'_>, packages: &Packages) -> Adoption {
    if !wanted.is_build() {
        return Adoption::Nothing;
    }
    let context = wanted.context;
    let sites = gems::sites(context.neighbours, &context.app.root, context.environment);
    let is_locked = |gem: &String| {
        packages.iter().any(|(name, versions)| {
            let rest = gem.strip_prefix(name.as_str());
            let rest = rest.and_then(|rest| rest.strip_prefix('-'));
            rest.is_some_and(|rest| {
                // A checkout is named by its commit, a gem by version and platform.
                versions.iter().any(|version| {
                    let end = rest.strip_prefix(version.as_str());
                    end.is_some_and(|end| end.is_empty() || end.starts_with('-'))
                }) || rest.len() == 12 && rest.bytes().all(|byte| byte.is_ascii_hexdigit())
            })
        })
    };
    let has = |site: &gems::Site<'_>| {
        site.is_in_image || site.gems.iter().any(is_locked) || packages.is_empty()
    };
    match sites.iter().find(|site| has(site)) {
        Some(site) if site.is_in_image || !site.gems.is_empty() => wanted.installed(site.layer),
        _ => listed(wanted),
    }
}

/// A compiler: by the programs that it makes. `outputs` are those that we would build.
pub(super) fn compiled(wanted: &Wanted<'_>, outputs: &[PathBuf], text: &str) -> Adoption {
    if !wanted.is_build() {
        return Adoption::Nothing;
    }
    let context = wanted.context;
    let folder = context.app.root.join(wanted.at);
    let names: Vec<&str> = outputs
        .iter()
        .filter_map(|path| path.file_name()?.to_str())
        .collect();
    let found = match wanted.known().map(|known| known.family) {
        Some(known::Family::Go) => go(wanted, &folder, text),
        Some(known::Family::Rust) => {
            let target = folder.join("target/release");
            let is_built = |name: &&str| programs::is_program(&target.join(name));
            names.iter().any(is_built)
        }
        _ => return listed(wanted),
    };
    if found {
        return wanted.installed(None);
    }
    match programs::in_layers(context.neighbours, &names) {
        Some(layer) => wanted.installed(Some(layer)),
        None => listed(wanted),
    }
}

/// Programs of this module, or what heroku/go leaves beside the programs of its directives.
fn go(wanted: &Wanted<'_>, folder: &Path, manifest: &str) -> bool {
    let context = wanted.context;
    let bin = folder.join("bin");
    let specification = context.environment.get("GO_INSTALL_PACKAGE_SPEC");
    let named = programs::named_by_directive(manifest, specification);
    let is_there = |name: &String| programs::is_program(&bin.join(name));
    if !named.is_empty() && named.iter().all(is_there) {
        return true;
    }
    let module = manifest
        .lines()
        .find_map(|line| line.strip_prefix("module "))
        .map(|module| module.trim().trim_matches('"'));
    if module.is_some_and(|module| !programs::of_module(&bin, module).is_empty()) {
        return true;
    }
    let left = wanted.known().map_or(&[][..], |known| known.classic);
    let has_built = left
        .iter()
        .any(|(path, _)| context.app.root.join(path).exists());
    has_built && is_filled(&bin, &[])
}
