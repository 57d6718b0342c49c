//! Removes from an app what no process of it needs.
//!
//! In: the app's folder, configuration, environment. Out: a [`StripReport`].
//!
//! - `catalogue/` names what is worth removing, each entry with a reason and a guard;
//!   `candidates` finds it in a tree.
//! - `facts` reads this very tree: package.json files, links, commands that run on a
//!   dyno. `manifest`, `references`, `resolve`, `start` and `platform` say what each means.
//! - `decide` keeps every candidate that something kept can reach: a pure function.
//! - `journal` is the only part that moves or deletes, so that an interruption leaves the
//!   app either untouched or completely stripped.

// Tests write what they like into folders of their own.
#![cfg_attr(test, allow(clippy::disallowed_methods))]
// Node resolves names case-sensitively, and what is compared otherwise is lowered first.
#![allow(clippy::case_sensitive_file_extension_comparisons)]

mod absent;
mod apply;
mod because;
pub mod candidates;
pub mod catalogue;
pub mod decide;
pub mod dev;
pub mod dev_dependencies;
mod endings;
pub mod entries;
pub mod facts;
mod front_end;
mod go;
pub mod identical;
pub mod idle;
pub mod index;
pub mod journal;
pub mod kept;
mod known;
pub mod layer;
pub mod legacy;
pub mod lists;
pub mod manifest;
pub mod memory;
pub mod native;
mod own;
mod packages;
pub mod platform;
mod program;
pub mod prove;
pub mod python;
mod reading;
pub mod record;
pub mod references;
mod related;
pub mod report;
pub mod resolve;
pub mod served;
pub mod shrink;
pub mod start;
mod stripped;
pub mod superseded;
mod texts;
mod tooling;
pub mod trace;
mod vendored;
pub mod verify;

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::path::Path;

pub use dev_dependencies::NeededDevDependency;
pub use own::Offer;
pub use report::{Failed, Kept, ReasonTotal, Removed, StripReport};
pub use stripped::Stripped;

use memory::Memory;
use slugsmith_facts::absent::{Absent, Nothing};
use start::Command;

use slugsmith_config::{Config, StripLevel};
use slugsmith_facts::environment::{Environment, World};
use slugsmith_facts::tree::{Totals, Tree};
use slugsmith_finding::error::{self, Kind, Problem, Result};

/// An earlier strip was stopped and can't be ended.
pub static NOT_RECOVERED: Kind = Kind {
    id: "strip-not-recovered",
    header: "An interrupted strip can't be taken back",
    why: "Files of the app may still be in .slugsmith-aside, so a slug built now could miss \
          some. The build stops rather than ship it.",
    steps: &[
        "Build from a fresh checkout of the app: it has no .slugsmith-aside folder.",
        "If the folder is in your repository, remove it: git rm -r --cached .slugsmith-aside",
    ],
    example: || {
        Problem::new(&NOT_RECOVERED)
            .saw(".slugsmith-aside/journal is damaged; files in .slugsmith-aside were left alone")
    },
};

/// What one strip works on.
pub struct Input<'a> {
    pub app: &'a Path,
    pub config: &'a Config,
    pub environment: &'a Environment,
    /// Commands that other buildpacks have set, besides those that the app's files name.
    pub commands: Vec<Command>,
    /// Files of the app that are elsewhere.
    pub absent: &'a dyn Absent,
    /// Only say what would go.
    pub dry_run: bool,
}

/// Strips `app`, or with `dry_run` only says what would go.
///
/// # Errors
/// [`NOT_RECOVERED`], or a journal that can't be written (a full disk); never for a
/// single file that can't be removed.
pub fn run(
    app: &Path,
    config: &Config,
    environment: &Environment,
    dry_run: bool,
) -> Result<StripReport> {
    let input = Input {
        app,
        config,
        environment,
        commands: Vec::new(),
        absent: &Nothing,
        dry_run,
    };
    run_with(&input).map(|stripped| stripped.report)
}

/// As [`run`], for an app of which some files may be elsewhere: those that stay are
/// brought back, the others are reported as removed. Gives the walked tree as well.
///
/// # Errors
/// As [`run`], or a file that stays can't be brought back.
pub fn run_with(input: &Input<'_>) -> Result<Stripped> {
    let Input {
        app,
        config,
        environment,
        absent,
        dry_run,
        ..
    } = *input;
    if !dry_run {
        recover(app)?;
    }
    let level = config.strip.level.value;
    let tree = absent::whole(Tree::read(app), absent);
    if level == StripLevel::Off {
        bring_back(app, &tree, &HashSet::new(), absent)?;
        let report = StripReport::unchanged(before(&tree, environment), dry_run, level);
        return Ok(Stripped::new(tree, report, absent));
    }
    let memory = absent.remembered().as_deref().and_then(Memory::decode);
    let basis = absent
        .packed()
        .filter(|_| !dry_run && config.strip.verify.value.is_empty())
        .and_then(|packed| memory::basis(&tree, packed, input, memory.as_ref()));
    if let (Some(basis), Some(memory)) = (&basis, &memory)
        && let Some(report) = recall(app, basis, memory, &tree, absent)?
    {
        return Ok(Stripped::new(tree, report, absent));
    }
    let all_variables = environment;
    let environment = &memory::only_what_counts(environment);
    let trace = level == StripLevel::Trace;
    let mut facts = facts::read(&tree, environment, &input.commands, trace);
    let texts = absent::Everywhere {
        on_disk: facts::OnDisk { root: app },
        absent,
    };
    facts.front_ends = own::front_ends::find(&facts, &texts, environment.get("NODE_PATH"));
    facts.superseded = trace::superseded(&facts, &texts);
    facts.idle = memory.map(Memory::into_idle).unwrap_or_default();
    let plan = decide::decide(&facts, &config.strip, &texts);
    let removed = plan.removed.iter().map(|(number, _)| *number).collect();
    bring_back(app, &tree, &removed, absent)?;
    let (removed, remaining) = plan
        .removed
        .iter()
        .partition::<Removal, _>(|(number, _)| is_absent(&tree, *number, absent));
    let work = apply::Work {
        app,
        tree: &tree,
        removals: &remaining,
        shrinks: &plan.shrinks,
    };
    let mut applied = if dry_run || work.is_empty() {
        work.as_planned()
    } else {
        let verify = &config.strip.verify.value;
        work.apply(|app| verify::first_failure(app, verify, all_variables))?
    };
    applied.removed.extend(removed);
    applied.removed.sort_unstable_by_key(|(number, _)| *number);
    let mut report = StripReport::unchanged(before(&tree, environment), dry_run, level);
    report.fill(&facts, &applied.removed, &applied.shrunk, &plan);
    report.failed = applied.failed;
    report.put_back = applied.put_back;
    report.dev_dependencies = plan.dev_dependencies;
    report.basis = basis;
    report.idle = plan.idle;
    let commands_ran = !dry_run && !config.strip.verify.value.is_empty();
    // They may have written anything.
    let tree = if commands_ran { Tree::read(app) } else { tree };
    Ok(Stripped::new(tree, report, absent))
}

/// What there is to strip. On a laptop the repository lies beside it, which a push leaves
/// behind.
fn before(tree: &Tree, environment: &Environment) -> Totals {
    if environment.world != World::Embedded {
        return tree.totals();
    }
    let entries = tree.entries().iter();
    let pushed = entries.filter(|entry| !entry.is_of_repository());
    pushed.fold(Totals::default(), |mut totals, entry| {
        totals += entry;
        totals
    })
}

pub(crate) type Removal = Vec<(usize, &'static catalogue::Entry)>;

fn is_absent(tree: &Tree, number: usize, absent: &dyn Absent) -> bool {
    let entry = tree.entries().get(number);
    entry.is_some_and(|entry| absent.has(entry.path()))
}

/// Brings back what is absent and does not go.
fn bring_back(
    app: &Path,
    tree: &Tree,
    removed: &HashSet<usize>,
    absent: &dyn Absent,
) -> Result<()> {
    let stays: Vec<&Path> = (0..tree.entries().len())
        .filter(|number| !removed.contains(number) && is_absent(tree, *number, absent))
        .filter_map(|number| Some(tree.entries().get(number)?.path()))
        .collect();
    absent
        .bring_back(&stays)
        .map_err(|error| error::io("unpacking into", app, &error))
}

/// The report of the last strip, applied again, if it was made on the same basis. `None`
/// where it was not, or a file can't be removed: then everything is decided anew.
fn recall(
    app: &Path,
    basis: &str,
    memory: &Memory,
    tree: &Tree,
    absent: &dyn Absent,
) -> Result<Option<StripReport>> {
    let Some(mut report) = memory.recall(basis).cloned() else {
        return Ok(None);
    };
    let problem = |error: std::io::Error| error::io("stripping", app, &error);
    let removed: HashSet<&Path> = report
        .manifest
        .iter()
        .map(|removed| removed.path.as_path())
        .collect();
    let numbers = tree.entries().iter().enumerate();
    let removed = numbers
        .filter(|(_, entry)| removed.contains(entry.path()))
        .map(|(number, _)| number)
        .collect();
    bring_back(app, tree, &removed, absent)?;
    if !apply::recall(app, memory::recalled_changes(app, &report)).map_err(problem)? {
        return Ok(None);
    }
    report.basis = Some(basis.to_owned());
    report.recalled = true;
    Ok(Some(report))
}

/// Why a path of the app stays or goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Explanation {
    /// Nothing of that path is in the app.
    Missing,
    /// It goes: the catalogue entry, and for a list of another tool its line
    /// (`.slugcleanup:3`).
    Removed(&'static catalogue::Entry, Option<String>),
    /// A catalogue entry names it, and this keeps it.
    Kept(&'static catalogue::Entry, decide::Because),
    /// Level `trace`: what the app loads leads to it.
    Reached(decide::Because),
    /// No catalogue entry names it.
    NotNamed,
    /// A list of the user keeps it.
    Listed,
    /// A folder: what of it goes, by kind, what stays, and why the first candidate does.
    Folder {
        removed: Vec<(&'static catalogue::Entry, Totals)>,
        stays: Totals,
        kept: Option<(&'static catalogue::Entry, decide::Because)>,
    },
    /// It is a list for another tool, and means this.
    List(legacy::ListReport),
}

/// Says why `path` (relative to `app`) stays or goes; changes nothing.
#[must_use]
pub fn explain(app: &Path, config: &Config, environment: &Environment, path: &Path) -> Explanation {
    let tree = Tree::read(app);
    let trace = config.strip.level.value == StripLevel::Trace;
    let mut facts = facts::read(&tree, environment, &[], trace);
    let texts = facts::OnDisk { root: app };
    facts.front_ends = own::front_ends::find(&facts, &texts, environment.get("NODE_PATH"));
    facts.superseded = trace::superseded(&facts, &texts);
    let plan = decide::decide(&facts, &config.strip, &texts);
    let list = plan.lists.iter().find(|list| path == Path::new(&list.name));
    if let Some(list) = list.cloned() {
        return Explanation::List(list);
    }
    // `./docs/` is `docs`.
    let path: std::path::PathBuf = path
        .components()
        .filter(|part| part.as_os_str() != ".")
        .collect();
    let Some(number) = tree.entries().iter().position(|entry| entry.path() == path) else {
        return Explanation::Missing;
    };
    if facts.index.is_folder(number) {
        return folder(&facts, &plan, number);
    }
    if let Some((_, entry)) = plan.removed.iter().find(|(at, _)| *at == number) {
        let path = facts.index.path(number).unwrap_or_default();
        let listed = facts
            .legacy
            .0
            .iter()
            .any(|list| list.kind.entry == Some(*entry));
        return Explanation::Removed(entry, listed.then(|| facts.legacy.place(path)).flatten());
    }
    match plan.kept.iter().find(|(at, ..)| *at == number) {
        Some((_, entry, because)) => Explanation::Kept(entry, because.clone()),
        None => match plan.reached.get(&number) {
            Some(because) => Explanation::Reached(because.clone()),
            None => not_named(&facts, config, &texts, number),
        },
    }
}

/// Why a file that is no candidate is none.
fn not_named(
    facts: &facts::Facts<'_>,
    config: &Config,
    texts: &dyn facts::Texts,
    number: usize,
) -> Explanation {
    let path = facts.index.path(number).unwrap_or_default();
    let lists = lists::Lists::read(facts, &config.strip, texts);
    if lists.keep.names(path, false) {
        return Explanation::Listed;
    }
    match front_end::doubt_of(&facts.front_ends, path) {
        Some(doubt) => Explanation::Kept(&dev::FRONT_ENDS, doubt.clone()),
        None => Explanation::NotNamed,
    }
}

/// What happens to the files of a folder.
fn folder(facts: &facts::Facts<'_>, plan: &decide::Plan, folder: usize) -> Explanation {
    let below = facts.index.below(folder);
    let mut stays = Totals::default();
    for number in below.clone().filter(|number| facts.index.is_file(*number)) {
        if let Some(entry) = facts.index.entry(number) {
            stays += entry;
        }
    }
    let mut removed: Vec<(&'static catalogue::Entry, Totals)> = Vec::new();
    for (number, kind) in plan
        .removed
        .iter()
        .filter(|(number, _)| below.contains(number))
    {
        let Some(entry) = facts.index.entry(*number) else {
            continue;
        };
        stays.files = stays.files.saturating_sub(1);
        stays.bytes = stays.bytes.saturating_sub(entry.size());
        if let Some((_, totals)) = removed.iter_mut().find(|(known, _)| known.id == kind.id) {
            *totals += entry;
        } else {
            let mut totals = Totals::default();
            totals += entry;
            removed.push((kind, totals));
        }
    }
    removed.sort_by_key(|(_, totals)| std::cmp::Reverse(totals.bytes));
    let kept = plan.kept.iter().find(|(number, ..)| below.contains(number));
    Explanation::Folder {
        removed,
        stays,
        kept: kept.map(|(_, entry, because)| (*entry, because.clone())),
    }
}

/// Ends what an earlier, interrupted strip of `app` began. Call it before anything else
/// looks at the app.
///
/// # Errors
/// [`NOT_RECOVERED`].
pub fn recover(app: &Path) -> Result<()> {
    match journal::recover(app) {
        Ok(_) => Ok(()),
        Err(error) => Err(Problem::new(&NOT_RECOVERED).saw(error.to_string())),
    }
}
