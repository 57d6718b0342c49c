//! Is the address of a database, cache or queue written into the code?

mod alchemy;
mod django;
mod kept;
mod laravel;
mod objects;
mod rails;
mod redis;
mod spring;

use crate::addresses::{address_of, local_host, masked};
use crate::rules::prelude::*;
use crate::services::{client, help};
use alchemy::alchemy;
use django::{django, django_services, is_base_class};
use laravel::laravel;
use redis::plain_redis;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "hard-coded-backing-service",
    code: "SF503",
    title: "A backing service is found by an address in the code, or its variable is read in a \
        way that fails",
    level: Severity::Error,
    group: Group::Config,
    ecosystems: &["node", "python", "ruby", "go", "java", "php"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            A literal address (`postgres://…`, `mysql://`, `mongodb://`, `redis://`, `amqp://`,
            `jdbc:…`) or host that reachable code hands to a client, also through constants, modules
            and included files of the app (told at the client); settings of a database with a driver, a
            host and an account, where no code reads a variable for it (told at the host); Django's
            `HOST`, Laravel's connections, Spring's properties, also under keys of the app's own that
            its code reads, and a mail server on localhost (`spring.mail.host`).
            `DATABASE_URL` handed to SQLAlchemy 1.4 or later as it is: it starts with `postgres://`,
            which SQLAlchemy refuses. With the Heroku Key-Value Store add-on, a Redis client without
            TLS settings (a warning). A fixed host of Rails' `config.cache_store` (a warning), a fixed address
            of production in `config/cable.yml`.
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
    let mut objects = objects::check(facts);
    objects.extend(kept::check(facts));
    // Where a client is given them, that is told.
    evidence.extend(
        objects
            .into_iter()
            .filter(|(host, _)| {
                !evidence
                    .iter()
                    .any(|one| one.message.contains(host.as_str()))
            })
            .map(|(_, evidence)| evidence)
            .collect::<Vec<_>>(),
    );
    evidence.extend(django_services(facts));
    evidence.extend(spring::check(facts));
    evidence.extend(alchemy(facts));
    evidence.extend(plain_redis(facts));
    evidence.extend(cache_store(facts));
    evidence.extend(rails::cable(facts));
    evidence.sort_by(|a, b| a.location.cmp(&b.location));
    evidence.dedup_by(|a, b| a.location == b.location);
    let applies = facts
        .calls()
        .any(|site| client(site.code, &site.call.callee).is_some());
    Outcome::when(applies || !evidence.is_empty(), evidence)
}

/// One finding for each service at an address, with the other places that connect to it.
fn literal_calls(facts: &Facts<'_>) -> Vec<Evidence> {
    let mut found: Vec<((&str, String), Evidence, Vec<String>)> = Vec::new();
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
        let literal = site
            .call
            .arguments
            .iter()
            .enumerate()
            .find_map(|(at, argument)| {
                let name = argument.name.as_deref();
                address(
                    site.code,
                    name.or_else(|| by_place(site, at)),
                    &argument.value,
                    0,
                )
            });
        // What fills the holes of an address leaves its host as it is written.
        let parts = literal
            .as_ref()
            .is_some_and(|text| text.contains(['…', '%', '{', '$']));
        let Some(literal) = literal.filter(|_| !reads || parts) else {
            continue;
        };
        let cause = (service, masked(&literal));
        if let Some((_, _, others)) = found.iter_mut().find(|(known, ..)| *known == cause) {
            others.push(format!("{}:{}", site.code.path, site.call.line));
            continue;
        }
        let message = format!(
            "`{}` connects to {service} at `{}`, whatever the environment says{}.",
            // `require("knex")({ … })`
            site.call.callee.replace("require()", "knex"),
            cause.1,
            effect(&literal)
        );
        let evidence = Evidence::line(&site.code.path, site.call.line, message)
            .help(help(site.code.language, service_of(&literal, service)));
        found.push((cause, evidence, Vec::new()));
    }
    let told = found.into_iter();
    told.map(|(_, evidence, others)| evidence.also(&others))
        .collect()
}

/// What an argument without a name is, where a client takes its host by its place.
fn by_place(site: Site<'_>, at: usize) -> Option<&'static str> {
    let callee = site.call.callee.as_str();
    let takes_host = match site.code.language {
        Language::Php => matches!(
            callee,
            "mysqli" | "mysqli_connect" | "mysql_connect" | "mysql_pconnect"
        ),
        Language::Java => matches!(callee, "Jedis") || callee.ends_with("setHost"),
        _ => false,
    };
    (takes_host && at == 0).then_some("host")
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
    if let Some(address) = address_of(code, value) {
        return Some(address);
    }
    let within = |name: Option<&str>, value: &Expr| address(code, name, value, depth + 1);
    match code.resolve(value) {
        Expr::Text(text) if name.is_some_and(is_host_key) && is_host(text) => Some(text.clone()),
        Expr::Object(entries) => entries
            .iter()
            .find_map(|(key, value)| within(Some(key), value)),
        // `&redis.Options{…}` is a call among the arguments; a template starts with the address.
        Expr::Call { arguments, .. } => arguments
            .iter()
            .find_map(|argument| within(argument.name.as_deref(), &argument.value)),
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
        "MYSQL_HOST",
        "MYSQL_DATABASE_HOST",
        "MONGODB_HOST",
        "REDIS_HOST",
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
            let value = code.resolve(&assignment.value);
            let host = value
                .text()
                .filter(|host| last.ends_with("_HOST") && is_host(host) && code.imports("flask"))
                .map(str::to_owned);
            let address = address_of(code, value).or(host);
            if let Some(text) = &address
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

/// `config.cache_store = :mem_cache_store, "memcached"`: the host stands there, whatever the add-on's variables say.
fn cache_store(facts: &Facts<'_>) -> Option<Evidence> {
    let (code, setting) = facts.rails_setting("config.cache_store")?;
    let Expr::List(items) = &setting.value else {
        return None;
    };
    let store = items.first()?.name()?;
    let variable = match store {
        "mem_cache_store" | "dalli_store" => "MEMCACHIER_SERVERS",
        "redis_cache_store" | "redis_store" => "REDIS_URL",
        _ => return None,
    };
    let host = items.iter().skip(1).find_map(|item| match item {
        Expr::Text(host) => Some(host.as_str()),
        other => other.key("url").and_then(Expr::text),
    })?;
    let reads = items.iter().any(Expr::reads_environment);
    let message = format!(
        "The cache is at `{}`, whatever the environment says: no add-on is there, and every read misses.",
        masked(host)
    );
    (!reads && !host.is_empty() && branch(code, setting.scope) == Branch::Always).then(|| {
        Evidence::line(&code.path, setting.line, message)
            .level(Severity::Warn)
            .help(format!(
                "config.cache_store = :{store}, with ENV[\"{variable}\"]"
            ))
    })
}

/// The value is what this variable holds.
fn reads_only(code: &Code, value: &Expr, variable: &str) -> bool {
    match code.resolve(value) {
        Expr::Env { name, .. } => name == variable,
        _ => false,
    }
}
