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

/// Whether code only runs when somebody calls it by hand: a management command, a task, a
/// console command that no process names.
#[must_use]
pub fn is_maintenance(facts: &Facts<'_>, path: &str) -> bool {
    let folder = [
        "management/commands/",
        "Console/Commands/",
        "lib/tasks/",
        "src/Command/",
        "cmd/tools/",
        "cli/",
    ]
    .iter()
    .any(|folder| path.contains(folder) && !(*folder == "cli/" && path.starts_with("client")))
        || path
            .rsplit_once('.')
            .is_some_and(|(_, ending)| ending == "rake");
    // Files are sorted by path.
    let files = &facts.sources.files;
    let at = files.binary_search_by(|code| code.path.as_str().cmp(path));
    let code = at.ok().and_then(|at| files.get(at));
    let tool = code.is_some_and(|code| {
        ["invoke", "fabric", "click", "thor"]
            .iter()
            .any(|tool| code.imports(tool))
            || is_script(facts, code)
    });
    let folder = folder || tool;
    let stem = path.rsplit('/').next().unwrap_or(path);
    let stem = stem.split('.').next().unwrap_or(stem);
    folder
        && !facts
            .processes
            .iter()
            .filter(|process| process.name != "release")
            .any(|process| process.mentions(&[stem]))
}

/// A Python file beside the app that is started by hand: it parses arguments or asks for
/// `__main__`, and no other file imports it. What servers are usually called does not count.
fn is_script(facts: &Facts<'_>, code: &Code) -> bool {
    const ENTRIES: &[&str] = &[
        "app",
        "main",
        "server",
        "wsgi",
        "asgi",
        "application",
        "run",
        "manage",
        "worker",
        "bot",
        "index",
    ];
    let Some(stem) = code
        .path
        .strip_suffix(".py")
        .filter(|stem| !stem.contains('/'))
    else {
        return false;
    };
    let by_hand = code.scopes.iter().any(|scope| matches!(&scope.kind, ScopeKind::Branch { condition, .. } if condition.contains("__name__")))
        || code.calls.iter().any(|call| call.method() == "ArgumentParser");
    let imported = facts
        .code(Language::Python)
        .any(|other| other.path != code.path && other.imports(stem));
    by_hand && !imported && !ENTRIES.contains(&stem)
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

/// What a condition says, part by part where it is made of several.
fn judge(condition: &str, holds: bool) -> Branch {
    let condition = unwrapped(condition);
    let all = parts(condition, &[" and ", "&&"]);
    let any = parts(condition, &[" or ", "||"]);
    let (list, together) = match (all.len() > 1, any.len() > 1) {
        // `a or b and c` binds as `a or (b and c)`.
        (_, true) => (any, !holds),
        (true, false) => (all, holds),
        (false, false) => return judge_one(condition, holds),
    };
    let verdicts: Vec<_> = list.iter().map(|part| judge(part, holds)).collect();
    let development = |verdict: &Branch| *verdict == Branch::Development;
    let always = |verdict: &Branch| *verdict == Branch::Always;
    // All parts hold together, or one of them is enough.
    let settled = if together {
        if verdicts.iter().any(development) {
            Some(Branch::Development)
        } else if verdicts.iter().all(always) {
            Some(Branch::Always)
        } else {
            None
        }
    } else if verdicts.iter().any(always) {
        Some(Branch::Always)
    } else if verdicts.iter().all(development) {
        Some(Branch::Development)
    } else {
        None
    };
    settled.unwrap_or_else(|| {
        let named = verdicts
            .into_iter()
            .find(|verdict| matches!(verdict, Branch::Conditional(_)));
        named.unwrap_or(Branch::Conditional(String::new()))
    })
}

/// A condition without the brackets around all of it.
fn unwrapped(condition: &str) -> &str {
    let trimmed = condition.trim();
    let inner = trimmed
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'));
    match inner {
        Some(inner) if balanced(inner) => unwrapped(inner),
        _ => trimmed,
    }
}

/// Whether no bracket closes before it was opened.
fn balanced(text: &str) -> bool {
    let mut depth = 0_i32;
    text.chars().all(|character| {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        depth >= 0
    }) && depth == 0
}

/// The parts of a condition around an operator outside brackets and quotes.
fn parts<'c>(condition: &'c str, operators: &[&str]) -> Vec<&'c str> {
    let mut found = Vec::new();
    let (mut depth, mut quote, mut start, mut skip) = (0_usize, None, 0, 0);
    for (at, character) in condition.char_indices() {
        if at < skip {
            continue;
        }
        match (quote, character) {
            (Some(open), close) if open == close => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > 0 || quote.is_some() {
            continue;
        }
        let rest = &condition[at..];
        if let Some(operator) = operators
            .iter()
            .find(|operator| rest.starts_with(**operator))
        {
            found.push(condition[start..at].trim());
            start = at + operator.len();
            skip = start;
        }
    }
    found.push(condition[start..].trim());
    found
}

fn judge_one(condition: &str, holds: bool) -> Branch {
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
            ("not SECRET_KEY and DEBUG", true, Branch::Development),
            ("settings.DEBUG or TESTING", true, Branch::Development),
            ("(settings.DEBUG or TESTING)", false, Branch::Always),
            (
                "process.env.NODE_ENV === 'production' && a.b('x && y')",
                false,
                Branch::Conditional(String::new()),
            ),
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
