//! Which values must not be shown in a log?
//!
//! Masked by the variable's name (`TOKEN`, `SECRET`, `PASSWORD`, …) and by the value's
//! shape (a URL with a password, prefixes of well-known tokens). Where in doubt, masked.

/// What stands in place of a secret.
pub const MASK: &str = "[masked]";

/// Words that make a variable's name secret.
const NAMES: &[&str] = &[
    "APIKEY",
    "AUTH",
    "CERT",
    "CREDENTIAL",
    "DATABASE_URL",
    "DSN",
    "KEY",
    "PASS",
    "PASSPHRASE",
    "PASSWD",
    "PASSWORD",
    "PRIVATE",
    "PWD",
    "SALT",
    "SECRET",
    "SESSION",
    "SIGNATURE",
    "TOKEN",
];

/// Names that hold one of these words and no secret.
const HARMLESS: &[&str] = &[
    "OLDPWD",
    "PWD",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "NODE_EXTRA_CA_CERTS",
    "PIP_CERT",
    "SSH_AUTH_SOCK",
];

/// Beginnings of tokens, as their issuers document them: GitHub, GitLab, Slack, AWS,
/// Stripe, npm, Heroku, Google, JSON Web Tokens, PEM.
const PREFIXES: &[&str] = &[
    "-----BEGIN",
    "AIza",
    "AKIA",
    "ASIA",
    "HRKU-",
    "eyJ",
    "ghp_",
    "gho_",
    "ghs_",
    "ghu_",
    "github_pat_",
    "glpat-",
    "npm_",
    "pypi-",
    "rk_live_",
    "sk-",
    "sk_live_",
    "xoxa-",
    "xoxb-",
    "xoxp-",
];

/// Whether the value of this variable is masked.
#[must_use]
pub fn is_secret(name: &str, value: &str) -> bool {
    if HARMLESS.contains(&name) {
        return false;
    }
    let upper = name.to_ascii_uppercase();
    let by_name = NAMES.iter().any(|word| {
        // Whole words only: `KEYBOARD` and `COMPASS` are not secrets, `API_KEY` is.
        upper
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|part| part == *word || part.strip_suffix('S') == Some(word))
            || (word.len() >= 5 && upper.contains(word))
    });
    by_name || has_secret_shape(value)
}

fn has_secret_shape(value: &str) -> bool {
    let starts = value
        .split([' ', '=', ':', ',', '"', '\''])
        .any(|part| part.len() >= 16 && PREFIXES.iter().any(|prefix| part.starts_with(prefix)));
    starts || value.contains("-----BEGIN") || has_userinfo(value)
}

/// `scheme://user:password@host`.
fn has_userinfo(value: &str) -> bool {
    value.split("://").skip(1).any(|rest| {
        let authority = rest.split(['/', '?', '#', ' ']).next().unwrap_or_default();
        authority
            .rsplit_once('@')
            .is_some_and(|(userinfo, _)| !userinfo.is_empty())
    })
}

/// The value, or the mask.
#[must_use]
pub fn shown(name: &str, value: &str) -> String {
    if !value.is_empty() && is_secret(name, value) {
        MASK.to_owned()
    } else {
        value.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_shapes_of_secrets_are_masked() {
        for (name, value) in [
            ("API_KEY", "x"),
            ("aws_secret_access_key", "x"),
            ("DATABASE_URL", "postgres://localhost/db"),
            ("NPMTOKEN", "x"),
            ("ANYTHING", "https://user:pass@example.com/"),
            ("ANYTHING", "ghp_0123456789abcdefghij"),
            ("REDIS", "redis://:hunter2@host:6379"),
            ("BASIC_AUTH", "x"),
        ] {
            assert_eq!(shown(name, value), MASK, "{name}={value}");
        }
    }

    #[test]
    fn ordinary_values_are_shown() {
        for (name, value) in [
            ("PATH", "/layers/a/bin:/usr/bin"),
            ("NODE_ENV", "production"),
            ("KEYBOARD", "us"),
            ("SSL_CERT_FILE", "/etc/ssl/ca.crt"),
            ("REGISTRY", "https://example.com/@scope/x"),
            ("PORT", "8080"),
            ("API_KEY", ""),
        ] {
            assert_eq!(shown(name, value), value, "{name}={value}");
        }
    }
}
