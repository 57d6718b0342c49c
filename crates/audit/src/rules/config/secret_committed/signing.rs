//! Calls that sign or verify with a key in the code: sessions, cookies and JSON Web Tokens.

use crate::required::is_demanded;
use crate::rules::prelude::*;
use crate::secrets::is_secret_value;
use slugsmith_finding::LineSpan;

/// Calls that sign or verify, by language, and the place of the key in them.
pub(super) fn session_secrets(facts: &Facts<'_>, settings: &[String]) -> Vec<Evidence> {
    let mut found = Vec::new();
    // One key is one finding, in however many files it stands.
    let mut known: Vec<&str> = Vec::new();
    // `jwt.encode(…, settings.SECRET_KEY)`, where the setting itself is told.
    let is_told = |site: Site<'_>| {
        let names = site
            .call
            .arguments
            .iter()
            .filter_map(|argument| argument.value.name());
        let mut last = names.filter_map(|name| Some(name.rsplit_once('.')?.1));
        last.any(|last| settings.iter().any(|setting| setting == last))
    };
    for site in facts.calls().filter(|site| !is_told(*site)) {
        let Some(key) = signing_key(facts, site) else {
            continue;
        };
        if branch(site.code, site.call.scope) == Branch::Development {
            continue;
        }
        let (Key::Literal(secret) | Key::Fallback(secret)) = key;
        if known.contains(&secret) {
            continue;
        }
        known.push(secret);
        let message = match key {
            Key::Literal(_) => format!(
                "`{}` signs with a key in the code: anybody who reads it can forge \
                 what it signs.",
                site.call.callee
            ),
            Key::Fallback(variable) => format!(
                "`{}` signs with a key in the code if {variable} is not set, and \
                 nothing declares {variable}.",
                site.call.callee
            ),
        };
        let variable = match key {
            Key::Literal(_) => "SESSION_SECRET",
            Key::Fallback(variable) => variable,
        };
        let here = (site.code.path.as_str(), site.call.line);
        let (path, line) = match key {
            Key::Fallback(variable) => written(facts, variable).unwrap_or(here),
            Key::Literal(_) => here,
        };
        let mut evidence = Evidence::line(path, line, message).help(format!(
            "Read it from the environment without a default, and: heroku config:set \
             {variable}=$(openssl rand -hex 32)"
        ));
        if let Key::Fallback(variable) = key {
            evidence = evidence.conditional(true).about(variable);
        }
        found.push(evidence);
    }
    // One place per file tells the story.
    found.dedup_by(|a, b| {
        a.location.as_ref().map(|location| &location.path)
            == b.location.as_ref().map(|location| &location.path)
    });
    found
}

/// Where a module of settings gives a variable what stands in for it.
fn written<'f>(facts: &'f Facts<'_>, variable: &str) -> Option<(&'f str, LineSpan)> {
    let stands_in = |value: &Expr| {
        value.any(|part| {
            matches!(part, Expr::Env { name, default: Some(default) }
                if name == variable && default.text().is_some())
        })
    };
    facts.sources.files.iter().find_map(|code| {
        let one = code.assignments.iter().find(|one| stands_in(&one.value))?;
        Some((code.path.as_str(), one.line))
    })
}

enum Key<'a> {
    Literal(&'a str),
    /// Used unless the variable is set.
    Fallback(&'a str),
}

/// The key in the code that a call signs with.
fn signing_key<'a>(facts: &'a Facts<'_>, site: Site<'a>) -> Option<Key<'a>> {
    let call = site.call;
    let value = match (site.code.language, call.callee.as_str()) {
        (
            Language::JavaScript,
            "jwt.sign" | "jwt.verify" | "jsonwebtoken.sign" | "jsonwebtoken.verify",
        )
        | (Language::Ruby | Language::Php, "JWT.encode") => call.positional(1)?,
        (Language::JavaScript, "cookieParser") => call.positional(0)?,
        (
            Language::JavaScript,
            "session" | "expressSession" | "cookieSession" | "jwt" | "expressJwt" | "expressjwt"
            | "expressJWT" | "JwtModule.register" | "koaJwt",
        ) => call.named("secret").or_else(|| call.named("keys"))?,
        // Passport's strategy, also where a class of the app's own hands it on: `super({ secretOrKey })`.
        (Language::JavaScript, _) if call.named("secretOrKey").is_some() => {
            call.named("secretOrKey")?
        }
        // golang-jwt: `token.SignedString([]byte(secret))`.
        (Language::Go, _) if call.method() == "SignedString" => call.positional(0)?,
        // jjwt and auth0: `signWith(HS256, KEY)`, `setSigningKey(KEY)`, `Algorithm.HMAC256(KEY)`.
        (Language::Java, _)
            if matches!(
                call.method(),
                "signWith" | "setSigningKey" | "HMAC256" | "HMAC512"
            ) =>
        {
            java_key(
                facts,
                site.code,
                call.arguments.iter().map(|argument| &argument.value),
            )?
        }
        // Spring Security's cookie that keeps a visitor logged in: `rememberMe().key("…")`.
        (Language::Java, _) if call.method() == "key" && remembers(site.code) => {
            call.positional(0)?
        }
        (Language::Python, "jwt.encode") => call.positional(1).or_else(|| call.named("key"))?,
        _ => return None,
    };
    let resolved = match site.code.resolve(value) {
        // `[]byte(secret)` only converts.
        Expr::Call { arguments, .. } if site.code.language == Language::Go => {
            let inner = &arguments.first()?.value;
            field_of_go(site.code, inner).unwrap_or_else(|| site.code.resolve(inner))
        }
        other => other,
    };
    let is_key = |text: &str| is_secret_value(&text.replace(' ', "-")) || text == "secret";
    match resolved {
        Expr::Text(text) if is_key(text) => Some(Key::Literal(text)),
        Expr::Env {
            name,
            default: Some(default),
        } if facts.declared(name) == Declared::No && !is_demanded(facts, name) => {
            match default.as_ref() {
                Expr::Text(text) if is_key(text) => Some(Key::Fallback(name)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Whether a file configures the cookie of `rememberMe`, in a chain or in a function of its own.
fn remembers(code: &Code) -> bool {
    code.calls.iter().any(|call| call.method() == "rememberMe")
}

/// `service.secretKey`: what the file's own struct literals give that field, if it is one text.
fn field_of_go<'a>(code: &'a Code, value: &Expr) -> Option<&'a Expr> {
    let (_, field) = value.name()?.rsplit_once('.')?;
    let mut given = code.calls.iter().filter_map(|call| call.named(field));
    let first = given.next()?;
    (first.text().is_some() && given.all(|other| other == first)).then_some(first)
}

/// The text among arguments, through constants, `KEY.getBytes()` and wrappers.
fn java_key<'a>(
    facts: &'a Facts<'_>,
    code: &'a Code,
    mut values: impl Iterator<Item = &'a Expr>,
) -> Option<&'a Expr> {
    values.find_map(|value| match value {
        Expr::Text(_) => Some(value),
        Expr::Name(name) => constant(facts, code, name),
        Expr::Call { callee, arguments } => callee
            .strip_suffix(".getBytes")
            .and_then(|name| constant(facts, code, name))
            .or_else(|| {
                arguments
                    .iter()
                    .find_map(|argument| java_key(facts, code, std::iter::once(&argument.value)))
            }),
        _ => None,
    })
}

/// The text of a constant: of this file, or of the class that the name begins with.
fn constant<'a>(facts: &'a Facts<'_>, code: &'a Code, name: &str) -> Option<&'a Expr> {
    let (holder, name) = match name.rsplit_once('.') {
        Some((class, name)) if class != "this" => {
            let file = format!("/{class}.java");
            (
                facts
                    .code(Language::Java)
                    .find(|other| other.path.ends_with(&file))?,
                name,
            )
        }
        Some((_, name)) => (code, name),
        None => (code, name),
    };
    holder
        .assignments
        .iter()
        .find(|assignment| assignment.target == name)
        .map(|assignment| &assignment.value)
        .filter(|value| value.text().is_some())
}
