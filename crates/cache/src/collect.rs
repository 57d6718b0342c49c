//! Which stored caches have had their time?
//!
//! What no build used for a while goes, and when all caches together are too large, what
//! was used longest ago goes first. Layers that the app runs from are not counted: they
//! are no store.

use super::ledger::{self, Ledger};
use super::store::{Record, Stored};
use super::{Context, left_out, warm};
use crate::event::{Collected, Event, Progress};
use slugsmith_finding::units;

/// Builds after which a cache that none of them used is discarded.
const IDLE: u64 = 10;
/// Most bytes of all caches together, unless the user says otherwise.
const MOST: u64 = 2_000_000_000;

/// Counts the build and discards. Failing costs room and nothing else.
pub(super) fn collect(context: &Context<'_>, progress: &mut dyn Progress) {
    if context.config.cache.off {
        return;
    }
    let store = context.store;
    let mut ledger = Ledger::load(store);
    ledger.build += 1;
    let used = store.used();
    let mut stored = store.all();
    let own = [ledger::NAME, left_out::NAME, warm::SECRET];
    stored.retain(|(name, _)| !own.contains(&name.as_str()));
    for (name, _) in &stored {
        if used.contains_key(name) {
            ledger.used.insert(name.clone(), ledger.build);
        } else {
            ledger.used.entry(name.clone()).or_insert(ledger.build);
        }
    }
    let is_launched = |name: &str| used.get(name).is_some_and(|kept| kept.launch);
    let most = context.config.cache.most.unwrap_or(MOST);
    for collected in choose(&stored, &ledger, most, is_launched) {
        // What can't be removed is judged again by the next build.
        let _ = store.discard(&collected.name);
        progress.event(Event::Collected(&collected));
    }
    let names: Vec<String> = ledger.used.keys().cloned().collect();
    for name in names {
        if store.look_up(&name) == Stored::Nothing {
            ledger.forget(&name);
        }
    }
    let _ = ledger.save(store);
}

fn choose(
    stored: &[(String, Record)],
    ledger: &Ledger,
    most: u64,
    is_launched: impl Fn(&str) -> bool,
) -> Vec<Collected> {
    let idle = |name: &str| ledger.build - ledger.used.get(name).copied().unwrap_or(ledger.build);
    let mut candidates: Vec<_> = stored
        .iter()
        .filter(|(name, _)| !is_launched(name))
        .collect();
    // Idle longest first; of those equally idle, the one that frees most.
    candidates.sort_by_key(|(name, record)| std::cmp::Reverse((idle(name), record.stored_bytes)));
    let mut total: u64 = candidates
        .iter()
        .map(|(_, record)| record.stored_bytes)
        .sum();
    let mut chosen = Vec::new();
    for (name, record) in candidates {
        let why = if idle(name) >= IDLE {
            format!("no build used it for {IDLE} builds")
        } else if total > most {
            format!(
                "all caches together have {}, more than their limit of {}",
                units::size(total),
                units::size(most)
            )
        } else {
            continue;
        };
        total -= record.stored_bytes;
        chosen.push(Collected {
            name: name.clone(),
            bytes: record.stored_bytes,
            why,
        });
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(list: &[(&str, u64)]) -> Vec<(String, Record)> {
        let record = |bytes| Record {
            stored_bytes: bytes,
            ..Record::default()
        };
        let list = list.iter();
        list.map(|(name, bytes)| ((*name).to_owned(), record(*bytes)))
            .collect()
    }

    fn ledger(build: u64, used: &[(&str, u64)]) -> Ledger {
        let used = used.iter().map(|(name, at)| ((*name).to_owned(), *at));
        Ledger {
            build,
            used: used.collect(),
            ..Ledger::default()
        }
    }

    fn names(chosen: &[Collected]) -> Vec<&str> {
        chosen.iter().map(|one| one.name.as_str()).collect()
    }

    #[test]
    fn the_idle_and_the_longest_unused_go() {
        let stored = stored(&[("npm", 50), ("old", 1), ("next", 60), ("venv", 900)]);
        let ledger = ledger(20, &[("npm", 20), ("old", 10), ("next", 18), ("venv", 20)]);
        let launched = |name: &str| name == "venv";
        assert_eq!(names(&choose(&stored, &ledger, 1_000, launched)), ["old"]);
        assert_eq!(
            names(&choose(&stored, &ledger, 100, launched)),
            ["old", "next"]
        );
        assert_eq!(
            names(&choose(&stored, &ledger, 10, launched)),
            ["old", "next", "npm"]
        );
    }
}
