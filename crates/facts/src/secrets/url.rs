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
    "pw",
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

/// Names of hosts and folders below which an address calls somebody back: whoever knows it can do so.
const HOOKS: &[&str] = &[
    "build-hooks",
    "build_hooks",
    "deploy-hooks",
    "deploy_hooks",
    "hook",
    "hooks",
    "incoming-webhooks",
    "incoming_webhooks",
    "incomingwebhook",
    "webhook",
    "webhooks",
];

/// Folders behind the name of a repository, which may be that of hooks.
const OF_REPOSITORIES: &[&str] = &[
    "-",
    "archive",
    "blob",
    "commit",
    "legacy.tar.gz",
    "raw",
    "tar.gz",
    "tarball",
    "tree",
    "zip",
];

/// Letters of a part of a hook that is no name of a channel or team.
const SHORTEST_OF_HOOK: usize = 16;

/// The text with what is secret in its addresses masked; `None` where nothing is.
pub(super) fn mask(text: &str) -> Option<String> {
    each(text, &mut in_path)
}

/// As [`mask()`], but with the folders of an address as they are: they may name a package's content.
pub(super) fn mask_but_folders(text: &str) -> Option<String> {
    each(text, &mut |path, out| out.push_str(path))
}

fn each(text: &str, folders: &mut dyn FnMut(&str, &mut String)) -> Option<String> {
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
        let masked = one(address, folders);
        is_changed |= masked != address;
        out.push_str(&masked);
        rest = following;
    }
    out.push_str(rest);
    is_changed.then_some(out)
}

fn one(address: &str, folders: &mut dyn FnMut(&str, &mut String)) -> String {
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
    let (path, query) = host.split_at(host.find(['?', '#']).unwrap_or(host.len()));
    folders(path, &mut out);
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

/// Host and folders, without those that somebody has drawn: they are what a webhook or a shared folder is known by.
fn in_path(path: &str, out: &mut String) {
    let mut is_hook = false;
    let mut parts = path.split('/').enumerate().peekable();
    while let Some((number, part)) = parts.next() {
        // The address may end a sentence.
        let bare = part.trim_end_matches(['.', ':', ']', '}', '*']);
        let is_drawn = number > 0 && (is_mixed(bare) || is_hook && is_of_hook(bare));
        out.push_str(if is_drawn { MASK } else { bare });
        out.push_str(&part[bare.len()..]);
        let name = match number {
            0 => part.split('.').next().unwrap_or_default(),
            _ => part,
        };
        let is_named = HOOKS.contains(&name.to_ascii_lowercase().as_str());
        let next = parts.peek().map(|(_, next)| next);
        is_hook |= is_named && next.is_none_or(|next| !OF_REPOSITORIES.contains(next));
        if next.is_some() {
            out.push('/');
        }
    }
}

/// Is it of letters of both cases and digits in no order? Digests and commits have one case.
fn is_mixed(part: &str) -> bool {
    let letters: Vec<_> = letters(part).collect();
    letters.len() >= super::SHORTEST_RANDOM
        && [
            u8::is_ascii_digit,
            u8::is_ascii_uppercase,
            u8::is_ascii_lowercase,
        ]
        .iter()
        .all(|is| letters.iter().any(is))
        && is_without_order(part)
}

/// Is it what a hook is known by? There, what has one case may be one too.
fn is_of_hook(part: &str) -> bool {
    part.len() >= SHORTEST_OF_HOOK
        && letters(part).all(|one| one.is_ascii_alphanumeric() || one == b'@')
        && (part.bytes().any(|one| one.is_ascii_digit())
            || !part.bytes().any(|one| one.is_ascii_lowercase())
            || is_without_order(part))
}

fn letters(part: &str) -> impl Iterator<Item = u8> {
    part.bytes()
        .filter(|one| !matches!(one, b'-' | b'_' | b'='))
}

/// Names of several words change between small and capital letters and digits less often; what a program draws from
/// 62 letters does so three times of five.
fn is_without_order(part: &str) -> bool {
    let class = |one: u8| (one.is_ascii_uppercase(), one.is_ascii_digit());
    let classes: Vec<_> = letters(part).map(class).collect();
    let changes = classes.windows(2).filter(|two| two.first() != two.last());
    letters(part).all(|one| one.is_ascii_alphanumeric()) && changes.count() * 5 >= classes.len() * 2
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
