//! Addresses of services that are written out in the properties which Spring loads in production.

use super::effect;
use crate::addresses::{local_host, masked};
use crate::registry::Evidence;
use crate::{Facts, spring};
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
                // The buildpack's variables win over it, where a database is attached.
                None if key == "spring.datasource.url"
                    && spring::variable(&entry.value).is_none()
                    && spring::is_elsewhere(&entry.value)
                    && !local_host(&entry.value) =>
                {
                    (entry.value.as_str(), key, "JDBC_DATABASE_URL", true)
                }
                None => continue,
            };
            if value.is_empty() {
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
