//! One model per ecosystem: the only place that knows names of manifests, lockfiles and trees.
//!
//! A model is plain data and pure functions, one file or folder per ecosystem, found by its
//! name. It answers:
//!
//! - which files announce the ecosystem ([`Ecosystem::manifests`], [`recognise::projects`]),
//! - what a lockfile pins, as one type for all ([`graph::Graph`]),
//! - who installs it, and what that leaves in the app, in both worlds
//!   ([`Ecosystem::buildpacks`], [`Ecosystem::trees`], [`recognise::installed_by`]),
//! - which programs its start commands need ([`Ecosystem::programs`]),
//! - how two spellings of a package's name are compared ([`Ecosystem::normalize`]),
//! - what its builds leave behind that no process reads ([`Ecosystem::leftovers`]).
//!
//! To add an ecosystem, add a file that defines its `ECOSYSTEM` and a line in [`ALL`].

// Tests write what they like into folders of their own.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

pub mod adding;
pub mod agreement;
pub mod clojure;
pub mod conda;
pub mod crystal;
pub mod dart;
pub mod deno;
pub mod dotnet;
pub mod elixir;
pub mod go;
pub mod graph;
pub mod java;
pub mod javascript;
pub mod lines;
pub mod model;
pub mod names;
pub mod pattern;
pub mod php;
pub mod python;
pub mod recognise;
pub mod ruby;
pub mod rust;
pub mod scala;
pub mod swift;

#[cfg(test)]
mod tests;

pub use model::{Buildpack, Ecosystem, Leftovers, Lockfile, Manifest, Service, Tree, World};

/// Every ecosystem. Where two announce the same folder, the first one is named first.
pub static ALL: &[&Ecosystem] = &[
    &javascript::ECOSYSTEM,
    &python::ECOSYSTEM,
    &ruby::ECOSYSTEM,
    &php::ECOSYSTEM,
    &go::ECOSYSTEM,
    &rust::ECOSYSTEM,
    &java::ECOSYSTEM,
    &dotnet::ECOSYSTEM,
    &scala::ECOSYSTEM,
    &clojure::ECOSYSTEM,
    &elixir::ECOSYSTEM,
    &deno::ECOSYSTEM,
    &crystal::ECOSYSTEM,
    &dart::ECOSYSTEM,
    &swift::ECOSYSTEM,
    &conda::ECOSYSTEM,
];

/// The ecosystem with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Ecosystem> {
    ALL.iter().copied().find(|ecosystem| ecosystem.id == id)
}

/// Every kind of lockfile, with its ecosystem.
pub fn lockfiles() -> impl Iterator<Item = (&'static Ecosystem, &'static Lockfile)> {
    let all = ALL.iter().copied();
    all.flat_map(|ecosystem| ecosystem.lockfiles.iter().map(move |one| (ecosystem, one)))
}

/// What is known of a lockfile with this file name.
#[must_use]
pub fn lockfile(name: &str) -> Option<(&'static Ecosystem, &'static Lockfile)> {
    lockfiles().find(|(_, lockfile)| lockfile.name == name)
}

/// Whether a program answers requests, in any ecosystem.
#[must_use]
pub fn is_server(program: &str) -> bool {
    ALL.iter().any(|one| one.servers.contains(&program))
}

/// Whether a program works off jobs, in any ecosystem.
#[must_use]
pub fn is_worker(program: &str) -> bool {
    ALL.iter().any(|one| one.workers.contains(&program))
}

/// The ecosystem whose start commands begin with this program.
#[must_use]
pub fn of_program(program: &str) -> Option<&'static Ecosystem> {
    let program = program.rsplit('/').next().unwrap_or(program);
    let mut all = ALL.iter().copied();
    all.find(|ecosystem| ecosystem.starts(program))
}
