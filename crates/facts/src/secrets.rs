//! What must not be shown or stored, found in any text: the one mask that every printer and
//! every store uses.
//!
//! Masked are user names and passwords of URLs, secret parts of queries, addresses of
//! webhooks, tokens of known issuers, passwords of connection strings, and the values of
//! config vars that this run was given ([`know`]), verbatim, as CI hosts do.

mod command;
mod url;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ffi::OsString;
use std::sync::{PoisonError, RwLock};

pub use command::in_command;

/// What stands in place of a secret.
pub const MASK: &str = "[masked]";

/// Words that make a variable's name secret.
const NAMES: &[&str] = &[
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
/// Stripe, npm, Heroku, Google, `SendGrid`, JSON Web Tokens, PEM.
const PREFIXES: &[&str] = &[
    "-----BEGIN",
    "AIza",
    "AKIA",
    "ASIA",
    "HRKU-",
    "SG.",
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

/// Shortest token that is taken for one by its beginning.
const SHORTEST_TOKEN: usize = 16;

/// Whether the value of this variable is masked.
#[must_use]
pub fn is_secret(name: &str, value: &str) -> bool {
    is_secret_name(name) || has_secret_shape(value)
}

/// Whether a name says that its value is secret.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    if HARMLESS.contains(&name) {
        return false;
    }
    let upper = name.to_ascii_uppercase();
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
    for step in [known, url::mask, tokens, pairs] {
        if let Some(masked) = step(&text) {
            text = Cow::Owned(masked);
        }
    }
    text
}

/// A value that becomes an input of a key: without what rotates and must not be stored.
#[must_use]
pub fn without_credentials(value: &str) -> String {
    url::mask(value).map_or_else(
        || value.to_owned(),
        |masked| masked.replace("://***@", "://"),
    )
}

/// Values of config vars of this run that are long enough to be nothing else.
static KNOWN: RwLock<Vec<String>> = RwLock::new(Vec::new());
/// Shorter values stand in many words.
const SHORTEST_KNOWN: usize = 8;
/// Shorter runs of letters and digits are names and versions.
const SHORTEST_RANDOM: usize = 20;

/// Takes note of the values of variables that are secret by their names, or that look as if
/// they were drawn at random: a tool that prints one verbatim must not give it away.
pub fn know<'v>(variables: impl IntoIterator<Item = (&'v String, &'v OsString)>) {
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    for (name, value) in variables {
        if let Some(value) = value.to_str()
            && value.len() >= SHORTEST_KNOWN
            && (is_secret_name(name) || is_random(value))
            && !value.starts_with('/')
            && !known.iter().any(|there| there == value)
        {
            known.push(value.to_owned());
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

/// Masks tokens that their beginning gives away.
fn tokens(text: &str) -> Option<String> {
    if !PREFIXES.iter().any(|prefix| text.contains(prefix)) {
        return None;
    }
    let is_between =
        |c: char| is_end(c) || matches!(c, '=' | ':' | '/' | '@' | '[' | ']' | '{' | '}');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut is_changed = false;
    while !rest.is_empty() {
        let length = rest.find(is_between).unwrap_or(rest.len());
        let (word, after) = rest.split_at(length);
        if is_token(word) {
            out.push_str(MASK);
            is_changed = true;
        } else {
            out.push_str(word);
        }
        let between = after.chars().next().map_or(0, char::len_utf8);
        let (mark, next) = after.split_at(between);
        out.push_str(mark);
        rest = next;
    }
    is_changed.then_some(out)
}

fn is_token(word: &str) -> bool {
    // npm's own variables begin as its tokens do, which have 36 characters behind that.
    let least = if word.starts_with("npm_") {
        40
    } else {
        SHORTEST_TOKEN
    };
    word.len() >= least && PREFIXES.iter().any(|prefix| word.starts_with(prefix))
}

/// Masks `Password=…;` and `Pwd=…;` of connection strings.
fn pairs(text: &str) -> Option<String> {
    const KEYS: &[&str] = &["password=", "pwd=", "accountkey=", "sharedaccesskey="];
    let lower = text.to_ascii_lowercase();
    if !KEYS.iter().any(|key| lower.contains(key)) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    let mut is_changed = false;
    while let Some((at, key)) = KEYS
        .iter()
        .filter_map(|key| Some((done + lower.get(done..)?.find(key)?, key)))
        .min()
    {
        let begin = at + key.len();
        out.push_str(&text[done..begin]);
        let value = &text[begin..];
        let end = value.find(is_end).unwrap_or(value.len());
        // `Password=` is one of several parts; a variable that is set is judged by its name.
        let before = text[..at].chars().next_back();
        let is_part = value[end..].starts_with(';') || before == Some(';');
        let is_open = end == 0 || value.starts_with(['$', '[']);
        if is_part && !is_open {
            out.push_str(MASK);
            is_changed = true;
        } else {
            out.push_str(&value[..end]);
        }
        done = begin + end;
    }
    out.push_str(&text[done..]);
    is_changed.then_some(out)
}
