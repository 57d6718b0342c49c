//! The execution environment that an image is built for and a process is started in.
//!
//! Standard values are `production` (the default), `test` and `development` (buildpacks/spec
//! buildpack.md, "Execution Environments"; Buildpack API 0.12, Platform API 0.15). The lifecycle tells
//! a buildpack of it by `CNB_EXEC_ENV`, if the buildpack's API is 0.12 or later. Ours is older, as
//! the framework that it is built on, so an app that builds a test image says it by
//! [`OWN`] as well: `pack build --env SLUGSMITH_EXEC_ENV=test`.

use std::ffi::OsString;

/// The variable of the lifecycle, at build and at launch.
pub const VARIABLE: &str = "CNB_EXEC_ENV";
/// The variable of ours, which every build may have.
pub const OWN: &str = "SLUGSMITH_EXEC_ENV";
/// The value where nothing else is said.
pub const PRODUCTION: &str = "production";
/// The entry that stands for all values.
const ANY: &str = "*";

/// The execution environment that variables name, as `variable` finds them.
#[must_use]
pub fn of<'v>(variable: impl Fn(&str) -> Option<&'v OsString>) -> String {
    let named = |name: &str| {
        let value = variable(name)?.to_str()?.trim();
        (!value.is_empty()).then(|| value.to_owned())
    };
    named(OWN)
        .or_else(|| named(VARIABLE))
        .unwrap_or_else(|| PRODUCTION.to_owned())
}

/// Whether something with this `exec-env` list applies (lifecycle `launch/process.go`,
/// `isProcessEligibleForExecEnv`).
#[must_use]
pub fn applies(list: &[String], current: &str) -> bool {
    list.is_empty() || list.iter().any(|one| one == ANY || one == current)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn list(words: &str) -> Vec<String> {
        words.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn no_list_and_a_star_apply_everywhere() {
        assert!(applies(&[], "test"));
        assert!(applies(&list("production *"), "test"));
        assert!(applies(&list("test development"), "test"));
        assert!(!applies(&list("test"), PRODUCTION));
    }

    #[test]
    fn our_own_variable_wins_and_an_empty_one_says_nothing() {
        let of = |pairs: &[(&str, &str)]| {
            let variables: BTreeMap<_, _> = pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), OsString::from(value)))
                .collect();
            super::of(|name| variables.get(name))
        };
        assert_eq!(of(&[]), "production");
        assert_eq!(of(&[(VARIABLE, "test")]), "test");
        assert_eq!(
            of(&[(VARIABLE, "test"), (OWN, "development")]),
            "development"
        );
        assert_eq!(of(&[(VARIABLE, "test"), (OWN, "")]), "test");
    }
}
