//! Which calls start a server that the router is meant to reach?

use super::facts::Site;
use slugsmith_facts::code::{Expr, Language};

/// Whether a call of Node code listens for HTTP: `listen` with something like a port.
pub(super) fn listens_in_node(site: Site<'_>) -> bool {
    let call = site.call;
    if site.code.language != Language::JavaScript
        || call.method() != "listen"
        || call.receiver().is_empty()
    {
        return false;
    }
    let Some(first) = call.positional(0) else {
        return false;
    };
    match site.code.resolve(first) {
        Expr::Object(entries) => entries.iter().any(|(key, _)| key == "port"),
        value => is_port(first) || is_port(value),
    }
}

fn is_port(value: &Expr) -> bool {
    match value {
        Expr::Number(_) => true,
        Expr::Name(name) => name
            .rsplit('.')
            .next()
            .is_some_and(|last| last.to_ascii_lowercase().contains("port")),
        Expr::Env { name, .. } => name.contains("PORT") || name == "*",
        Expr::Either(values) => values.iter().any(is_port),
        // `app.get("port")` is where Express apps keep it.
        Expr::Call { arguments, .. } => arguments
            .iter()
            .any(|argument| is_port(&argument.value) || argument.value.text() == Some("port")),
        _ => false,
    }
}
