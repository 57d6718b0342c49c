//! Why is a pattern not yet a finding? The six questions that rules ask before they speak.
//!
//! - **use**: is the feature exercised, or only configured? ([`calls_to`], [`used`])
//! - **branch**: is the value only a fallback, or the code only run in development?
//!   ([`settle`], [`branch`])
//! - **reach**: can a process run this code? (Only such code is in
//!   [`super::Facts::sources`]; see [`crate::facts::sources::reach`].)
//! - **lock**: does a lockfile resolve a loose version? ([`locked`])
//! - **knowledge**: does the platform or a library do it by itself? ([`super::platform`],
//!   [`at_least`])
//! - **cause**: is there one finding per cause? ([`super::registry::Rule::silenced_by`])

use super::facts::{Declared, Facts, Site};
use crate::facts::code::{Code, Expr, Language, ScopeKind};
use crate::facts::packages::Ecosystem;

/// Calls of a language that `test` accepts and that run in production.
pub fn calls_to<'a>(
    facts: &'a Facts<'_>,
    language: Language,
    test: impl Fn(Site<'a>) -> bool + 'a,
) -> impl Iterator<Item = Site<'a>> {
    facts.calls().filter(move |site| {
        site.code.language == language
            && test(*site)
            && branch(site.code, site.call.scope) != Branch::Development
    })
}

/// Whether a call of a language exists.
pub fn used(facts: &Facts<'_>, language: Language, test: impl Fn(Site<'_>) -> bool) -> bool {
    facts
        .calls()
        .any(|site| site.code.language == language && test(site))
}

/// Under which condition code runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Branch {
    Always,
    /// Only in development or tests.
    Development,
    /// Only if something that the text does not tell; the variable, where one is named.
    Conditional(String),
}

/// The condition under which a scope runs.
#[must_use]
pub fn branch(code: &Code, scope: usize) -> Branch {
    let mut found = Branch::Always;
    for scope in code.around(scope) {
        match &scope.kind {
            ScopeKind::Branch { condition, holds } => match judge(condition, *holds) {
                Branch::Development => return Branch::Development,
                Branch::Conditional(variable) => found = Branch::Conditional(variable),
                Branch::Always => {}
            },
            ScopeKind::Class { name, .. } if is_development_name(name) => {
                return Branch::Development;
            }
            _ => {}
        }
    }
    found
}

/// `DevelopmentConfig`, `TestingConfig`.
fn is_development_name(name: &str) -> bool {
    name.starts_with("Dev") || name.starts_with("Test") || name.starts_with("Local")
}

fn judge(condition: &str, holds: bool) -> Branch {
    let lower = condition.to_ascii_lowercase();
    let words: Vec<_> = lower
        .split(|character: char| !(character.is_ascii_alphanumeric() || character == '_'))
        .filter(|word| !word.is_empty())
        .collect();
    let has = |names: &[&str]| words.iter().any(|word| names.contains(word));
    let negated = lower.contains("!=")
        || lower.starts_with('!')
        || lower.starts_with("(!")
        || lower.starts_with("not ")
        || lower.contains(" not in ");
    let runs_when_true = holds != negated;
    let production = has(&[
        "production",
        "isprod",
        "isproduction",
        "is_production",
        "is_prod",
        "prod",
        "dyno",
        "heroku",
        "is_heroku",
        "on_heroku",
        "is_heroku_app",
    ]);
    let development = has(&[
        "development",
        "dev",
        "isdev",
        "is_dev",
        "isdevelopment",
        "debug",
        "test",
        "testing",
        "istest",
        "local",
        "is_local",
        "islocal",
        "is_testing",
    ]);
    if production != development && (development == runs_when_true) {
        return Branch::Development;
    }
    if production != development {
        return Branch::Always;
    }
    match variable(condition) {
        Some(variable) => Branch::Conditional(variable),
        None => Branch::Conditional(String::new()),
    }
}

/// The environment variable that a condition reads.
fn variable(condition: &str) -> Option<String> {
    let at = [
        "process.env.",
        "ENV[",
        "environ[",
        "environ.get(",
        "getenv(",
        "Getenv(",
        "env(",
    ]
    .iter()
    .find_map(|mark| condition.find(mark).map(|at| at + mark.len()))?;
    let name: String = condition[at..]
        .trim_start_matches(['"', '\''])
        .chars()
        .take_while(|character| character.is_ascii_alphanumeric() || *character == '_')
        .collect();
    (!name.is_empty()).then_some(name)
}

/// What a value is in production.
#[derive(Debug, Clone, PartialEq)]
pub enum Settled<'a> {
    /// This literal, whatever the environment.
    Fixed(&'a Expr),
    /// app.json gives the variable this value.
    Given(String),
    /// A variable decides that is set for sure; to what is not known.
    Set,
    /// This literal unless the variable is set, which nothing declares.
    Unless {
        variable: &'a str,
        fallback: &'a Expr,
    },
    /// Not known from the text.
    Unknown,
}

/// Resolves a value through names of its file, environment reads and app.json.
#[must_use]
pub fn settle<'a>(facts: &Facts<'_>, code: &'a Code, value: &'a Expr) -> Settled<'a> {
    let value = code.resolve(value);
    match value {
        Expr::Env { name, default } => match (facts.declared(name), default.as_deref()) {
            (Declared::Value(given), _) => Settled::Given(given),
            (Declared::Set, _) => Settled::Set,
            (Declared::No, Some(fallback)) => Settled::Unless {
                variable: name,
                fallback: match code.resolve(fallback) {
                    Expr::Env {
                        default: Some(inner),
                        ..
                    } => inner,
                    other => other,
                },
            },
            (Declared::No, None) => Settled::Unknown,
        },
        value
            if value.is_literal() || matches!(value, Expr::Name(name) if name.starts_with(':')) =>
        {
            Settled::Fixed(value)
        }
        _ => Settled::Unknown,
    }
}

/// Whether a lockfile resolves the package.
#[must_use]
pub fn locked(facts: &Facts<'_>, ecosystem: Ecosystem, name: &str) -> bool {
    facts.packages.version(ecosystem, name).is_some()
}

/// Whether the locked version of a package is at least this; `None` if no lock tells.
#[must_use]
pub fn at_least(
    facts: &Facts<'_>,
    ecosystem: Ecosystem,
    name: &str,
    least: &[u64],
) -> Option<bool> {
    let version = facts.packages.version(ecosystem, name)?;
    Some(numbers(version).as_slice() >= least)
}

/// The numbers of a version.
#[must_use]
pub fn numbers(version: &str) -> Vec<u64> {
    version
        .trim_start_matches(|character: char| !character.is_ascii_digit())
        .split(|character: char| !character.is_ascii_digit())
        .map_while(|part| part.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_tell_development_from_production() {
        for (condition, holds, expected) in [
            (
                "process.env.NODE_ENV !== 'production'",
                true,
                Branch::Development,
            ),
            (
                "process.env.NODE_ENV !== 'production'",
                false,
                Branch::Always,
            ),
            (
                "app.get('env') === 'development'",
                true,
                Branch::Development,
            ),
            ("\"DYNO\" in os.environ", false, Branch::Development),
            ("settings.DEBUG", true, Branch::Development),
            ("!isProduction", true, Branch::Development),
            (
                "process.env.S3_BUCKET",
                false,
                Branch::Conditional("S3_BUCKET".to_owned()),
            ),
        ] {
            assert_eq!(judge(condition, holds), expected, "{condition}");
        }
    }

    #[test]
    fn versions_compare_by_number() {
        assert_eq!(numbers("v20.19.0"), [20, 19, 0]);
        assert!(numbers("5.10.1") > vec![5, 9]);
    }
}
