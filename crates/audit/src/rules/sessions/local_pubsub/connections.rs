//! Connections that one process keeps in a list and sends to: plain sockets and server-sent
//! events, without a library that has rooms.

use super::{Verdict, kept, maps, streams};
use crate::rules::prelude::*;

const FIX: &str = "heroku addons:create heroku-redis:mini; publish each message to a channel of Redis, \
                   subscribe to it in every process, and send from there";

pub(super) fn check(facts: &Facts<'_>) -> Verdict {
    let (site, what) = node_sockets(facts)
        .map(|site| (site, "sends to every socket of this process"))
        .or_else(|| {
            let what = "keeps the connection of a stream in this process";
            node_streams(facts).map(|site| (site, what))
        })
        .or_else(|| {
            let what = "sends to the sockets that this process keeps";
            let sockets = python_sockets(facts)
                .or_else(|| kept::sends(facts))
                .or_else(|| kept::sends_to_kept(facts))
                .or_else(|| kept::by_helper(facts));
            sockets.map(|site| (site, what))
        })
        .or_else(|| {
            let hub = kept::hub(facts).or_else(|| maps::sends(facts));
            hub.map(|site| (site, "sends to the connections that this process keeps"))
        })
        .or_else(|| {
            let what = "tells what variables of this process hold, which other processes don't see";
            streams::of_class_variables(facts).map(|site| (site, what))
        })
        .or_else(|| {
            let what = "writes to the listeners that this process keeps";
            streams::of_listeners(facts).map(|site| (site, what))
        })?;
    if is_shared(facts, site.code.language) {
        return Some(None);
    }
    let message = format!(
        "`{}` {what}, and nothing carries messages between processes: users on other dynos get nothing.",
        site.call.callee
    );
    Some(Some(
        Evidence::line(&site.code.path, site.call.line, message).help(FIX),
    ))
}

/// Whether some code takes messages from a bus that all processes share.
fn is_shared(facts: &Facts<'_>, language: Language) -> bool {
    const LIBRARIES: &[&str] = &[
        "pg-listen",
        "nats",
        "mqtt",
        "kafkajs",
        "amqplib",
        "pusher",
        "ably",
        "broadcaster",
        "aio_pika",
        "nats.aio",
        "asyncpg_listen",
        "encode_broadcaster",
    ];
    const OF_GO: &[&str] = &[
        "github.com/redis/go-redis",
        "github.com/go-redis/redis",
        "github.com/gomodule/redigo",
        "github.com/nats-io/nats.go",
        "github.com/lib/pq",
        "github.com/jackc/pgx",
        "github.com/rabbitmq/amqp091-go",
        "github.com/segmentio/kafka-go",
    ];
    facts.code(language).any(|code| {
        LIBRARIES.iter().any(|library| code.imports(library))
            || code.calls.iter().any(|call| {
                let subscribes = matches!(
                    call.method(),
                    "subscribe"
                        | "psubscribe"
                        | "pSubscribe"
                        | "sSubscribe"
                        | "pubsub"
                        | "add_listener"
                );
                let listens =
                    |value: &Expr| value.text().is_some_and(|text| text.starts_with("LISTEN "));
                let in_go = code.language == Language::Go
                    && matches!(
                        call.method(),
                        "Subscribe" | "PSubscribe" | "NewListener" | "WaitForNotification"
                    )
                    && OF_GO.iter().any(|library| code.imports(library));
                subscribes
                    || in_go
                    || call
                        .arguments
                        .iter()
                        .any(|argument| listens(&argument.value))
            })
    })
}

/// `wss.clients.forEach((client) => client.send(…))`.
fn node_sockets<'a>(facts: &'a Facts<'_>) -> Option<Site<'a>> {
    facts
        .packages
        .wants_any(Ecosystem::Npm, &["ws", "express-ws"])?;
    calls_to(facts, Language::JavaScript, |site| {
        let all = site.call.callee.ends_with("clients.forEach")
            || site.call.callee.ends_with("getWss().clients.forEach");
        let sends = site.code.calls.iter().any(|call| {
            call.method() == "send"
                && (site.call.line.number()..=site.call.line.number() + 8)
                    .contains(&call.line.number())
        });
        all && sends
    })
    .next()
}

/// A response of type `text/event-stream` that a collection keeps, or that an emitter of this
/// process writes to.
fn node_streams<'a>(facts: &'a Facts<'_>) -> Option<Site<'a>> {
    let streams = |code: &Code| {
        let says = |value: &Expr| {
            value
                .text()
                .is_some_and(|text| text.starts_with("text/event-stream"))
        };
        code.calls.iter().any(|call| {
            let mut values = call.arguments.iter().map(|argument| &argument.value);
            values.any(|value| value.any(says))
        })
    };
    calls_to(facts, Language::JavaScript, move |site| {
        let call = site.call;
        let is_response =
            |value: &Expr| matches!(value.name(), Some("res" | "response" | "reply.raw"));
        let kept = matches!(call.method(), "push" | "add" | "set")
            && call
                .arguments
                .iter()
                .any(|argument| argument.value.any(is_response));
        let emitter = || {
            let asked = Expr::Name(call.receiver().to_owned());
            let made = site.code.resolve(&asked);
            matches!(call.method(), "on" | "addListener")
                && matches!(
                    made.callee(),
                    Some("EventEmitter" | "events.EventEmitter" | "EventEmitter2")
                )
        };
        (kept || emitter()) && site.code.function(call.scope).is_some() && streams(site.code)
    })
    .next()
}

/// `for socket in self.active: await socket.send_text(…)`, where `self.active` was appended to.
fn python_sockets<'a>(facts: &'a Facts<'_>) -> Option<Site<'a>> {
    let frameworks = ["fastapi", "starlette", "quart", "litestar"];
    facts.packages.wants_any(Ecosystem::Pypi, &frameworks)?;
    calls_to(facts, Language::Python, |site| {
        let code = site.code;
        let sends = matches!(site.call.method(), "send_text" | "send_json" | "send_bytes");
        let loops = || {
            let mut around = code.around(site.call.scope);
            around.any(|scope| matches!(scope.kind, slugsmith_facts::code::ScopeKind::Loop))
        };
        let kept = || {
            code.calls.iter().any(|call| {
                let socket = call.positional(0).and_then(Expr::name);
                matches!(call.method(), "append" | "add")
                    && matches!(socket, Some("websocket" | "ws" | "socket"))
            })
        };
        // A loop over what one client sends answers that client alone.
        let own = matches!(site.call.receiver(), "websocket" | "ws" | "self.websocket");
        sends && !own && loops() && kept()
    })
    .next()
}
