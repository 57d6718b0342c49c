//! Which packages does the app depend on, and which does a lockfile resolve?

mod locks;
mod manifests;

use std::collections::{BTreeMap, BTreeSet};

use slugsmith_finding::LineSpan;

use super::app::App;
use super::code::Language;
use super::sources::Sources;
pub use slugsmith_ecosystems::names::pep_503;

/// Where packages come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ecosystem {
    Npm,
    Pypi,
    Gem,
    Go,
    Maven,
    Composer,
    Cargo,
}

impl Ecosystem {
    /// In the order in which manifests of one app are named.
    const ALL: [Self; 7] = [
        Self::Npm,
        Self::Pypi,
        Self::Gem,
        Self::Go,
        Self::Maven,
        Self::Composer,
        Self::Cargo,
    ];

    /// The language whose packages they are, where its code is parsed.
    #[must_use]
    pub fn language(self) -> Option<Language> {
        match self {
            Self::Npm => Some(Language::JavaScript),
            Self::Pypi => Some(Language::Python),
            Self::Gem => Some(Language::Ruby),
            Self::Go => Some(Language::Go),
            Self::Maven => Some(Language::Java),
            Self::Composer => Some(Language::Php),
            Self::Cargo => None,
        }
    }

    /// What is known of its files.
    #[must_use]
    pub fn model(self) -> &'static slugsmith_ecosystems::Ecosystem {
        match self {
            Self::Npm => &slugsmith_ecosystems::javascript::ECOSYSTEM,
            Self::Pypi => &slugsmith_ecosystems::python::ECOSYSTEM,
            Self::Gem => &slugsmith_ecosystems::ruby::ECOSYSTEM,
            Self::Go => &slugsmith_ecosystems::go::ECOSYSTEM,
            Self::Maven => &slugsmith_ecosystems::java::ECOSYSTEM,
            Self::Composer => &slugsmith_ecosystems::php::ECOSYSTEM,
            Self::Cargo => &slugsmith_ecosystems::rust::ECOSYSTEM,
        }
    }
}

/// A package that a manifest asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    pub ecosystem: Ecosystem,
    /// Lower case for Python, as written elsewhere.
    pub name: String,
    /// The wanted version, as written; empty if there is none.
    pub wanted: String,
    /// Not installed, or removed, in production.
    pub dev: bool,
    pub path: String,
    /// 1-based; 0 if unknown.
    pub line: LineSpan,
}

/// What a lockfile says of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locked {
    pub version: String,
    /// Only development dependencies need it.
    pub dev: bool,
}

/// All packages of the app's root.
#[derive(Debug, Clone, Default)]
pub struct Packages {
    pub wanted: Vec<Package>,
    pub locked: BTreeMap<(Ecosystem, String), Locked>,
    /// What another locked package needs: gems, Python packages and those of yarn.lock.
    pub needed: BTreeSet<(Ecosystem, String)>,
    /// Manifests at the root.
    pub manifests: Vec<(Ecosystem, String)>,
    /// Lockfiles at the root.
    pub locks: Vec<(Ecosystem, String)>,
}

impl Packages {
    /// The manifest's entry for a package that production has.
    #[must_use]
    pub fn wants(&self, ecosystem: Ecosystem, name: &str) -> Option<&Package> {
        self.wanted
            .iter()
            .find(|package| package.ecosystem == ecosystem && package.name == name && !package.dev)
    }

    /// The first of several packages that production has.
    #[must_use]
    pub fn wants_any(&self, ecosystem: Ecosystem, names: &[&str]) -> Option<&Package> {
        names.iter().find_map(|name| self.wants(ecosystem, name))
    }

    /// Whether production has the package, also through others.
    #[must_use]
    pub fn has(&self, ecosystem: Ecosystem, name: &str) -> bool {
        self.wants(ecosystem, name).is_some()
            || self
                .locked
                .get(&(ecosystem, name.to_owned()))
                .is_some_and(|locked| !locked.dev)
    }

    /// Whether production has one of the packages.
    #[must_use]
    pub fn has_any(&self, ecosystem: Ecosystem, names: &[&str]) -> bool {
        names.iter().any(|name| self.has(ecosystem, name))
    }

    /// The version that a lockfile resolves.
    #[must_use]
    pub fn version(&self, ecosystem: Ecosystem, name: &str) -> Option<&str> {
        self.locked
            .get(&(ecosystem, name.to_owned()))
            .map(|locked| locked.version.as_str())
            .filter(|version| !version.is_empty())
    }

    /// The same without what belongs to languages that the platform does not install.
    #[must_use]
    pub fn without(mut self, languages: &[Language]) -> Self {
        let keeps = |ecosystem: Ecosystem| {
            let language = ecosystem.language();
            language.is_none_or(|language| !languages.contains(&language))
        };
        self.wanted.retain(|package| keeps(package.ecosystem));
        self.locked.retain(|(ecosystem, _), _| keeps(*ecosystem));
        self.needed.retain(|(ecosystem, _)| keeps(*ecosystem));
        self.manifests.retain(|(ecosystem, _)| keeps(*ecosystem));
        self.locks.retain(|(ecosystem, _)| keeps(*ecosystem));
        self
    }

    /// The lockfiles of an ecosystem.
    pub fn locks_of(&self, ecosystem: Ecosystem) -> impl Iterator<Item = &str> {
        self.locks
            .iter()
            .filter(move |(of, _)| *of == ecosystem)
            .map(|(_, path)| path.as_str())
    }

    /// The manifest of an ecosystem.
    #[must_use]
    pub fn manifest(&self, ecosystem: Ecosystem) -> Option<&str> {
        self.manifests
            .iter()
            .find(|(of, _)| *of == ecosystem)
            .map(|(_, path)| path.as_str())
    }
}

/// What a build file of Maven or Gradle asks for, wherever it stands: that of a module is not in [`Packages`].
#[must_use]
pub fn of_java(path: &str, text: &str) -> Vec<Package> {
    manifests::of_java(path, text)
}

/// Reads what manifests and lockfiles say.
#[must_use]
pub fn read(app: &App, sources: &Sources) -> Packages {
    let mut manifests = Vec::new();
    let mut locks = Vec::new();
    for ecosystem in Ecosystem::ALL {
        let model = ecosystem.model();
        let names = model.manifests.iter().map(|one| one.pattern);
        let found = names.filter(|name| sources.has(name));
        manifests.extend(found.map(|name| (ecosystem, name.to_owned())));
        let names = model.lockfiles.iter().map(|one| one.name);
        let found = names.filter(|name| sources.has(name));
        locks.extend(found.map(|name| (ecosystem, name.to_owned())));
    }
    let wanted = self::manifests::read(app, sources);
    Packages {
        locked: self::locks::read(sources),
        needed: self::locks::needed(sources, &wanted),
        wanted,
        manifests,
        locks,
    }
}
