//! Connections that a process of Go keeps in a map: by the visitor's id, or in a `sync.Map`.

use super::kept::takes_sockets;
use crate::rules::prelude::*;

/// Ends of the names of maps that hold connections.
const COLLECTIONS: &[&str] = &[
    "clients",
    "connections",
    "conns",
    "sockets",
    "subscribers",
    "listeners",
];

/// `hub.clients[id].broadcast(message)`, or a send to a channel in `clients.Range(func(key, _ any) bool { … })`, in a
/// package that takes in web sockets or answers with a stream of events.
pub(super) fn sends<'a>(facts: &'a Facts<'_>) -> Option<Site<'a>> {
    calls_to(facts, Language::Go, move |site| {
        (by_id(site) || in_range(site))
            && (takes_sockets(facts, site.code) || streams(facts, site.code))
    })
    .next()
}

fn is_collection(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    COLLECTIONS.iter().any(|one| name.ends_with(one))
}

fn by_id(site: Site<'_>) -> bool {
    let Some((collection, _)) = site.call.receiver().split_once('[') else {
        return false;
    };
    let last = collection.rsplit('.').next().unwrap_or(collection);
    let method = site.call.method().to_ascii_lowercase();
    let sends = ["send", "broadcast", "notify", "write", "emit", "publish"];
    is_collection(last) && sends.iter().any(|one| method.starts_with(one))
}

fn in_range(site: Site<'_>) -> bool {
    let last = site.call.receiver().rsplit('.').next().unwrap_or_default();
    let sends = || {
        site.code.calls.iter().any(|other| {
            let sent =
                other.callee == "<-" || matches!(other.method(), "WriteMessage" | "WriteJSON");
            sent && other.line.number() > site.call.line.number()
                && other.line.number() <= site.call.line.number() + 10
                && site.code.is_within(other.scope, site.call.scope)
        })
    };
    site.call.method() == "Range" && is_collection(last) && sends()
}

/// Whether a file of the same package answers with server-sent events.
fn streams(facts: &Facts<'_>, own: &Code) -> bool {
    let says = |value: &Expr| {
        value
            .text()
            .is_some_and(|text| text.starts_with("text/event-stream"))
    };
    let package = facts
        .code(Language::Go)
        .filter(|code| code.folder() == own.folder());
    package.flat_map(|code| &code.calls).any(|call| {
        // What a visitor's request is asked for is no answer.
        call.method() == "Set" && call.arguments.iter().any(|one| one.value.any(says))
    })
}
