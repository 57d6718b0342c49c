//! Python's own `sqlite3`, in an app that writes to the database and has no other.

use super::{at, has_server};
use crate::guards::{self, calls_to};
use crate::registry::Evidence;
use crate::{Facts, Site};
use slugsmith_facts::code::{Code, Expr, Language};

pub(super) fn check(facts: &Facts<'_>) -> Option<Evidence> {
    if has_server(facts) || !facts.code(Language::Python).any(writes) {
        return None;
    }
    let mut sites = calls_to(facts, Language::Python, |site| {
        connects(site) && runs_or_is_kept(site) && !guards::is_maintenance(facts, &site.code.path)
    });
    let site = sites.next()?;
    let what = format!("`{}`", site.call.callee);
    Some(at(&site.code.path, site.call.line, &what))
}

/// Whether nothing but a check for a connection that is kept (`if "db" not in g`, `if db is None`)
/// stands before the call; another condition may choose another database.
fn runs_or_is_kept(site: Site<'_>) -> bool {
    let mut around = site.code.around(site.call.scope);
    around.all(|scope| match scope.kind.condition() {
        Some(condition) => {
            condition.contains(" not in g")
                || condition.ends_with(" is None")
                || condition.starts_with("not hasattr(g")
        }
        None => true,
    })
}

/// `sqlite3.connect(…)`, also under another name (`import sqlite3 as driver`), of a file: a path
/// that is written out, or one that a variable or the app's settings hold.
fn connects(site: Site<'_>) -> bool {
    let call = site.call;
    if call.method() != "connect" {
        return false;
    }
    let mut imports = site.code.imports.iter();
    let is_module = imports.any(|import| {
        import.module == "sqlite3"
            && (call.receiver() == "sqlite3"
                || call.receiver().is_empty() && import.names.iter().any(|name| name == "connect")
                || import.names.iter().any(|name| name == call.receiver()))
    });
    let is_file = |value: &Expr| match site.code.resolve(value) {
        Expr::Text(text) => {
            !text.is_empty() && !text.contains(":memory:") && !text.starts_with("/tmp/")
        }
        Expr::Env { .. } => true,
        // `app.config["DATABASE"]`, wherever that is set: a file in any case.
        Expr::Name(name) => name.contains("config."),
        other => other.any(|value| value.text().is_some_and(|text| text.ends_with(".db"))),
    };
    let path = call.positional(0).or_else(|| call.named("database"));
    is_module && path.is_some_and(is_file)
}

/// Whether a file holds a statement that changes a table.
fn writes(code: &Code) -> bool {
    let changes = |text: &str| {
        let mut words = text.split_whitespace().map(str::to_ascii_lowercase);
        match (
            words.next().as_deref(),
            words.next().as_deref(),
            words.next(),
        ) {
            (Some("insert" | "replace"), Some("into" | "or"), _)
            | (Some("delete"), Some("from"), _) => true,
            (Some("update"), Some(_), Some(set)) => set == "set",
            _ => false,
        }
    };
    let is_change = |value: &Expr| value.any(|value| value.text().is_some_and(changes));
    code.values().any(|(_, _, value)| is_change(value))
}
