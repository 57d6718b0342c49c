//! Real secrets that are written out in code: private keys, and values that look generated under
//! the name of a password, a token or a key of a service.

mod in_address;

pub(super) use in_address::password_of_url;

use in_address::in_text;
use slugsmith_finding::LineSpan;
use std::collections::BTreeSet;

use super::replaced::is_replaced;
use crate::called;
use crate::guards::{self, Branch, branch};
use crate::registry::Evidence;
use crate::required::is_demanded;
use crate::secrets::{is_generated, is_secret_name, is_stand_in, issuer_of};
use crate::{Declared, Facts};
use slugsmith_facts::code::{Code, Expr, Language};
use slugsmith_finding::Severity;

/// Secrets of a file that are told; who has to take out so many reads the rest of it.
const MOST: usize = 3;

/// A key in PEM is longer than this; a check for its first line is not.
const PEM: usize = 300;

/// The findings, and of each whether the secret stands in the address of another machine.
pub(super) fn find(facts: &Facts<'_>) -> Vec<(Evidence, bool)> {
    let files = facts.sources.files.iter();
    let mut known: BTreeSet<String> = BTreeSet::new();
    files
        .filter(|code| !guards::is_maintenance(facts, &code.path) && !is_translation(&code.path))
        .flat_map(|code| of_file(facts, code))
        // One secret is one finding, wherever else it stands.
        .filter(|one| known.insert(one.secret.clone()))
        .map(|one| (one.evidence, one.is_address))
        .collect()
}

/// Secrets in code that no process reaches, of the forms that nothing else has: a key of a known issuer, a private
/// key, a password in an address of another machine. The names of values say nothing there: a page's own key is public.
pub(super) fn unreached(facts: &Facts<'_>, told: &[Evidence]) -> Vec<Evidence> {
    let mut known: BTreeSet<String> = BTreeSet::new();
    let reached = facts.sources.files.iter();
    known.extend(
        reached.flat_map(|code| given(code).into_iter().filter_map(|one| of_form(one.value))),
    );
    let files = facts.sources.unreached.iter();
    files
        .filter(|code| !is_translation(&code.path))
        .filter_map(|code| {
            let given = given(code);
            let mut found = given.iter().filter_map(|one| Some((one.line, of_form(one.value)?)));
            let (line, secret) = found.find(|(_, secret)| !is_stand_in(secret) && !known.contains(secret))?;
            known.insert(secret);
            let message = "A secret is written out in code that no process runs: everybody who has the repository has \
                           it, and removing the line does not take it back.";
            let fix = "Revoke it and make a new one; what needs it reads it from the environment.";
            Some(Evidence::line(&code.path, line, message.to_owned()).level(Severity::Warn).help(fix))
        })
        .filter(|one| !told.iter().any(|other| other.location == one.location))
        .collect()
}

/// The secret in a value that its form alone makes one.
fn of_form(value: &Expr) -> Option<String> {
    let mut found = None;
    value.walk(&mut |part| {
        let Some(text) = part.text().filter(|_| found.is_none()) else {
            return;
        };
        let is_key = issuer_of(text).is_some() || is_private_key(text);
        let whole = || is_key.then(|| text.to_owned());
        found = whole().or_else(|| password_of_url(text).map(str::to_owned));
    });
    found
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

/// The real secrets of a file, the first few.
fn of_file(facts: &Facts<'_>, code: &Code) -> Vec<Found> {
    let mut given = given(code);
    given.retain(|one| branch(code, one.scope) != Branch::Development);
    given.sort_by_key(|one| one.line);
    let mut found: Vec<Found> = Vec::new();
    for one in given.iter().filter_map(|one| judge(facts, code, one)) {
        // An object stands as a whole on the line where it begins.
        let is_told = |known: &Found| {
            known.secret == one.secret || known.evidence.location == one.evidence.location
        };
        if !found.iter().any(is_told) {
            found.push(one);
        }
        if found.len() == MOST {
            break;
        }
    }
    found
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

/// What is told of a secret.
struct Found {
    secret: String,
    evidence: Evidence,
    /// It stands in the address of another machine.
    is_address: bool,
}

/// The finding about a value.
fn judge(facts: &Facts<'_>, code: &Code, one: &Given<'_>) -> Option<Found> {
    let told = |secret: String, evidence: Evidence| Found {
        secret,
        evidence,
        is_address: false,
    };
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
        return Some(told(format!("{}:{}", code.path, one.line), found));
    }
    let secret = named(&one.name, one.value).filter(|secret| !is_stand_in(&secret.text))?;
    if let Some(host) = &secret.of_host {
        // Files of settings are judged by what production loads of them.
        if facts.sources.node_config.contains(&code.path) {
            return None;
        }
        let message = format!(
            "The password for {host} is written out in the code: everybody who has the repository has it."
        );
        let fix = "Change it, and read the whole address from the environment, as add-ons set it: heroku config";
        return Some(Found {
            is_address: true,
            ..told(secret.text, at(message).help(fix))
        });
    }
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
        return Some(told(secret.text, at(message).help(fix)));
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
    Some(told(
        secret.text,
        at(message).level(Severity::Warn).help(fix),
    ))
}

/// A real secret with its name.
struct Secret {
    name: String,
    text: String,
    /// It is the fallback of a variable, which has that name.
    stands_in: bool,
    /// The machine that it is for, where it stands in an address.
    of_host: Option<String>,
}

/// The real secret among a value and those inside it.
fn named(name: &str, value: &Expr) -> Option<Secret> {
    let secret = |name: &str, value: &Expr, stands_in| {
        let text = value.text().filter(|text| is_real(text))?;
        is_secret_name(&words(name)).then(|| Secret {
            name: name.to_owned(),
            text: text.to_owned(),
            stands_in,
            of_host: None,
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
        .or_else(|| in_text(value))
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
