//! Nest's gateways over socket.io, each of which has its own server's connections alone.

use super::Verdict;
use crate::rules::prelude::*;

pub(super) fn check(facts: &Facts<'_>) -> Verdict {
    facts
        .packages
        .wants(Ecosystem::Npm, "@nestjs/platform-socket.io")?;
    let made = calls_to(facts, Language::JavaScript, |site| {
        site.call.callee == "WebSocketGateway"
    })
    .next()?;
    let emits = calls_to(facts, Language::JavaScript, |site| {
        site.code.imports("@nestjs/websockets")
            && (reaches_many(site.call.receiver()) || is_of_server(site))
            && site.call.method() == "emit"
    })
    .next();
    // `app.useWebSocketAdapter(new RedisIoAdapter(app))`: an adapter of the app's own, for whatever it is.
    let adapted = guards::used(facts, Language::JavaScript, |site| {
        matches!(site.call.method(), "useWebSocketAdapter" | "adapter")
    });
    let Some(emits) = emits.filter(|_| !adapted) else {
        return Some(None);
    };
    let message = format!(
        "This gateway has no adapter, and {}:{} emits to many sockets: users on other dynos get nothing.",
        emits.code.path, emits.call.line
    );
    Some(Some(
        Evidence::line(&made.code.path, made.call.line, message)
            .help(
                "npm install @socket.io/redis-adapter redis; app.useWebSocketAdapter(…) in main.ts; heroku \
                 addons:create heroku-redis:mini",
            )
            .help("heroku features:enable http-session-affinity"),
    ))
}

/// A socket of another client that the gateway looks up among those of its own server.
fn is_of_server(site: Site<'_>) -> bool {
    let receiver = site.call.receiver();
    let from_server = |value: &Expr| {
        value.any(|part| {
            part.name()
                .is_some_and(|name| name.starts_with("this.server"))
        })
    };
    site.code.assignments.iter().any(|one| {
        one.target == receiver && matches!(one.value, Expr::Call { .. }) && from_server(&one.value)
    })
}

/// `this.server.emit`, `this.server.to(room).emit`, `client.broadcast.emit`; not an answer to one client.
fn reaches_many(receiver: &str) -> bool {
    let last = receiver.rsplit('.').next().unwrap_or(receiver);
    matches!(
        last,
        "server"
            | "io"
            | "wss"
            | "ws"
            | "namespace"
            | "broadcast"
            | "to()"
            | "in()"
            | "sockets"
            | "of()"
            | "except()"
    )
}
