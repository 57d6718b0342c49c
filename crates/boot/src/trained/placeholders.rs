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
    (
        &["_URL", "_URI", "ENDPOINT", "WEBHOOK"],
        "http://127.0.0.1:1",
    ),
    (&["EMAIL", "MAIL_FROM"], "user@example.com"),
    (&["HOST", "DOMAIN"], "127.0.0.1"),
    (
        &[
            "PORT",
            "TIMEOUT",
            "_TTL",
            "COUNT",
            "LIMIT",
            "CONCURRENCY",
            "SIZE",
            "_MS",
            "SECONDS",
        ],
        "1",
    ),
];

/// Long enough for libraries that want 32 bytes of a secret.
const OTHERWISE: &str = "placeholder-placeholder-placeholder";

/// A value for a variable of this name.
pub(crate) fn of(name: &str) -> &'static str {
    let name = name.to_ascii_uppercase();
    let mut forms = FORMS.iter();
    let form = forms.find(|(words, _)| words.iter().any(|word| name.contains(word)));
    form.map_or(OTHERWISE, |(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn a_placeholder_has_the_form_of_the_value() {
        assert!(of("DATABASE_URL").starts_with("postgres://"));
        assert!(of("REDISCLOUD_URL").starts_with("redis://"));
        assert!(of("API_URL").starts_with("http://"));
        assert_eq!(of("WORKER_TIMEOUT"), "1");
        assert!(of("SESSION_SECRET").len() >= 32);
    }
}
