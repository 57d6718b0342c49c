//! Is the address of a database, cache or queue written into the code?

mod spring;

use crate::addresses::{is_backing_address, local_host, masked};
use crate::rules::prelude::*;
use crate::services::{client, help};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "hard-coded-backing-service",
    code: "SF503",
    title: "A backing service is found by an address in the code, or its variable is read in a \
        way that fails",
    level: Level::Error,
    group: Group::Config,
    ecosystems: &["node", "python", "ruby", "go", "java", "php"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            A literal address (`postgres://…`, `mysql://`, `mongodb://`, `redis://`, `amqp://`,
            `jdbc:…`) or host that reachable code hands to a client; Django's `HOST`, Laravel's
            connections, Spring's properties. `DATABASE_URL` handed to SQLAlchemy 1.4 or later as it
            is: it starts with `postgres://`, which SQLAlchemy refuses. With the Heroku Key-Value
            Store add-on, a Redis client without TLS settings (a warning).
        "},
        why: indoc! {"
            On a dyno there is no service on localhost, and add-ons change their address and
            password when they are replaced, promoted or rotated. What is written out points nowhere
            after that.
        "},
        fix: indoc! {r#"
            ```py
            url = os.environ["DATABASE_URL"].replace("postgres://", "postgresql://", 1)
            DATABASES = {"default": dj_database_url.config(conn_max_age=600)}
            ```
            ```js
            new Pool({ connectionString: process.env.DATABASE_URL, ssl: { rejectUnauthorized: false } })
            new Redis(process.env.REDIS_URL, { tls: { rejectUnauthorized: false } })
            ```
            ```rb
            Redis.new(url: ENV["REDIS_URL"], ssl_params: { verify_mode: OpenSSL::SSL::VERIFY_NONE })
            ```
        "#},
        silent: indoc! {"
            The literal is only the default of a variable, or one of several values; development and
            test settings; Rails' database.yml, into which the platform's DATABASE_URL is merged;
            Spring's datasource, which the Java buildpack overrides; settings that `dj_database_url`
            or django-environ replace later.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let mut evidence = literal_calls(facts);
    evidence.extend(literal_settings(facts));
    evidence.extend(django(facts));
    evidence.extend(laravel(facts));
    evidence.extend(django_services(facts));
    evidence.extend(spring::check(facts));
    evidence.extend(alchemy(facts));
    evidence.extend(plain_redis(facts));
    evidence.sort_by(|a, b| a.place.cmp(&b.place));
    evidence.dedup_by(|a, b| a.place == b.place);
    let applies = facts
        .calls()
        .any(|site| client(site.code, &site.call.callee).is_some());
    Outcome::when(applies || !evidence.is_empty(), evidence)
}

fn literal_calls(facts: &Facts<'_>) -> Vec<Evidence> {
    let mut found = Vec::new();
    for site in facts.calls() {
        let Some(service) = client(site.code, &site.call.callee) else {
            continue;
        };
        if branch(site.code, site.call.scope) != Branch::Always
            || guards::is_maintenance(facts, &site.code.path)
        {
            continue;
        }
        // What else the call is given may come from the environment and win.
        let reads = site.call.arguments.iter().any(|argument| {
            argument.value.any(|value| {
                matches!(site.code.resolve(value), Expr::Env { .. }) && !is_password(value)
            })
        });
        let literal =
            site.call.arguments.iter().find_map(|argument| {
                address(site.code, argument.name.as_deref(), &argument.value, 0)
            });
        if let Some(literal) = literal.filter(|_| !reads) {
            found.push(
                Evidence::line(
                    &site.code.path,
                    site.call.line,
                    format!(
                        "`{}` connects to {service} at `{}`, whatever the environment says{}.",
                        site.call.callee,
                        masked(&literal),
                        effect(&literal)
                    ),
                )
                .help(help(site.code.language, service_of(&literal, service))),
            );
        }
    }
    found
}

/// The service that an address is of, where its scheme tells.
fn service_of(address: &str, otherwise: &'static str) -> &'static str {
    let scheme = address.split("://").next().unwrap_or(address);
    match scheme.split('+').next().unwrap_or(scheme) {
        "redis" | "rediss" => "Redis",
        "amqp" | "amqps" | "pyamqp" => "RabbitMQ",
        "mongodb" => "MongoDB",
        _ => otherwise,
    }
}

/// Reading only a password from the environment leaves the address where it is.
fn is_password(value: &Expr) -> bool {
    matches!(value, Expr::Env { name, .. } if name.contains("PASS") || name.contains("USER"))
}

fn effect(literal: &str) -> &'static str {
    if local_host(literal) {
        ": on a dyno nothing listens there"
    } else {
        ": when the add-on's address or password changes, it is lost"
    }
}

/// A literal address among an argument's values: a URL, or a host by its key. A value may be
/// made of itself (`url = wrap(url)`), so the search ends after a few steps.
fn address(code: &Code, name: Option<&str>, value: &Expr, depth: usize) -> Option<String> {
    if depth > 6 {
        return None;
    }
    let within = |name: Option<&str>, value: &Expr| address(code, name, value, depth + 1);
    match code.resolve(value) {
        Expr::Text(text) if is_backing_address(text) => Some(text.clone()),
        Expr::Text(text) if name.is_some_and(is_host_key) && is_host(text) => Some(text.clone()),
        Expr::Object(entries) => entries
            .iter()
            .find_map(|(key, value)| within(Some(key), value)),
        // `&redis.Options{…}` is a call among the arguments; a template starts with the address.
        Expr::Call { arguments, .. } => arguments
            .iter()
            .find_map(|argument| within(argument.name.as_deref(), &argument.value)),
        Expr::Join(parts) => match parts.first() {
            Some(Expr::Text(text))
                if is_backing_address(text)
                    && !text.ends_with(['@', ':'])
                    && !text.ends_with("://") =>
            {
                Some(text.clone())
            }
            _ => None,
        },
        Expr::List(items) => items.iter().find_map(|item| within(name, item)),
        _ => None,
    }
}

fn is_host_key(key: &str) -> bool {
    matches!(
        key.to_ascii_lowercase().as_str(),
        "host"
            | "hostname"
            | "addr"
            | "address"
            | "server"
            | "broker"
            | "result_backend"
            | "url"
            | "uri"
    )
}

/// A host: local, or with a dot and letters; not a socket, not a variable.
fn is_host(text: &str) -> bool {
    local_host(text)
        || (text.contains('.')
            && !text.contains(['/', ' ', '$', '<', '{'])
            && text.chars().any(|c| c.is_ascii_alphabetic())
            && !text.contains(".sock"))
}

/// `SQLALCHEMY_DATABASE_URI = "postgresql://localhost/shop"` and the like at file level.
fn literal_settings(facts: &Facts<'_>) -> Vec<Evidence> {
    const NAMES: &[&str] = &[
        "SQLALCHEMY_DATABASE_URI",
        "CELERY_BROKER_URL",
        "BROKER_URL",
        "CELERY_RESULT_BACKEND",
        "RQ_REDIS_URL",
        "MONGO_URI",
        "REDIS_URL",
        "DATABASE_URL",
        "broker_url",
    ];
    let mut found = Vec::new();
    for code in facts.code(Language::Python) {
        for assignment in &code.assignments {
            let last = assignment
                .target
                .rsplit('.')
                .next()
                .unwrap_or(&assignment.target);
            let last = last.trim_end_matches(']');
            if !NAMES.contains(&last) || branch(code, assignment.scope) != Branch::Always {
                continue;
            }
            let overridden = code
                .assignments
                .iter()
                .any(|other| other.target == assignment.target && other.line != assignment.line);
            if let Expr::Text(text) = code.resolve(&assignment.value)
                && is_backing_address(text)
                && !overridden
                && !is_base_class(facts, code, assignment.scope, last)
            {
                found.push(
                    Evidence::line(
                        &code.path,
                        assignment.line,
                        format!(
                            "{last} is `{}`, whatever the environment says{}.",
                            masked(text),
                            effect(text)
                        ),
                    )
                    .help(help(Language::Python, service_of(text, "the database"))),
                );
            }
        }
    }
    found
}

/// Django's `CACHES` and `CHANNEL_LAYERS` with an address that is written out.
fn django_services(facts: &Facts<'_>) -> Vec<Evidence> {
    let mut found = Vec::new();
    for code in facts.code(Language::Python) {
        for name in ["CACHES", "CHANNEL_LAYERS"] {
            let mut settings = code.assignments.iter().filter(|one| one.target == name);
            // Where there is a second one, a condition or a later line chooses.
            let (Some(setting), None) = (settings.next(), settings.next()) else {
                continue;
            };
            if branch(code, setting.scope) != Branch::Always {
                continue;
            }
            let mut literal = None;
            let mut reads = false;
            setting.value.walk(&mut |value| {
                let value = code.resolve(value);
                reads |= matches!(value, Expr::Env { .. });
                let text = value.text().filter(|text| is_backing_address(text));
                literal = literal.or(text);
                // `"hosts": [("127.0.0.1", 6379)]`
                if let Expr::List(parts) = value
                    && let [host, port] = parts.as_slice()
                    && port.number().is_some()
                {
                    literal = literal.or(host.text().filter(|host| is_host(host)));
                }
            });
            if let Some(text) = literal.filter(|_| !reads) {
                let message = format!(
                    "{name} uses `{}`, whatever the environment says{}.",
                    masked(text),
                    effect(text)
                );
                let found_here = Evidence::line(&code.path, setting.line, message);
                found.push(found_here.help(help(Language::Python, "Redis")));
            }
        }
    }
    found
}

/// A class of settings that another one replaces for production.
fn is_base_class(facts: &Facts<'_>, code: &Code, scope: usize, name: &str) -> bool {
    let Some((class, _)) = code.class(scope) else {
        return false;
    };
    facts
        .code(Language::Python)
        .flat_map(|code| {
            code.assignments
                .iter()
                .map(move |assignment| (code, assignment))
        })
        .any(|(other, assignment)| {
            assignment.target.ends_with(name)
                && other
                    .class(assignment.scope)
                    .is_some_and(|(_, bases)| bases.iter().any(|base| base.ends_with(class)))
        })
}

/// Django's `DATABASES`, unless something replaces it.
fn django(facts: &Facts<'_>) -> Vec<Evidence> {
    if !facts.is_django() {
        return Vec::new();
    }
    let replaced = facts.code(Language::Python).any(|code| {
        code.calls.iter().any(|call| {
            matches!(
                call.callee.as_str(),
                "dj_database_url.config"
                    | "dj_database_url.parse"
                    | "django_heroku.settings"
                    | "env.db"
                    | "env.db_url"
                    | "env.dj_db_url"
            ) || call.callee.starts_with("DATABASES") && call.method() == "update"
        }) || code.reads.iter().any(|read| read.name == "DATABASE_URL")
    });
    if replaced {
        return Vec::new();
    }
    let mut found = Vec::new();
    for code in facts.code(Language::Python) {
        for assignment in code.assignments.iter().filter(|assignment| {
            assignment.target == "DATABASES" && branch(code, assignment.scope) == Branch::Always
        }) {
            let default = assignment.value.key("default");
            let engine = default
                .and_then(|default| default.key("ENGINE"))
                .and_then(Expr::text)
                .unwrap_or_default();
            let host = default
                .and_then(|default| default.key("HOST"))
                .map(|host| code.resolve(host));
            // Without a host the driver takes the local socket.
            let fixed = match host {
                Some(Expr::Text(text)) => Some(text.as_str()),
                None => Some(""),
                _ => None,
            };
            if let (false, Some(host)) = (engine.contains("sqlite") || engine.is_empty(), fixed) {
                let shown = if host.is_empty() {
                    "the local socket".to_owned()
                } else {
                    format!("`{host}`")
                };
                let nobody = if host.is_empty() || local_host(host) {
                    ": on a dyno nothing listens there"
                } else {
                    ""
                };
                let message =
                    format!("DATABASES uses {shown}, and nothing reads DATABASE_URL{nobody}.");
                found.push(Evidence::line(&code.path, assignment.line, message).help(
                    "pip install dj-database-url; DATABASES = {\"default\": \
                     dj_database_url.config(conn_max_age=600, ssl_require=True)}",
                ));
            }
        }
    }
    found
}

fn laravel(facts: &Facts<'_>) -> Vec<Evidence> {
    let Some(code) = facts
        .code(Language::Php)
        .find(|code| code.path == "config/database.php")
    else {
        return Vec::new();
    };
    let Some(setting) = code
        .assignments
        .iter()
        .find(|assignment| assignment.target == "return")
    else {
        return Vec::new();
    };
    let default = match setting
        .value
        .key("default")
        .map(|value| settle(facts, code, value))
    {
        Some(
            Settled::Fixed(value)
            | Settled::Unless {
                fallback: value, ..
            },
        ) => value.text().unwrap_or_default().to_owned(),
        Some(Settled::Given(value)) => value,
        _ => return Vec::new(),
    };
    let connection = setting
        .value
        .key("connections")
        .and_then(|connections| connections.key(&default));
    let reads_url = connection
        .and_then(|connection| connection.key("url"))
        .is_some_and(|url| url.any(|value| matches!(value, Expr::Env { .. })));
    let host = connection
        .and_then(|connection| connection.key("host"))
        .map(|host| code.resolve(host));
    match host {
        Some(Expr::Text(host)) if !reads_url => vec![
            Evidence::line(
                &code.path,
                facts.line(&code.path, host).unwrap_or(setting.line),
                format!(
                    "The connection `{default}` uses the host `{host}`, \
                     whatever the environment says{}.",
                    effect(host)
                ),
            )
            .help("'url' => env('DATABASE_URL'), 'host' => env('DB_HOST')"),
        ],
        _ => Vec::new(),
    }
}

/// Spring's properties for services that the Java buildpack does not configure.
/// `postgres://` is a name that `SQLAlchemy` dropped in 1.4.
fn alchemy(facts: &Facts<'_>) -> Vec<Evidence> {
    let modern = match facts
        .packages
        .version(Ecosystem::Pypi, "sqlalchemy")
        .or_else(|| {
            facts
                .packages
                .wants(Ecosystem::Pypi, "sqlalchemy")?
                .wanted
                .strip_prefix("==")
        }) {
        Some(version) => guards::numbers(version).as_slice() >= [1, 4].as_slice(),
        None => facts
            .packages
            .wants_any(Ecosystem::Pypi, &["sqlalchemy", "flask-sqlalchemy"])
            .is_some_and(|package| {
                !package.wanted.starts_with("==2.") && !package.wanted.starts_with("==1.")
            }),
    };
    let rewritten = facts.code(Language::Python).any(|code| {
        code.calls.iter().any(|call| {
            let replaces = matches!(
                call.method(),
                "replace" | "sub" | "startswith" | "removeprefix" | "set" | "make_url"
            ) || call.callee.ends_with("make_url");
            replaces
                && call.arguments.iter().any(|argument| {
                    argument.value.any(|value| {
                        value
                            .text()
                            .is_some_and(|text| text.starts_with("postgres"))
                    })
                })
        })
    });
    if !modern || rewritten {
        return Vec::new();
    }
    let is_url = |code: &Code, value: &Expr| reads_only(code, value, "DATABASE_URL");
    let mut found = Vec::new();
    for code in facts.code(Language::Python) {
        let by_call = code
            .calls
            .iter()
            .filter(|call| {
                matches!(
                    call.callee.as_str(),
                    "create_engine" | "sqlalchemy.create_engine"
                )
            })
            .filter(|call| call.positional(0).is_some_and(|url| is_url(code, url)))
            .map(|call| call.line);
        let by_setting = code
            .assignments
            .iter()
            .filter(|assignment| {
                assignment.target.contains("SQLALCHEMY_DATABASE_URI")
                    && is_url(code, &assignment.value)
            })
            .map(|assignment| assignment.line);
        if let Some(line) = by_call.chain(by_setting).next() {
            found.push(
                Evidence::line(
                    &code.path,
                    line,
                    "DATABASE_URL starts with `postgres://`, which \
                    SQLAlchemy 1.4 and later refuse (\"Can't load plugin: \
                    sqlalchemy.dialects:postgres\").",
                )
                .help(
                    "os.environ[\"DATABASE_URL\"].replace(\"postgres://\", \
                        \"postgresql://\", 1)",
                ),
            );
        }
    }
    found
}

/// Heroku's own Redis speaks TLS with a self-signed certificate, which clients refuse.
fn plain_redis(facts: &Facts<'_>) -> Vec<Evidence> {
    if !facts.has_addon(&["heroku-redis"]) {
        return Vec::new();
    }
    let from_url = |site: Site<'_>| {
        site.call.arguments.iter().any(|argument| {
            argument
                .value
                .any(|value| reads_only(site.code, value, "REDIS_URL"))
        })
    };
    let tells = |site: Site<'_>| {
        const WORDS: &[&str] = &[
            "tls",
            "ssl_params",
            "ssl_cert_reqs",
            "rejectUnauthorized",
            "TLSConfig",
            "InsecureSkipVerify",
            "verify_mode",
            "ssl",
        ];
        let named = |name: &str| WORDS.iter().any(|word| name.contains(word));
        let is_word = |key: &str| WORDS.contains(&key) || key == "..." || key == "socket";
        let is_option = |value: &Expr| match value {
            Expr::Object(entries) => entries.iter().any(|(key, _)| is_word(key)),
            _ => false,
        };
        let in_call = site.call.arguments.iter().any(|argument| {
            argument.name.as_deref().is_some_and(named) || argument.value.any(is_option)
        });
        in_call
            || site
                .code
                .assignments
                .iter()
                .any(|assignment| WORDS.iter().any(|word| assignment.target.ends_with(word)))
            || site.code.calls.iter().any(|call| {
                call.arguments.iter().any(|argument| {
                    argument.value.any(|value| {
                        value
                            .text()
                            .is_some_and(|text| text.contains("ssl_cert_reqs"))
                    })
                })
            })
    };
    let mut found: Vec<Evidence> = Vec::new();
    let mut known = std::collections::BTreeSet::new();
    for site in facts.calls() {
        let plain = client(site.code, &site.call.callee) == Some("Redis")
            && branch(site.code, site.call.scope) != Branch::Development
            && from_url(site)
            && !tells(site);
        if !plain || !known.insert((&site.code.path, tls_fix(site))) {
            continue;
        }
        let message = format!(
            "`{}` takes REDIS_URL as it is: Heroku Key-Value Store speaks TLS with a self-signed \
             certificate, which the client refuses.",
            site.call.callee
        );
        let one = Evidence::line(&site.code.path, site.call.line, message).level(Level::Warn);
        found.push(one.help(tls_fix(site)));
    }
    found
}

/// How a client of Redis is told to accept the certificate, by its library.
fn tls_fix(site: Site<'_>) -> &'static str {
    let last = site.call.method();
    match site.code.language {
        Language::JavaScript if last == "createClient" => {
            "createClient({ url, socket: { tls: true, rejectUnauthorized: false } })"
        }
        Language::JavaScript
            if matches!(last, "Queue" | "Worker") && site.code.imports("bullmq") =>
        {
            "connection: { url, tls: { rejectUnauthorized: false } }"
        }
        Language::JavaScript if last == "Queue" => {
            "new Queue(name, url, { redis: { tls: { rejectUnauthorized: false } } })"
        }
        Language::JavaScript => "new Redis(url, { tls: { rejectUnauthorized: false } })",
        Language::Ruby => "ssl_params: { verify_mode: OpenSSL::SSL::VERIFY_NONE }",
        Language::Go => "options.TLSConfig = &tls.Config{InsecureSkipVerify: true}",
        _ => "ssl_cert_reqs=None",
    }
}

/// The value is what this variable holds.
fn reads_only(code: &Code, value: &Expr, variable: &str) -> bool {
    match code.resolve(value) {
        Expr::Env { name, .. } => name == variable,
        _ => false,
    }
}
