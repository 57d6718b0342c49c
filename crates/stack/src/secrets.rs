//! Which values of an environment must not be shown in a log.
//!
//! Besides what name and shape give away (`slugsmith_facts::secrets`): what config vars and
//! `pack build --env` set is shown for known settings only. Where in doubt, masked.

use super::environment::{By, Modification, PATH_VARIABLES, Variable};
pub use slugsmith_facts::secrets::{MASK, in_command, is_secret, shown};

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
pub fn of_step(name: &str, step: &Modification) -> String {
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
