//! Clients of JavaScript that wait without end unless they are told otherwise.

use super::{App, VERBS, Verdict, says_timeout};
use crate::rules::prelude::*;
use slugsmith_facts::code::ScopeKind;

pub(super) fn node(app: &App<'_>, site: Site<'_>) -> Verdict {
    let call = site.call;
    let library = |name: &str| site.code.imports(name);
    let verb = VERBS.contains(&call.method());
    let bound = |module: &str| bound_to(site.code, module);
    if library("axios")
        && bound("axios")
            .is_some_and(|name| call.callee == name || (call.receiver() == name && verb))
    {
        return Verdict::of(
            says_timeout(site, &["timeout", "signal"])
                || passes_config(site)
                || app.axios_default(),
        );
    }
    if library("got")
        && bound("got").is_some_and(|name| call.callee == name || (call.receiver() == name && verb))
    {
        return Verdict::of(says_timeout(site, &["timeout", "signal"]));
    }
    if library("superagent")
        && bound("superagent")
            .is_some_and(|name| call.receiver() == name && (verb || call.method() == "del"))
    {
        return Verdict::of(
            site.code
                .calls
                .iter()
                .any(|other| other.method() == "timeout"),
        );
    }
    for module in ["request", "request-promise", "request-promise-native"] {
        if library(module)
            && bound(module)
                .is_some_and(|name| call.callee == name || (call.receiver() == name && verb))
        {
            return Verdict::of(says_timeout(site, &["timeout"]));
        }
    }
    if library("node-fetch") && bound("node-fetch").is_some_and(|name| call.callee == name) {
        return Verdict::of(says_timeout(site, &["timeout", "signal"]));
    }
    if library("undici") && bound("undici").is_some() && call.callee == "request" {
        return Verdict::of(says_timeout(site, &["Timeout", "signal", "dispatcher"]));
    }
    // A wrapper of the app's own may have the name.
    let global = || {
        !site
            .code
            .imports
            .iter()
            .any(|import| import.names.iter().any(|name| name == "fetch"))
            && !site
                .code
                .assignments
                .iter()
                .any(|assignment| assignment.target == "fetch")
    };
    if call.callee == "fetch" && global() && !library("node-fetch") && leaves_the_app(site) {
        return Verdict::of(
            says_timeout(site, &["signal"])
                || call
                    .positional(1)
                    .is_some_and(|options| !matches!(site.code.resolve(options), Expr::Object(_))),
        );
    }
    Verdict::None
}

/// Whether the address of a `fetch` is of another host: components that run in a browser ask
/// their own server.
fn leaves_the_app(site: Site<'_>) -> bool {
    let view = site
        .code
        .path
        .rsplit_once('.')
        .is_some_and(|(_, ending)| matches!(ending, "jsx" | "tsx"));
    let absolute = |value: &Expr| match site.code.resolve(value) {
        Expr::Text(text) => text.starts_with("http"),
        Expr::Env { .. } => true,
        Expr::Join(parts) => parts
            .iter()
            .find(|part| part.text() != Some(""))
            .is_some_and(|first| match site.code.resolve(first) {
                Expr::Text(text) => text.starts_with("http"),
                Expr::Env { .. } => true,
                _ => false,
            }),
        _ => false,
    };
    !view && site.call.positional(0).is_some_and(absolute)
}

/// Options by a name that this file does not define: they may hold a timeout.
fn passes_config(site: Site<'_>) -> bool {
    let at = if matches!(site.call.method(), "post" | "put" | "patch") {
        2
    } else {
        1
    };
    let value = if site.call.receiver().is_empty() {
        site.call.positional(0)
    } else {
        site.call.positional(at)
    };
    value.is_some_and(|value| {
        matches!(
            site.code.resolve(value),
            Expr::Name(_) | Expr::Call { .. } | Expr::Other
        ) && !value.is_literal()
    }) && !site.call.receiver().is_empty()
}

/// The local name of a module's import. A name that the file gives to something else as well
/// tells nothing.
fn bound_to<'a>(code: &'a Code, module: &str) -> Option<&'a str> {
    let imported = code
        .imports
        .iter()
        .filter(|import| import.module == module)
        .find_map(|import| import.names.first());
    let loads = |value: &Expr| match value {
        Expr::Call { callee, arguments } => {
            let first = arguments.first().and_then(|first| first.value.text());
            callee == "require" && first == Some(module)
        }
        _ => false,
    };
    let name = imported.map(String::as_str).or_else(|| {
        let required = code
            .assignments
            .iter()
            .find(|assignment| loads(&assignment.value));
        required.map(|assignment| assignment.target.as_str())
    })?;
    let other_value = code
        .assignments
        .iter()
        .any(|assignment| assignment.target == name && !loads(&assignment.value));
    let function = code
        .scopes
        .iter()
        .any(|scope| matches!(&scope.kind, ScopeKind::Function { name: own } if own == name));
    (!other_value && !function).then_some(name)
}
