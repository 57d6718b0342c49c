//! Passwords that code hands to a client of a service on another machine: a database, a mail server.
//!
//! The client says what the text is, so it need not look generated; the host, where it is told, says that it is no
//! password of a developer's own machine.

mod logins;

use crate::addresses::local_host;
use crate::rules::prelude::*;
use crate::secrets::is_stand_in;
use crate::spring::is_elsewhere;
use slugsmith_facts::code::{Argument, Assignment, Call, ScopeKind};
use slugsmith_finding::LineSpan;

/// Calls that take a password by its place, and the place of the host or address.
const BY_PLACE: &[(Language, &str, usize, usize)] = &[
    (Language::Php, "mysqli", 2, 0),
    (Language::Php, "mysqli_connect", 2, 0),
    (Language::Php, "mysqli_real_connect", 3, 1),
    (Language::Php, "PDO", 2, 0),
    (Language::Go, "smtp.PlainAuth", 2, 3),
    (Language::Go, "gomail.NewDialer", 3, 0),
    (Language::Go, "mail.NewDialer", 3, 0),
    (Language::Java, "DriverManager.getConnection", 2, 0),
    (Language::Ruby, "Net.SMTP.start", 4, 0),
];

/// More of one file are not told one by one.
const MOST: usize = 3;

/// Keys that name a password among the options of a client.
const PASSWORDS: &[&str] = &["password", "pass", "passwd", "pwd"];
/// Keys that name the machine which the client talks to.
const HOSTS: &[&str] = &[
    "host", "hostname", "server", "address", "dsn", "url", "jdbcurl", "service",
];

/// The passwords of each file, one a line.
pub(super) fn find(facts: &Facts<'_>) -> Vec<Evidence> {
    let files = facts.sources.files.iter();
    let mut found = Vec::new();
    for code in files.filter(|code| !guards::is_maintenance(facts, &code.path)) {
        let mut handed: Vec<_> = by_call(code)
            .chain(by_object(code))
            .chain(by_setting(code))
            .collect();
        handed.sort_by_key(|one| one.line);
        handed.dedup_by_key(|one| one.line.number());
        found.extend(handed.iter().take(MOST).map(|one| told(code, one)));
    }
    found
}

/// A password that is written out, and what gets it.
struct Handed<'a> {
    to: &'a str,
    line: LineSpan,
}

fn told(code: &Code, handed: &Handed<'_>) -> Evidence {
    let message = format!(
        "`{}` gets a password that is written out in the code: everybody who has the repository has it.",
        handed.to
    );
    // A setting's own name serves as the variable's.
    let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let variable = match handed.to {
        name if name.chars().all(is_name) => name,
        _ => "PASSWORD",
    };
    Evidence::line(&code.path, handed.line, message).help(format!(
        "Change it, and read the new one from the environment: heroku config:set {variable}=…"
    ))
}

/// `new mysqli("db.acme.net", "shop", "…")`, `createTransport({ host: …, auth: { pass: … } })`.
fn by_call(code: &Code) -> impl Iterator<Item = Handed<'_>> {
    code.calls.iter().filter_map(|call| {
        let runs = branch(code, call.scope) != Branch::Development;
        (runs
            && (placed(code, call)
                || named(code, call.scope, &call.arguments)
                || logs_in(code, call)
                || logins::hands(code, call)
                || of_service(code, call)))
        .then_some(Handed {
            to: &call.callee,
            line: call.line,
        })
    })
}

fn placed(code: &Code, call: &Call) -> bool {
    let mut forms = BY_PLACE.iter();
    let form =
        forms.find(|(language, callee, ..)| *language == code.language && *callee == call.callee);
    form.is_some_and(|(.., password, host)| {
        let text = |at: usize| Some(code.resolve_from(call.positional(at)?, call.scope));
        text(*password).is_some_and(is_password) && text(*host).is_some_and(is_remote)
    })
}

/// `server.login(user, "…")` of Python's smtplib and imaplib, beside the server of a mail service.
fn logs_in(code: &Code, call: &Call) -> bool {
    let mail = ["smtplib", "imaplib", "poplib"]
        .iter()
        .any(|module| code.imports(module));
    let is_given = |call: &Call, at: usize, test: fn(&Expr) -> bool| {
        let value = call.positional(at);
        value.is_some_and(|value| test(code.resolve_from(value, call.scope)))
    };
    let opens = |other: &Call| {
        matches!(
            other.method(),
            "SMTP" | "SMTP_SSL" | "IMAP4_SSL" | "POP3_SSL"
        ) && is_given(other, 0, is_remote)
    };
    mail && call.method() == "login"
        && is_given(call, 1, is_password)
        && code.calls.iter().any(opens)
}

/// A service that is always somebody else's: `cloudinary.config(api_secret="…")`.
fn of_service(code: &Code, call: &Call) -> bool {
    const SERVICES: &[(&str, &str)] = &[
        ("cloudinary.config", "api_secret"),
        ("cloudinary.v2.config", "api_secret"),
        ("Cloudinary.config", "api_secret"),
    ];
    let mut forms = SERVICES.iter();
    forms.any(|(callee, key)| {
        call.callee == *callee
            && call
                .named(key)
                .is_some_and(|value| is_password(code.resolve_from(value, call.scope)))
    })
}

/// Options by name, of the call itself or in an object among its arguments.
fn named(code: &Code, scope: usize, arguments: &[Argument]) -> bool {
    let own: Vec<(&str, &Expr)> = arguments
        .iter()
        .filter_map(|argument| Some((argument.name.as_deref()?, &argument.value)))
        .collect();
    holds(code, scope, &own)
        || arguments
            .iter()
            .any(|argument| in_object(code, scope, &argument.value))
}

/// `return { host: …, password: … }`, `const mail = { … }`.
fn by_object(code: &Code) -> impl Iterator<Item = Handed<'_>> {
    code.assignments.iter().filter_map(|one| {
        let runs = branch(code, one.scope) != Branch::Development;
        (runs && in_object(code, one.scope, &one.value)).then_some(Handed {
            to: &one.target,
            line: one.line,
        })
    })
}

fn in_object(code: &Code, scope: usize, value: &Expr) -> bool {
    value.any(|part| match part {
        Expr::Object(entries) => {
            let entries: Vec<_> = entries
                .iter()
                .map(|(key, value)| (key.as_str(), value))
                .collect();
            holds(code, scope, &entries)
        }
        _ => false,
    })
}

/// A password beside a host on another machine. Mailers keep it one object deeper: `auth: { user, pass }`.
fn holds<'v>(code: &'v Code, scope: usize, options: &[(&str, &'v Expr)]) -> bool {
    let resolved = |value: &'v Expr| code.resolve_from(value, scope);
    let is_one_of = |keys: &[&str], key: &str| keys.contains(&key.to_ascii_lowercase().as_str());
    let password =
        |key: &str, value: &'v Expr| is_one_of(PASSWORDS, key) && is_password(resolved(value));
    let has_password = options.iter().any(|(key, value)| {
        password(key, value)
            || *key == "auth"
                && matches!(resolved(value), Expr::Object(inner)
                    if inner.iter().any(|(key, value)| password(key, value)))
    });
    has_password
        && options
            .iter()
            .any(|(key, value)| is_one_of(HOSTS, key) && is_remote(resolved(value)))
}

/// `$mail->Password = "…"` beside `$mail->Host`, Django's `EMAIL_HOST_PASSWORD`.
fn by_setting(code: &Code) -> impl Iterator<Item = Handed<'_>> {
    code.assignments.iter().filter_map(|one| {
        let (object, field) = one.target.rsplit_once('.').unwrap_or(("", &one.target));
        let set = |name: &str| {
            let wanted = if object.is_empty() {
                name.to_owned()
            } else {
                format!("{object}.{name}")
            };
            let mut others = code.assignments.iter();
            others.any(|other| {
                other.target == wanted && is_remote(code.resolve_from(&other.value, other.scope))
            })
        };
        let beside = match (code.language, field) {
            (Language::Php, "Password") => set("Host"),
            (Language::Python, "EMAIL_HOST_PASSWORD") => set("EMAIL_HOST"),
            (Language::Python, "MAIL_PASSWORD") => set("MAIL_SERVER"),
            _ => false,
        };
        let runs = branch(code, one.scope) != Branch::Development;
        let literal = beside && runs && is_password(code.resolve_from(&one.value, one.scope));
        (literal && !is_set_anew(code, one)).then_some(Handed {
            to: &one.target,
            line: one.line,
        })
    })
}

/// Another line of the file gives the setting what the environment says.
fn is_set_anew(code: &Code, one: &Assignment) -> bool {
    let same_class = |other: &Assignment| {
        let class = |scope: usize| {
            code.around(scope)
                .find(|scope| matches!(scope.kind, ScopeKind::Class { .. }))
        };
        class(other.scope).map(|class| class.line) == class(one.scope).map(|class| class.line)
    };
    code.assignments.iter().any(|other| {
        other.target == one.target && same_class(other) && other.value.reads_environment()
    })
}

pub(super) fn is_password(value: &Expr) -> bool {
    value.text().is_some_and(is_password_text)
}

/// A text that somebody logs in with, not a word that stands for one.
pub(super) fn is_password_text(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "password", "passwort", "secret", "root", "admin", "test", "your",
    ];
    let lower = text.to_ascii_lowercase();
    // Holes of templates, shells and property files; samples put theirs in brackets.
    let is_filled =
        text.contains(['$', '{', '<', '[', '%']) || text.contains("()") || text.contains("**");
    text.len() >= 6
        && text.len() <= 200
        && !is_filled
        && !is_stand_in(text)
        && !WORDS.iter().any(|word| lower.contains(word))
        && lower
            .bytes()
            .collect::<std::collections::BTreeSet<_>>()
            .len()
            >= 4
        && !lower.contains("1234")
}

/// A host, or an address with one, that is not the machine itself; the name of a mail service.
fn is_remote(value: &Expr) -> bool {
    const SERVICES: &[&str] = &[
        "gmail",
        "hotmail",
        "outlook365",
        "yahoo",
        "zoho",
        "sendgrid",
        "mailgun",
    ];
    let Expr::Text(text) = value else {
        return false;
    };
    let known = SERVICES.contains(&text.to_ascii_lowercase().as_str());
    let host = match text.split_once("host=") {
        Some((_, rest)) => rest.split([';', ' ']).next().unwrap_or(rest),
        None => text.rsplit("://").next().unwrap_or(text),
    };
    known
        || !local_host(text)
            && host.contains('.')
            // Sentences of translations have dots, too.
            && !host.contains(char::is_whitespace)
            && !text.contains("example")
            && is_elsewhere(&format!("//{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_a_password_are_none() {
        let is = |text: &str| is_password(&Expr::Text(text.to_owned()));
        for text in [
            "icbz jlcx hzss nkrv",
            "n3qpkk48yzs34pjl",
            "Sommer!2019",
            "Herbst2021*",
        ] {
            assert!(is(text), "{text}");
        }
        for text in [
            "",
            "root",
            "password",
            "your-password",
            "${DB_PASS}",
            "aaaaaaaa",
            "geheim******",
            "<secret>",
            "12345678",
        ] {
            assert!(!is(text), "{text}");
        }
    }

    #[test]
    fn a_service_elsewhere_has_a_host_with_a_dot() {
        let is = |text: &str| is_remote(&Expr::Text(text.to_owned()));
        for text in [
            "smtp.gmail.com",
            "gmail",
            "mysql:host=db.acme.net;dbname=shop",
            "jdbc:mysql://db.acme.net:3306/a",
        ] {
            assert!(is(text), "{text}");
        }
        for text in [
            "localhost",
            "127.0.0.1",
            "db",
            "mysql:host=localhost;dbname=shop",
            "smtp.example.com",
            "Le format de l'adresse n'est pas valide.",
        ] {
            assert!(!is(text), "{text}");
        }
    }
}
