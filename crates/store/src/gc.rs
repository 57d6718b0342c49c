//! Which objects of a store have had their time? Pure: from a list to what is removed.
//!
//! Entries are small and name a pack, which is large and may be named by several. An entry goes
//! when it is too old, or when all together is too large, oldest first; a pack goes when no entry
//! names it any more, and not before it is a day old: its entry comes after it.

use std::collections::{BTreeMap, BTreeSet};

use crate::Listed;

/// Begins the keys of entries: `e/…/<key>-<time>-<pack>`.
pub const ENTRIES: &str = "e/";
/// Begins the keys of packs: `p/<pack>-…`.
pub const PACKS: &str = "p/";
/// Begins the keys of reports: `r/<app>/<time>-…`.
pub const REPORTS: &str = "r/";
/// Hexadecimal digits of a pack's digest in the key of an entry.
pub const SHORT: usize = 16;
/// A pack without an entry may be one whose entry is on its way.
const ON_ITS_WAY: u64 = 24 * 3600;

/// What stays.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Seconds; what is older goes.
    pub age: u64,
    /// Bytes of entries and packs together.
    pub bytes: u64,
    /// Seconds since 1970.
    pub now: u64,
}

/// What goes, and what stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// Keys, entries before packs: an entry whose pack is gone would cost a request.
    pub remove: Vec<String>,
    /// What goes, in bytes.
    pub removed_bytes: u64,
    /// Objects that stay.
    pub kept: usize,
    /// What stays, in bytes.
    pub kept_bytes: u64,
}

/// The time in the key of an entry or a report, in hexadecimal seconds since 1970.
#[must_use]
pub fn time_of(key: &str) -> Option<u64> {
    let name = key.rsplit('/').next()?;
    let parts: Vec<&str> = name.split('-').collect();
    let time = if key.starts_with(REPORTS) {
        parts.first()?
    } else {
        parts.get(1)?
    };
    (time.len() == 8).then(|| u64::from_str_radix(time, 16).ok())?
}

fn pack_of(key: &str) -> Option<&str> {
    if key.starts_with(PACKS) {
        key.strip_prefix(PACKS)?.get(..SHORT)
    } else {
        key.rsplit('-').next().filter(|pack| pack.len() == SHORT)
    }
}

/// Bytes of objects, as a stranger's store says them.
fn sum<'l>(objects: impl Iterator<Item = &'l Listed>) -> u64 {
    objects.fold(0, |sum, object| sum.saturating_add(object.size))
}

/// Chooses what goes.
#[must_use]
pub fn choose(all: &[Listed], bounds: &Bounds) -> Choice {
    let age = |one: &Listed| {
        let time = time_of(&one.key).or(one.modified);
        time.map_or(0, |time| bounds.now.saturating_sub(time))
    };
    let mut packs: BTreeMap<&str, Vec<&Listed>> = BTreeMap::new();
    let mut entries = Vec::new();
    let mut choice = Choice::default();
    let mut others = Vec::new();
    for one in all {
        if one.key.starts_with(PACKS) {
            packs
                .entry(pack_of(&one.key).unwrap_or(""))
                .or_default()
                .push(one);
        } else if one.key.starts_with(ENTRIES) {
            entries.push(one);
        } else {
            others.push(one);
        }
    }
    let size = |pack: &str| sum(packs.get(pack).into_iter().flatten().copied());
    // Newest first: what is reached before the bound stays.
    entries.sort_by_key(|entry| (age(entry), entry.key.as_str()));
    let (mut kept_packs, mut bytes, mut removed) = (BTreeSet::new(), 0_u64, Vec::new());
    for entry in entries {
        let pack = pack_of(&entry.key).unwrap_or("");
        let is_new = !kept_packs.contains(pack);
        let own = entry
            .size
            .saturating_add(if is_new { size(pack) } else { 0 });
        if age(entry) > bounds.age || bytes.saturating_add(own) > bounds.bytes {
            removed.push(entry);
        } else {
            bytes = bytes.saturating_add(own);
            choice.kept += 1;
            choice.kept_bytes = choice.kept_bytes.saturating_add(entry.size);
            kept_packs.insert(pack);
        }
    }
    for other in others {
        if age(other) > bounds.age {
            removed.push(other);
        } else {
            choice.kept += 1;
            choice.kept_bytes = choice.kept_bytes.saturating_add(other.size);
        }
    }
    let named: BTreeSet<_> = removed
        .iter()
        .filter_map(|entry| pack_of(&entry.key))
        .collect();
    for (pack, objects) in &packs {
        let is_needed = kept_packs.contains(pack);
        let is_young = objects.iter().any(|one| {
            one.modified
                .is_none_or(|time| bounds.now.saturating_sub(time) < ON_ITS_WAY)
        });
        if is_needed || is_young && !named.contains(pack) {
            choice.kept += objects.len();
            let size = sum(objects.iter().copied());
            choice.kept_bytes = choice.kept_bytes.saturating_add(size);
        } else {
            removed.extend(objects.iter().copied());
        }
    }
    choice.removed_bytes = sum(removed.iter().copied());
    choice.remove = removed.into_iter().map(|one| one.key.clone()).collect();
    choice
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 24 * 3600;
    const NOW: u64 = 0x6929_0000;

    fn entry(pack: char, days: u64) -> Listed {
        let pack = pack.to_string().repeat(SHORT);
        listed(
            &format!("e/main/n/g/k-{:08x}-{pack}", NOW - days * DAY),
            10,
            days,
        )
    }

    fn pack(pack: char, size: u64, days: u64) -> Listed {
        listed(
            &format!("p/{}-frames", pack.to_string().repeat(64)),
            size,
            days,
        )
    }

    fn listed(key: &str, size: u64, days: u64) -> Listed {
        Listed {
            key: key.to_owned(),
            size,
            modified: Some(NOW - days * DAY),
        }
    }

    fn removed(all: &[Listed], age: u64, bytes: u64) -> Vec<String> {
        let bounds = Bounds {
            age: age * DAY,
            bytes,
            now: NOW,
        };
        choose(all, &bounds).remove
    }

    #[test]
    fn the_old_go_and_a_pack_stays_while_an_entry_names_it() {
        let all = [
            entry('a', 40),
            entry('a', 1),
            entry('b', 40),
            pack('a', 100, 40),
            pack('b', 100, 40),
            listed("r/app/00000000-build", 5, 0),
        ];
        let removed = removed(&all, 30, 10_000);
        assert_eq!(
            removed,
            [
                all[0].key.clone(),
                all[2].key.clone(),
                all[5].key.clone(),
                all[4].key.clone()
            ]
        );
    }

    #[test]
    fn the_oldest_go_first_when_all_is_too_large() {
        let all = [
            entry('a', 3),
            entry('b', 2),
            pack('a', 100, 3),
            pack('b', 100, 2),
        ];
        assert_eq!(
            removed(&all, 30, 150),
            [all[0].key.clone(), all[2].key.clone()]
        );
        assert!(removed(&all, 30, 300).is_empty());
    }

    #[test]
    fn what_goes_and_what_stays_is_all_there_is() {
        let all = [
            entry('a', 40),
            entry('b', 1),
            pack('a', 100, 40),
            pack('b', 200, 1),
            listed("r/app/69290000-build", 5, 0),
        ];
        let bounds = Bounds {
            age: 30 * DAY,
            bytes: 1000,
            now: NOW,
        };
        let choice = choose(&all, &bounds);
        assert_eq!((choice.remove.len(), choice.removed_bytes), (2, 110));
        assert_eq!((choice.kept, choice.kept_bytes), (3, 215));
    }

    #[test]
    fn sizes_of_a_strangers_store_have_no_sum() {
        let all: Vec<_> = ['a', 'b']
            .iter()
            .flat_map(|name| [entry(*name, 1), pack(*name, u64::MAX, 1)])
            .collect();
        assert_eq!(removed(&all, 30, 1000).len(), 4);
        assert!(removed(&all, 30, u64::MAX - 1).len() >= 2);
    }

    #[test]
    fn a_pack_whose_entry_is_on_its_way_stays() {
        let all = [pack('a', 100, 0), pack('b', 100, 2)];
        assert_eq!(removed(&all, 30, 1000), [all[1].key.clone()]);
    }
}
