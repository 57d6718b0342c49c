//! Addresses of services that are written out in the properties which Spring loads in production.

use super::effect;
use crate::addresses::{is_backing_address, local_host, masked};
use crate::registry::Evidence;
use crate::{Facts, spring};
use slugsmith_facts::code::{Expr, Language};
use slugsmith_finding::Severity;

/// Keys of a service, the one among them that takes a whole address, and the variable with that address which its
/// add-on sets.
const SERVICES: &[(&[&str], &str, &str)] = &[
    (
        &["spring.redis.host", "spring.redis.url"],
        "spring.redis.url",
        "REDIS_URL",
    ),
    (
        &["spring.data.redis.host", "spring.data.redis.url"],
        "spring.data.redis.url",
        "REDIS_URL",
    ),
    (
        &["spring.data.mongodb.uri", "spring.data.mongodb.host"],
        "spring.data.mongodb.uri",
        "MONGODB_URI",
    ),
    (
        &["spring.rabbitmq.host", "spring.rabbitmq.addresses"],
        "spring.rabbitmq.addresses",
        "CLOUDAMQP_URL",
    ),
    (
        &["spring.elasticsearch.uris"],
        "spring.elasticsearch.uris",
        "BONSAI_URL",
    ),
];

/// The variable with the address of such a service, as its add-on or the Java buildpack sets it.
fn variable_of(address: &str) -> &'static str {
    match address.split(':').next().unwrap_or(address) {
        "jdbc" => "JDBC_DATABASE_URL",
        "redis" | "rediss" => "REDIS_URL",
        "mongodb" | "mongodb+srv" => "MONGODB_URI",
        "amqp" | "amqps" => "CLOUDAMQP_URL",
        _ => "DATABASE_URL",
    }
}

/// Whether code of the app asks for a property: `getProperty("shop.url")`, `@Value("${shop.url}")`, or a class that
/// takes all below a prefix.
fn is_read(facts: &Facts<'_>, key: &str) -> bool {
    let placeholder = format!("${{{key}}}");
    let says = |value: &Expr| {
        value.any(|value| {
            let text = value.text();
            text.is_some_and(|text| text == key || text.contains(&placeholder))
        })
    };
    let takes = |site: &crate::Site<'_>| {
        let prefix = site.call.callee == "@ConfigurationProperties";
        site.call.arguments.iter().any(|one| {
            let below = |text: &str| {
                key.strip_prefix(text)
                    .is_some_and(|rest| rest.starts_with('.'))
            };
            says(&one.value) || prefix && one.value.any(|value| value.text().is_some_and(below))
        })
    };
    facts
        .calls()
        .filter(|site| site.code.language == Language::Java)
        .any(|site| takes(&site))
}

/// Whether another file that production loads gives the whole address, which Spring takes before its host.
fn gives_way(facts: &Facts<'_>, key: &str, whole: &str) -> bool {
    let mut entries = spring::files(facts).iter().flat_map(|file| &file.entries);
    key != whole && entries.any(|entry| entry.key == whole && !entry.value.is_empty())
}

pub(super) fn check(facts: &Facts<'_>) -> Vec<Evidence> {
    let mut found = Vec::new();
    for file in spring::files(facts) {
        for entry in &file.entries {
            let key = entry.key.as_str();
            let mut services = SERVICES.iter();
            let service = services.find(|(keys, ..)| keys.contains(&key));
            let (value, whole, variable, datasource) = match service {
                Some((_, whole, variable)) => {
                    let Some((value, false)) = spring::settled(entry, facts) else {
                        continue;
                    };
                    (value, *whole, *variable, false)
                }
                // A mail server of others may stay the same; none listens on a dyno.
                None if key == "spring.mail.host" && local_host(&entry.value) => {
                    (entry.value.as_str(), key, "MAILGUN_SMTP_SERVER", false)
                }
                // The buildpack's variables win over it, where a database is attached.
                None if key == "spring.datasource.url"
                    && spring::variable(&entry.value).is_none()
                    && spring::is_elsewhere(&entry.value)
                    && !local_host(&entry.value) =>
                {
                    (entry.value.as_str(), key, "JDBC_DATABASE_URL", true)
                }
                // The buildpack's variables know nothing of a key of the app's own.
                None if !key.starts_with("spring.")
                    && is_backing_address(&entry.value)
                    && spring::variable(&entry.value).is_none()
                    && spring::is_elsewhere(&entry.value)
                    && is_read(facts, key) =>
                {
                    let variable = variable_of(&entry.value);
                    (entry.value.as_str(), key, variable, false)
                }
                None => continue,
            };
            if value.is_empty() || gives_way(facts, key, whole) {
                continue;
            }
            let message = format!(
                "{key} is `{}`, whatever the environment says{}.",
                masked(value),
                effect(value)
            );
            let evidence = Evidence::line(&file.path, entry.line, message).help(format!(
                "{whole}=${{{variable}}}, with the variable that the add-on sets"
            ));
            found.push(if datasource {
                evidence.level(Severity::Warn)
            } else {
                evidence
            });
        }
    }
    found
}
