//! `SQLAlchemy`, which refuses the scheme that Heroku's address begins with.

use super::reads_only;
use crate::python;
use crate::rules::prelude::*;

/// `postgres://` is a name that `SQLAlchemy` dropped in 1.4.
pub(super) fn alchemy(facts: &Facts<'_>) -> Vec<Evidence> {
    let modern = match facts
        .packages
        .version(Ecosystem::Pypi, "sqlalchemy")
        .or_else(|| {
            facts
                .packages
                .wants(Ecosystem::Pypi, "sqlalchemy")?
                .wanted
                .strip_prefix("==")
        }) {
        Some(version) => guards::numbers(version).as_slice() >= [1, 4].as_slice(),
        // Flask-SQLAlchemy asks for SQLAlchemy without an upper bound, whatever version it has itself.
        None => match facts.packages.wants(Ecosystem::Pypi, "sqlalchemy") {
            Some(package) => !is_held_back(&package.wanted),
            None => facts
                .packages
                .wants(Ecosystem::Pypi, "flask-sqlalchemy")
                .is_some(),
        },
    };
    let rewritten = facts.code(Language::Python).any(|code| {
        code.calls.iter().any(|call| {
            let replaces = matches!(
                call.method(),
                "replace" | "sub" | "startswith" | "removeprefix" | "set" | "make_url"
            ) || call.callee.ends_with("make_url");
            replaces
                && call.arguments.iter().any(|argument| {
                    argument.value.any(|value| {
                        value
                            .text()
                            .is_some_and(|text| text.starts_with("postgres"))
                    })
                })
        })
    });
    if !modern || rewritten {
        return Vec::new();
    }
    let started = python::started(facts);
    // Not the main part of a module that is only imported.
    let runs = |code: &Code, scope: usize| {
        !python::is_main_guarded(code, scope) || started.iter().any(|one| one.path == code.path)
    };
    let is_url = |code: &Code, value: &Expr| reads_only(code, value, "DATABASE_URL");
    let mut found = Vec::new();
    for code in facts.code(Language::Python) {
        let by_call = code
            .calls
            .iter()
            .filter(|call| {
                matches!(
                    call.callee.as_str(),
                    "create_engine" | "sqlalchemy.create_engine"
                )
            })
            .filter(|call| {
                call.positional(0).is_some_and(|url| is_url(code, url)) && runs(code, call.scope)
            })
            .map(|call| call.line);
        let by_setting = code
            .assignments
            .iter()
            .filter(|assignment| {
                assignment.target.contains("SQLALCHEMY_DATABASE_URI")
                    && is_url(code, &assignment.value)
                    && runs(code, assignment.scope)
            })
            .map(|assignment| assignment.line);
        if let Some(line) = by_call.chain(by_setting).next() {
            found.push(
                Evidence::line(
                    &code.path,
                    line,
                    "DATABASE_URL starts with `postgres://`, which \
                    SQLAlchemy 1.4 and later refuse (\"Can't load plugin: \
                    sqlalchemy.dialects:postgres\").",
                )
                .help(
                    "os.environ[\"DATABASE_URL\"].replace(\"postgres://\", \
                        \"postgresql://\", 1)",
                ),
            );
        }
    }
    found
}

/// Whether a wish ends below 1.4: `<1.4`, `~=1.3.0`.
fn is_held_back(wanted: &str) -> bool {
    wanted.split(',').map(str::trim).any(|part| {
        let ends = |mark: &str| {
            part.strip_prefix(mark)
                .map(|version| guards::numbers(version.trim()))
        };
        let below = ends("<=").map(|version| version < vec![1, 4]);
        let below = below.or_else(|| ends("<").map(|version| version <= vec![1, 4]));
        let near = ends("~=").map(|version| version.len() > 2 && version < vec![1, 4]);
        below.or(near).unwrap_or(false)
    })
}

#[cfg(test)]
mod tests {
    use super::is_held_back;

    #[test]
    fn wishes_below_the_version_that_refuses_are_known() {
        for wanted in ["<1.4", ">=1.3,<1.4", "~=1.3.0", "<=1.3.24"] {
            assert!(is_held_back(wanted), "{wanted}");
        }
        for wanted in ["", ">=1.3", "<2", "~=1.3", "<3,>=1.4"] {
            assert!(!is_held_back(wanted), "{wanted}");
        }
    }
}
