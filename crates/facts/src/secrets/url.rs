//! Secrets in addresses: user names and passwords, parts of the query, webhooks.

use super::{LOGIN_MASK, MASK, is_end};

/// Names of parts of a query that are secret.
const QUERY: &[&str] = &[
    "access_token",
    "accesskey",
    "api_key",
    "apikey",
    "auth",
    "client_secret",
    "credential",
    "key",
    "pass",
    "passwd",
    "password",
    "private_token",
    "pwd",
    "secret",
    "sig",
    "signature",
    "token",
];

/// Addresses whose path is the secret.
const WEBHOOKS: &[&str] = &[
    "hooks.slack.com/services/",
    "hooks.slack.com/workflows/",
    "hooks.slack.com/triggers/",
    "discord.com/api/webhooks/",
    "discordapp.com/api/webhooks/",
    "outlook.office.com/webhook/",
    "webhook.office.com/webhookb2/",
    "hooks.zapier.com/hooks/catch/",
    "api.telegram.org/bot",
    "chat.googleapis.com/v1/spaces/",
];

/// The text with what is secret in its addresses masked; `None` where nothing is.
pub(super) fn mask(text: &str) -> Option<String> {
    if !text.contains("://") {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut is_changed = false;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let end = after
            .find(|c: char| is_end(c) && !matches!(c, '&' | ';' | ',' | '(' | ')'))
            .unwrap_or(after.len());
        let end = after[..end].find("://").map_or(end, |next| {
            // Two addresses without a space: the scheme of the second belongs to it.
            after[..next]
                .char_indices()
                .rfind(|(_, c)| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '-' | '.'))
                .map_or(0, |(at, c)| at + c.len_utf8())
        });
        let (address, following) = after.split_at(end);
        let masked = one(address);
        is_changed |= masked != address;
        out.push_str(&masked);
        rest = following;
    }
    out.push_str(rest);
    is_changed.then_some(out)
}

fn one(address: &str) -> String {
    let host = userinfo(address).map_or(address, |at| &address[at..]);
    let mut out = if host.len() == address.len() {
        String::new()
    } else {
        LOGIN_MASK.to_owned()
    };
    for hook in WEBHOOKS {
        if let Some(at) = host.find(hook) {
            let (kept, secret) = host.split_at(at + hook.len());
            out.push_str(kept);
            out.push_str(if secret.is_empty() { "" } else { MASK });
            return out;
        }
    }
    // A fragment holds what a query does, where a browser must not send it.
    let Some(at) = host.find(['?', '#']) else {
        return out + host;
    };
    let (path, query) = host.split_at(at);
    out.push_str(path);
    for part in query.split_inclusive(['?', '#', '&', ';']) {
        let bare = part.trim_end_matches(['?', '#', '&', ';']);
        match bare.split_once('=') {
            Some((name, value))
                if is_secret_part(name) && !value.is_empty() && !value.starts_with(['$', '[']) =>
            {
                out.push_str(name);
                out.push('=');
                out.push_str(MASK);
            }
            _ => out.push_str(bare),
        }
        out.push_str(&part[bare.len()..]);
    }
    out
}

/// The password of an address that is the whole of a value.
pub(super) fn password(value: &str) -> Option<&str> {
    let (_, address) = value.split_once("://")?;
    let user = &address[..userinfo(address)?];
    user.split_once(':').map(|(_, password)| password)
}

fn is_secret_part(name: &str) -> bool {
    let name = name.trim_start_matches("amp;").to_ascii_lowercase();
    let name = name.replace('-', "_");
    QUERY.iter().any(|secret| name == *secret)
        || [
            "_token",
            "_secret",
            "_key",
            "password",
            "_signature",
            "_credential",
            "_api",
        ]
        .iter()
        .any(|end| name.ends_with(end))
}

/// Where the `@` behind user name and password is. A password may hold a raw `/`; a port does not.
fn userinfo(address: &str) -> Option<usize> {
    let authority = address.find(['/', '?', '#']).unwrap_or(address.len());
    if let Some(at) = address[..authority].rfind('@') {
        // A variable that is put in there is none of the text's secrets, but its name may stay.
        return (at > 0).then_some(at);
    }
    let (_, password) = address[..authority].split_once(':')?;
    let is_port = !password.is_empty() && password.chars().all(|c| c.is_ascii_digit());
    let at = address.rfind('@')?;
    (!is_port).then_some(at)
}
