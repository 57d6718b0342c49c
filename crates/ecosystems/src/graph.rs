//! What a lockfile pins: the same type for every ecosystem.

use std::collections::BTreeMap;

use serde_json::Value;
use slugsmith_finding::LineSpan;

/// The packages of a lockfile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Graph {
    /// In the order of the file.
    pub packages: Vec<Package>,
}

/// One package of a lockfile, in one version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Package {
    /// As the lockfile has it.
    pub name: String,
    /// Empty for a local package without one.
    pub version: String,
    pub scope: Scope,
    /// Groups or markers as the manager calls them: `dev`, `test`, `net8.0`.
    pub groups: Vec<String>,
    /// Where it is copied or linked from, relative to the project, if it is local.
    pub local: Option<String>,
    /// Checksum as written.
    pub integrity: Option<String>,
    /// Whether the lockfile says that it runs scripts when installed.
    pub has_install_scripts: bool,
    /// Whether only a package above it sees this version, and not the app.
    pub is_nested: bool,
    /// Names of packages that it needs.
    pub needs: Vec<String>,
}

/// A package that a manifest asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    pub name: String,
    /// As written; empty for git and paths.
    pub version: String,
    /// Whether only development and tests have it.
    pub is_development: bool,
    /// 1-based; 0 where it is not known.
    pub line: LineSpan,
}

/// When a package is needed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    #[default]
    Production,
    /// Installed in production where it can be.
    Optional,
    Development,
}

/// Why a lockfile can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// 1-based; 0 where it is not known.
    pub line: usize,
    /// 1-based; 0 where it is not known.
    pub column: usize,
    pub reason: String,
}

impl Unreadable {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self {
            line: 0,
            column: 0,
            reason: reason.into(),
        }
    }
}

impl Package {
    pub(crate) fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            ..Self::default()
        }
    }
}

impl Graph {
    /// Name → versions of what comes from elsewhere, without development dependencies.
    #[must_use]
    pub fn production(&self) -> BTreeMap<String, std::collections::BTreeSet<String>> {
        let mut found: BTreeMap<String, std::collections::BTreeSet<String>> = BTreeMap::new();
        let packages = self.packages.iter();
        for package in packages.filter(|one| one.scope != Scope::Development && one.local.is_none())
        {
            let versions = found.entry(package.name.clone()).or_default();
            versions.insert(package.version.clone());
        }
        found
    }
}

/// A lockfile of which nothing but its being there is used.
///
/// # Errors
/// Never.
pub fn unread(_text: &str) -> Result<Graph, Unreadable> {
    Ok(Graph::default())
}

/// Most values of a lockfile that is parsed as a whole: a parsed value takes a few hundred bytes, whatever it
/// takes in the text. The largest monorepos have 60,000 packages with a dozen values each.
const MOST_VALUES: usize = 800_000;

fn must_fit(text: &str, marks: &[u8]) -> Result<(), Unreadable> {
    let values = text.bytes().filter(|byte| marks.contains(byte)).count();
    if values <= MOST_VALUES {
        return Ok(());
    }
    Err(Unreadable {
        line: 0,
        column: 0,
        reason: format!("it has {values} values, more than the {MOST_VALUES} that are read"),
    })
}

/// The JSON of a lockfile.
///
/// # Errors
/// It is no JSON, or larger than any lockfile.
pub fn json(text: &str) -> Result<Value, Unreadable> {
    must_fit(text, b",[{")?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_json::from_str(text).map_err(|error| Unreadable {
        line: error.line(),
        column: error.column(),
        reason: error.to_string(),
    })
}

/// The TOML of a lockfile.
///
/// # Errors
/// It is no TOML, or larger than any lockfile.
pub fn toml(text: &str) -> Result<toml::Table, Unreadable> {
    must_fit(text, b"=,[{")?;
    text.parse().map_err(|error: toml::de::Error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = text
            .get(..start)
            .map_or(0, |before| before.matches('\n').count() + 1);
        Unreadable {
            line,
            column: 0,
            reason: error.message().to_owned(),
        }
    })
}
