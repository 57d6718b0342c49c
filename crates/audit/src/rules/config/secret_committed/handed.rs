//! Keys that frameworks are handed in a call or a setting. Those of Python are known here: Flask's
//! `config.update(SECRET_KEY=…)`, the cookie of Starlette's sessions, of Tornado and aiohttp, itsdangerous'
//! serializers, and settings such as `SIMPLE_JWT`.

use super::frameworks;
use crate::rules::prelude::*;
use slugsmith_facts::code::{Assignment, Call};
use slugsmith_finding::LineSpan;

/// A key that is written out, with the name by which it is handed over.
pub(super) struct Handed<'a> {
    pub(super) name: &'a str,
    pub(super) key: &'a str,
    pub(super) line: LineSpan,
    /// A file or object that is loaded behind it may bring another.
    pub(super) is_replaceable: bool,
}

/// The keys of a file, without those for development.
pub(super) fn keys<'a>(facts: &'a Facts<'_>, code: &'a Code) -> Vec<Handed<'a>> {
    let runs = |scope: usize| branch(code, scope) != Branch::Development;
    let calls = code.calls.iter().filter(|call| runs(call.scope));
    let calls = calls.filter_map(|call| by_call(code, call));
    let set = code.assignments.iter().filter(|one| runs(one.scope));
    let set = set.filter_map(|one| by_setting(code, one));
    let found: Vec<_> = calls.chain(set).collect();
    if found.is_empty() || guards::is_maintenance(facts, &code.path) {
        return Vec::new();
    }
    found
}

fn by_call<'a>(code: &'a Code, call: &'a Call) -> Option<Handed<'a>> {
    let (name, key, is_replaceable) = if code.language == Language::Python {
        let (name, value) = of_call(code, call)?;
        let key = code.resolve_from(value, call.scope).text()?;
        // Options for a test, or a first value that the file itself replaces.
        if call.named("TESTING").is_some() || is_set_below(code, call) {
            return None;
        }
        (name, key, loads_more(code, call))
    } else {
        let (name, value) = frameworks::of_call(code, call)?;
        (name, frameworks::text_of(code, value, call.scope)?, false)
    };
    Some(Handed {
        name,
        key,
        line: call.line,
        is_replaceable,
    })
}

fn by_setting<'a>(code: &'a Code, one: &'a Assignment) -> Option<Handed<'a>> {
    let (name, key) = if code.language == Language::Python {
        let of_jwt = matches!(one.target.as_str(), "SIMPLE_JWT" | "JWT_AUTH");
        let name = ["SIGNING_KEY", "JWT_SECRET_KEY"]
            .into_iter()
            .find(|name| of_jwt && one.value.key(name).is_some())?;
        (name, one.value.key(name)?.text()?)
    } else {
        let (name, value) = frameworks::of_setting(code, &one.target, &one.value)?;
        (name, frameworks::text_of(code, value, one.scope)?)
    };
    Some(Handed {
        name,
        key,
        line: one.line,
        is_replaceable: false,
    })
}

/// `app.config["SECRET_KEY"] = os.environ[…]` below the call.
fn is_set_below(code: &Code, call: &Call) -> bool {
    call.callee.contains(".config.")
        && code.assignments.iter().any(|other| {
            other.target.ends_with(".SECRET_KEY")
                && other.line > call.line
                && !other.value.is_literal()
        })
}

/// `app.config.from_pyfile(…)` and its like below the call.
fn loads_more(code: &Code, call: &Call) -> bool {
    let holder = call.receiver();
    code.calls.iter().any(|other| {
        other.receiver() == holder
            && other.line > call.line
            && other.method().starts_with("from_")
            && other.method() != "from_mapping"
    })
}

/// The name and the value of the key that a call gets.
fn of_call<'a>(code: &Code, call: &'a Call) -> Option<(&'static str, &'a Expr)> {
    let imports = |module: &str| code.imports(module);
    // Flask's configuration, whatever the app is called there.
    let configures = call
        .callee
        .rsplit_once(".config.")
        .is_some_and(|(_, method)| matches!(method, "update" | "from_mapping" | "setdefault"));
    if configures {
        let by_name = ["SECRET_KEY", "JWT_SECRET_KEY"]
            .into_iter()
            .find_map(|name| Some((name, call.named(name)?)));
        // `config.setdefault("SECRET_KEY", "…")`
        let by_place = || {
            let name = call.positional(0)?.text()?;
            (name == "SECRET_KEY").then_some(("SECRET_KEY", call.positional(1)?))
        };
        return by_name.or_else(by_place);
    }
    let first = call.positional(0);
    match call.method() {
        "add_middleware" | "Middleware" | "SessionMiddleware"
            if call.method() == "SessionMiddleware"
                || first
                    .and_then(Expr::name)
                    .is_some_and(|name| name.ends_with("SessionMiddleware")) =>
        {
            Some(("secret_key", call.named("secret_key")?))
        }
        "Application" if imports("tornado") => {
            Some(("cookie_secret", call.named("cookie_secret")?))
        }
        "EncryptedCookieStorage" if imports("aiohttp_session") => Some(("secret_key", first?)),
        "SignedCookieSessionFactory" | "UnencryptedCookieSessionFactoryConfig" => {
            Some(("secret", first?))
        }
        "URLSafeTimedSerializer" | "URLSafeSerializer" | "TimestampSigner" | "Signer"
            if imports("itsdangerous") =>
        {
            Some(("secret_key", first?))
        }
        _ => None,
    }
}
