//! Symfony's sessions, which PHP keeps in files unless a handler is named.

use crate::Facts;
use crate::registry::Evidence;
use crate::symfony::settings;
use serde_yaml_ng::Value;
use slugsmith_facts::packages::Ecosystem;
use slugsmith_finding::Severity;

pub(super) fn check(facts: &Facts<'_>) -> Option<Evidence> {
    facts
        .packages
        .wants(Ecosystem::Composer, "symfony/framework-bundle")?;
    let signs_in = facts.sources.texts.iter().any(|(path, text)| {
        path.starts_with("config/packages/security.")
            && [
                "form_login:",
                "custom_authenticator",
                "remember_me:",
                "json_login:",
                "guard:",
            ]
            .iter()
            .any(|word| text.contains(word))
            && !text.contains("stateless: true")
    });
    if !signs_in {
        return None;
    }
    let mut session: Option<(&str, Value)> = None;
    for (path, yaml) in settings(facts) {
        let own = yaml.get("framework").and_then(|part| part.get("session"));
        let prod = yaml
            .get("when@prod")
            .and_then(|part| part.get("framework")?.get("session"));
        for value in [own, prod].into_iter().flatten() {
            session = Some((path, value.clone()));
            if value
                .get("handler_id")
                .and_then(Value::as_str)
                .is_some_and(is_shared)
            {
                return None;
            }
        }
    }
    let (path, session) = session.filter(|(_, value)| value.as_bool() != Some(false))?;
    // A handler in code: the service has the id that a container's file names.
    let named = session.get("handler_id").and_then(Value::as_str);
    if named.is_some_and(|name| !matches!(name, "session.handler.native_file" | "~" | "null" | ""))
    {
        return None;
    }
    let line = facts.line(path, "session:").unwrap_or_default();
    let message = "Sessions are kept in files of this dyno, since no `handler_id` names a store: \
                   other dynos don't know them, and a restart loses them all.";
    Some(Evidence::line(path, line, message).level(Severity::Warn).help(
        "heroku addons:create heroku-redis:mini; framework.yaml: session: { handler_id: '%env(REDIS_URL)%' }",
    ))
}

/// An address or a handler of a store that all dynos share.
fn is_shared(handler: &str) -> bool {
    let lower = handler.to_ascii_lowercase();
    [
        "env(",
        "redis",
        "pdo",
        "memcached",
        "mongo",
        "database",
        "://",
    ]
    .iter()
    .any(|word| lower.contains(word))
}
