//! Subscriptions of GraphQL whose emitter only knows the process that publishes.

use super::Verdict;
use crate::rules::prelude::*;

/// What makes an emitter in memory, and the module that it is of.
const EMITTERS: &[(&str, &[&str])] = &[
    (
        "PubSub",
        &[
            "graphql-subscriptions",
            "apollo-server",
            "apollo-server-express",
            "apollo-server-koa",
            "apollo-server-fastify",
            "graphql-yoga",
            "type-graphql",
        ],
    ),
    (
        "createPubSub",
        &[
            "graphql-yoga",
            "@graphql-yoga/subscription",
            "@graphql-yoga/node",
        ],
    ),
];

pub(super) fn check(facts: &Facts<'_>) -> Verdict {
    let made = calls_to(facts, Language::JavaScript, |site| {
        let is_of = |modules: &[&str]| modules.iter().any(|module| site.code.imports(module));
        // `createPubSub({ eventTarget })` is given a bus of its own.
        EMITTERS
            .iter()
            .any(|(name, modules)| site.call.callee == *name && is_of(modules))
            && site.call.named("eventTarget").is_none()
            && branch(site.code, site.call.scope) == Branch::Always
    })
    .next()?;
    // Handed to the resolvers in its place: `buildSchema({ pubSub: new RedisPubSub(…) })`.
    let shared = guards::used(facts, Language::JavaScript, |site| {
        matches!(
            site.call.callee.as_str(),
            "RedisPubSub" | "PostgresPubSub" | "GooglePubSub" | "KafkaPubSub"
        )
    });
    if shared {
        return Some(None);
    }
    let published = calls_to(facts, Language::JavaScript, |site| {
        site.call.method() == "publish"
    })
    .next()?;
    let subscribes = guards::used(facts, Language::JavaScript, |site| {
        matches!(
            site.call.method(),
            "asyncIterator"
                | "asyncIterableIterator"
                | "subscribe"
                | "Subscription"
                | "@Subscription"
        )
    });
    let message = format!(
        "`{}` keeps its subscribers in this process, and {}:{} publishes to them: users on other dynos get nothing.",
        made.call.callee, published.code.path, published.call.line
    );
    Some(subscribes.then(|| {
        Evidence::line(&made.code.path, made.call.line, message).help(
            "npm install graphql-redis-subscriptions ioredis: new RedisPubSub({ connection: \
             process.env.REDIS_URL }); heroku addons:create heroku-redis:mini",
        )
    }))
}
