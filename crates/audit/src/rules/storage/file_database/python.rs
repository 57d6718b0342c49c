//! Django's and `SQLAlchemy`'s databases in files.

use super::{at, is_replaced};
use crate::django::is_part_of_nothing;
use crate::rules::prelude::*;

pub(super) fn django(facts: &Facts<'_>) -> Option<Evidence> {
    if is_replaced(facts) {
        return None;
    }
    if !facts.is_django() {
        return None;
    }
    facts.code(Language::Python).find_map(|code| {
        let settings: Vec<_> = code
            .assignments
            .iter()
            .filter(|assignment| assignment.target.starts_with("DATABASES"))
            .collect();
        let [only] = settings.as_slice() else {
            return None;
        };
        let engine = only.value.key("default")?.key("ENGINE")?.text()?;
        (engine.ends_with("sqlite3")
            && branch(code, only.scope) == Branch::Always
            && !is_part_of_nothing(facts, code))
        .then(|| at(&code.path, only.line, "Django's sqlite3 engine"))
    })
}

/// `SQLAlchemy`, where nothing else gives an address.
pub(super) fn alchemy(facts: &Facts<'_>) -> Option<Evidence> {
    let is_address = |text: &str| text.starts_with("sqlite:///") && !text.contains(":memory:");
    let is_file = |code: &Code, value: &Expr| match code.resolve(value) {
        Expr::Text(text) => is_address(text) && text.len() > "sqlite:///".len(),
        Expr::Join(parts) => parts.first().and_then(Expr::text).is_some_and(is_address),
        _ => false,
    };
    let drivers = facts.packages.has_any(
        Ecosystem::Pypi,
        &[
            "psycopg",
            "psycopg2",
            "psycopg2-binary",
            "psycopg-binary",
            "mysqlclient",
            "pymysql",
            "asyncpg",
            "mysql-connector-python",
        ],
    );
    let served = facts.has_addon(&["heroku-postgresql", "jawsdb", "cleardb"])
        || facts.declared("DATABASE_URL") != Declared::No;
    // A file where nothing else is given: the fallback of a read, or of a name.
    let fallback = facts
        .code(Language::Python)
        .filter(|_| !served)
        .find_map(|code| {
            let settings = code.assignments.iter();
            let is_address = |target: &str| target.contains("SQLALCHEMY_DATABASE_URI");
            settings
                .filter(|setting| is_address(&setting.target))
                .find_map(|setting| {
                    if branch(code, setting.scope) == Branch::Development
                        || is_development_class(code, setting.scope)
                    {
                        return None;
                    }
                    let by_read = match &setting.value {
                        Expr::Env {
                            default: Some(default),
                            ..
                        } => !drivers && is_file(code, default),
                        _ => false,
                    };
                    let by_name = setting.value.name().is_some_and(|name| {
                        code.assignments.iter().any(|other| {
                            let conditional =
                                matches!(branch(code, other.scope), Branch::Conditional(_));
                            other.target == name && is_file(code, &other.value) && conditional
                        })
                    });
                    (by_read || by_name).then(|| {
                        at(
                            &code.path,
                            setting.line,
                            "Where no other address is \
                given, SQLAlchemy's `sqlite:///`",
                        )
                        .conditional(true)
                    })
                })
        });
    let reads = facts.code(Language::Python).any(|code| {
        code.reads
            .iter()
            .any(|read| read.name.ends_with("DATABASE_URL") || read.name.ends_with("DATABASE_URI"))
    });
    if reads || fallback.is_some() {
        return fallback;
    }
    facts.code(Language::Python).find_map(|code| {
        let call = code.calls.iter().find(|call| {
            matches!(
                call.callee.as_str(),
                "create_engine" | "sqlalchemy.create_engine"
            ) && call.positional(0).is_some_and(|url| is_file(code, url))
                && branch(code, call.scope) == Branch::Always
        });
        let setting = code.assignments.iter().find(|assignment| {
            assignment.target.contains("SQLALCHEMY_DATABASE_URI")
                && is_file(code, &assignment.value)
                && branch(code, assignment.scope) == Branch::Always
        });
        let line = call
            .map(|call| call.line)
            .or_else(|| setting.map(|setting| setting.line))?;
        Some(at(&code.path, line, "SQLAlchemy's `sqlite:///` address"))
    })
}

/// A base class of settings that others replace (`class Config`, `class TestingConfig(Config)`):
/// with several, which one production takes is not known.
fn is_development_class(code: &Code, scope: usize) -> bool {
    let class = code.class(scope).map(|(name, _)| name);
    class.is_some_and(|name| {
        ["Dev", "Test", "Local"]
            .iter()
            .any(|start| name.starts_with(start))
    })
}
