//! What must not be shown or stored, found in any text: the one mask that every printer and
//! every store uses.
//!
//! Masked are user names and passwords of URLs, secret parts of queries, addresses of
//! webhooks, tokens of known issuers, passwords of connection strings, and the values of
//! config vars that this run was given ([`know`]), verbatim, as CI hosts do.

mod assigned;
mod client;
mod command;
mod connection;
mod pair;
mod token;
mod url;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ffi::OsString;
use std::sync::{PoisonError, RwLock};

pub use command::in_command;

/// What stands in place of a secret.
pub const MASK: &str = "[masked]";

/// In place of user name and password of an address.
pub(crate) const LOGIN_MASK: &str = "***";

/// Words that make a variable's name secret.
const NAMES: &[&str] = &[
    "ACCESSKEY",
    "ACCOUNTKEY",
    "APIKEY",
    "AUTH",
    "CERT",
    "COOKIE",
    "CREDENTIAL",
    "DATABASE_URL",
    "DSN",
    "JWT",
    "KEY",
    "OTP",
    "PASS",
    "PASSCODE",
    "PASSPHRASE",
    "PASSWD",
    "PASSWORD",
    "PIN",
    "PRIVATE",
    "PWD",
    "SALT",
    "SECRET",
    "SESSION",
    "SIG",
    "SIGNATURE",
    "TOKEN",
    "WEBHOOK",
];

/// What Bundler takes as `BUNDLE_…__NAME` for gems and addresses, not for hosts.
const BUNDLER_SETTINGS: &[&str] = &["BUILD", "LOCAL", "MIRROR"];

fn before(rest: &str) -> &str {
    rest.split("__").next().unwrap_or(rest)
}

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

/// Whether the value of this variable is masked.
#[must_use]
pub fn is_secret(name: &str, value: &str) -> bool {
    is_secret_name(name) || has_secret_shape(value) || is_drawn(name, value)
}

/// Whether a name says that its value is secret.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    if HARMLESS.contains(&name) {
        return false;
    }
    let upper = name.to_ascii_uppercase();
    // Bundler's user names and passwords, by the host of a server of gems.
    let is_host = |rest: &str| rest.contains("__") && !BUNDLER_SETTINGS.contains(&before(rest));
    if upper.strip_prefix("BUNDLE_").is_some_and(is_host) {
        return true;
    }
    NAMES.iter().any(|word| {
        // Whole words only: `KEYBOARD` and `COMPASS` are not secrets, `API_KEY` is.
        upper
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|part| part == *word || part.strip_suffix('S') == Some(word))
            || (word.len() >= 5 && upper.contains(word))
    })
}

fn has_secret_shape(value: &str) -> bool {
    matches!(mask(value), Cow::Owned(_))
        || value.contains("-----BEGIN")
        || command::in_command(value) != value
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

/// A text without what is secret in it. Masking twice changes nothing.
#[must_use]
pub fn mask(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    let steps = [
        known,
        url::mask,
        token::mask,
        connection::mask,
        client::mask,
        pair::mask,
        assigned::mask,
    ];
    for step in steps {
        if let Some(masked) = step(&text) {
            text = Cow::Owned(masked);
        }
    }
    text
}

/// A value that becomes an input of a key: without what rotates and must not be stored.
#[must_use]
pub fn without_credentials(value: &str) -> String {
    url::mask_but_folders(value).map_or_else(
        || value.to_owned(),
        |masked| masked.replace("://***@", "://"),
    )
}

/// Values of config vars of this run that are long enough to be nothing else.
static KNOWN: RwLock<Vec<String>> = RwLock::new(Vec::new());
/// Shorter values stand in many words.
const SHORTEST_KNOWN: usize = 8;
/// Shorter lines are no part of a key.
const SHORTEST_TOKEN: usize = 16;
/// Shorter runs of letters and digits are names and versions.
const SHORTEST_RANDOM: usize = 20;

/// Takes note of the values of variables that are secret by their names, or that look as if
/// they were drawn at random: a tool that prints one verbatim must not give it away.
pub fn know<'v>(variables: impl IntoIterator<Item = (&'v String, &'v OsString)>) {
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    for (name, value) in variables {
        if let Some(value) = value.to_str()
            && value.len() >= SHORTEST_KNOWN
            && !value.starts_with('/')
        {
            let whole = (is_secret_name(name) || is_drawn(name, value)).then_some(value);
            // A client may print the password of an address alone.
            let parts = whole.into_iter().chain(url::password(value));
            for secret in parts.chain(whole.into_iter().flat_map(key_lines)) {
                let is_long = secret.len() >= SHORTEST_KNOWN;
                if is_long && !known.iter().any(|there| there == secret) {
                    known.push(secret.to_owned());
                }
            }
        }
    }
    // A value that holds another one goes first.
    known.sort_by_key(|value| std::cmp::Reverse(value.len()));
}

/// Whether a value is one run of letters and digits, as keys and tokens are, or a UUID: whatever
/// its variable is called, nobody misses it in a log.
fn is_random(value: &str) -> bool {
    let run = value.trim_end_matches('=');
    let parts: Vec<usize> = run.split('-').map(str::len).collect();
    let is_uuid = parts == [8, 4, 4, 4, 12];
    let fits = |one: u8| one.is_ascii_alphanumeric() || one == b'+' || (is_uuid && one == b'-');
    run.len() >= SHORTEST_RANDOM
        && run.bytes().all(fits)
        && run.bytes().any(|one| one.is_ascii_digit())
        && run.bytes().any(|one| one.is_ascii_alphabetic())
}

/// Lines of a key, which a tool prints one by one.
fn key_lines(value: &str) -> impl Iterator<Item = &str> {
    let is_letter = |one: u8| one.is_ascii_alphanumeric() || matches!(one, b'+' | b'/' | b'=');
    let lines = value.lines().skip(1).map(str::trim);
    lines.filter(move |line| line.len() >= SHORTEST_TOKEN && line.bytes().all(is_letter))
}

/// Names of what is drawn at random and no secret: it says what was built, and of which app.
const NO_SECRETS: &[&str] = &[
    "CHECKSUM", "COMMIT", "DIGEST", "HASH", "ID", "REF", "REVISION", "SHA", "SHA1", "SHA256",
    "UUID", "VERSION",
];

/// Whether a value looks drawn at random, under a name that says nothing else.
fn is_drawn(name: &str, value: &str) -> bool {
    let last = name.rsplit(|c: char| !c.is_ascii_alphanumeric()).next();
    let says_what =
        last.is_some_and(|word| NO_SECRETS.contains(&word.to_ascii_uppercase().as_str()));
    !says_what && is_random(value)
}

fn known(text: &str) -> Option<String> {
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    let found = known.iter().filter(|value| text.contains(value.as_str()));
    found.fold(None, |masked, value| {
        let text = masked.as_deref().unwrap_or(text);
        Some(text.replace(value.as_str(), MASK))
    })
}

/// Ends of a word in prose, code, JSON and HTML.
fn is_end(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '"' | '\'' | '`' | '\\' | '<' | '>' | '&' | ';' | ',' | ')' | '('
        )
}
