//! Does each dyno sign with a key of its own?

mod sinatra;

use crate::rules::prelude::*;
use crate::secrets::is_signing_name;
use crate::signed;
use slugsmith_facts::code::{Assignment, Call};
use slugsmith_finding::LineSpan;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "secret-random-at-boot",
    code: "SF204",
    title: "A signing key is made up at boot, so each dyno has its own",
    level: Severity::Error,
    group: Group::Sessions,
    ecosystems: &["node", "python", "ruby", "go", "java", "php"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            A key that signs sessions, cookies or tokens and is random:
            `secret: crypto.randomBytes(…)`, `SECRET_KEY = secrets.token_hex()`, `session_secret`
            from `SecureRandom`, `securecookie.GenerateRandomKey`, `Keys.secretKeyFor`; or exported
            with `openssl rand` in `.profile` or a start command; a random value of any name that a call signs tokens
            with (`jwt.encode(claims, pepper)`); Sinatra's sessions without a key, for which each process makes one
            (a warning). A warning where it is only the
            fallback of a variable that nothing declares.
        "},
        why: indoc! {"
            Each dyno signs with another key and rejects what the others signed: users are logged
            out at random, and everybody at each restart.
        "},
        fix: indoc! {r#"
            ```
            heroku config:set SECRET_KEY=$(openssl rand -hex 32)
            ```
            ```json
            "env": { "SECRET_KEY": { "generator": "secret" } }
            ```
        "#},
        silent: indoc! {"
            app.json declares the variable, with `generator` or as required; a key made at build
            time, which all dynos share; random values made per request or per user; development
            settings.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let mut applies = false;
    let mut evidence: Vec<Evidence> = Vec::new();
    for code in &facts.sources.files {
        // A task that makes a key for somebody is run once, by hand.
        if guards::is_maintenance(facts, &code.path) {
            continue;
        }
        let signs = |assignment: &Assignment| {
            is_signing_name(&assignment.target) || signs_with(facts, code, assignment)
        };
        for assignment in code.assignments.iter().filter(|one| signs(one)) {
            applies = true;
            if at_boot(code, assignment.scope) {
                let found = judge(facts, code, &assignment.value, assignment.line);
                evidence
                    .extend(found.and_then(|found| fallback(facts, code, assignment.scope, found)));
            }
        }
        for call in code
            .calls
            .iter()
            .filter(|call| at_boot(code, call.scope) || signs_for_all(&call.callee))
        {
            for (name, value) in keys(call) {
                if is_signing_name(name) {
                    applies = true;
                    evidence.extend(judge(facts, code, value, call.line));
                }
            }
        }
    }
    evidence.extend(commands(facts));
    evidence.extend(sinatra::check(facts));
    evidence.sort_by(|a, b| a.location.cmp(&b.location));
    evidence.dedup_by(|a, b| a.location == b.location);
    Outcome::when(applies, evidence)
}

/// Whether calls of the file sign with what an assignment at its level or in a class keeps, whatever its name; or
/// calls of a file that imports it.
fn signs_with(facts: &Facts<'_>, code: &Code, assignment: &Assignment) -> bool {
    let target = assignment.target.as_str();
    // Most values are not random, and cheap to tell.
    if !at_boot(code, assignment.scope) || !value_is_random(code, &assignment.value) {
        return false;
    }
    // jjwt's makers of keys make nothing else.
    let is_key = |part: &Expr| {
        part.callee()
            .is_some_and(|callee| callee.ends_with("secretKeyFor"))
    };
    if assignment.value.any(is_key) {
        return true;
    }
    let exported = target.rsplit('.').next().unwrap_or(target);
    facts.calls().any(|site| {
        let own = site.code.path == code.path;
        if site.code.language != code.language || !own && !knows(site.code, code) {
            return false;
        }
        signed::key_of(site).is_some_and(|key| {
            key.any(|part| {
                let name = match part {
                    Expr::Name(name) => name.as_str(),
                    // `SECRET.encode()`
                    Expr::Call { callee, .. } => {
                        callee.rsplit_once('.').map_or("", |(name, _)| name)
                    }
                    _ => "",
                };
                name == target || name.rsplit('.').next() == Some(exported) && !name.is_empty()
            })
        })
    })
}

/// Whether a file imports another one by the name of its module.
fn knows(code: &Code, other: &Code) -> bool {
    let name = other.path.rsplit('/').next().unwrap_or(&other.path);
    let stem = name.split('.').next().unwrap_or(name);
    code.imports.iter().any(|import| {
        let module = import.module.trim_end_matches(".js");
        module.rsplit(['/', '.']).next() == Some(stem)
            || import.names.iter().any(|name| name == stem)
    })
}

/// Runs once when the process starts: at file level, or in the function that makes the app.
fn at_boot(code: &Code, scope: usize) -> bool {
    let boots = match code.function(scope) {
        None => true,
        Some(name) => matches!(
            name,
            "create_app"
                | "createApp"
                | "main"
                | "configure"
                | "init"
                | "bootstrap"
                | "make_app"
                | "setup"
        ),
    };
    boots && branch(code, scope) != Branch::Development
}

/// Makes the key store of a whole app, wherever it stands.
fn signs_for_all(callee: &str) -> bool {
    matches!(
        callee,
        "session" | "cookieSession" | "sessions.NewCookieStore" | "securecookie.New"
    )
}

/// What a call names as keys: keyword arguments, keys of objects, and the arguments of
/// calls that take nothing else.
fn keys(call: &Call) -> Vec<(&str, &Expr)> {
    let mut found: Vec<(&str, &Expr)> = Vec::new();
    for argument in &call.arguments {
        if let Some(name) = &argument.name {
            found.push((name, &argument.value));
        }
        if let Expr::Object(entries) = &argument.value {
            found.extend(entries.iter().map(|(key, value)| (key.as_str(), value)));
        }
    }
    if matches!(
        call.callee.as_str(),
        "sessions.NewCookieStore" | "securecookie.New"
    ) {
        found.extend(call.positional(0).map(|value| ("secret_key", value)));
    }
    // `set :session_secret, value` and `app.set("secret", value)`.
    if call.method() == "set"
        && let (Some(name), Some(value)) =
            (call.positional(0).and_then(Expr::word), call.positional(1))
    {
        found.push((name.trim_start_matches(':'), value));
    }
    found
}

fn judge(facts: &Facts<'_>, code: &Code, value: &Expr, line: LineSpan) -> Option<Evidence> {
    let value = code.resolve(value);
    // A block is a default that the text of the call holds: `ENV.fetch("X") { SecureRandom.hex }`.
    let block_is_random = || {
        code.calls
            .iter()
            .any(|call| call.line == line && is_random(&call.callee))
    };
    let (variable, random) = match value {
        Expr::Env {
            name,
            default: Some(default),
        } => {
            let random = value_is_random(code, default)
                || (**default == Expr::Function && block_is_random());
            (Some(name.as_str()), random)
        }
        Expr::Either(values) => {
            let variable = values.iter().find_map(|value| match code.resolve(value) {
                Expr::Env { name, .. } => Some(name.as_str()),
                _ => None,
            });
            let guarded = variable.is_none()
                && values
                    .first()
                    .is_some_and(|first| !value_is_random(code, first));
            (
                variable,
                !guarded && values.iter().any(|value| value_is_random(code, value)),
            )
        }
        // `"".join(random.choice(…) for …)`: what a comprehension calls stands beside it.
        Expr::Call { callee, .. } if callee.ends_with("join") => {
            let beside = |call: &Call| {
                (line.number()..line.number() + 3).contains(&call.line.number())
                    && is_random(&call.callee)
            };
            (
                None,
                value_is_random(code, value) || code.calls.iter().any(beside),
            )
        }
        value => (None, value_is_random(code, value)),
    };
    if !random {
        return None;
    }
    let Some(variable) = variable else {
        return Some(
            Evidence::line(
                &code.path,
                line,
                "The signing key is random: each dyno, and each \
                restart, has another one, and rejects what was signed before.",
            )
            .help(
                "heroku config:set SECRET_KEY=$(openssl rand -hex 32), and read it from the \
                    environment",
            ),
        );
    };
    (facts.declared(variable) == Declared::No).then(|| {
        Evidence::line(
            &code.path,
            line,
            format!(
                "Without {variable}, which nothing declares, the \
            signing key is random: each dyno, and each restart, has another one."
            ),
        )
        .conditional(true)
        .help(format!(
            "heroku config:set {variable}=$(openssl rand -hex 32)"
        ))
        .help(format!(
            "app.json: \"env\": {{ \"{variable}\": {{ \"generator\": \"secret\" }} }}"
        ))
    })
}

/// Under a condition the random key is what is left when no other is set: fine where
/// app.json declares a variable that is named like one.
fn fallback(facts: &Facts<'_>, code: &Code, scope: usize, found: Evidence) -> Option<Evidence> {
    if branch(code, scope) == Branch::Always {
        return Some(found);
    }
    let declared = facts.app_json(&["env"]).and_then(|env| env.as_object());
    let other = declared.into_iter().flatten().any(|(name, _)| {
        let parts: Vec<_> = name.split('_').collect();
        (0..parts.len()).any(|at| is_signing_name(&parts[at..].join("_")))
    });
    (!other).then(|| found.conditional(true))
}

fn value_is_random(code: &Code, value: &Expr) -> bool {
    code.resolve(value).any(|inner| match inner {
        Expr::Call { callee, .. } => is_random(callee),
        Expr::Name(name) => is_random(name),
        _ => false,
    })
}

fn is_random(callee: &str) -> bool {
    let callee = callee.trim_start_matches(['\\', '.']);
    // What `import { v4 as id } from "uuid"` gives.
    if matches!(callee, "v4" | "uuid.v4") {
        return true;
    }
    [
        "randomBytes",
        "randomUUID",
        "token_hex",
        "token_urlsafe",
        "token_bytes",
        "os.urandom",
        "get_random_secret_key",
        "get_random_string",
        "SecureRandom",
        "GenerateRandomKey",
        "secretKeyFor",
        "SystemRandom",
        "random.choice",
        "secrets.choice",
        "random.sample",
        "random.randint",
        "random_bytes",
        "openssl_random_pseudo_bytes",
        "generateSecret",
        "Math.random",
        "uuid.uuid4",
        "uuid4",
        "uuidv4",
        "nanoid",
        "Str.random",
        "Fernet.generate_key",
        "uniqid",
    ]
    .iter()
    .any(|name| callee.contains(name))
}

/// A key exported when the dyno starts.
fn commands(facts: &Facts<'_>) -> Vec<Evidence> {
    let profile = facts
        .sources
        .text(".profile")
        .map(|text| slugsmith_facts::process::shell_lines(".profile", text))
        .unwrap_or_default();
    let started = facts
        .processes
        .iter()
        .filter(|process| process.name != "release")
        .flat_map(|process| &process.commands);
    profile
        .iter()
        .chain(started)
        .filter(|command| {
            let text = command.text.trim_start_matches("export ");
            let random = ["openssl rand", "/dev/urandom", "uuidgen", "secrets.token"]
                .iter()
                .any(|mark| text.contains(mark));
            // `${X:-$(…)}` keeps what is set.
            let kept = text.contains(":-") || text.contains(":=");
            random
                && !kept
                && text.split_once('=').is_some_and(|(name, _)| {
                    is_signing_name(name.trim().rsplit(' ').next().unwrap_or(name))
                })
        })
        .map(|command| {
            Evidence::line(
                &command.path,
                command.line,
                "The signing key is made when the dyno \
                starts: each dyno, and each restart, has another one.",
            )
            .help("heroku config:set SECRET_KEY=$(openssl rand -hex 32), and remove the line")
        })
        .collect()
}
