//! Keys in settings of code: a framework's own, a literal default of a read, a key whose form tells its issuer.

use super::handed;
use super::signing::session_secrets;
use crate::required::is_demanded;
use crate::rules::prelude::*;
use crate::secrets::{self, is_secret_name, is_secret_value, is_signing_name};
use slugsmith_finding::LineSpan;

pub(super) fn in_code(facts: &Facts<'_>) -> Vec<Evidence> {
    let mut found = Vec::new();
    // Names of the settings that hold a key which was found.
    let mut settings: Vec<String> = Vec::new();
    for code in &facts.sources.files {
        for assignment in &code.assignments {
            if branch(code, assignment.scope) == Branch::Development {
                continue;
            }
            let target = assignment.target.rsplit('.').next().unwrap_or_default();
            let literal = match encoded(&assignment.value) {
                // The framework's own key, in a file that configures it.
                Expr::Text(text)
                    if is_framework_key(code, &assignment.target)
                        && !is_set_later(code, &assignment.target, assignment.line)
                        && !is_overridden(facts, code, &assignment.target) =>
                {
                    Some((text, false, None))
                }
                Expr::Env {
                    name,
                    default: Some(default),
                } if is_secret_name(name) || is_secret_name(target) => match default.as_ref() {
                    Expr::Text(text)
                        if facts.declared(name) == Declared::No
                            && !is_demanded(facts, name)
                            && (opens_the_app(name)
                                || is_signing(name)
                                    && (is_signing_name(target) || signs(facts, target, name))) =>
                    {
                        Some((text, true, Some(name)))
                    }
                    _ => None,
                },
                _ => None,
            };
            if let Some((text, conditional, variable)) = literal
                && is_key(text)
            {
                settings.push(target.to_owned());
                found.push(
                    literal_key(code, assignment.line, &assignment.target, variable)
                        .conditional(conditional),
                );
            }
        }
        for key in handed::keys(facts, code) {
            if is_key(key.key) && !settings.iter().any(|known| known == key.name) {
                settings.push(key.name.to_owned());
                let found_here = literal_key(code, key.line, key.name, None);
                found.push(found_here.conditional(key.is_replaceable));
            }
        }
        found.extend(issued(code));
        found.extend(hashed(facts, code));
    }
    // One variable, or one setting, is one secret, wherever it signs.
    let told = |evidence: &Evidence| {
        let name = evidence.about.as_deref();
        name.is_some_and(|name| found.iter().any(|other| other.is_about(name)))
    };
    let signed: Vec<_> = session_secrets(facts, &settings)
        .into_iter()
        .filter(|evidence| !told(evidence))
        .collect();
    found.extend(signed);
    found
}

/// What is turned into bytes before it is used: `Buffer.from(process.env.KEY || "…")`, `bytes(os.getenv("KEY", "…"))`.
fn encoded(value: &Expr) -> &Expr {
    match value {
        Expr::Call { callee, arguments } => {
            let turns = ["Buffer.from", "bytes", "str.encode", "TextEncoder.encode"]
                .contains(&callee.as_str());
            let first = arguments.first().map(|first| &first.value);
            first
                .filter(|first| turns && matches!(first, Expr::Env { .. }))
                .unwrap_or(value)
        }
        _ => value,
    }
}

/// The hash of a password as the default of a variable that nothing declares: whoever knows the password, or finds
/// it, gets into every app that lacks the variable.
fn hashed(facts: &Facts<'_>, code: &Code) -> Option<Evidence> {
    let mut values = code
        .values()
        .filter(|(_, scope, _)| branch(code, *scope) != Branch::Development);
    let (line, name) = values.find_map(|(line, _, value)| {
        let mut found = None;
        value.walk(&mut |value| {
            if let Expr::Env {
                name,
                default: Some(default),
            } = value
                && default.text().is_some_and(is_password_hash)
            {
                found = found.or(Some(name.as_str()));
            }
        });
        Some((line, found?))
    })?;
    let demanded = facts.declared(name) != Declared::No || is_demanded(facts, name);
    let message = format!(
        "If {name} is not set, the password whose hash is in the code opens the app, and nothing declares {name}."
    );
    (!demanded).then(|| {
        Evidence::line(&code.path, line, message)
            .about(name)
            .conditional(true)
            .help(format!(
                "Read it without a default, and: heroku config:set {name}='…'"
            ))
    })
}

/// bcrypt, Argon2, scrypt, the crypt of Unix and Apache, and the forms of Django and Werkzeug.
fn is_password_hash(text: &str) -> bool {
    const FORMS: &[&str] = &[
        "$2a$",
        "$2b$",
        "$2x$",
        "$2y$",
        "$argon2",
        "$scrypt$",
        "$5$",
        "$6$",
        "$apr1$",
        "$1$",
        "pbkdf2_sha256$",
        "pbkdf2:sha256",
        "scrypt:",
        "argon2$",
        "bcrypt_sha256$",
        "{SHA}",
        "{SSHA}",
    ];
    text.len() >= 30
        && !text.contains(char::is_whitespace)
        && FORMS.iter().any(|form| text.starts_with(form))
}

/// A text that signs whatever it says: words for people are one as well.
fn is_key(text: &str) -> bool {
    is_secret_value(&text.replace(' ', "-")) || matches!(text, "secret" | "password" | "token")
}

/// The first key in a file of which the form tells who issued it. It is real wherever it stands,
/// also where only development uses it.
fn issued(code: &Code) -> Option<Evidence> {
    let mut texts = Vec::new();
    for (line, _, value) in code.values() {
        value.walk(&mut |value| texts.extend(value.text().map(|text| (line, text))));
    }
    let (line, issuer) = secrets::issued_key(texts.into_iter())?;
    Some(key_of(issuer, &code.path, line, "the code"))
}

/// A key of a known issuer, and where it stands.
pub(super) fn key_of(issuer: &str, path: &str, line: LineSpan, place: &str) -> Evidence {
    let message =
        format!("A key of {issuer} is in {place}: everybody who has the repository can use it.");
    Evidence::line(path, line, message)
        .help("Revoke it and make a new one; keep that in a config var: heroku config:set NAME=…")
}

/// Whether the app itself signs, checks or encrypts with a setting: a key that a client sends
/// to somebody else's service is neither, and the other side refuses a known one.
pub(super) fn signs(facts: &Facts<'_>, target: &str, variable: &str) -> bool {
    const WORDS: &[&str] = &[
        "hmac",
        "jwt",
        "sign",
        "verify",
        "serializer",
        "fernet",
        "aes.new",
        "aesgcm",
        "session",
        "cookie",
        "cipher",
        "encrypt",
        "aes",
        "chacha20",
        "secretbox",
        "jws",
        "passport",
        "csrf",
    ];
    facts.calls().any(|site| {
        let callee = site.call.callee.to_ascii_lowercase();
        let tokens = matches!(site.call.method(), "encode" | "decode")
            && ["jwt", "jose"]
                .iter()
                .any(|module| site.code.imports(module));
        let own = WORDS.iter().any(|word| callee.contains(word)) || tokens;
        own && site.call.arguments.iter().any(|argument| {
            argument.value.any(|value| match value {
                Expr::Name(name) => name.rsplit('.').next() == Some(target),
                Expr::Env { name, .. } => name == variable,
                _ => false,
            })
        })
    })
}

/// Keys that sign or encrypt: a known one lets anybody forge.
fn is_signing(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    [
        "SECRET",
        "JWT",
        "SIGNING",
        "ENCRYPTION",
        "APP_KEY",
        "COOKIE",
    ]
    .iter()
    .any(|word| upper.contains(word))
        && !upper.contains("CLIENT")
}

/// A password of the app's own that visitors log in with.
fn opens_the_app(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    [
        "ADMIN_PASSWORD",
        "ADMIN_PASS",
        "BASIC_AUTH_PASSWORD",
        "MASTER_PASSWORD",
    ]
    .iter()
    .any(|known| upper.ends_with(known))
}

fn is_framework_key(code: &Code, target: &str) -> bool {
    match code.language {
        Language::Python => matches!(
            target,
            "SECRET_KEY"
                | "app.secret_key"
                | "app.config.SECRET_KEY"
                | "JWT_SECRET_KEY"
                | "app.config.JWT_SECRET_KEY"
        ),
        Language::Ruby => {
            target.ends_with("secret_key_base") || target.ends_with("config.secret_token")
        }
        _ => false,
    }
}

/// A base value that the same file sets anew below.
fn is_set_later(code: &Code, target: &str, line: LineSpan) -> bool {
    code.assignments
        .iter()
        .any(|other| other.target == target && other.line > line && !other.value.is_literal())
}

/// A base file of settings, of which another one that takes it in sets the value anew.
fn is_overridden(facts: &Facts<'_>, code: &Code, target: &str) -> bool {
    let stem = code
        .path
        .rsplit('/')
        .next()
        .and_then(|name| name.split('.').next())
        .unwrap_or_default();
    facts
        .code(code.language)
        .filter(|other| other.path != code.path)
        .any(|other| {
            let takes_in = other
                .imports
                .iter()
                .any(|import| import.module.rsplit('.').next() == Some(stem));
            takes_in
                && other
                    .assignments
                    .iter()
                    .any(|assignment| assignment.target == target && !assignment.value.is_literal())
        })
}

fn literal_key(code: &Code, line: LineSpan, target: &str, variable: Option<&String>) -> Evidence {
    let name = variable.map_or(target, String::as_str);
    let shown = name.rsplit('.').next().unwrap_or(name).to_ascii_uppercase();
    let message = match variable {
        Some(variable) => format!(
            "If {variable} is not set, the key in the code is used, and nothing \
             declares {variable}: anybody can forge what it signs."
        ),
        None => format!(
            "`{target}` is written out in the code: anybody who reads it can forge what it signs."
        ),
    };
    let found =
        Evidence::line(&code.path, line, message).about(name.rsplit('.').next().unwrap_or(name));
    found.help(format!(
        "Read it without a default, and: heroku config:set {shown}=$(openssl rand -hex 32)"
    ))
}
