//! Databases, caches and brokers in Django's settings.

use super::{effect, is_host};
use crate::addresses::{is_backing_address, local_host, masked};
use crate::django::{is_part_of_nothing, sets_up_for_heroku};
use crate::rules::prelude::*;
use crate::services::help;

/// Django's `CACHES` and `CHANNEL_LAYERS` with an address that is written out.
pub(super) fn django_services(facts: &Facts<'_>) -> Vec<Evidence> {
    let mut found = Vec::new();
    for code in facts.code(Language::Python) {
        for name in ["CACHES", "CHANNEL_LAYERS"] {
            let mut settings = code.assignments.iter().filter(|one| one.target == name);
            // Where there is a second one, a condition or a later line chooses.
            let (Some(setting), None) = (settings.next(), settings.next()) else {
                continue;
            };
            if branch(code, setting.scope) != Branch::Always {
                continue;
            }
            let mut literal = None;
            let mut reads = false;
            setting.value.walk(&mut |value| {
                let value = code.resolve(value);
                reads |= matches!(value, Expr::Env { .. });
                let text = value.text().filter(|text| is_backing_address(text));
                literal = literal.or(text);
                // `"hosts": [("127.0.0.1", 6379)]`
                if let Expr::List(parts) = value
                    && let [host, port] = parts.as_slice()
                    && port.number().is_some()
                {
                    literal = literal.or(host.text().filter(|host| is_host(host)));
                }
            });
            if let Some(text) = literal.filter(|_| !reads) {
                let message = format!(
                    "{name} uses `{}`, whatever the environment says{}.",
                    masked(text),
                    effect(text)
                );
                let found_here = Evidence::line(&code.path, setting.line, message);
                found.push(found_here.help(help(Language::Python, "Redis")));
            }
        }
    }
    found
}

/// A class of settings that another one replaces for production.
pub(super) fn is_base_class(facts: &Facts<'_>, code: &Code, scope: usize, name: &str) -> bool {
    let Some((class, _)) = code.class(scope) else {
        return false;
    };
    facts
        .code(Language::Python)
        .flat_map(|code| {
            code.assignments
                .iter()
                .map(move |assignment| (code, assignment))
        })
        .any(|(other, assignment)| {
            assignment.target.ends_with(name)
                && other
                    .class(assignment.scope)
                    .is_some_and(|(_, bases)| bases.iter().any(|base| base.ends_with(class)))
        })
}

/// Django's `DATABASES`, unless something replaces it.
pub(super) fn django(facts: &Facts<'_>) -> Vec<Evidence> {
    if !facts.is_django() {
        return Vec::new();
    }
    let replaced = facts.code(Language::Python).any(|code| {
        code.calls.iter().any(|call| {
            matches!(
                call.callee.as_str(),
                "dj_database_url.config"
                    | "dj_database_url.parse"
                    | "env.db"
                    | "env.db_url"
                    | "env.dj_db_url"
            ) || sets_up_for_heroku(call)
                || call.callee.starts_with("DATABASES") && call.method() == "update"
        }) || code.reads.iter().any(|read| read.name == "DATABASE_URL")
    });
    if replaced {
        return Vec::new();
    }
    let mut found = Vec::new();
    for code in facts.code(Language::Python) {
        for assignment in code.assignments.iter().filter(|assignment| {
            assignment.target == "DATABASES"
                && branch(code, assignment.scope) == Branch::Always
                && !is_part_of_nothing(facts, code)
        }) {
            let default = assignment.value.key("default");
            let engine = default
                .and_then(|default| default.key("ENGINE"))
                .and_then(Expr::text)
                .unwrap_or_default();
            let host = default
                .and_then(|default| default.key("HOST"))
                .map(|host| code.resolve(host));
            // Without a host the driver takes the local socket.
            let fixed = match host {
                Some(Expr::Text(text)) => Some(text.as_str()),
                None => Some(""),
                _ => None,
            };
            if let (false, Some(host)) = (engine.contains("sqlite") || engine.is_empty(), fixed) {
                let shown = if host.is_empty() {
                    "the local socket".to_owned()
                } else {
                    format!("`{host}`")
                };
                let nobody = if host.is_empty() || local_host(host) {
                    ": on a dyno nothing listens there"
                } else {
                    ""
                };
                let message =
                    format!("DATABASES uses {shown}, and nothing reads DATABASE_URL{nobody}.");
                found.push(Evidence::line(&code.path, assignment.line, message).help(
                    "pip install dj-database-url; DATABASES = {\"default\": \
                     dj_database_url.config(conn_max_age=600, ssl_require=True)}",
                ));
            }
        }
    }
    found
}
