//! What go, cargo, Maven and Gradle have in common.
//!
//! What is built depends on every source file, so the whole app is the key, and an
//! unchanged app runs no compiler. A changed one finds the downloads and compiled objects
//! of the last build on download stores, which are content-addressed or checksummed by the tools
//! themselves; one that goes by file times gets them back ([`DownloadStore::sources`]).

mod cargo;
mod go;
mod gradle;
mod maven;

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{
    DownloadStore, Job, ManagerCommand, PACKED, Project, Recognised, Site, UNPINNED, machine,
    missing, not_pinned,
};
use crate::inputs::{Inputs, read_regular};
use crate::lockfile::{Lockfile, Packages};
use crate::{adopt, secrets};
use slugsmith_facts::tools;
use slugsmith_finding::error::Problem;
use slugsmith_finding::units::counted;

/// Above this a download store is emptied, in bytes.
const MOST: u64 = 2_000_000_000;

/// One of these tools, as far as nothing has to be read to know it.
pub(super) struct Tool {
    pub name: &'static str,
    /// Runs it and prints its version.
    pub version: &'static [&'static str],
    /// A script of the app that brings the tool along.
    pub wrapper: Option<&'static str>,
    /// Beginnings of the names of variables that matter.
    pub variables: &'static [&'static str],
    /// Name of the download store, and its variable.
    pub download_stores: &'static [(&'static str, &'static str)],
    pub look: fn(&Project<'_>) -> Option<Found>,
    /// Adds what the tool copies out of the app into its download stores, and never looks at again.
    pub copied: fn(&mut Inputs, &Path),
}

/// What a tool finds in an app.
pub(super) struct Found {
    /// The file that names packages and versions.
    pub lockfile: &'static str,
    pub packages: Packages,
    /// What the build makes, relative to the place.
    pub outputs: Vec<PathBuf>,
    /// What the tool is run with, time after time.
    pub commands: Vec<Vec<String>>,
    /// Names by which the app starts its programs, and the programs; relative to the place.
    pub links: Vec<(PathBuf, PathBuf)>,
    /// Why another version may come tomorrow, if it may.
    pub unpinned: Option<&'static str>,
}

const TOOLS: &[&Tool] = &[&go::TOOL, &cargo::TOOL, &maven::TOOL, &gradle::TOOL];

pub(super) fn recognise<'a>(place: &'a Project<'a>) -> Option<Recognised<'a>> {
    let (tool, found) = TOOLS
        .iter()
        .find_map(|tool| Some((*tool, (tool.look)(place)?)))?;
    let trees: Vec<_> = found.outputs.iter().map(|path| place.tree(path)).collect();
    let mut what = found.lockfile.to_owned();
    if !found.packages.is_empty() {
        let count = counted(found.packages.len() as u64, "package");
        what = format!("{what}, {count}");
    }
    if let Some(why) = found.unpinned {
        what = format!("{what}, {}", not_pinned(why));
    }
    let name = place.name(tool.name);
    let manifest = text(place, slugsmith_ecosystems::go::MANIFEST);
    Some(Recognised::Site(Site {
        name: name.clone(),
        what,
        class: PACKED,
        trees,
        adoption: adopt::compiled(&place.wanted(&name), &found.outputs, &manifest),
        job: Box::new(move || job(place, tool, found)),
    }))
}

fn job(place: &Project<'_>, tool: &Tool, found: Found) -> Result<Job, Problem> {
    let environment = place.context.environment;
    let wrapper = tool.wrapper.filter(|name| place.app.has(name));
    let program = tool.version.first().copied().unwrap_or(tool.name);
    let mut inputs = Inputs::default();
    machine(&mut inputs, place.context);
    match (tools::find(program, environment), wrapper) {
        (Some(path), None) => {
            let arguments = tool.version.get(1..).unwrap_or_default();
            let version = tools::ask(&path, arguments, environment);
            inputs.plain(
                tool.name,
                version.ok_or_else(|| missing(found.lockfile, program))?,
            );
        }
        // The wrapper's properties name its version and are among the sources. It runs on the
        // Java that is there.
        (_, Some(_)) => {
            if let Some(java) = tools::java(environment) {
                inputs.plain("java", java);
            }
        }
        (None, None) => return Err(missing(found.lockfile, program)),
    }
    secrets::environment(&mut inputs, environment, |name| {
        tool.variables.iter().any(|prefix| name.starts_with(prefix)) && !is_place(name)
    });
    // Download stores are good for any sources, but not for another toolchain or machine.
    let mut store_inputs = inputs.clone();
    (tool.copied)(&mut store_inputs, &place.app.root);
    inputs.file(&place.app.root, found.lockfile);
    let stores = tool
        .download_stores
        .iter()
        .map(|(name, variable)| DownloadStore {
            name: place.name(name),
            variable,
            inputs: store_inputs.clone(),
            most: MOST,
            sources: (*variable == "CARGO_TARGET_DIR").then(|| place.app.root.clone()),
        })
        .collect();
    let program = wrapper.map_or_else(|| program.to_owned(), |name| format!("./{name}"));
    let mut install: Vec<ManagerCommand> = Vec::new();
    for command in found.commands {
        let mut step = ManagerCommand::new(program.clone(), &[]).script();
        step.arguments = command;
        install.push(step);
    }
    install.extend(found.links.iter().flat_map(|(name, to)| link(name, to)));
    Ok(Job {
        lockfile: Some(Lockfile {
            path: found.lockfile.to_owned(),
            packages: found.packages,
        }),
        expires: found.unpinned.map(|_| -> Duration { UNPINNED }),
        install,
        stores,
        reads: vec![PathBuf::new()],
        ..Job::new(inputs, place.at.clone())
    })
}

/// The arguments of one command.
pub(super) fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

/// A relative link from the place that a process names to the program.
fn link(name: &Path, to: &Path) -> [ManagerCommand; 2] {
    let folder = name.parent().unwrap_or(Path::new("")).display().to_string();
    let up = "../".repeat(name.components().count().saturating_sub(1));
    let (to, name) = (format!("{up}{}", to.display()), name.display().to_string());
    [
        ManagerCommand::new("mkdir", &["-p", &folder]),
        ManagerCommand::new("ln", &["-s", "-f", &to, &name]),
    ]
}

/// Variables that say where a tool keeps its own files, not what it builds.
fn is_place(name: &str) -> bool {
    [
        "GOPATH",
        "GOROOT",
        "GOCACHE",
        "GOMODCACHE",
        "GOENV",
        "GOBIN",
        "GOTMPDIR",
        "CARGO_HOME",
        "CARGO_TARGET_DIR",
        "RUSTUP_HOME",
        "MAVEN_HOME",
        "GRADLE_USER_HOME",
        "GRADLE_HOME",
    ]
    .contains(&name)
}

/// `outputs` of each module: the root and every folder below it that has `manifest` and
/// sources. What the first one makes is there when a build is complete.
pub(super) fn modules(app: &Path, manifests: &[&str], outputs: &[&str]) -> Vec<PathBuf> {
    let has_manifest = |folder: &PathBuf| {
        let full = app.join(folder);
        manifests.iter().any(|name| full.join(name).is_file())
    };
    let mut folders = folders(app, &["src", "build", "target", "node_modules"]);
    folders.retain(has_manifest);
    let with_sources: Vec<_> = folders
        .iter()
        .filter(|folder| app.join(folder).join("src").is_dir())
        .cloned()
        .collect();
    let chosen = if with_sources.is_empty() {
        folders
    } else {
        with_sources
    };
    outputs
        .iter()
        .flat_map(|output| chosen.iter().map(move |folder| folder.join(output)))
        .collect()
}

/// How deep a build's own files may lie.
const DEEPEST: usize = 4;

/// The root and the folders below it, without hidden ones and those of these names, sorted.
pub(super) fn folders(app: &Path, others: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![PathBuf::new()];
    while let Some(folder) = pending.pop() {
        if folder.components().count() < DEEPEST {
            let entries = fs_err::read_dir(app.join(&folder));
            for entry in entries.into_iter().flatten().flatten() {
                let name = entry.file_name();
                let is_hidden = name.as_encoded_bytes().starts_with(b".");
                let is_other = others.iter().any(|other| name == *other);
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) && !is_hidden && !is_other {
                    pending.push(folder.join(name));
                }
            }
        }
        found.push(folder);
    }
    found.sort_unstable();
    found
}

/// The file's text; empty if it isn't there.
pub(super) fn text(place: &Project<'_>, path: impl AsRef<Path>) -> String {
    let content = read_regular(&place.app.root.join(path)).unwrap_or_default();
    String::from_utf8_lossy(&content).into_owned()
}
