//! `SQLAlchemy`, which refuses the scheme that Heroku's address begins with.

use super::reads_only;
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
        None => facts
            .packages
            .wants_any(Ecosystem::Pypi, &["sqlalchemy", "flask-sqlalchemy"])
            .is_some_and(|package| {
                !package.wanted.starts_with("==2.") && !package.wanted.starts_with("==1.")
            }),
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
            .filter(|call| call.positional(0).is_some_and(|url| is_url(code, url)))
            .map(|call| call.line);
        let by_setting = code
            .assignments
            .iter()
            .filter(|assignment| {
                assignment.target.contains("SQLALCHEMY_DATABASE_URI")
                    && is_url(code, &assignment.value)
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
