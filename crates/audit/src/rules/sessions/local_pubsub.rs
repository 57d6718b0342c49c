//! Do messages between users stay inside one process?

mod connections;
mod graphql;
mod kept;
mod maps;
mod nest;
mod socket_io;
mod streams;

use crate::rules::prelude::*;
use slugsmith_facts::formats::{self, yaml};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "local-pubsub",
    code: "SF203",
    title: "Live messages only reach users of the same dyno",
    level: Severity::Warn,
    group: Group::Sessions,
    ecosystems: &["node", "python", "ruby", "java", "go", "php"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            Broadcasts without a shared bus: socket.io that emits to rooms or to everybody without
            an adapter, also behind Nest's gateways; Action Cable with the `async` or `inline` adapter in
            production and channels
            in use; Faye without an engine; Django Channels' `InMemoryChannelLayer`;
            Flask-SocketIO without `message_queue`;
            Parse LiveQuery without `redisURL`; subscriptions of GraphQL through an emitter in memory
            (`PubSub` of graphql-subscriptions and Mercurius, `createPubSub()` of GraphQL Yoga);
            Spring's simple broker for STOMP. Plain WebSockets
            (`ws`, FastAPI, gorilla/websocket, Ratchet) and server-sent events whose connections or emitter live in
            one process, also in a map of Go, or that tell what variables of a class hold, without a bus
            between processes. The finding stands where the server, broker or layer is made; of plain
            connections where one is kept or sent to.
        "},
        why: indoc! {"
            The router spreads connections over all web dynos. An in-memory bus reaches only the
            users that happen to be on the same dyno; the others miss messages, without any error.
        "},
        fix: indoc! {r#"
            ```
            heroku addons:create heroku-redis:mini
            npm install @socket.io/redis-adapter redis        # io.adapter(createAdapter(pub, sub))
            bundle add redis            # config/cable.yml: adapter: redis, url: <%= ENV["REDIS_URL"] %>
            pip install channels-redis  # CHANNEL_LAYERS: channels_redis.core.RedisChannelLayer
            heroku features:enable http-session-affinity      # socket.io with long polling needs it
            ```
        "#},
        silent: indoc! {"
            The feature is configured but unused; answers to the same socket only; an adapter or
            queue is set, also under a condition. A formation with one web dyno makes it a note.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let single = facts
        .formation()
        .iter()
        .any(|formation| formation.process == "web" && formation.quantity == Some(1));
    let level = if single {
        Severity::Info
    } else {
        Severity::Warn
    };
    let found: Vec<_> = [
        socket_io::check(facts),
        faye(facts),
        nest::check(facts),
        live_query(facts),
        action_cable(facts),
        channels(facts),
        flask(facts),
        connections::check(facts),
        graphql::check(facts),
        simple_broker(facts),
    ]
    .into_iter()
    .flatten()
    .collect();
    let applies = !found.is_empty();
    Outcome::when(
        applies,
        found
            .into_iter()
            .flatten()
            .map(|evidence| evidence.level(level))
            .collect(),
    )
}

/// `None`: not used; an inner `None`: used and fine.
type Verdict = Option<Option<Evidence>>;

/// Faye's server keeps its channels in memory unless it gets an engine.
fn faye(facts: &Facts<'_>) -> Verdict {
    let site = facts.calls().find(|site| {
        let adapter = match site.code.language {
            Language::JavaScript => site.call.method() == "NodeAdapter",
            Language::Ruby => site.call.callee == "Faye.RackAdapter.new",
            _ => false,
        };
        adapter && site.code.imports("faye") && !site.call.arguments.is_empty()
    })?;
    Some(site.call.named("engine").is_none().then(|| {
        Evidence::line(
            &site.code.path,
            site.call.line,
            "Faye has no engine: what is published on one dyno does not reach users of another.",
        )
        .help(
            "npm install faye-redis (Ruby: bundle add faye-redis), and engine: { type: redis, … }",
        )
        .help("heroku addons:create heroku-redis:mini")
    }))
}

fn live_query(facts: &Facts<'_>) -> Verdict {
    facts.packages.wants(Ecosystem::Npm, "parse-server")?;
    let site = calls_to(facts, Language::JavaScript, |site| {
        site.call.method() == "createLiveQueryServer"
    })
    .next()?;
    let shared = facts.code(Language::JavaScript).any(|code| {
        let says = |value: &Expr| value.any(|value| value.key("redisURL").is_some());
        code.values().any(|(_, _, value)| says(value))
    });
    Some((!shared).then(|| {
        Evidence::line(
            &site.code.path,
            site.call.line,
            "LiveQuery has no redisURL: changes made \
            on one dyno don't reach clients of another.",
        )
        .help(
            "liveQuery: { classNames: […], redisURL: process.env.REDIS_URL }; heroku \
                addons:create heroku-redis:mini",
        )
    }))
}

fn action_cable(facts: &Facts<'_>) -> Verdict {
    let text = facts.sources.text("config/cable.yml")?;
    let used = calls_to(facts, Language::Ruby, |site| {
        let streams = guards::streams(site)
            || site.call.callee == "ActionCable.server.broadcast"
            || site.call.method().starts_with("broadcast_") && site.code.path.starts_with("app/");
        streams && !site.code.path.starts_with("config/")
    })
    .next()?;
    let entries = yaml::read(text);
    let entry = formats::entry(&entries, "production.adapter")?;
    let adapter = entry.value.as_str();
    Some(matches!(adapter, "async" | "inline" | "test").then(|| {
        Evidence::line(
            "config/cable.yml",
            entry.line,
            format!(
                "Action Cable's adapter is `{adapter}` \
            in production, and {}:{} broadcasts: users on other dynos get nothing.",
                used.code.path, used.call.line
            ),
        )
        .help(
            "config/cable.yml: adapter: redis, url: <%= ENV[\"REDIS_URL\"] %>; heroku \
                addons:create heroku-redis:mini",
        )
    }))
}

fn channels(facts: &Facts<'_>) -> Verdict {
    facts.packages.wants(Ecosystem::Pypi, "channels")?;
    let used = calls_to(facts, Language::Python, |site| {
        matches!(site.call.method(), "group_send" | "group_add")
            || site.call.callee.ends_with("group_send")
    })
    .next();
    let used = used.or_else(|| {
        facts.calls().find(|site| {
            let sends = |value: &Expr| {
                value
                    .name()
                    .is_some_and(|name| name.ends_with("group_send"))
            };
            site.code.language == Language::Python
                && site
                    .call
                    .arguments
                    .iter()
                    .any(|argument| sends(&argument.value))
        })
    })?;
    let settings: Vec<_> = facts
        .code(Language::Python)
        .flat_map(|code| {
            code.assignments
                .iter()
                .map(move |assignment| (code, assignment))
        })
        .filter(|(code, assignment)| {
            assignment.target == "CHANNEL_LAYERS"
                && branch(code, assignment.scope) != Branch::Development
        })
        .collect();
    let local = |value: &Expr| {
        value.any(|value| {
            value
                .text()
                .is_some_and(|text| text.contains("InMemoryChannelLayer"))
        })
    };
    // Another assignment is the shared one, chosen by a condition or a later file.
    let (code, setting) = settings.iter().find(|(_, setting)| local(&setting.value))?;
    if settings.iter().any(|(_, setting)| !local(&setting.value)) {
        return Some(None);
    }
    Some(Some(
        Evidence::line(
            &code.path,
            setting.line,
            format!(
                "Channels uses InMemoryChannelLayer, and \
            {}:{} sends to a group: users on other dynos get nothing.",
                used.code.path, used.call.line
            ),
        )
        .help(
            "pip install channels-redis; CHANNEL_LAYERS backend \
                channels_redis.core.RedisChannelLayer with hosts [os.environ[\"REDIS_URL\"]]",
        ),
    ))
}

/// Spring's broker for STOMP, which only knows the connections of its own process.
fn simple_broker(facts: &Facts<'_>) -> Verdict {
    let site = calls_to(facts, Language::Java, |site| {
        site.call.method() == "enableSimpleBroker"
    })
    .next()?;
    let relayed = guards::used(facts, Language::Java, |site| {
        site.call.method() == "enableStompBrokerRelay"
    });
    let sends = guards::used(facts, Language::Java, |site| {
        matches!(
            site.call.method(),
            "convertAndSend" | "convertAndSendToUser" | "@SendTo"
        ) || site.call.callee == "@SendTo"
            || site.call.method() == "send" && is_destination(site)
    });
    Some((sends && !relayed).then(|| {
        let message = "Spring's simple broker lives in one process: messages reach nobody who is connected \
                       to another dyno.";
        Evidence::line(&site.code.path, site.call.line, message)
            .help("registry.enableStompBrokerRelay(\"/topic\") with RabbitMQ (heroku addons:create cloudamqp)")
    }))
}

/// `template.send("/topic/tickets", message)` of `SimpMessagingTemplate`.
fn is_destination(site: Site<'_>) -> bool {
    let first = site.call.positional(0).and_then(Expr::text);
    first.is_some_and(|place| place.starts_with('/'))
        && site.code.imports.iter().any(|import| {
            import
                .module
                .starts_with("org.springframework.messaging.simp")
        })
}

fn flask(facts: &Facts<'_>) -> Verdict {
    facts.packages.wants(Ecosystem::Pypi, "flask-socketio")?;
    let made = calls_to(facts, Language::Python, |site| {
        site.call.callee == "SocketIO"
    })
    .next()?;
    let shared = facts.calls().any(|site| {
        site.code.language == Language::Python && site.call.named("message_queue").is_some()
    });
    // What `SocketIO(app)` made, in whatever file and under whatever name: only its `emit` reaches everybody.
    let server = |code: &Code, name: &str| {
        let made = |one: &Expr| one.callee() == Some("SocketIO");
        made(code.resolve(&Expr::Name(name.to_owned()))) || name == "socketio"
    };
    let broadcast = calls_to(facts, Language::Python, |site| {
        let many = || {
            ["broadcast", "room", "to"]
                .iter()
                .any(|name| site.call.named(name).is_some())
        };
        match site.call.method() {
            "emit" => server(site.code, site.call.receiver()) || many(),
            // `from flask_socketio import send`: what else is called so sends something else.
            "send" => {
                site.call.receiver().is_empty() && site.code.imports("flask_socketio") && many()
                    || server(site.code, site.call.receiver())
            }
            _ => false,
        }
    })
    .next();
    Some(broadcast.filter(|_| !shared).map(|broadcast| {
        Evidence::line(
            &made.code.path,
            made.call.line,
            format!(
                "Flask-SocketIO has no \
            message_queue, and {}:{} emits to many clients: users on other dynos get nothing.",
                broadcast.code.path, broadcast.call.line
            ),
        )
        .help(
            "SocketIO(app, message_queue=os.environ[\"REDIS_URL\"]); heroku addons:create \
                heroku-redis:mini",
        )
    }))
}
