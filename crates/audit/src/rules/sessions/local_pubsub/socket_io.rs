//! Servers of Socket.IO without an adapter that others share.

use super::Verdict;
use crate::rules::prelude::*;

/// Packages of adapters that carry messages between processes.
const SHARED: &[&str] = &[
    "socket.io-redis",
    "@socket.io/redis-adapter",
    "@socket.io/redis-streams-adapter",
    "@socket.io/postgres-adapter",
    "@socket.io/mongo-adapter",
    "@socket.io/redis-emitter",
    "socket.io-adapter-mongo",
    "socket.io-amqp",
];

pub(super) fn check(facts: &Facts<'_>) -> Verdict {
    let made = calls_to(facts, Language::JavaScript, makes_server).next()?;
    let adapter = facts.code(Language::JavaScript).any(|code| {
        SHARED.iter().any(|module| code.imports(module))
            || code.calls.iter().any(|call| call.method() == "adapter")
    }) || made.call.named("adapter").is_some();
    let broadcast = calls_to(facts, Language::JavaScript, is_broadcast).next();
    let Some(broadcast) = broadcast.filter(|_| !adapter) else {
        return Some(None);
    };
    let message = format!(
        "socket.io has no adapter, and {}:{} emits to many sockets: users on other dynos get nothing.",
        broadcast.code.path, broadcast.call.line
    );
    Some(Some(
        Evidence::line(&made.code.path, made.call.line, message)
            .help("npm install @socket.io/redis-adapter redis; heroku addons:create heroku-redis:mini")
            .help("heroku features:enable http-session-affinity"),
    ))
}

/// `new Server(…)`, `socketIo(…)`, `io.listen(…)`, `require("socket.io")(…)`, whatever the file calls the import; a
/// plugin of Fastify that makes the server.
fn makes_server(site: Site<'_>) -> bool {
    const PLUGINS: &[&str] = &["fastify-socket.io", "fastify-socket"];
    let (code, call) = (site.code, site.call);
    let bound = |modules: &[&str], name: &str| {
        let mut imports = code
            .imports
            .iter()
            .filter(|one| modules.contains(&one.module.as_str()));
        imports.any(|import| import.names.iter().any(|one| one == name))
    };
    if call.method() == "register" {
        let is_plugin = |value: &Expr| {
            value.text().is_some_and(|text| PLUGINS.contains(&text))
                || value.name().is_some_and(|name| bound(PLUGINS, name))
        };
        return call
            .positional(0)
            .is_some_and(|plugin| plugin.any(is_plugin));
    }
    if !code.imports("socket.io") || call.named("port").is_some() {
        return false;
    }
    let root = call.callee.split(['.', '(']).next().unwrap_or_default();
    let rest = call.callee.strip_prefix(root).unwrap_or_default();
    let unbound = root == "require"
        && matches!(rest, "()" | "().listen" | "().Server")
        && code
            .imports
            .iter()
            .any(|import| import.module == "socket.io" && import.names.is_empty());
    let named = bound(&["socket.io"], root) && matches!(rest, "" | ".listen" | ".Server");
    named || unbound && !call.arguments.is_empty()
}

/// `io.emit`, `io.to(room).emit`, `socket.broadcast.emit`; not an answer to one socket.
fn is_broadcast(site: Site<'_>) -> bool {
    let receiver = site.call.receiver();
    let last = receiver.rsplit('.').next().unwrap_or(receiver);
    site.call.method() == "emit"
        && (matches!(
            last,
            "io" | "broadcast" | "to()" | "in()" | "except()" | "sockets" | "of()"
        ) || is_server(site.code, receiver)
            || last == "volatile" && receiver.split('.').rev().nth(1) == Some("io")
            || is_asked_for(site))
}

/// Whether the file makes a server or a namespace of one and keeps it under a name.
fn is_server(code: &Code, name: &str) -> bool {
    let mut given = code.assignments.iter().filter(|one| one.target == name);
    given.any(|one| {
        let Expr::Call { callee, .. } = &one.value else {
            return false;
        };
        let space = callee
            .rsplit_once('.')
            .filter(|(_, method)| *method == "of");
        if let Some((server, _)) = space {
            return server.rsplit('.').next() == Some("io") || is_made(code, server);
        }
        is_made(code, name)
    })
}

/// Whether a name holds what a call that makes a server gave.
fn is_made(code: &Code, name: &str) -> bool {
    code.calls.iter().any(|call| {
        let site = Site { code, call };
        let mut given = code.assignments.iter().filter(|one| one.target == name);
        makes_server(site)
            && given.any(|one| one.line == call.line && one.value.callee() == Some(&call.callee))
    })
}

/// `req.app.get("io").emit(…)`, `getIO().emit(…)`.
fn is_asked_for(site: Site<'_>) -> bool {
    let Some(asked) = site.call.receiver().strip_suffix("()") else {
        return false;
    };
    let method = asked.rsplit('.').next().unwrap_or(asked);
    if matches!(
        method.to_ascii_lowercase().as_str(),
        "getio" | "io" | "getsocketio"
    ) {
        return true;
    }
    let names_it = |value: &Expr| {
        let text = value.text().unwrap_or_default().to_ascii_lowercase();
        matches!(text.as_str(), "io" | "socketio" | "socket.io")
    };
    let mut calls = site.code.calls.iter();
    asked.ends_with("app.get")
        && calls.any(|call| {
            call.callee == asked
                && call.line.number() == site.call.line.number()
                && call.positional(0).is_some_and(names_it)
        })
}
