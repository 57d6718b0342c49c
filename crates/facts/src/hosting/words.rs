//! What Heroku's commands and terms are called on other platforms.

use super::Platform;

/// A command of Heroku's (its beginning), the same with Dokku, and what it does in words.
///
/// Dokku's: dokku.com/docs, "Environment Variables", "Scaling Apps", "Buildpack Management", and
/// its official datastore plugins. `APP` and `NAME` are for the reader to fill in.
const COMMANDS: &[(&str, &str, &str)] = &[
    (
        "heroku config:set ",
        "dokku config:set APP ",
        "set in the environment: ",
    ),
    (
        "heroku config:unset ",
        "dokku config:unset APP ",
        "take out of the environment: ",
    ),
    (
        "heroku config -s",
        "dokku config:export APP",
        "the environment's variables",
    ),
    (
        "heroku config",
        "dokku config:show APP",
        "the environment's variables",
    ),
    ("heroku ps:scale ", "dokku ps:scale APP ", "run so many: "),
    (
        "heroku run ",
        "dokku run APP ",
        "run in a container of the app: ",
    ),
    (
        "heroku buildpacks:add --index 1 ",
        "dokku buildpacks:add --index 1 APP ",
        "put first in the list of buildpacks: ",
    ),
    (
        "heroku buildpacks:add ",
        "dokku buildpacks:add APP ",
        "add to the list of buildpacks: ",
    ),
    (
        "heroku buildpacks:set ",
        "dokku buildpacks:set APP ",
        "make this the buildpack: ",
    ),
    (
        "heroku buildpacks",
        "dokku buildpacks:report APP",
        "the list of buildpacks",
    ),
    (
        "heroku addons:create heroku-postgresql:essential-0",
        "dokku postgres:create NAME && dokku postgres:link NAME APP",
        "add a PostgreSQL database",
    ),
    (
        "heroku addons:create heroku-redis:mini",
        "dokku redis:create NAME && dokku redis:link NAME APP",
        "add a Redis server",
    ),
    (
        "heroku addons:create memcachier",
        "dokku memcached:create NAME && dokku memcached:link NAME APP",
        "add a memcached server",
    ),
    (
        "heroku addons:create bucketeer",
        "make a bucket of object storage",
        "make a bucket of object storage",
    ),
    (
        "heroku addons:create scheduler:standard",
        "a line in `cron` of app.json",
        "a scheduled job of the platform",
    ),
    (
        "heroku addons:create papertrail",
        "dokku logs:set APP vector-sink …",
        "add a log service",
    ),
    (
        "heroku addons:create newrelic:wayne",
        "an error tracker such as New Relic",
        "an error tracker such as New Relic",
    ),
    (
        "heroku addons:create ",
        "add the service ",
        "add the service ",
    ),
    (
        "heroku addons:attach …",
        "dokku SERVICE:link NAME APP",
        "connect the service",
    ),
    (
        "heroku features:enable http-session-affinity",
        "sticky sessions at the proxy",
        "sticky sessions at the load balancer",
    ),
    (
        "heroku drains:add ",
        "dokku logs:set APP vector-sink ",
        "send logs to ",
    ),
    ("heroku drains", "dokku logs:report APP", "the log drains"),
    (
        "heroku stack:set ",
        "use the build image of ",
        "use the build image of ",
    ),
    ("heroku logs", "dokku logs APP", "the app's logs"),
    ("git push heroku main", "git push dokku main", "git push"),
];

/// Terms of Heroku's, in an order in which the longer comes first.
const TERMS: &[(&str, &str)] = &[
    ("Heroku Key-Value Store", "the Redis server"),
    ("in Heroku's units", "in units of 2^20"),
    ("Heroku's router", "the router"),
    ("Heroku's", "the platform's"),
    ("on Heroku", "on the platform"),
    ("On Heroku", "On the platform"),
    ("Heroku ", "The platform "),
    ("On Cedar", "With classic buildpacks"),
    ("on Cedar", "with classic buildpacks"),
    ("deploy and daily restart", "deploy and restart"),
    ("config vars", "environment variables"),
    ("config var", "environment variable"),
    ("Config vars", "Environment variables"),
    ("one-off dynos", "one-off containers"),
    ("dynos", "containers"),
    ("dyno", "container"),
    ("Dynos", "Containers"),
    ("Dyno", "Container"),
];

pub(super) fn reword(platform: Platform, text: &str) -> String {
    if platform == Platform::Heroku {
        return text.to_owned();
    }
    let mut text = text.to_owned();
    for (from, dokku, others) in COMMANDS {
        let to = if platform == Platform::Dokku {
            dokku
        } else {
            others
        };
        text = text.replace(from, to);
    }
    // What is quoted is the app's.
    let parts = text.split('`').enumerate().map(|(number, part)| {
        let is_quoted = number % 2 == 1;
        let terms = TERMS.iter().filter(|_| !is_quoted);
        terms.fold(part.to_owned(), |part, (from, to)| {
            whole_words(&part, from, to)
        })
    });
    parts.collect::<Vec<_>>().join("`")
}

/// Replaces a term where it is no part of a longer name (`dynoList`, `my-dyno`).
fn whole_words(text: &str, from: &str, to: &str) -> String {
    let is_part = |one: char| one.is_alphanumeric() || matches!(one, '_' | '-' | '/' | '.');
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(from) {
        let (before, after) = (&rest[..at], &rest[at + from.len()..]);
        let begins = !before.ends_with(is_part);
        let next = after.trim_start_matches('.');
        let ends = from.ends_with(' ') || !after.starts_with(is_part) || next.len() < after.len();
        result.push_str(before);
        result.push_str(if begins && ends { to } else { from });
        rest = after;
    }
    result.push_str(rest);
    result
}
