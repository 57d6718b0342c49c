//! Which values must not be shown in a log?
//!
//! Masked by the variable's name (`TOKEN`, `SECRET`, `PASSWORD`, …), by the value's shape (a
//! URL with a password, prefixes of well-known tokens), and by its origin: what config vars and
//! `pack build --env` set is shown for known settings only. Where in doubt, masked.

use super::environment::{By, PATH_VARIABLES, Step, Variable};
use slugsmith_facts::run::mask;

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

/// Variables of the platform that are settings by their name, whatever their value.
const PUBLIC: &[&str] = &[
    "LANG",
    "NODE_ENV",
    "PORT",
    "RACK_ENV",
    "RAILS_ENV",
    "TZ",
    "WEB_CONCURRENCY",
];
/// Beginnings of such names.
const PUBLIC_PREFIXES: &[&str] = &["BP_", "SLUGSMITH_", "LC_", "NPM_CONFIG_LOGLEVEL"];

/// Whether a value that the platform gave may be shown: config vars are where secrets live,
/// so only known settings and path variables are.
fn is_public(name: &str) -> bool {
    PUBLIC.contains(&name)
        || PATH_VARIABLES.contains(&name)
        || PUBLIC_PREFIXES
            .iter()
            .any(|prefix| name.starts_with(prefix))
}

/// The value of a variable, or the mask: by name, by shape, or because the platform set it.
#[must_use]
pub fn of_variable(name: &str, variable: &Variable) -> String {
    let value = variable.value.to_string_lossy();
    from(name, &value, variable.is_from_platform())
}

/// The same for what one step brought.
#[must_use]
pub fn of_step(name: &str, step: &Step) -> String {
    from(name, &step.value.to_string_lossy(), step.by == By::Platform)
}

/// The same for any value; `is_platform` where the platform gave it.
#[must_use]
pub fn from(name: &str, value: &str, is_platform: bool) -> String {
    if is_platform && !value.is_empty() && !is_public(name) {
        return MASK.to_owned();
    }
    shown(name, value)
}

/// A command line as people may see it: values of secret assignments and options
/// (`API_TOKEN=… node server.js`) and credentials in URLs are masked. What a variable
/// holds (`TOKEN=$OTHER`) is not in the text, so a reference stays.
#[must_use]
pub fn in_command(command: &str) -> String {
    let mut out = String::with_capacity(command.len());
    let mut quote = None;
    let mut begun = 0;
    for (at, character) in command.char_indices() {
        match quote {
            Some(open) if character == open => quote = None,
            None if matches!(character, '"' | '\'') => quote = Some(character),
            None if character.is_whitespace() || matches!(character, ';' | '&' | '|') => {
                out.push_str(&in_word(&command[begun..at]));
                out.push(character);
                begun = at + character.len_utf8();
            }
            _ => {}
        }
    }
    out.push_str(&in_word(&command[begun..]));
    out
}

fn in_word(word: &str) -> String {
    if let Some((name, value)) = word.split_once('=') {
        let bare = value.trim_matches(['"', '\'']);
        if !bare.is_empty() && !bare.starts_with('$') && is_secret(name, bare) {
            return format!("{name}={MASK}");
        }
    }
    mask(word)
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

    #[test]
    fn secrets_in_commands_are_masked() {
        for (command, shown) in [
            (
                "API_TOKEN=abc node server.js",
                "API_TOKEN=[masked] node server.js",
            ),
            (
                "export KEY_SECRET='a b'; npm start",
                "export KEY_SECRET=[masked]; npm start",
            ),
            (
                "serve --api-key=abc --port=$PORT",
                "serve --api-key=[masked] --port=$PORT",
            ),
            ("SECRET_KEY=$OTHER node .", "SECRET_KEY=$OTHER node ."),
            ("sync https://u:p@h/x && web", "sync https://***@h/x && web"),
            (
                "NODE_ENV=production node 'a b.js'",
                "NODE_ENV=production node 'a b.js'",
            ),
            ("TOKEN=\"never closed", "TOKEN=[masked]"),
        ] {
            assert_eq!(in_command(command), shown);
        }
    }

    #[test]
    fn what_the_platform_gave_is_masked_whatever_its_name() {
        assert_eq!(from("MODE", "fast", true), MASK);
        assert_eq!(from("MODE", "fast", false), "fast");
        assert_eq!(from("NODE_ENV", "production", true), "production");
        assert_eq!(from("PATH", "/x:/bin", true), "/x:/bin");
        assert_eq!(from("BP_TOKEN", "x", true), MASK);
    }
}
