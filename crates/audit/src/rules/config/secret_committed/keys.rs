//! Private keys in files of their own: PEM, the JSON of a service's account, JSON Web Keys.

use crate::rules::prelude::*;
use serde_json::Value;
use slugsmith_finding::LineSpan;

/// A key in PEM has more letters than this; what stands for one has not.
const PEM: usize = 200;

/// The private part of a JSON Web Key has at least so many letters: 32 bytes in Base64, of a secret shared by both 16.
const PRIVATE: usize = 42;
const SHARED: usize = 22;

/// Objects in objects are followed so far.
const DEPTH: usize = 4;

/// Private keys in files of their own, besides those for a laptop.
pub(super) fn private_keys(facts: &Facts<'_>) -> Vec<Evidence> {
    let harmless = [
        "localhost",
        "local",
        "dev",
        "development",
        "test",
        "testing",
        "example",
        "sample",
        "dummy",
        "fake",
        "snakeoil",
        "selfsigned",
        "tests",
        "spec",
        "fixtures",
        "mock",
        "mocks",
    ];
    facts
        .sources
        .texts
        .iter()
        .filter(|(path, text)| {
            let known = path
                .to_ascii_lowercase()
                .split(['/', '.', '-', '_'])
                .any(|part| harmless.contains(&part));
            let start = text.trim_start();
            let end = start.find(['\r', '\n']).unwrap_or(start.len());
            let start = start.get(..end).unwrap_or_default();
            let key_file = path
                .rsplit_once('.')
                .is_some_and(|(_, ending)| matches!(ending, "pem" | "key"));
            let holds_key = start.starts_with("-----BEGIN ") && start.ends_with("PRIVATE KEY-----")
                || key_file && text.contains("PRIVATE KEY-----");
            (holds_key || path.ends_with(".json") && json_key(text).is_some()) && !known
        })
        .map(|(path, text)| {
            let named = json_key(text).and_then(|name| facts.line(path, &format!("\"{name}\"")));
            Evidence::line(
                path,
                named.unwrap_or(LineSpan::whole(1)),
                "A private key is committed: everybody who has the repository \
                has it, and removing the file does not take it back.",
            )
            .help(
                "Make a new key, keep it in a config var (heroku config:set NAME=\"$(cat \
                    key.pem)\"), and git rm the file",
            )
        })
        .collect()
}

/// The key of Rails' encrypted credentials, beside them: whoever has it reads them all.
pub(super) fn of_credentials(facts: &Facts<'_>) -> Vec<Evidence> {
    let pairs = [
        ("config/master.key", "config/credentials.yml.enc"),
        (
            "config/credentials/production.key",
            "config/credentials/production.yml.enc",
        ),
    ];
    let committed = pairs.iter().filter(|(key, encrypted)| {
        let text = facts.sources.text(key).map(str::trim);
        let is_key = text.is_some_and(|text| {
            text.len() >= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        });
        is_key && facts.sources.has(encrypted)
    });
    committed
        .map(|(key, encrypted)| {
            let message = format!(
                "{key} opens {encrypted}: everybody who has the repository can read all credentials of production."
            );
            Evidence::line(key, LineSpan::whole(1), message).help(format!(
                "Change what {encrypted} holds, make a new key, and: git rm --cached {key}; heroku config:set \
                 RAILS_MASTER_KEY=…"
            ))
        })
        .collect()
}

/// The name under which a JSON file has a private key.
fn json_key(text: &str) -> Option<&'static str> {
    let value: Value = serde_json::from_str(text).ok()?;
    key_in(&value, 0)
}

fn key_in(value: &Value, depth: usize) -> Option<&'static str> {
    match value {
        Value::Array(items) if depth < DEPTH => {
            items.iter().find_map(|item| key_in(item, depth + 1))
        }
        Value::Object(object) => {
            let long = |name: &str, least: usize| {
                let text = object.get(name).and_then(Value::as_str);
                text.is_some_and(|text| text.len() >= least && !text.contains([' ', '<', '.']))
            };
            let pem = ["private_key", "privateKey", "privatekey"]
                .into_iter()
                .find(|name| {
                    let text = object.get(*name).and_then(Value::as_str);
                    text.is_some_and(|text| text.contains("PRIVATE KEY-----") && text.len() > PEM)
                });
            let kind = object.get("kty").and_then(Value::as_str);
            let web_key = match kind {
                Some("RSA" | "EC" | "OKP") if long("d", PRIVATE) => Some("d"),
                Some("oct") if long("k", SHARED) => Some("k"),
                _ => None,
            };
            let inner = || {
                let mut values = object.values().filter(|_| depth < DEPTH);
                values.find_map(|value| key_in(value, depth + 1))
            };
            pem.or(web_key).or_else(inner)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_parts_are_told_from_public_ones() {
        let long = "q7".repeat(160);
        let pem = format!("-----BEGIN PRIVATE KEY-----\\n{long}\\n-----END PRIVATE KEY-----\\n");
        for (text, expected) in [
            (format!(r#"{{"type":"service_account","private_key":"{pem}"}}"#), Some("private_key")),
            (format!(r#"{{"firebase":{{"privateKey":"{pem}"}}}}"#), Some("privateKey")),
            (format!(r#"{{"kty":"RSA","n":"{long}","e":"AQAB","d":"{long}"}}"#), Some("d")),
            (format!(r#"{{"keys":[{{"kty":"EC","x":"a","d":"{}"}}]}}"#, &long[..43]), Some("d")),
            (format!(r#"{{"kty":"oct","k":"{}"}}"#, &long[..43]), Some("k")),
            (format!(r#"{{"kty":"OKP","crv":"Ed25519","d":"{}"}}"#, &long[..43]), Some("d")),
            (format!(r#"{{"kty":"RSA","n":"{long}","e":"AQAB"}}"#), None),
            (format!(r#"{{"keys":[{{"kty":"EC","x":"{long}","y":"{long}"}}]}}"#), None),
            (
                r#"{"private_key":"-----BEGIN PRIVATE KEY-----\nYOUR KEY\n-----END PRIVATE KEY-----"}"#.to_owned(),
                None,
            ),
            (r#"{"private_key_id":"be18b7fcd38e"}"#.to_owned(), None),
            (r#"{"kty":"oct","k":"<your key in base64 here>"}"#.to_owned(), None),
            ("{ broken".to_owned(), None),
        ] {
            assert_eq!(json_key(&text), expected, "{text}");
        }
    }
}
