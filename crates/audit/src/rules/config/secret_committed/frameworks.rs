//! Keys that frameworks of Ruby, PHP, Node and Go take to sign cookies: Sinatra's `session_secret`, Rack's, Roda's and
//! Hanami's sessions, Yii's `cookieValidationKey`, Koa's `app.keys`, `securecookie` and what is built on it.

use crate::rules::prelude::*;
use slugsmith_facts::code::Call;

/// The text that a value is, or the first of several; what turns it into bytes counts as it.
pub(super) fn text_of<'a>(code: &'a Code, value: &'a Expr, scope: usize) -> Option<&'a str> {
    match code.resolve_from(value, scope) {
        Expr::List(items) => text_of(code, items.first()?, scope),
        Expr::Call { callee, arguments } if matches!(callee.as_str(), "[]byte" | "Buffer.from") => {
            code.resolve_from(&arguments.first()?.value, scope).text()
        }
        other => other.text(),
    }
}

/// The name and the value of the key that a call gets.
pub(super) fn of_call<'a>(code: &Code, call: &'a Call) -> Option<(&'static str, &'a Expr)> {
    match code.language {
        Language::Ruby => of_ruby(call),
        Language::Go => of_go(call),
        _ => None,
    }
}

fn of_ruby(call: &Call) -> Option<(&'static str, &Expr)> {
    let word = |at: usize| call.positional(at).and_then(Expr::word);
    let is = |word: Option<&str>, wanted: &str| {
        word.is_some_and(|word| word.trim_start_matches(':') == wanted)
    };
    match call.method() {
        // `set :session_secret, "…"`, `set :sessions, secret: "…"`
        "set" if is(word(0), "session_secret") => Some(("session_secret", call.positional(1)?)),
        "set" if is(word(0), "sessions") => Some(("session_secret", secret(call)?)),
        "set" => Some(("session_secret", call.named("session_secret")?)),
        "use" => {
            let middleware = call.positional(0)?.name()?;
            let signs = middleware.contains("Session") && middleware.contains("Cookie");
            Some(("secret", secret(call).filter(|_| signs)?))
        }
        // Roda's `plugin :sessions, secret: "…"`, Hanami's `sessions :cookie, secret: "…"`.
        "plugin" if is(word(0), "sessions") => Some(("secret", secret(call)?)),
        "sessions" => Some(("secret", secret(call)?)),
        _ => None,
    }
}

/// The option `secret`, given by name or in an object.
fn secret(call: &Call) -> Option<&Expr> {
    let mut objects = call.arguments.iter();
    call.named("secret")
        .or_else(|| objects.find_map(|argument| argument.value.key("secret")))
}

/// Stores of cookies of gorilla, gin, echo and fiber, and what checks a form or a token.
fn of_go(call: &Call) -> Option<(&'static str, &Expr)> {
    match call.callee.as_str() {
        "sessions.NewCookieStore"
        | "cookie.NewStore"
        | "csrf.Protect"
        | "securecookie.New"
        | "middleware.JWT"
        | "echojwt.JWT" => Some(("secret", call.positional(0)?)),
        "jwtware.New" | "jwt.New" | "echojwt.WithConfig" | "middleware.JWTWithConfig" => {
            let inner = call.positional(0)?;
            let key = inner.key("SigningKey").or_else(|| match inner {
                Expr::Call { arguments, .. } => arguments
                    .iter()
                    .find(|argument| matches!(argument.name.as_deref(), Some("SigningKey" | "Key")))
                    .map(|argument| &argument.value),
                _ => None,
            })?;
            Some(("SigningKey", key))
        }
        _ => None,
    }
}

/// The name and the value of a setting that a framework signs with.
pub(super) fn of_setting<'a>(
    code: &Code,
    target: &str,
    value: &'a Expr,
) -> Option<(&'static str, &'a Expr)> {
    match code.language {
        Language::Php => {
            if target.ends_with("config.encryption_key") {
                return Some(("encryption_key", value));
            }
            key_within(value, "cookieValidationKey", 0).map(|value| ("cookieValidationKey", value))
        }
        // Koa signs its cookies with `app.keys`; Nest's `registerAsync` takes what a factory gives.
        Language::JavaScript if target.ends_with(".keys") && code.imports("koa") => {
            Some(("keys", value))
        }
        Language::JavaScript if target == "return" && code.imports("@nestjs/jwt") => {
            Some(("secret", value.key("secret")?))
        }
        _ => None,
    }
}

/// What a key holds in an object of objects.
fn key_within<'a>(value: &'a Expr, name: &str, depth: usize) -> Option<&'a Expr> {
    let Expr::Object(entries) = value else {
        return None;
    };
    let mut below = entries.iter();
    value.key(name).or_else(|| {
        below
            .find_map(|(_, value)| key_within(value, name, depth + 1))
            .filter(|_| depth < 4)
    })
}
