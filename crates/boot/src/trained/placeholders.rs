//! What an app gets instead of its config vars while it is trained: never a secret, but of the
//! form that it expects.

/// Words in a variable's name, and the value that fits.
const FORMS: &[(&[&str], &str)] = &[
    (&["REDIS", "VALKEY"], "redis://127.0.0.1:1"),
    (&["MONGO"], "mongodb://127.0.0.1:1/placeholder"),
    (&["AMQP", "RABBIT"], "amqp://127.0.0.1:1"),
    (
        &["MYSQL", "JAWSDB", "CLEARDB", "MARIADB"],
        "mysql://user:placeholder@127.0.0.1:1/placeholder",
    ),
    (
        &["DATABASE_URL", "POSTGRES", "PG_URL"],
        "postgres://user:placeholder@127.0.0.1:1/placeholder",
    ),
    (&["SMTP"], "smtp://127.0.0.1:1"),
    (&["DSN"], "http://placeholder@127.0.0.1:1/1"),
    (&["REGION"], "us-east-1"),
    (
        &["_URL", "_URI", "ENDPOINT", "WEBHOOK"],
        "http://127.0.0.1:1",
    ),
    (&["EMAIL", "MAIL_FROM"], "user@example.com"),
    (&["HOST", "DOMAIN"], "127.0.0.1"),
];

/// Words of a name whose value is a text that nobody interprets before it is used.
const TEXTS: &[&str] = &[
    "SECRET",
    "KEY",
    "TOKEN",
    "PASSWORD",
    "PASSWD",
    "_PASS",
    "CREDENTIAL",
    "SALT",
    "_ID",
    "ACCOUNT",
    "BUCKET",
    "USER",
];

/// Long enough for libraries that want 32 bytes of a secret.
const TEXT: &str = "placeholder-placeholder-placeholder";

/// How names of switches begin.
const SWITCHES: &[&str] = &[
    "USE_", "ENABLE_", "DISABLE_", "SKIP_", "IS_", "HAS_", "NO_", "FORCE_", "ALLOW_",
];

/// A value for a variable of this name. `None` for what may as well be a switch: set, it would
/// change what the app does.
pub(crate) fn of(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_uppercase();
    if SWITCHES.iter().any(|start| name.starts_with(start)) {
        return None;
    }
    let mut forms = FORMS.iter();
    let form = forms.find(|(words, _)| words.iter().any(|word| name.contains(word)));
    let is_text = || TEXTS.iter().any(|word| name.contains(word));
    form.map(|(_, value)| *value)
        .or_else(|| is_text().then_some(TEXT))
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn a_placeholder_has_the_form_of_the_value() {
        let of = |name| of(name).unwrap_or_default();
        assert!(of("DATABASE_URL").starts_with("postgres://"));
        assert!(of("REDISCLOUD_URL").starts_with("redis://"));
        assert!(of("API_URL").starts_with("http://"));
        assert!(of("SENTRY_DSN").starts_with("http://"));
        assert!(of("SESSION_SECRET").len() >= 32);
        assert_eq!(of("AWS_REGION"), "us-east-1");
    }

    #[test]
    fn a_switch_stays_unset() {
        assert_eq!(of("QUIT"), None);
        assert_eq!(of("ENABLE_CLUSTER"), None);
        assert_eq!(of("SUPPORT_CHAT"), None);
        assert_eq!(of("USE_REDIS"), None);
    }
}
