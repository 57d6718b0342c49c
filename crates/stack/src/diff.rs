//! What changed between two environments?
//!
//! Works on plain maps, so that a layers tree can be held against another one or against
//! a JSON report that was kept.

use std::collections::BTreeMap;

use serde_json::Value;

use super::environments::EnvReport;

/// Variables by process type.
pub type Environments = BTreeMap<String, BTreeMap<String, String>>;

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariableDifference {
    pub process: String,
    pub name: String,
    /// `None` where it was not set.
    pub before: Option<String>,
    pub after: Option<String>,
}

/// The plain variables of a report.
#[must_use]
pub fn of_report(report: &EnvReport) -> Environments {
    let text = |value: std::ffi::OsString| value.to_string_lossy().into_owned();
    report
        .processes
        .iter()
        .map(|process| {
            let variables = process.environment.raw();
            let variables = variables
                .into_iter()
                .map(|(name, value)| (text(name), text(value)));
            (process.kind.clone(), variables.collect())
        })
        .collect()
}

/// The plain variables of a JSON report of `slugsmith env`; `None` if it is another one.
#[must_use]
pub fn of_json(report: &Value) -> Option<Environments> {
    let processes = report.get("processes")?.as_array()?;
    processes
        .iter()
        .map(|process| {
            let kind = process.get("type")?.as_str()?.to_owned();
            let variables = process.get("env")?.as_object()?;
            let variables = variables
                .iter()
                .map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
                .collect::<Option<_>>()?;
            Some((kind, variables))
        })
        .collect()
}

/// Every difference, by process type and name.
#[must_use]
pub fn diff(before: &Environments, after: &Environments) -> Vec<VariableDifference> {
    let empty = BTreeMap::new();
    let mut kinds: Vec<&String> = before.keys().chain(after.keys()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let mut changes = Vec::new();
    for kind in kinds {
        let (old, new) = (
            before.get(kind).unwrap_or(&empty),
            after.get(kind).unwrap_or(&empty),
        );
        let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
        names.sort_unstable();
        names.dedup();
        changes.extend(
            names
                .into_iter()
                .filter(|name| old.get(*name) != new.get(*name))
                .map(|name| VariableDifference {
                    process: kind.clone(),
                    name: name.clone(),
                    before: old.get(name).cloned(),
                    after: new.get(name).cloned(),
                }),
        );
    }
    changes
}

/// Entries of a list that are only in one of two values, as `(removed, added)`; `None` if
/// the variable is no list.
#[must_use]
pub fn entries<'a>(
    name: &str,
    before: &'a str,
    after: &'a str,
) -> Option<(Vec<&'a str>, Vec<&'a str>)> {
    let separator = char::from(super::rules::separator(name)?);
    let only = |one: &'a str, other: &str| -> Vec<&'a str> {
        one.split(separator)
            .filter(|entry| !other.split(separator).any(|listed| listed == *entry))
            .collect()
    };
    Some((only(before, after), only(after, before)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environments(pairs: &[(&str, &str)]) -> Environments {
        let variables = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Environments::from([("web".to_owned(), variables.collect())])
    }

    #[test]
    fn differences_are_found_in_both_directions() {
        let before = environments(&[("A", "1"), ("B", "1"), ("C", "1")]);
        let after = environments(&[("B", "2"), ("C", "1"), ("D", "1")]);
        let shown: Vec<_> = diff(&before, &after)
            .into_iter()
            .map(|change| (change.name, change.before, change.after))
            .collect();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            shown,
            [
                ("A".to_owned(), some("1"), None),
                ("B".to_owned(), some("1"), some("2")),
                ("D".to_owned(), None, some("1")),
            ]
        );
        assert!(diff(&before, &before).is_empty());
    }

    #[test]
    fn lists_are_compared_by_entry() {
        assert_eq!(
            entries("PATH", "/a:/b", "/b:/c"),
            Some((vec!["/a"], vec!["/c"]))
        );
        assert_eq!(entries("HOME", "/a", "/b"), None);
    }
}
