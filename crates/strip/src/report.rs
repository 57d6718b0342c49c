//! What was removed, what was kept although it looked unused, and why?

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::catalogue::Entry;
use super::decide::{Because, Plan};
use super::dev_dependencies::NeededDevDependency;
use super::entries;
use super::facts::{Facts, package_folder};
use super::identical::Identical;
use super::idle::Idle;
use super::index::{name, parent};
use super::legacy::ListReport;
use super::own::{self, Offer};
use super::shrink::{SYMBOLS, Shrink};
use super::trace::Undecided;
use super::verify::PutBack;
use slugsmith_config::StripLevel;
use slugsmith_facts::tree::Totals;

/// What was (or would be) removed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StripReport {
    /// True when nothing was removed: `--dry-run` or `check`.
    pub dry_run: bool,
    pub level: StripLevel,
    pub before: Totals,
    pub removed: Totals,
    /// Largest first.
    pub by_reason: Vec<ReasonTotal>,
    /// Kept files that became smaller, and by how many bytes.
    #[serde(default)]
    pub shrunk: Vec<Removed>,
    /// Every removed path, in the tree's order.
    pub manifest: Vec<Removed>,
    /// What a catalogue entry names but a guard keeps, by folder.
    pub kept: Vec<Kept>,
    /// Files of the app that stay for want of evidence, by folder, the largest first.
    #[serde(default)]
    pub offers: Vec<Offer>,
    /// Files that could not be removed.
    pub failed: Vec<Failed>,
    /// A `verify` command failed and nothing was removed in the end.
    pub put_back: Option<PutBack>,
    pub dev_dependencies: Vec<NeededDevDependency>,
    /// Lines of `remove` that name nothing.
    pub unused_remove: Vec<String>,
    /// Level `trace`: loads whose target can't be known; what they can reach is kept.
    #[serde(default)]
    pub undecided: Vec<Undecided>,
    /// Copies of one file that stay, the costliest first.
    #[serde(default)]
    pub identical: Vec<Identical>,
    /// Lists for other tools, line by line.
    #[serde(default)]
    pub lists: Vec<ListReport>,
    /// Packages that are not looked into, and why.
    #[serde(default)]
    pub left_alone: Vec<String>,
    /// What the decision depends on, where that is known; see [`super::memory::basis`].
    #[serde(skip)]
    pub basis: Option<String>,
    /// Files that the next decision need not search.
    #[serde(skip)]
    pub idle: Idle,
    /// Whether nothing had changed, so that the last report holds.
    #[serde(skip)]
    pub recalled: bool,
}

/// The id of a catalogue entry.
pub type EntryId = &'static str;

/// An id is read only where such an entry exists.
fn entry_id<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<EntryId, D::Error> {
    let id = String::deserialize(deserializer)?;
    let mut entries = entries::ENTRIES.iter();
    let entry = entries.find(|entry| entry.id == id);
    entry
        .map(|entry| entry.id)
        .ok_or_else(|| serde::de::Error::custom("no such entry"))
}

/// Bytes and files per reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonTotal {
    pub reason: String,
    pub totals: Totals,
    /// The package that most of the bytes were in, if more than half were in one of many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<String>,
}

/// One removed file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// Relative to the app.
    pub path: PathBuf,
    /// Apparent bytes.
    pub bytes: u64,
    /// Id of the catalogue entry.
    #[serde(deserialize_with = "entry_id")]
    pub entry: EntryId,
}

/// A path that looked removable and stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Relative to the app; the package's own name for what is in `node_modules`.
    pub path: String,
    pub because: String,
    pub totals: Totals,
    /// Id of the catalogue entry.
    #[serde(deserialize_with = "entry_id")]
    pub entry: EntryId,
    /// Whether a normal log should say it.
    pub tell: bool,
}

/// A file that could not be removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    pub path: PathBuf,
    pub reason: String,
}

impl StripReport {
    /// One line per removed or smaller file: entry, bytes, path; the path is whatever
    /// bytes it is, with line ends and backslashes escaped.
    #[must_use]
    pub fn list(&self) -> Vec<u8> {
        let mut list =
            b"# entry, bytes, path: what strip removed, or took out of a file\n".to_vec();
        for one in self.manifest.iter().chain(&self.shrunk) {
            list.extend(format!("{}\t{}\t", one.entry, one.bytes).into_bytes());
            for byte in one.path.as_os_str().as_encoded_bytes() {
                match byte {
                    b'\n' => list.extend(b"\\n"),
                    b'\\' => list.extend(b"\\\\"),
                    byte => list.push(*byte),
                }
            }
            list.push(b'\n');
        }
        list
    }

    /// The report of a run that removes nothing.
    #[must_use]
    pub fn unchanged(before: Totals, dry_run: bool, level: StripLevel) -> Self {
        Self {
            dry_run,
            level,
            before,
            removed: Totals::default(),
            by_reason: Vec::new(),
            shrunk: Vec::new(),
            manifest: Vec::new(),
            kept: Vec::new(),
            offers: Vec::new(),
            failed: Vec::new(),
            put_back: None,
            dev_dependencies: Vec::new(),
            unused_remove: Vec::new(),
            undecided: Vec::new(),
            identical: Vec::new(),
            lists: Vec::new(),
            left_alone: Vec::new(),
            basis: None,
            idle: Idle::default(),
            recalled: false,
        }
    }

    pub(super) fn fill(
        &mut self,
        facts: &Facts<'_>,
        removed: &[(usize, &'static Entry)],
        shrunk: &[Shrink],
        plan: &Plan,
    ) {
        let mut by_entry: BTreeMap<&str, (Totals, BTreeMap<&str, u64>)> = BTreeMap::new();
        for (number, entry) in removed {
            let Some(file) = facts.index.entry(*number) else {
                continue;
            };
            self.removed += file;
            let sum = by_entry.entry(entry.id).or_default();
            sum.0 += file;
            if let Some(package) = facts.index.path(*number).and_then(package_folder) {
                *sum.1.entry(package).or_default() += file.size();
            }
            self.manifest.push(Removed {
                path: file.path().to_owned(),
                bytes: file.size(),
                entry: entry.id,
            });
        }
        for shrink in shrunk {
            let Some(file) = facts.index.entry(shrink.number) else {
                continue;
            };
            self.removed.bytes += shrink.saved;
            let sum = by_entry.entry(SYMBOLS.id).or_default();
            sum.0.files += 1;
            sum.0.bytes += shrink.saved;
            self.shrunk.push(Removed {
                path: file.path().to_owned(),
                bytes: shrink.saved,
                entry: SYMBOLS.id,
            });
        }
        self.by_reason = entries::ENTRIES
            .iter()
            .filter_map(|entry| {
                let (totals, packages) = by_entry.get(entry.id)?;
                Some(ReasonTotal {
                    reason: reason(entry, packages),
                    totals: *totals,
                    most: most(packages, totals.bytes),
                })
            })
            .collect();
        self.by_reason
            .sort_by_key(|sum| std::cmp::Reverse(sum.totals.bytes));
        self.kept = kept(facts, plan);
        self.offers = own::offers(facts, &plan.kept);
        self.unused_remove.clone_from(&plan.unused_remove);
        self.undecided.clone_from(&plan.undecided);
        self.identical.clone_from(&plan.identical);
        self.lists.clone_from(&plan.lists);
        if facts.plug_and_play {
            let why = "yarn Plug'n'Play: packages are zip archives, which stay as they are";
            self.left_alone.push(why.to_owned());
        }
    }
}

/// The reason, with the packages' names where they are few.
fn reason(entry: &Entry, packages: &BTreeMap<&str, u64>) -> String {
    let names: Vec<&str> = packages.keys().map(|folder| package_name(folder)).collect();
    if entry.id == super::catalogue::node::NATIVE_SOURCES.id && names.len() == 1 {
        return format!(
            "{} of {} (its addon is built)",
            entry.reason,
            names.join("")
        );
    }
    entry.reason.to_owned()
}

/// The package that more than half of the bytes are in, where there are several.
fn most(packages: &BTreeMap<&str, u64>, all: u64) -> Option<String> {
    let (folder, bytes) = packages.iter().max_by_key(|(_, bytes)| **bytes)?;
    (packages.len() > 1 && bytes.saturating_mul(2) > all).then(|| package_name(folder).to_owned())
}

/// The package's name from its folder.
fn package_name(folder: &str) -> &str {
    folder
        .rfind("node_modules/")
        .map_or(folder, |at| &folder[at + "node_modules/".len()..])
}

/// What guards kept, one line per folder, the largest first.
fn kept(facts: &Facts<'_>, plan: &Plan) -> Vec<Kept> {
    let mut folders: BTreeMap<String, Kept> = BTreeMap::new();
    for (number, entry, because) in &plan.kept {
        // They are offered instead.
        if matches!(because, Because::Doubt(_)) {
            continue;
        }
        let (Some(path), Some(file)) = (facts.index.path(*number), facts.index.entry(*number))
        else {
            continue;
        };
        let (group, folder) = group(path);
        let kept = folders
            .entry(format!("{}:{group}", entry.id))
            .or_insert_with(|| Kept {
                path: package_name(path).to_owned(),
                because: said(because, folder),
                totals: Totals::default(),
                entry: entry.id,
                tell: entry.tell_kept,
            });
        kept.totals += file;
        if kept.totals.files > 1 || group == folder {
            package_name(&group).clone_into(&mut kept.path);
        }
    }
    let mut kept: Vec<Kept> = folders.into_values().collect();
    kept.sort_by_key(|kept| std::cmp::Reverse(kept.totals.bytes));
    kept
}

/// What files are told together, and the folder they are in: the first folder of the package (or the app) with a
/// telling name, else files of one ending beside each other, `dist/*.test.js`.
fn group(path: &str) -> (String, &str) {
    const NAMES: &[&str] = &[
        "test",
        "tests",
        "__tests__",
        "spec",
        "doc",
        "docs",
        "design",
        "example",
        "examples",
        "coverage",
        ".git",
        "e2e",
        "man",
        "fixtures",
        "demo",
        "samples",
        "benchmark",
    ];
    let start = package_folder(path).map_or(0, |folder| folder.len() + 1);
    let mut at = start;
    for part in path.get(start..).unwrap_or_default().split('/') {
        at += part.len();
        if NAMES.contains(&part) {
            let folder = path.get(..at).unwrap_or(path);
            return (folder.to_owned(), folder);
        }
        at += 1;
    }
    let folder = parent(path);
    if folder.len() <= start {
        return (path.to_owned(), path);
    }
    let file = name(path);
    let ending = file
        .find('.')
        .and_then(|dot| file.get(dot..))
        .unwrap_or(file);
    (format!("{folder}/*{ending}"), folder)
}

fn said(because: &Because, folder: &str) -> String {
    let is_package = package_folder(&format!("{folder}/x")).is_some();
    let short = |path: &str| if is_package { package_name(path) } else { path }.to_owned();
    match because {
        Because::Manifest(path) => format!("named by {}", short(path)),
        Because::Command(origin) => format!("named by {origin}"),
        Because::Link(path) => format!("a link leads to it: {}", short(path)),
        // A guard tells that a file can mean another, not that it does.
        Because::File { path, line } => format!("{}:{line} refers to it", short(path)),
        Because::Doubt(doubt) => doubt.clone(),
    }
}
