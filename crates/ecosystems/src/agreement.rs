//! Does a lockfile pin what its manifest asks for? Told without any tool, for `check` and for
//! installs whose command does not ask.
//!
//! Only what is sure to be refused, or resolved anew, counts: where a wish is written in a form
//! that this does not read, nothing is said of it.

mod javascript;
mod others;
mod python;
mod versions;
mod yaml;

use slugsmith_finding::LineSpan;

use super::lines::line_of;
use super::recognise::{self, Look, join};

/// A package that a manifest asks for and a lockfile does not pin so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// Relative to the app.
    pub manifest: String,
    /// 1-based; 0 where it is not known.
    pub line: LineSpan,
    pub package: String,
    /// As written; empty for any version.
    pub wanted: String,
    /// Relative to the app.
    pub lockfile: String,
    pub locked: Locked,
    /// Writes the lockfile anew.
    pub lock_with: &'static str,
}

/// What the lockfile has instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Locked {
    /// The package is not in it.
    Nothing,
    /// A version that does not fit.
    Version(String),
    /// It was made for another wish.
    For(String),
}

impl std::fmt::Display for Disagreement {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            manifest,
            package,
            wanted,
            lockfile,
            ..
        } = self;
        write!(formatter, "{manifest} asks for {package}")?;
        if !wanted.is_empty() {
            write!(formatter, " {wanted}")?;
        }
        match &self.locked {
            Locked::Nothing => write!(formatter, ", but {lockfile} does not have it"),
            Locked::Version(version) => write!(formatter, ", but {lockfile} has {version}"),
            Locked::For(wish) => write!(formatter, ", but {lockfile} was made for {wish}"),
        }
    }
}

/// The check of one kind of lockfile, in a folder of the app.
type Check = fn(&dyn Look, &str, &str) -> Vec<Found>;

/// What a check finds.
struct Found {
    /// Relative to the folder.
    manifest: String,
    /// What stands on the line of the wish.
    needle: String,
    package: String,
    wanted: String,
    locked: Locked,
}

impl Found {
    fn new(manifest: &str, package: &str, wanted: &str, locked: Locked) -> Self {
        Self {
            manifest: manifest.to_owned(),
            needle: package.to_owned(),
            package: package.to_owned(),
            wanted: wanted.to_owned(),
            locked,
        }
    }

    /// For manifests in JSON, where a name stands in quotes.
    fn quoted(mut self) -> Self {
        self.needle = format!("\"{}\"", self.package);
        self
    }
}

const CHECKS: &[(&str, Check)] = &[
    ("npm-shrinkwrap.json", javascript::npm),
    ("package-lock.json", javascript::npm),
    ("yarn.lock", javascript::yarn),
    ("pnpm-lock.yaml", javascript::pnpm),
    ("bun.lock", javascript::bun),
    ("Pipfile.lock", python::pipenv),
    ("poetry.lock", python::poetry),
    ("uv.lock", python::uv),
    ("Gemfile.lock", others::bundler),
    ("composer.lock", others::composer),
    ("go.sum", others::go),
    ("Cargo.lock", others::cargo),
    ("packages.lock.json", others::nuget),
];

/// Every disagreement in one folder of the app. With lockfiles of several managers side by side
/// it is not known which one counts, so nothing is said of them.
pub fn of(look: &dyn Look, at: &str) -> Vec<Disagreement> {
    let names = look.names(at);
    let mut all = Vec::new();
    for project in recognise::projects(look, at) {
        let lockfiles = project.ecosystem.lockfiles.iter();
        let listed = lockfiles.filter(|one| names.iter().any(|name| name == one.name));
        let managers: std::collections::BTreeSet<_> = listed.map(|one| one.manager).collect();
        let Some(lockfile) = project.lockfile.filter(|_| managers.len() == 1) else {
            continue;
        };
        let check = CHECKS.iter().find(|(name, _)| *name == lockfile.name);
        let found = check.map(|(name, check)| check(look, at, name));
        for one in found.into_iter().flatten() {
            let manifest = join(at, &one.manifest);
            let text = look.text(&manifest).unwrap_or_default();
            all.push(Disagreement {
                line: line_of(&text, &one.needle),
                manifest,
                package: one.package,
                wanted: one.wanted,
                lockfile: join(at, lockfile.name),
                locked: one.locked,
                lock_with: lockfile.lock_with,
            });
        }
    }
    all
}

/// The text of a file of the folder.
fn text(look: &dyn Look, at: &str, name: &str) -> Option<String> {
    look.text(&join(at, name))
}

#[cfg(test)]
mod tests;
