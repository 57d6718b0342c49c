//! Secrets that are written out in the properties which Spring loads in production.

use super::literal::password_of_url;
use crate::Facts;
use crate::registry::Evidence;
use crate::secrets::{is_generated, is_secret_name, is_secret_value, is_signing_name, is_stand_in};
use crate::spring::{self, Entry, File};

pub(super) fn find(facts: &Facts<'_>) -> Vec<Evidence> {
    let files = spring::files(facts);
    // A file of production's profile takes its value from a variable: the base value is not used there.
    let replaced = |key: &str| {
        files.iter().any(|file| {
            let mut own = file.entries.iter();
            let name = file.path.rsplit('/').next().unwrap_or(&file.path);
            name.contains('-') && own.any(|entry| entry.key == key && entry.value.starts_with("${"))
        })
    };
    let mut found = Vec::new();
    for file in files {
        let open = file.entries.iter().filter(|entry| !replaced(&entry.key));
        found.extend(open.filter_map(|entry| judge(facts, file, entry)));
    }
    found
}

fn judge(facts: &Facts<'_>, file: &File, entry: &Entry) -> Option<Evidence> {
    let (value, is_default) = spring::settled(entry, facts)?;
    let key = entry.key.to_ascii_lowercase();
    let signs = is_signing_name(&key)
        && ["jwt", "token", "sign", "app."]
            .iter()
            .any(|word| key.contains(word))
        || is_key_of_cipher(&key, value);
    let at =
        |message: String| Evidence::line(&file.path, entry.line, message).conditional(is_default);
    let variable = || {
        spring::variable(&entry.value).map_or_else(
            || key.to_ascii_uppercase().replace(['.', '-'], "_"),
            str::to_owned,
        )
    };
    if signs && is_secret_value(value) && !is_stand_in(value) {
        let message = match spring::variable(&entry.value) {
            Some(name) => format!(
                "`{}` falls back to a key that is written out, and nothing declares {name}: anybody \
                 who reads it can forge what it signs.",
                entry.key
            ),
            None => format!(
                "`{}` is written out: anybody who reads it can forge what it signs.",
                entry.key
            ),
        };
        let name = spring::variable(&entry.value).unwrap_or("JWT_SECRET");
        return Some(at(message).help(format!(
            "{}=${{{name}}}, and: heroku config:set {name}=$(openssl rand -hex 32)",
            entry.key
        )));
    }
    if password_of_url(value).is_some() {
        let message = format!(
            "The address in `{}` holds a password: everybody who has the repository has it.",
            entry.key
        );
        let name = variable();
        return Some(at(message).help(format!(
            "{}=${{{name}}}, and: heroku config:set {name}=… with a new password",
            entry.key
        )));
    }
    let generated = is_secret_name(&key) && is_generated(value);
    if !generated && !opens_a_service(file, entry, value) {
        return None;
    }
    let name = variable();
    let message = format!(
        "`{}` is written out: everybody who has the repository has it.",
        entry.key
    );
    Some(at(message).help(format!(
        "{}=${{{name}}}, and: heroku config:set {name}=… with a new one",
        entry.key
    )))
}

/// `encryption.cookies.key`: a plain `key` below what encrypts or signs, with a value that is no name of something.
fn is_key_of_cipher(key: &str, value: &str) -> bool {
    const ABOVE: &[&str] = &[
        "encryption",
        "encrypt",
        "cipher",
        "crypto",
        "hmac",
        "signing",
        "jwt",
    ];
    let Some((above, "key")) = key.rsplit_once('.') else {
        return false;
    };
    let parts = || above.split(['.', '-', '_']);
    // A public key is no secret, and a header or a store only has a name.
    let other = parts().any(|part| matches!(part, "public" | "header" | "store" | "verification"));
    let named = parts().any(|part| ABOVE.contains(&part)) && !other;
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    named
        && value.len() >= 16
        && digits >= 2
        && value
            .bytes()
            .all(|one| one.is_ascii_graphic() && one != b':')
}

/// Whether this is the password of a service elsewhere: the address or host beside it is no place
/// on the developer's machine, or the user is an address of a mail service, so the password is a
/// real one, however it looks.
fn opens_a_service(file: &File, entry: &Entry, value: &str) -> bool {
    const EMPTY: &[&str] = &["", "password", "secret", "changeme", "null"];
    let Some(group) = entry.key.strip_suffix(".password") else {
        return false;
    };
    let lower = value.to_ascii_lowercase();
    if EMPTY.contains(&lower.as_str())
        || is_stand_in(value)
        || lower.starts_with("your")
        || value.starts_with(['<', '#', '*'])
    {
        return false;
    }
    let place = ["url", "jdbc-url", "jdbcUrl", "host", "uri", "addresses"]
        .iter()
        .find_map(|name| file.entry(&format!("{group}.{name}")));
    let users = ["username", "user"]
        .iter()
        .filter_map(|name| file.entry(&format!("{group}.{name}")));
    place.is_some_and(|place| spring::is_elsewhere(&place.value))
        || users.into_iter().any(|user| is_mailbox(&user.value))
}

/// `shop@gmail.com`; nobody has a mailbox at `example.com` or on the developer's machine.
fn is_mailbox(user: &str) -> bool {
    user.split_once('@').is_some_and(|(name, host)| {
        let stands_in =
            host.contains("example") || host.ends_with(".local") || host.ends_with(".test");
        !name.is_empty()
            && host.contains('.')
            && !stands_in
            && !is_stand_in(user)
            && !name.contains("your")
    })
}
