//! Which declared variables does nobody read, and which does code read by another name?

use super::{Read, Variable};
use crate::facts::Facts;

/// Declared in app.json, and in no text of the app at all.
#[must_use]
pub fn unread<'v>(facts: &Facts<'_>, variables: &'v [Variable]) -> Vec<&'v Variable> {
    // A computed name may be any of them.
    let computed = facts
        .sources
        .files
        .iter()
        .any(|code| code.reads.iter().any(|read| read.name == "*"));
    variables
        .iter()
        .filter(|variable| !computed && variable.app_json.is_some() && variable.reads.is_empty())
        .filter(|variable| {
            !facts.sources.words.contains(&variable.name) && !read_by_others(&variable.name)
        })
        .collect()
}

/// Names that buildpacks, frameworks and libraries read by themselves.
#[must_use]
pub fn read_by_others(name: &str) -> bool {
    const PREFIXES: &[&str] = &[
        "RAILS_",
        "RACK_",
        "NODE_",
        "NPM_",
        "YARN",
        "PNPM_",
        "BUNDLE",
        "SENTRY_",
        "AWS_",
        "NEW_RELIC",
        "DD_",
        "MALLOC_",
        "JAVA_",
        "JDBC_",
        "MAVEN_",
        "GRADLE_",
        "SPRING_",
        "PYTHON",
        "PIP",
        "POETRY_",
        "UV_",
        "DJANGO_",
        "GUNICORN",
        "WEB_",
        "PG",
        "LD_",
        "BUILDPACK_",
        "HEROKU",
        "DISABLE_",
        "JEMALLOC",
        "APP_",
        "LOG_",
        "LANG",
        "LC_",
        "TZ",
        "RUBY",
        "GEM_",
        "GO",
        "GIN_",
        "COMPOSER_",
        "PHP",
        "LARAVEL_",
        "DATABASE_",
        "DB_",
        "REDIS_",
        "CACHE_",
        "QUEUE_",
        "SESSION_",
        "MAIL_",
        "SECRET_KEY",
        "NGINX_",
        "NEXT_",
        "VITE_",
        "REACT_APP_",
        "NUXT_",
        "PRISMA_",
        "SLUGSMITH_",
        "BP_",
        "SKYLIGHT_",
        "SCOUT_",
        "OTEL_",
        "FLASK_",
        "PROCFILE",
        "USE_",
        "TS_",
        "PUMA_",
        "SIDEKIQ_",
        "FORCE_",
        "BACKTRACE",
        "PIDFILE",
        "SOLID_QUEUE",
        "RUN_MAIN",
        "WERKZEUG_",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
        "CI",
        "METRICS_",
        "STATSD_",
        "KEEP_",
        "WP_",
        "EXECJS_",
        "SSL_",
        "PORT",
        "DEBUG",
        "MIX_",
    ];
    PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// An add-on of app.json whose variables nobody reads, while code reads another name of the
/// same service that nothing declares: the place, the wanted name, and the add-on's.
#[must_use]
pub fn misnamed<'v>(
    facts: &Facts<'_>,
    variables: &'v [Variable],
) -> Vec<(&'v Read, &'v str, String)> {
    let mut found = Vec::new();
    for plan in facts.addons() {
        let set = facts.platform.addon(plan);
        let known = |name: &String| {
            facts.sources.words.contains(name)
                || variables
                    .iter()
                    .any(|variable| variable.name == *name && !variable.reads.is_empty())
        };
        let Some(first) = set.first() else { continue };
        let Some(family) = kind_of(first).filter(|_| !set.iter().any(known)) else {
            continue;
        };
        let wanted = variables.iter().find(|variable| {
            !variable.is_declared()
                && !variable.reads.is_empty()
                && kind_of(&variable.name) == Some(family)
                && is_address(&variable.name)
        });
        let with_default = |variable: &Variable| {
            facts
                .sources
                .files
                .iter()
                .flat_map(|code| &code.reads)
                .any(|read| read.name == variable.name && read.has_default)
        };
        // A default of localhost is no help on a dyno, but the app may have others.
        if let Some(variable) = wanted.filter(|variable| !with_default(variable))
            && let Some(read) = variable.reads.first()
        {
            found.push((read, variable.name.as_str(), first.clone()));
        }
    }
    found
}

fn is_address(name: &str) -> bool {
    ["_URL", "_URI", "_HOST", "_SERVER", "_SERVERS", "_DSN"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

/// The kind of service that a variable's name speaks of.
fn kind_of(name: &str) -> Option<&'static str> {
    const FAMILIES: &[(&str, &[&str])] = &[
        ("redis", &["REDIS"]),
        ("postgres", &["DATABASE", "POSTGRES", "PG_", "DB_"]),
        ("mysql", &["JAWSDB", "CLEARDB", "MYSQL"]),
        ("mongo", &["MONGO"]),
        ("amqp", &["AMQP", "RABBIT"]),
        ("memcache", &["MEMCACHE"]),
        ("search", &["ELASTIC", "BONSAI", "SEARCHBOX"]),
    ];
    FAMILIES
        .iter()
        .find(|(_, words)| words.iter().any(|word| name.contains(word)))
        .map(|(family, _)| *family)
}
