//! Real secrets that are written out in code: private keys, and values that look generated under
//! the name of a password, a token or a key of a service.

use slugsmith_finding::LineSpan;
use std::collections::BTreeSet;

use super::credentials::is_password_text;
use super::replaced::is_replaced;
use crate::addresses::is_backing_address;
use crate::called;
use crate::guards::{self, Branch, branch};
use crate::registry::Evidence;
use crate::required::is_demanded;
use crate::secrets::{is_generated, is_secret_name, is_stand_in};
use crate::spring::is_elsewhere;
use crate::{Declared, Facts};
use slugsmith_facts::code::{Code, Expr, Language};
use slugsmith_finding::Severity;

/// A key in PEM is longer than this; a check for its first line is not.
const PEM: usize = 300;

pub(super) fn find(facts: &Facts<'_>) -> Vec<Evidence> {
    let files = facts.sources.files.iter();
    let mut known: BTreeSet<String> = BTreeSet::new();
    files
        .filter(|code| !guards::is_maintenance(facts, &code.path) && !is_translation(&code.path))
        .filter_map(|code| first(facts, code))
        // One secret is one finding, wherever else it stands.
        .filter_map(|(secret, found)| known.insert(secret).then_some(found))
        .collect()
}

/// Texts for people stand under the names of fields: `'password' => 'Passwort'`.
fn is_translation(path: &str) -> bool {
    const FOLDERS: &[&str] = &["lang", "langs", "locale", "locales", "i18n", "translations"];
    path.split('/').any(|part| FOLDERS.contains(&part))
}

/// A value with the name that it is given.
struct Given<'a> {
    name: String,
    value: &'a Expr,
    line: LineSpan,
    scope: usize,
}

/// The first real secret of a file.
fn first(facts: &Facts<'_>, code: &Code) -> Option<(String, Evidence)> {
    let mut given = given(code);
    given.retain(|one| branch(code, one.scope) != Branch::Development);
    given.sort_by_key(|one| one.line);
    given.iter().find_map(|one| judge(facts, code, one))
}

fn given(code: &Code) -> Vec<Given<'_>> {
    let mut found = Vec::new();
    let mut add = |name: String, value, line, scope| {
        found.push(Given {
            name,
            value,
            line,
            scope,
        });
    };
    for one in &code.assignments {
        // `WtfLang::API.key`: what stands before the last part says what kind of key it is.
        let mut parts = one.target.rsplit('.');
        let last = parts.next().unwrap_or_default();
        let name = match parts.next() {
            Some(before) => format!("{before}_{last}"),
            None => last.to_owned(),
        };
        add(name, &one.value, one.line, one.scope);
    }
    // Rails has taken no notice of its `:secret` since version 2.
    let calls = code.calls.iter();
    for call in calls.filter(|call| call.callee != "protect_from_forgery") {
        for (argument, at) in call.arguments.iter().zip(0_usize..) {
            let name = match argument.name.clone() {
                Some(name) => name,
                // OmniAuth: `provider :github, "id", "secret"`.
                None if at == 2 && call.callee == "provider" => {
                    let of = call.positional(0).and_then(Expr::name).unwrap_or_default();
                    format!("{of}_secret")
                }
                None => String::new(),
            };
            add(name, &argument.value, call.line, call.scope);
        }
    }
    found
}

/// The finding about a value, with the secret itself.
fn judge(facts: &Facts<'_>, code: &Code, one: &Given<'_>) -> Option<(String, Evidence)> {
    let at = |message: String| Evidence::line(&code.path, one.line, message);
    if one
        .value
        .any(|value| value.whole_text().is_some_and(|text| is_private_key(&text)))
        && !is_for_show(&one.name)
        && !is_unused(facts, code, one)
    {
        let message = "A private key stands in the code: everybody who has the repository has it, and removing the \
                       line does not take it back.";
        let found = at(message.to_owned()).help(
            "Revoke it and make a new one; keep that in a config var: heroku config:set NAME=\"$(cat key.pem)\"",
        );
        return Some((format!("{}:{}", code.path, one.line), found));
    }
    let secret = named(&one.name, one.value).filter(|secret| !is_stand_in(&secret.text))?;
    let variable = words(&secret.name).to_ascii_uppercase();
    if is_replaced(facts, code, &secret.name) {
        return None;
    }
    if !secret.stands_in {
        let message = format!(
            "`{}` is written out in the code: everybody who has the repository has it.",
            secret.name
        );
        let fix = format!(
            "Make a new one, and read it from the environment: heroku config:set {variable}=…"
        );
        return Some((secret.text, at(message).help(fix)));
    }
    if facts.declared(&secret.name) != Declared::No || is_demanded(facts, &secret.name) {
        return None;
    }
    let message = format!(
        "{variable} has a real value in the code, for where the variable is not set: everybody who has the \
         repository has it."
    );
    let fix =
        format!("Make a new one, and read it without a default: heroku config:set {variable}=…");
    Some((secret.text, at(message).level(Severity::Warn).help(fix)))
}

/// A real secret with its name.
struct Secret {
    name: String,
    text: String,
    /// It is the fallback of a variable, which has that name.
    stands_in: bool,
}

/// The real secret among a value and those inside it.
fn named(name: &str, value: &Expr) -> Option<Secret> {
    let secret = |name: &str, value: &Expr, stands_in| {
        let text = value.text().filter(|text| is_real(text))?;
        is_secret_name(&words(name)).then(|| Secret {
            name: name.to_owned(),
            text: text.to_owned(),
            stands_in,
        })
    };
    let mut found = None;
    value.walk(&mut |part| {
        let own = match part {
            Expr::Env {
                name,
                default: Some(default),
            } => secret(name, default, true),
            Expr::Object(entries) => entries
                .iter()
                .find_map(|(key, value)| secret(key, value, false)),
            _ => None,
        };
        if found.is_none() {
            found = own;
        }
    });
    found
        .or_else(|| secret(name, value, false))
        .or_else(|| in_address(value))
        .or_else(|| in_url(value))
}

/// The password of a service elsewhere in an address (`postgres://shop:…@db.acme.net/shop`), also
/// where the address stands in for a variable: whoever reads it can reach the service.
fn in_url(value: &Expr) -> Option<Secret> {
    let mut found = None;
    value.walk(&mut |part| {
        if let Some(password) = part.text().and_then(password_of_url) {
            found.get_or_insert(Secret {
                name: "password".to_owned(),
                text: password.to_owned(),
                stands_in: false,
            });
        }
    });
    found
}

/// The password in the address of a service on another machine, if it looks like a real one.
pub(super) fn password_of_url(text: &str) -> Option<&str> {
    // Cheapest first: this is asked of every text of the app.
    let (user, host) = text.rsplit_once('@').filter(|_| text.len() < 500)?;
    let (_, user) = user.split_once("://")?;
    if !is_backing_address(text) {
        return None;
    }
    let (_, password) = user.split_once(':')?;
    let sample = ["example", "host", "server", "domain", "your"];
    let named = host.split(['/', '?']).next().unwrap_or(host);
    let is_sample = named.split(['.', ':']).any(|part| sample.contains(&part));
    let is_real = is_generated(password) || host.contains('.') && is_password_text(password);
    (is_elsewhere(&format!("//{host}")) && is_real && !is_sample).then_some(password)
}

/// The password of an address that is written as pairs: `host=db.acme.net user=shop password=…`.
fn in_address(value: &Expr) -> Option<Secret> {
    let text = value.text().filter(|text| text.len() < 500)?;
    let pairs = || {
        let parts = text.split([' ', ';']);
        parts.filter_map(|part| part.trim().split_once('='))
    };
    let of = |names: &[&str]| {
        let mut own = pairs().filter(|(key, _)| names.contains(&key.to_ascii_lowercase().as_str()));
        own.next().map(|(_, value)| value)
    };
    let host = of(&["host", "server"])?;
    let password = of(&["password", "pwd"])
        .filter(|value| value.len() > 5 && !value.starts_with(['$', '{', '%', '"', '\'']))?;
    is_elsewhere(host).then(|| Secret {
        name: "password".to_owned(),
        text: password.to_owned(),
        stands_in: false,
    })
}

/// `clientSecret` as `client_Secret`, so that the words of a name can be told.
fn words(name: &str) -> String {
    let mut out = String::new();
    let mut before = ' ';
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && before.is_ascii_lowercase() {
            out.push('_');
        }
        out.push(letter);
        before = letter;
    }
    out
}

/// Whether a text looks like what a generator made: long enough, letters and digits mixed, none of
/// the words of a sample, no sentence, no pattern, not the same few letters again and again.
fn is_real(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    let mut kinds: Vec<u8> = text.bytes().collect();
    kinds.sort_unstable();
    kinds.dedup();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let readable = text.contains(['.', '/', ' ', '{', '\\', '(', '['])
        || text.contains('_') && !is_jumbled(text);
    // The browser's key of Google's services is public.
    let public = text.starts_with("AIza") || text.starts_with("pk_");
    plain
        && !readable
        && !is_rule(text)
        && !public
        && text.len() >= 16
        && kinds.len() >= 10
        && digits >= 3
        && is_generated(text)
        && !text.starts_with("$2")
        && !text.starts_with("sha")
}

/// Whether a text is a list of what a form asks of a field: `required|min:8|max:255|confirmed`, `required,gte=8`.
fn is_rule(text: &str) -> bool {
    let is_word = |part: &str| {
        let name = part.split([':', '=', '(']).next().unwrap_or(part);
        let letters = name
            .bytes()
            .all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
        name.len() >= 2 && letters && name.starts_with(|first: char| first.is_ascii_lowercase())
    };
    // What stands behind a name may be a list itself: `between:10,2000`.
    let separator: &[char] = if text.contains('|') {
        &['|']
    } else {
        &[',', ';', '&']
    };
    text.contains(separator) && text.split(separator).all(is_word)
}

/// Whether capitals, small letters and digits change so often that a text is no words with `_` between them: what
/// Base64 for addresses looks like.
fn is_jumbled(text: &str) -> bool {
    let kind = |letter: u8| match letter {
        b'A'..=b'Z' => 0,
        b'a'..=b'z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    let bytes = text.as_bytes();
    let changes = bytes
        .iter()
        .zip(bytes.iter().skip(1))
        .filter(|(a, b)| kind(**a) != kind(**b) && kind(**a) < 3 && kind(**b) < 3)
        .count();
    let has = |wanted: u8| bytes.iter().any(|letter| kind(*letter) == wanted);
    bytes.len() >= 20 && (0..3).all(has) && changes * 3 >= bytes.len()
}

/// A constant of a class or a package that nothing names. Elsewhere frameworks read settings by their names.
fn is_unused(facts: &Facts<'_>, code: &Code, one: &Given<'_>) -> bool {
    if !matches!(code.language, Language::Java | Language::Go) {
        return false;
    }
    let mut assigned = code.assignments.iter();
    let found = assigned.find(|other| other.line == one.line && other.scope == one.scope);
    found.is_some_and(|constant| {
        !constant.target.contains('.') && called::is_unused(facts, &constant.target)
    })
}

/// Whether a name says that a key is for tests or a sample of one.
fn is_for_show(name: &str) -> bool {
    let lower = words(name).to_ascii_lowercase();
    let mut parts = lower.split(['_', '-']);
    parts.any(|part| {
        matches!(
            part,
            "test" | "example" | "sample" | "dummy" | "fake" | "mock"
        )
    })
}

fn is_private_key(text: &str) -> bool {
    text.len() > PEM
        && text.trim_start().starts_with("-----BEGIN ")
        && text.contains("PRIVATE KEY-----")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_generator_made_is_known() {
        for text in [
            "02fde9fd34225b556aed45e81ca823f3",
            "a86Mfo1t4du7NVgFyplFfEhJ5j80esEUuknKRRtPJ60",
            "QrkuZeNP-T_yCuKSLLVRgma729M",
        ] {
            assert!(is_real(text), "{text}");
        }
        for text in [
            "deadbeef-dead-beef-dead-beefdeadbeef",
            "required|min:8|max:255|confirmed",
            "required,gte=12,lte=128,alphanum",
            "nullable|string|between:10,2000",
            "password123456789",
            "user.password2",
            "LoginFormV1_2019_Final",
            "cache_entries_2021_b2",
            "AIzaSyD3x4mpl3k3y0fth3br0ws3r",
            "0000000000000000aaaa",
        ] {
            assert!(!is_real(text), "{text}");
        }
    }
}
