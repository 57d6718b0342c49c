//! Does a stored cache fit? Pure: from what is stored and what is wanted to a verdict.

use std::time::Duration;

use super::files;
use super::inputs::{InputChange, Inputs};
use super::lockfile::{self, Lockfile, Packages};
use super::store::Stored;
use slugsmith_ecosystems as ecosystems;

/// What is wanted.
pub(super) struct Wanted<'a> {
    pub inputs: &'a Inputs,
    pub lockfile: Option<&'a Lockfile>,
    /// Packages of the stored tree, if they are known.
    pub stored_packages: Option<&'a Packages>,
    /// For unpinned dependencies: how long a tree may be used.
    pub expires: Option<Duration>,
    /// Which inputs may differ where the old tree is to be the base of the new one.
    pub syncs_over: Option<fn(&str) -> bool>,
    /// Since 1970.
    pub now: Duration,
    /// What changed in the files that the install can read, if it is known.
    pub files: Option<Vec<String>>,
    /// Whether the app has a file of this name: an input that is gone may be none any more.
    pub has_file: &'a dyn Fn(&str) -> bool,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fit {
    Fits,
    /// In the order of importance; never empty.
    Differs(Vec<String>),
    /// The same, but the old tree may be the base of the new one.
    Base(Vec<String>),
}

pub(super) fn fit(stored: &Stored, wanted: &Wanted<'_>) -> Fit {
    let record = match stored {
        Stored::Nothing => return Fit::Differs(vec!["first build".to_owned()]),
        Stored::Unusable(why) => {
            return Fit::Differs(vec![format!("the stored cache was discarded: {why}")]);
        }
        Stored::Complete(record) => record,
    };
    let lockfile = wanted
        .lockfile
        .map_or("", |lockfile| lockfile.path.as_str());
    let mut changes = record.inputs.changes(wanted.inputs);
    changes.sort_by_key(|change| change.name != lockfile);
    let mut reasons: Vec<String> = Vec::new();
    let is_none_now =
        |change: &&InputChange| change.new.is_none() && (wanted.has_file)(&change.name);
    for change in changes.iter().filter(|change| !is_none_now(change)) {
        if change.name == lockfile && change.old.is_some() {
            reasons.push(packages(wanted).unwrap_or_else(|| change.to_string()));
        } else if let (true, Some(files)) = (files::is_input(&change.name), &wanted.files) {
            // Packages of a lockfile say more.
            let named = format!("{lockfile} changed");
            let is_named = |file: &&String| lockfile.is_empty() || !file.ends_with(&named);
            let is_new = |file: &&String| !reasons.contains(file);
            let more: Vec<_> = files
                .iter()
                .filter(is_named)
                .filter(is_new)
                .cloned()
                .collect();
            reasons.extend(more);
        } else {
            reasons.push(change.to_string());
        }
    }
    if reasons.is_empty() {
        reasons.extend(changes.iter().map(|change| {
            if is_none_now(&change) {
                format!("{} is no longer what decides", change.name)
            } else {
                change.to_string()
            }
        }));
    }
    let mut reasons = once(&reasons);
    let may_sync = wanted
        .syncs_over
        .is_some_and(|accepts| changes.iter().all(|change| accepts(&change.name)));
    if let Some(most) = wanted.expires {
        // A clock that went backwards makes the age unknown: then it is too old.
        let age = wanted.now.checked_sub(record.stored_at);
        if age.is_none_or(|age| age >= most) {
            reasons.push(format!(
                "versions are not pinned, and the tree is older than {} hours",
                most.as_secs() / 3600
            ));
        }
    }
    match (reasons.is_empty(), may_sync && wanted.expires.is_none()) {
        (true, _) => Fit::Fits,
        (false, true) => Fit::Base(reasons),
        (false, false) => Fit::Differs(reasons),
    }
}

/// `package-lock.json: express 4.19.2 → 4.21.0`.
fn packages(wanted: &Wanted<'_>) -> Option<String> {
    let lockfile = wanted.lockfile?;
    let differences = lockfile::differences(wanted.stored_packages?, &lockfile.packages);
    let is_lockfile = lockfile.path.contains("lock") || lockfile.path == ecosystems::go::GO_SUM;
    if differences.is_empty() && !is_lockfile {
        // A manifest says more than versions; that it changed is all that is known.
        return None;
    }
    Some(if differences.is_empty() {
        format!(
            "{} changed, with the same versions of all packages",
            lockfile.path
        )
    } else {
        format!("{}: {differences}", lockfile.path)
    })
}

/// Each reason once: a file can be an input by its name, as one of a folder, and as one of the app.
fn once(reasons: &[String]) -> Vec<String> {
    let says_less = |reason: &String| {
        let folder = reason.split_once("** ").map(|(folder, _)| folder);
        let mut others = reasons.iter().filter(|other| *other != reason);
        folder.is_some_and(|folder| others.any(|other| other.starts_with(folder)))
    };
    let mut found: Vec<String> = Vec::new();
    for reason in reasons.iter().filter(|reason| !says_less(reason)) {
        let is_told = |told: &String| match (subject(told), subject(reason)) {
            (Some(told), Some(subject)) => told == subject,
            _ => told == reason,
        };
        if !found.iter().any(is_told) {
            found.push(reason.clone());
        }
    }
    found
}

/// What a reason is about: a config var that a file names is an input as an input of the package manager as well.
fn subject(reason: &str) -> Option<&str> {
    const VERBS: &[&str] = &[" changed", " is new", " is gone", " is removed"];
    let mut verbs = VERBS.iter();
    let name = verbs.find_map(|verb| {
        let (name, rest) = reason.split_once(verb)?;
        (rest.is_empty() || rest.starts_with(':')).then_some(name)
    })?;
    Some(name.strip_prefix("config var ").unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::super::store::Record;
    use super::*;

    fn inputs(pairs: &[(&str, &str)]) -> Inputs {
        let mut inputs = Inputs::default();
        for (name, value) in pairs {
            inputs.plain(*name, *value);
        }
        inputs
    }

    fn stored(inputs: Inputs) -> Stored {
        Stored::Complete(Box::new(Record {
            inputs,
            stored_at: Duration::from_secs(1_000_000),
            ..Record::default()
        }))
    }

    fn wanted(inputs: &Inputs) -> Wanted<'_> {
        Wanted {
            inputs,
            lockfile: None,
            stored_packages: None,
            expires: None,
            syncs_over: None,
            now: Duration::from_secs(1_000_000),
            files: None,
            has_file: &|_| false,
        }
    }

    #[test]
    fn a_reason_is_told_once_and_a_file_that_is_there_is_not_gone() {
        let reasons =
            |list: &[&str]| once(&list.iter().map(|&one| one.to_owned()).collect::<Vec<_>>());
        assert_eq!(
            reasons(&[
                "in/a is removed",
                "in/a is gone",
                "NODE_ENV is new: x",
                "config var NODE_ENV is new",
                "a changed"
            ]),
            ["in/a is removed", "NODE_ENV is new: x", "a changed"]
        );
        let old = inputs(&[("go.mod", "1"), ("left", "1")]);
        let new = inputs(&[("go.work", "1")]);
        let verdict = |has_file: &dyn Fn(&str) -> bool| {
            let Fit::Differs(reasons) = fit(
                &stored(old.clone()),
                &Wanted {
                    has_file,
                    ..wanted(&new)
                },
            ) else {
                panic!("it differs");
            };
            reasons.join("; ")
        };
        assert_eq!(
            verdict(&|name| name == "go.mod"),
            "go.work is new: 1; left is gone"
        );
        assert_eq!(
            verdict(&|_| false),
            "go.mod is gone; go.work is new: 1; left is gone"
        );
    }

    #[test]
    fn equal_inputs_fit() {
        let inputs = inputs(&[("node", "20")]);
        assert_eq!(fit(&stored(inputs.clone()), &wanted(&inputs)), Fit::Fits);
    }

    #[test]
    fn the_lockfile_comes_first_and_names_packages() {
        let old = inputs(&[("arch", "amd64"), ("package-lock.json", "1")]);
        let new = inputs(&[("arch", "arm64"), ("package-lock.json", "2")]);
        let packages =
            |version: &str| Packages::from([("ms".to_owned(), [version.to_owned()].into())]);
        let lockfile = Lockfile {
            path: "package-lock.json".to_owned(),
            packages: packages("2.1.3"),
        };
        let stored_packages = packages("2.0.0");
        let wanted = Wanted {
            lockfile: Some(&lockfile),
            stored_packages: Some(&stored_packages),
            ..wanted(&new)
        };
        assert_eq!(
            fit(&stored(old), &wanted),
            Fit::Differs(vec![
                "package-lock.json: ms 2.0.0 → 2.1.3".to_owned(),
                "arch amd64 → arm64".to_owned()
            ])
        );
    }

    #[test]
    fn an_old_tree_is_the_base_only_where_every_change_allows_it() {
        let old = inputs(&[("lock", "1"), ("node", "20")]);
        let verdict = |new: &[(&str, &str)]| {
            let new = inputs(new);
            let wanted = Wanted {
                syncs_over: Some(|name| name == "lock"),
                ..wanted(&new)
            };
            fit(&stored(old.clone()), &wanted)
        };
        assert!(matches!(
            verdict(&[("lock", "2"), ("node", "20")]),
            Fit::Base(_)
        ));
        assert!(matches!(
            verdict(&[("lock", "2"), ("node", "22")]),
            Fit::Differs(_)
        ));
        assert_eq!(verdict(&[("lock", "1"), ("node", "20")]), Fit::Fits);
    }

    #[test]
    fn unpinned_trees_expire_and_clocks_are_not_trusted() {
        let inputs = inputs(&[]);
        let day = Duration::from_hours(24);
        let verdict = |now: u64| {
            fit(
                &stored(inputs.clone()),
                &Wanted {
                    expires: Some(day),
                    now: Duration::from_secs(now),
                    ..wanted(&inputs)
                },
            )
        };
        assert_eq!(verdict(1_000_000 + 86_399), Fit::Fits);
        assert!(matches!(verdict(1_000_000 + 86_400), Fit::Differs(_)));
        assert!(matches!(verdict(999_999), Fit::Differs(_)));
    }

    #[test]
    fn nothing_and_doubt_are_misses() {
        let inputs = inputs(&[]);
        for stored in [Stored::Nothing, Stored::Unusable("x".to_owned())] {
            assert!(matches!(fit(&stored, &wanted(&inputs)), Fit::Differs(_)));
        }
    }
}
