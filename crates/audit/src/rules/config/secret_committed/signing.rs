//! Calls that sign or verify with a key in the code: sessions, cookies and JSON Web Tokens.

use crate::required::is_demanded;
use crate::rules::prelude::*;
use crate::secrets::is_secret_value;
use crate::signed;
use slugsmith_facts::sources::reach;
use slugsmith_finding::LineSpan;

/// Names and calls between a key of Java and the call that signs are followed so far.
const STEPS: usize = 4;

/// Calls that sign or verify with a key in the code, each key once.
pub(super) fn session_secrets(facts: &Facts<'_>, settings: &[String]) -> Vec<Evidence> {
    let mut found = Vec::new();
    // One key is one finding, in however many files it stands.
    let mut known: Vec<Known<'_>> = Vec::new();
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
        if let Some(one) = known.iter_mut().find(|one| one.secret == secret) {
            if one.path != site.code.path
                && !one.others.iter().any(|(path, _)| *path == site.code.path)
            {
                one.others.push((&site.code.path, site.call.line));
            }
            continue;
        }
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
            Key::Literal(secret) => origin_of(facts, site, secret).unwrap_or(here),
        };
        known.push(Known {
            secret,
            path: &site.code.path,
            others: Vec::new(),
        });
        let mut evidence = Evidence::line(path, line, message).help(format!(
            "Read it from the environment without a default, and: heroku config:set \
             {variable}=$(openssl rand -hex 32)"
        ));
        if let Key::Fallback(variable) = key {
            evidence = evidence.conditional(true).about(variable);
        }
        found.push(evidence);
    }
    let told = found.into_iter().zip(&known).map(|(evidence, known)| {
        let others = known.others.iter();
        let others: Vec<_> = others
            .map(|(path, line)| format!("{path}:{line}"))
            .collect();
        evidence.also(&others)
    });
    let mut found: Vec<Evidence> = told.collect();
    // One place per file tells the story.
    found.dedup_by(|a, b| {
        a.location.as_ref().map(|location| &location.path)
            == b.location.as_ref().map(|location| &location.path)
    });
    found
}

/// A key that was told, with other files that sign with it.
struct Known<'a> {
    secret: &'a str,
    path: &'a str,
    others: Vec<(&'a str, LineSpan)>,
}

/// The module that gives a key to the file of a call, where the file itself doesn't write it out.
fn origin_of<'f>(
    facts: &'f Facts<'_>,
    site: Site<'f>,
    secret: &str,
) -> Option<(&'f str, LineSpan)> {
    let holds = |value: &Expr| value.any(|part| part.text() == Some(secret));
    if site.code.values().any(|(_, _, value)| holds(value)) {
        return None;
    }
    facts.code(site.code.language).find_map(|code| {
        if let Some(one) = code.assignments.iter().find(|one| holds(&one.value)) {
            // A file of settings is one value, with the key on a line of its own.
            let line = facts.line(&code.path, secret);
            return Some((code.path.as_str(), line.unwrap_or(one.line)));
        }
        let given = code.returns.iter().find(|one| holds(&one.value))?;
        Some((code.path.as_str(), given.line))
    })
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
    let value = signed::key_of(site).or_else(|| {
        if site.code.language != Language::Java {
            return None;
        }
        match call.method() {
            // jjwt and auth0: `signWith(HS256, KEY)`, `setSigningKey(KEY)`, `Algorithm.HMAC256(KEY)`.
            "signWith" | "setSigningKey" | "verifyWith" | "hmacShaKeyFor" | "HMAC256"
            | "HMAC384" | "HMAC512" => {
                let values = call.arguments.iter().map(|argument| &argument.value);
                java_key(facts, site.code, values, 0)
            }
            // Nimbus and the JDK; behind the key stands the name of the algorithm.
            "MACSigner" | "MACVerifier" | "SecretKeySpec" => {
                java_key(facts, site.code, call.positional(0).into_iter(), 0)
            }
            // Spring Security's cookie that keeps a visitor logged in: `rememberMe().key("…")`.
            "key" if remembers(site.code) => call.positional(0),
            _ => None,
        }
    })?;
    let resolved = signed::origin(site.code, value, call.scope);
    let resolved = match left_out(facts, site, value, resolved) {
        Some(default) => default,
        None => resolved,
    };
    let resolved = match resolved {
        Expr::Call { .. } | Expr::Name(_) if site.code.language == Language::JavaScript => {
            of_inline_module(facts, site, resolved).unwrap_or(resolved)
        }
        Expr::Name(_) if site.code.language == Language::Go => {
            field_of_go(facts, resolved).unwrap_or(resolved)
        }
        // Cookies are signed with the first of several keys.
        Expr::List(keys) => keys.first().unwrap_or(resolved),
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

/// What a parameter holds behind a name, where a call in the app leaves it out.
fn left_out<'a>(
    facts: &'a Facts<'_>,
    site: Site<'a>,
    value: &'a Expr,
    resolved: &'a Expr,
) -> Option<&'a Expr> {
    let Expr::Name(name) = resolved else {
        return None;
    };
    // The field that holds the parameter is filled elsewhere in the class.
    let mut fields = site.code.assignments.iter();
    let field = value.name().filter(|field| *field != name);
    let filled = field.and_then(|field| fields.find(|one| one.target == field));
    let scope = filled.map_or(site.call.scope, |one| one.scope);
    let default = site.code.default_of(name, scope)?;
    let default_value = signed::origin(site.code, &default.value, scope);
    let mut files = facts.code(site.code.language);
    files
        .any(|code| default.is_left_out_in(code))
        .then_some(default_value)
}

/// `require("./secret")()` and `require("./secret").key`: what the module that is loaded on the line of the call gives.
fn of_inline_module<'a>(facts: &'a Facts<'_>, site: Site<'a>, value: &Expr) -> Option<&'a Expr> {
    let wanted = match value {
        Expr::Call { callee, .. } => callee.strip_prefix("require()")?,
        Expr::Name(name) => name.strip_prefix("require()")?,
        _ => return None,
    };
    let mut loads = site.code.imports.iter().filter(|import| {
        import.names.is_empty() && import.line.number() == site.call.line.number()
    });
    let module = loads.next().filter(|_| loads.next().is_none())?;
    let loaded = reach::resolve(&facts.sources, &site.code.path, &module.module)?;
    let names = |key: &str| [format!("module.exports.{key}"), format!("exports.{key}")];
    let key = wanted.strip_prefix('.');
    if matches!(value, Expr::Call { .. }) {
        return match key {
            None => loaded.given_by("module.exports"),
            Some(key) => names(key).iter().find_map(|name| loaded.given_by(name)),
        };
    }
    let key = key?;
    let mut given = loaded.assignments.iter();
    given.find_map(|one| {
        let value = if one.target == "module.exports" {
            one.value.key(key)?
        } else {
            names(key).contains(&one.target).then_some(&one.value)?
        };
        Some(loaded.resolve(value))
    })
}

/// Whether a file configures the cookie of `rememberMe`, in a chain or in a function of its own.
fn remembers(code: &Code) -> bool {
    code.calls.iter().any(|call| call.method() == "rememberMe")
}

/// `cfg.JwtSecret`: what the app's struct literals give that field, if it is one text.
fn field_of_go<'a>(facts: &'a Facts<'_>, value: &Expr) -> Option<&'a Expr> {
    let (_, field) = value.name()?.rsplit_once('.')?;
    let mut given = facts
        .calls()
        .filter(|site| site.code.language == Language::Go)
        .filter_map(|site| nested(site, field));
    let first = given.next()?;
    (first.text().is_some() && given.all(|other| other == first)).then_some(first)
}

/// What a call is given by that name, also within its arguments (`&Config{Jwt: Jwt{Secret: "…"}}`).
fn nested<'a>(site: Site<'a>, field: &str) -> Option<&'a Expr> {
    site.call
        .named(field)
        .map(|value| site.code.resolve_from(value, site.call.scope))
}

/// The text among arguments, through constants, `KEY.getBytes()` and wrappers.
fn java_key<'a>(
    facts: &'a Facts<'_>,
    code: &'a Code,
    mut values: impl Iterator<Item = &'a Expr>,
    depth: usize,
) -> Option<&'a Expr> {
    if depth > STEPS {
        return None;
    }
    values.find_map(|value| match value {
        Expr::Text(_) => Some(value),
        Expr::Name(name) => constant(facts, code, name)
            .or_else(|| brought(code, name))
            .or_else(|| {
                // `byte[] bytes = Decoders.BASE64.decode(SECRET); Keys.hmacShaKeyFor(bytes)`
                let mut given = code.assignments.iter();
                let made = &given.find(|one| one.target == *name)?.value;
                java_key(facts, code, std::iter::once(made), depth + 1)
            }),
        Expr::Call { callee, arguments } => callee
            .strip_suffix(".getBytes")
            .and_then(|name| constant(facts, code, name).or_else(|| brought(code, name)))
            .or_else(|| code.given_by(callee).filter(|given| given.text().is_some()))
            .or_else(|| {
                // Of these the argument is a name: `getBytes("UTF-8")`, `Mac.getInstance("HmacSHA256")`.
                let method = callee.rsplit('.').next().unwrap_or(callee);
                if matches!(method, "getBytes" | "getInstance" | "forName") {
                    return None;
                }
                arguments.iter().find_map(|argument| {
                    java_key(facts, code, std::iter::once(&argument.value), depth + 1)
                })
            }),
        _ => None,
    })
}

/// A text that another class declares under a name that stands alone here: a static import, a field of the superclass.
fn brought<'a>(code: &'a Code, name: &str) -> Option<&'a Expr> {
    let mut imported = code.imported.iter();
    let known = imported.find(|one| one.target == name)?;
    Some(&known.value).filter(|value| value.text().is_some())
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
