//! Is a secret, or a stand-in for one, part of the app?

mod configured;
mod literal;
mod spring;

use crate::rules::prelude::*;
use crate::secrets::{is_generated, is_secret_name, is_secret_value, is_signing_name, issuer_of};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "secret-committed",
    code: "SF501",
    title: "A secret or its placeholder is committed and used in production",
    level: Level::Error,
    group: Group::Config,
    ecosystems: &["all"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            A variable named like a secret with a value in app.json; in a `.env` file that is
            committed and loaded in production; as the literal default of a read that nothing
            declares; Django's `SECRET_KEY`, session secrets, keys that sign JSON Web Tokens and
            Spring's `jwt.secret` written out in reachable code; literals in production's part of
            Rails' `secrets.yml`, in figaro's `application.yml`, and generated passwords and keys in
            Spring's `application.yml` and `.properties`; keys of AWS, GitHub, Slack, SendGrid,
            Telegram, and of payment services (Stripe, Paystack, Square, Braintree, Mollie,
            Flutterwave, Shopify) in code or such files; private keys in files of their own.
            Other tracked `.env.*` files, `render.yaml`, `fly.toml` and compose files with
            values that look generated.
        "},
        why: indoc! {"
            Everybody who can read the repository can sign sessions or reach the service. A default
            that works hides that the config var is missing, on every review app and every fork.
        "},
        fix: indoc! {r#"
            Take it out, rotate it, and let the platform hold it:
            ```
            heroku config:set SECRET_KEY=$(openssl rand -hex 32)
            ```
            app.json:
            ```json
            "env": { "SECRET_KEY": { "generator": "secret" } }
            ```
        "#},
        silent: indoc! {"
            Empty values, `generator`, `${…}` and ERB, examples and samples, stand-ins such as
            `changeme`, keys for tests (`sk_test_…`), development and test sections; a `.env` that
            only `heroku local` reads; a base file of settings of which a production file sets the
            key anew; a default whose variable app.json requires or generates.
            A default that only a client of another service sends: nothing of the app is signed
            with it.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let mut evidence = app_json(facts);
    evidence.extend(env_files(facts));
    let in_code = in_code(facts);
    // A file with a finding of its own has been named.
    let path = |one: &Evidence| one.place.as_ref().map(|place| place.path.clone());
    let told: Vec<_> = in_code.iter().map(path).collect();
    let literal = literal::find(facts).into_iter();
    evidence.extend(literal.filter(|one| !told.contains(&path(one))));
    evidence.extend(in_code);
    evidence.extend(private_keys(facts));
    evidence.extend(configured::find(facts));
    evidence.extend(spring::find(facts));
    Outcome::of(evidence)
}

fn app_json(facts: &Facts<'_>) -> Vec<Evidence> {
    let env = facts
        .app_json(&["env"])
        .and_then(serde_json::Value::as_object);
    env.into_iter()
        .flatten()
        .filter_map(|(name, entry)| {
            let value = entry.as_str().or_else(|| entry.get("value")?.as_str())?;
            (is_secret_name(name) && is_secret_value(value)).then(|| {
                Evidence::line(
                    "app.json",
                    facts.line("app.json", &format!("\"{name}\"")).unwrap_or(0),
                    format!(
                        "{name} has a value in app.json: every app made from it has the same \
                        secret, readable by all."
                    ),
                )
                .help(format!(
                    "\"{name}\": {{ \"generator\": \"secret\" }}   and on running apps: \
                    heroku config:set {name}=$(openssl rand -hex 32)"
                ))
            })
        })
        .collect()
}

fn env_files(facts: &Facts<'_>) -> Vec<Evidence> {
    let harmless = [
        "example",
        "sample",
        "template",
        "test",
        "testing",
        "development",
        "dev",
        "local",
        "dist",
        "ci",
        "docker",
        "staging",
    ];
    let mut found = Vec::new();
    for (path, text) in &facts.sources.texts {
        let env = path.starts_with(".env")
            && !path
                .split(['.', '-', '_'])
                .any(|part| harmless.contains(&part));
        if !env {
            continue;
        }
        let loaded = is_loaded(facts, path);
        // `.env` is what `heroku local` reads; others are of a platform that the app runs on.
        if !loaded && path == ".env" {
            continue;
        }
        for (line, number) in text.lines().zip(1..) {
            let Some((name, value)) = line.trim().trim_start_matches("export ").split_once('=')
            else {
                continue;
            };
            let value = value.trim().trim_matches(['"', '\'']);
            let secret = !name.starts_with('#') && is_secret_name(name.trim());
            if !loaded {
                if secret && is_generated(value.trim_start_matches("base64:")) {
                    found.push(tracked(path, number, name.trim()));
                }
                continue;
            }
            if secret && is_secret_value(value) {
                found.push(
                    Evidence::line(
                        path,
                        number,
                        format!(
                            "{name} is committed in {path}, and the \
                        app loads that file in production: if the config var is missing, this \
                        known value is used."
                        ),
                    )
                    .help(format!(
                        "Remove it from {path}, and: heroku config:set \
                            {name}=$(openssl rand -hex 32)"
                    )),
                );
            }
        }
    }
    found
}

/// A real secret in a file that is for another platform or for production.
fn tracked(path: &str, line: u32, name: &str) -> Evidence {
    let message =
        format!("{name} has a real value in {path}: everybody who has the repository has it.");
    Evidence::line(path, line, message).help(format!(
        "Make a new one: heroku config:set {name}=…   then: git rm --cached {path}, and add it to \
         .gitignore"
    ))
}

/// Whether production code loads this file; `.env` alone is read by `heroku local` only.
fn is_loaded(facts: &Facts<'_>, path: &str) -> bool {
    let loaders = ["laravel/framework", "symfony/dotenv", "symfony/runtime"];
    if path == ".env"
        && facts
            .packages
            .wants_any(Ecosystem::Composer, &loaders)
            .is_some()
    {
        return true;
    }
    // dotenv-rails loads it before the app in every group that has the gem.
    let gem = facts
        .packages
        .wants_any(Ecosystem::Gem, &["dotenv-rails"])
        .is_some_and(|gem| !gem.dev);
    if gem && matches!(path, ".env" | ".env.production") {
        return true;
    }
    facts.sources.files.iter().any(|code| {
        let by_import = path == ".env"
            && code.language == Language::JavaScript
            && code
                .imports
                .iter()
                .any(|import| import.module == "dotenv/config");
        by_import
            || code.calls.iter().any(|call| {
                let loads = match code.language {
                    Language::JavaScript => {
                        matches!(
                            call.callee.as_str(),
                            "require().config" | "dotenv.config" | "dotenv.load"
                        ) && (call.callee != "require().config" || code.imports("dotenv"))
                    }
                    Language::Python => matches!(
                        call.callee.as_str(),
                        "load_dotenv"
                            | "dotenv.load_dotenv"
                            | "environ.Env.read_env"
                            | "env.read_env"
                    ),
                    Language::Ruby => matches!(
                        call.callee.as_str(),
                        "Dotenv.load" | "Dotenv.load!" | "Dotenv.overload"
                    ),
                    _ => false,
                };
                if !loads || branch(code, call.scope) == Branch::Development {
                    return false;
                }
                let mut names = Vec::new();
                for argument in &call.arguments {
                    argument.value.walk(&mut |value| names.extend(value.text()));
                }
                if names.is_empty() {
                    path == ".env"
                } else {
                    names.iter().any(|name| name.ends_with(path))
                }
            })
    })
}

/// Private keys in files of their own, besides those for a laptop.
fn private_keys(facts: &Facts<'_>) -> Vec<Evidence> {
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
            let start = text.trim_start().lines().next().unwrap_or_default();
            let key_file = path
                .rsplit_once('.')
                .is_some_and(|(_, ending)| matches!(ending, "pem" | "key"));
            let holds_key = start.starts_with("-----BEGIN ") && start.ends_with("PRIVATE KEY-----")
                || key_file && text.contains("PRIVATE KEY-----");
            holds_key && !known
        })
        .map(|(path, _)| {
            Evidence::line(
                path,
                1,
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

fn in_code(facts: &Facts<'_>) -> Vec<Evidence> {
    let mut found = Vec::new();
    // Names of the settings that hold a key which was found.
    let mut settings: Vec<String> = Vec::new();
    for code in &facts.sources.files {
        for assignment in &code.assignments {
            if branch(code, assignment.scope) == Branch::Development {
                continue;
            }
            let target = assignment.target.rsplit('.').next().unwrap_or_default();
            let literal = match &assignment.value {
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
                            && is_signing(name)
                            && (is_signing_name(target) || signs(facts, target, name)) =>
                    {
                        Some((text, true, Some(name)))
                    }
                    _ => None,
                },
                _ => None,
            };
            if let Some((text, conditional, variable)) = literal
                && is_secret_value(&text.replace(' ', "-"))
            {
                settings.push(target.to_owned());
                found.push(
                    literal_key(code, assignment.line, &assignment.target, variable)
                        .conditional(conditional),
                );
            }
        }
        found.extend(issued(code));
    }
    // One variable, or one setting, is one secret, wherever it signs.
    let told = |evidence: &Evidence| {
        let variable = evidence.message.rsplit("nothing declares ").next();
        let variable = variable.filter(|rest| *rest != evidence.message);
        variable.is_some_and(|variable| {
            let name = variable
                .trim_end_matches('.')
                .split(':')
                .next()
                .unwrap_or_default();
            found.iter().any(|other: &Evidence| {
                let mut words = other
                    .message
                    .split(|c: char| !c.is_alphanumeric() && c != '_');
                words.any(|word| word == name)
            })
        })
    };
    let signed: Vec<_> = session_secrets(facts, &settings)
        .into_iter()
        .filter(|evidence| !told(evidence))
        .collect();
    found.extend(signed);
    found
}

/// The first key in a file of which the form tells who issued it. It is real wherever it stands,
/// also where only development uses it.
fn issued(code: &Code) -> Option<Evidence> {
    let assigned = code
        .assignments
        .iter()
        .map(|assignment| (assignment.line, &assignment.value));
    let passed = code.calls.iter().flat_map(|call| {
        call.arguments
            .iter()
            .map(move |argument| (call.line, &argument.value))
    });
    let (line, issuer) = assigned.chain(passed).find_map(|(line, value)| {
        let mut issuer = None;
        value.walk(&mut |value| issuer = issuer.or(value.text().and_then(issuer_of)));
        Some((line, issuer?))
    })?;
    Some(
        Evidence::line(
            &code.path,
            line,
            format!(
                "A key of {issuer} stands in the code: everybody who has the repository can use it."
            ),
        )
        .help("Revoke it and make a new one; keep that in a config var: heroku config:set NAME=…"),
    )
}

/// Whether the app itself signs, checks or encrypts with a setting: a key that a client sends
/// to somebody else's service is neither, and the other side refuses a known one.
fn signs(facts: &Facts<'_>, target: &str, variable: &str) -> bool {
    const WORDS: &[&str] = &[
        "hmac",
        "jwt",
        "sign",
        "verify",
        "serializer",
        "fernet",
        "session",
        "cookie",
        "cipher",
        "encrypt",
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
fn is_set_later(code: &Code, target: &str, line: u32) -> bool {
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

fn literal_key(code: &Code, line: u32, target: &str, variable: Option<&String>) -> Evidence {
    let name = variable.map_or(target, String::as_str);
    let shown = name.rsplit('.').next().unwrap_or(name).to_ascii_uppercase();
    let message = match variable {
        Some(variable) => format!(
            "If {variable} is not set, the key that stands in the code is used, and nothing \
             declares {variable}: anybody can forge what it signs."
        ),
        None => format!(
            "`{target}` is written out in the code: anybody who reads it can forge what it signs."
        ),
    };
    Evidence::line(&code.path, line, message).help(format!(
        "Read it without a default, and: heroku config:set {shown}=$(openssl rand -hex 32)"
    ))
}

/// Calls that sign or verify, by language, and the place of the key in them.
fn session_secrets(facts: &Facts<'_>, settings: &[String]) -> Vec<Evidence> {
    let mut found = Vec::new();
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
        let message = match key {
            Key::Literal => format!(
                "`{}` signs with a key that stands in the code: anybody who reads it can forge \
                 what it signs.",
                site.call.callee
            ),
            Key::Fallback(variable) => format!(
                "`{}` signs with a key that stands in the code if {variable} is not set, and \
                 nothing declares {variable}.",
                site.call.callee
            ),
        };
        found.push(
            Evidence::line(&site.code.path, site.call.line, message)
                .conditional(matches!(key, Key::Fallback(_)))
                .help(
                    "Read it from the environment without a default, and: heroku config:set \
                    SESSION_SECRET=$(openssl rand -hex 32)",
                ),
        );
    }
    // One place per file tells the story.
    found.dedup_by(|a, b| {
        a.place.as_ref().map(|place| &place.path) == b.place.as_ref().map(|place| &place.path)
    });
    found
}

enum Key<'a> {
    Literal,
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
            | "expressJWT",
        ) => call.named("secret").or_else(|| call.named("keys"))?,
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
        Expr::Text(text) if is_key(text) => Some(Key::Literal),
        Expr::Env {
            name,
            default: Some(default),
        } if facts.declared(name) == Declared::No => match default.as_ref() {
            Expr::Text(text) if is_key(text) => Some(Key::Fallback(name)),
            _ => None,
        },
        _ => None,
    }
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
