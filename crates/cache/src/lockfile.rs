//! Which packages does a lockfile pin, and how do two lockfiles differ?
//!
//! The names and versions are kept beside the tree, so that the next miss can say
//! `express 4.19.2 → 4.21.0` and not only that some file changed.

use slugsmith_facts::beneath::own;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use slugsmith_facts::secrets;

/// Package name → versions that are installed (several, where a tree nests them).
pub type Packages = BTreeMap<String, BTreeSet<String>>;

/// A lockfile, as far as a cache needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lockfile {
    /// Relative to the app; also the name of its input.
    pub path: String,
    pub packages: Packages,
}

/// File in a cache's folder that holds the packages.
const FILE: &str = "packages.zst";
/// More than any app has; a broken file must not fill the memory.
const MOST_BYTES: usize = 64_000_000;
/// Packages named in a reason; the rest is counted.
const NAMED: usize = 6;

impl Lockfile {
    /// How many packages are installed, each version counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        count(&self.packages)
    }
}

/// How many packages there are, each version counted.
pub(super) fn count(packages: &Packages) -> u64 {
    packages
        .values()
        .map(|versions| versions.len() as u64)
        .sum()
}

/// Packages without the user names and passwords of their addresses: lockfiles name some
/// packages and versions by the place that they come from.
#[must_use]
pub(super) fn without_credentials(packages: Packages) -> Packages {
    let clean = secrets::without_credentials;
    let versions = |versions: BTreeSet<String>| versions.iter().map(|one| clean(one)).collect();
    let mut cleaned = Packages::new();
    for (name, all) in packages {
        let all: BTreeSet<String> = versions(all);
        cleaned.entry(clean(&name)).or_default().extend(all);
    }
    cleaned
}

/// Keeps the packages in a cache's folder.
pub(super) fn keep(packages: &Packages, folder: &Path) -> std::io::Result<()> {
    let mut text = String::new();
    for (name, versions) in packages {
        for version in versions {
            text.push_str(name);
            text.push('\t');
            text.push_str(version);
            text.push('\n');
        }
    }
    own::write(folder.join(FILE), zstd::bulk::compress(text.as_bytes(), 9)?)
}

/// Reads what [`keep`] wrote. `None` where there is nothing usable: the reason is then
/// less detailed, nothing else.
pub(super) fn kept(folder: &Path) -> Option<Packages> {
    let stored = super::inputs::read_regular(&folder.join(FILE)).ok()?;
    let text = String::from_utf8(zstd::bulk::decompress(&stored, MOST_BYTES).ok()?).ok()?;
    let mut packages = Packages::new();
    for line in text.lines() {
        let (name, version) = line.split_once('\t')?;
        packages
            .entry(name.to_owned())
            .or_default()
            .insert(version.to_owned());
    }
    Some(packages)
}

/// `express 4.19.2 → 4.21.0, +nanoid 5.0.9, -ms`: updates first, then what is new, then
/// what is gone.
#[must_use]
pub fn differences(old: &Packages, new: &Packages) -> String {
    let nothing = BTreeSet::new();
    let names: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    let (mut updated, mut added, mut removed) = (Vec::new(), Vec::new(), Vec::new());
    for name in names {
        let before = old.get(name).unwrap_or(&nothing);
        let after = new.get(name).unwrap_or(&nothing);
        let mut dropped = before.difference(after);
        let mut come = after.difference(before);
        match (dropped.next(), dropped.next(), come.next(), come.next()) {
            (None, _, None, _) => {}
            (Some(dropped), None, Some(come), None) => {
                updated.push(format!("{name} {dropped} → {come}"));
            }
            _ => {
                added.extend(
                    after
                        .difference(before)
                        .map(|version| format!("+{name} {version}")),
                );
                if after.is_empty() {
                    removed.push(format!("-{name}"));
                } else {
                    removed.extend(
                        before
                            .difference(after)
                            .map(|version| format!("-{name} {version}")),
                    );
                }
            }
        }
    }
    let all: Vec<_> = updated.into_iter().chain(added).chain(removed).collect();
    let more = all.len().saturating_sub(NAMED);
    let mut text = all.into_iter().take(NAMED).collect::<Vec<_>>().join(", ");
    if more > 0 {
        // Writing to a String has no way to fail.
        let _ = write!(text, " and {more} more");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packages(list: &[(&str, &str)]) -> Packages {
        let mut packages = Packages::new();
        for (name, version) in list {
            packages
                .entry((*name).to_owned())
                .or_default()
                .insert((*version).to_owned());
        }
        packages
    }

    #[test]
    fn differences_are_named() {
        let old = packages(&[
            ("express", "4.19.2"),
            ("ms", "2.0.0"),
            ("debug", "2.6.9"),
            ("debug", "4.3.4"),
        ]);
        let new = packages(&[
            ("express", "4.21.0"),
            ("nanoid", "5.0.9"),
            ("debug", "2.6.9"),
        ]);
        assert_eq!(
            differences(&old, &new),
            "express 4.19.2 → 4.21.0, +nanoid 5.0.9, -debug 4.3.4, -ms"
        );
        assert_eq!(differences(&old, &old), "");
    }

    #[test]
    fn long_lists_are_counted() {
        let new: Packages = (0..10)
            .map(|n| (format!("p{n}"), BTreeSet::from(["1".to_owned()])))
            .collect();
        let text = differences(&Packages::new(), &new);
        assert!(text.ends_with("+p5 1 and 4 more"), "{text}");
    }

    #[test]
    fn packages_are_kept_and_read() {
        let folder = tempfile::tempdir().unwrap();
        let packages = packages(&[("@a/b", "1.0.0"), ("c", "2"), ("c", "3")]);
        keep(&packages, folder.path()).unwrap();
        assert_eq!(kept(folder.path()), Some(packages));
        fs_err::write(folder.path().join(FILE), "broken").unwrap();
        assert_eq!(kept(folder.path()), None);
    }
}
