//! Positive evidence that no process of the app reads a file of the app itself.
//!
//! A folder called `docs` or `test` is a name, no evidence: apps serve, render, route and
//! load any folder of their own. Such files are removed only where all of this is known:
//! every process runs Node on files that are read here, every file of the app is of a kind
//! that is read, no code opens a path that is known only when it runs, no package lists the
//! working directory, and nothing that stays has the folder's name in it. Otherwise they
//! stay, and the report offers a line of `remove` for them.

mod code;
pub(super) mod front_ends;
mod kinds;
mod mentions;
mod processes;

pub(super) use mentions::mention;

use std::collections::BTreeMap;

use super::candidates::Candidates;
use super::catalogue::{Entry, app};
use super::decide::Because;
use super::facts::{Facts, Texts, in_packages};
use super::index::parent;
use slugsmith_facts::tree::Totals;

/// Files of the app that look unused and stay, because nothing proves it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Offer {
    /// A folder with its slash, or a file, relative to the app.
    pub path: String,
    pub totals: Totals,
    /// What is not known.
    pub because: String,
}

/// Kinds that judge the app's own files by the names of their folders.
pub(super) fn is_by_name(entry: &Entry) -> bool {
    let kinds = [
        &app::TESTS,
        &app::DOCS,
        &app::COVERAGE,
        &app::EXPORT_IGNORED,
    ];
    kinds.iter().any(|kind| kind.id == entry.id)
}

/// Takes out of `candidates` what no evidence speaks for. Returns it, with the reason.
pub(super) fn without_evidence(
    facts: &Facts<'_>,
    texts: &dyn Texts,
    candidates: &mut Candidates,
) -> Vec<(usize, &'static Entry, Because)> {
    let own: Vec<(usize, &'static Entry)> = candidates
        .iter()
        .enumerate()
        .filter_map(|(number, entry)| Some((number, (*entry)?)))
        .filter(|(_, entry)| is_by_name(entry))
        .collect();
    if own.is_empty() {
        return Vec::new();
    }
    let mut folders: BTreeMap<&str, Option<Because>> = BTreeMap::new();
    for (number, _) in &own {
        folders.entry(folder_of(facts, *number)).or_insert(None);
    }
    let search = Search {
        facts,
        texts,
        candidates,
    };
    if let Some(doubt) = search.doubt() {
        for because in folders.values_mut() {
            *because = Some(doubt.clone());
        }
    } else {
        code::opened(&search, &mut folders);
        mentions::find(&search, &mut folders);
    }
    let mut kept = Vec::new();
    for (number, entry) in own {
        if let Some(because) = folders
            .get(folder_of(facts, number))
            .and_then(Option::as_ref)
        {
            kept.push((number, entry, because.clone()));
        }
    }
    for (number, ..) in &kept {
        if let Some(slot) = candidates.get_mut(*number) {
            *slot = None;
        }
    }
    kept
}

/// What the search for evidence looks at.
struct Search<'s, 'a> {
    facts: &'s Facts<'a>,
    texts: &'s dyn Texts,
    candidates: &'s Candidates,
}

impl<'a> Search<'_, 'a> {
    /// What nothing of the app can be decided without; the cheapest question first.
    fn doubt(&self) -> Option<Because> {
        processes::doubt(self.facts)
            .or_else(|| kinds::doubt(self))
            .or_else(|| code::doubt(self))
            .or_else(|| mentions::lister(self))
    }

    /// The app's own files that stay: by number, path and size.
    fn own(&self) -> impl Iterator<Item = (usize, &'a str, u64)> {
        let facts = self.facts;
        (0..facts.index.entries().len()).filter_map(move |number| {
            let path = facts.index.path(number)?;
            let is_own = facts.index.is_file(number)
                && !in_packages(path)
                && !is_of_tools(path)
                && self.candidates.get(number) == Some(&None);
            let entry = facts.index.entry(number).filter(|_| is_own)?;
            Some((number, path, entry.size()))
        })
    }
}

/// Folders of buildpacks, of version control and of package managers.
fn is_of_tools(path: &str) -> bool {
    const FOLDERS: &[&str] = &[
        ".git",
        ".heroku",
        ".cache",
        ".yarn",
        ".pnp",
        ".scalingo",
        ".apt",
    ];
    let first = path.split('/').next().unwrap_or_default();
    FOLDERS.contains(&first) || first.starts_with(".slugsmith")
}

/// The top folder that a file is judged by: of the app, or of a package.json's folder.
fn folder_of<'a>(facts: &Facts<'a>, number: usize) -> &'a str {
    let path = facts.index.path(number).unwrap_or_default();
    let mut base = parent(path);
    while !base.is_empty() && !facts.manifests.contains_key(base) {
        base = parent(base);
    }
    let start = match base.len() {
        0 => 0,
        length => length + 1,
    };
    let inside = path.get(start..).unwrap_or_default();
    let end = inside.find('/').map_or(path.len(), |slash| start + slash);
    path.get(..end).unwrap_or(path)
}

/// What stays for want of evidence, by folder, the largest first.
pub(super) fn offers(facts: &Facts<'_>, kept: &[(usize, &'static Entry, Because)]) -> Vec<Offer> {
    let mut folders: BTreeMap<&str, Offer> = BTreeMap::new();
    for (number, entry, because) in kept {
        let (Because::Doubt(doubt), Some(file)) = (because, facts.index.entry(*number)) else {
            continue;
        };
        if !is_by_name(entry) {
            continue;
        }
        let folder = folder_of(facts, *number);
        let offer = folders.entry(folder).or_insert_with(|| Offer {
            path: match facts
                .index
                .exact(folder)
                .filter(|number| facts.index.is_folder(*number))
            {
                Some(_) => format!("{folder}/"),
                None => folder.to_owned(),
            },
            totals: Totals::default(),
            because: doubt.clone(),
        });
        offer.totals += file;
    }
    let mut offers: Vec<Offer> = folders.into_values().collect();
    offers.sort_by_key(|offer| std::cmp::Reverse(offer.totals.bytes));
    offers
}
