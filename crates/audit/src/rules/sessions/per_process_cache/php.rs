//! The caches of Laravel, Lumen and Symfony.

use crate::rules::prelude::*;
use slugsmith_facts::formats::{self, env_file, yaml};
use slugsmith_facts::packages::Package;

/// `->middleware('throttle:60,1')`, `RateLimiter::for(…)`, `throttleApi()`: limits that Laravel
/// counts in its default cache.
fn throttles(site: Site<'_>) -> bool {
    let call = site.call;
    let named = |value: &Expr| {
        value
            .text()
            .is_some_and(|text| text.starts_with("throttle:"))
    };
    let by_middleware = call.method() == "middleware"
        && call
            .arguments
            .iter()
            .any(|argument| argument.value.any(named));
    by_middleware
        || matches!(
            call.callee.as_str(),
            "RateLimiter.attempt" | "RateLimiter.hit"
        )
        || call.method() == "throttleApi"
}

pub(super) fn laravel(facts: &Facts<'_>) -> Option<Evidence> {
    let package = facts.laravel()?;
    let uses = |site: Site<'_>| {
        let shared = matches!(
            site.call.method(),
            "remember" | "put" | "lock" | "get" | "forever" | "rememberForever" | "add"
        ) && matches!(site.call.receiver(), "Cache" | "cache()");
        shared || site.call.callee == "cache" || throttles(site)
    };
    let first = calls_to(facts, Language::Php, uses).next();
    let used = first.is_some();
    // Rate limits count in the cache: `'api' => ['throttle:api', …]`.
    let limited = facts.code(Language::Php).any(|code| {
        let is_limit = |value: &Expr| {
            value
                .text()
                .is_some_and(|text| text.starts_with("throttle:"))
        };
        code.assignments.iter().any(|one| one.value.any(is_limit))
    });
    (used || limited).then_some(())?;
    let config = facts
        .code(Language::Php)
        .find(|code| code.path == "config/cache.php");
    let Some(code) = config else {
        return lumen(facts, package, first?);
    };
    let setting = code
        .assignments
        .iter()
        .find(|assignment| assignment.target == "return")?;
    let (store, conditional) = match settle(facts, code, setting.value.key("default")?) {
        Settled::Fixed(value) => (value.text()?.to_owned(), false),
        Settled::Given(value) => (value, false),
        Settled::Unless { fallback, .. } => (fallback.text()?.to_owned(), true),
        _ => return None,
    };
    let line = code.reads.first().map_or(setting.line, |read| read.line);
    matches!(store.as_str(), "file" | "array").then(|| {
        Evidence::line(
            &code.path,
            line,
            format!(
                "The cache store is `{store}`: each dyno has its \
            own."
            ),
        )
        .conditional(conditional)
        .help(
            "heroku addons:create heroku-redis:mini; heroku config:set CACHE_STORE=redis \
                CACHE_DRIVER=redis",
        )
    })
}

/// Lumen brings its settings along: `file` unless `CACHE_DRIVER` says otherwise (laravel/lumen-framework
/// `config/cache.php`).
fn lumen(facts: &Facts<'_>, package: &Package, used: Site<'_>) -> Option<Evidence> {
    const VARIABLE: &str = "CACHE_DRIVER";
    if package.name != "laravel/lumen-framework" || facts.declared(VARIABLE) != Declared::No {
        return None;
    }
    let env = env_file::read(facts.sources.text(".env").unwrap_or_default());
    let given = env
        .iter()
        .find(|one| !one.is_comment && one.name == VARIABLE);
    let store = given.map_or("file", |one| one.value.as_str());
    let message = format!(
        "The cache store is `{store}`, unless {VARIABLE} says otherwise: each dyno has its own."
    );
    matches!(store, "file" | "array").then(|| {
        Evidence::line(&used.code.path, used.call.line, message)
            .conditional(true)
            .help("heroku addons:create heroku-redis:mini; heroku config:set CACHE_DRIVER=redis")
    })
}

/// Symfony's pool `cache.app`: files unless its settings name another adapter. Limits of logins and rates count in it.
pub(super) fn symfony(facts: &Facts<'_>) -> Option<Evidence> {
    const CACHE: &str = "config/packages/cache.yaml";
    facts
        .packages
        .wants(Ecosystem::Composer, "symfony/framework-bundle")?;
    let read = |path: &str| facts.sources.text(path).map(yaml::read).unwrap_or_default();
    let limits = || {
        let logins = read("config/packages/security.yaml");
        let rates = read("config/packages/rate_limiter.yaml");
        logins
            .iter()
            .any(|entry| entry.key.contains(".login_throttling"))
            || rates
                .iter()
                .any(|entry| entry.key.starts_with("framework.rate_limiter."))
    };
    let injected = || {
        facts.code(Language::Php).any(|code| {
            let pools = [
                "CacheInterface",
                "CacheItemPoolInterface",
                "TagAwareCacheInterface",
            ];
            let mut imports = code.imports.iter();
            let named = imports.any(|one| pools.iter().any(|pool| one.module.ends_with(pool)));
            named && code.path.starts_with("src/")
        })
    };
    if !limits() && !injected() {
        return None;
    }
    let entries = read(CACHE);
    let entry = ["when@prod.framework.cache.app", "framework.cache.app"]
        .iter()
        .find_map(|key| formats::entry(&entries, key));
    let other = facts.sources.has("config/packages/prod/cache.yaml");
    let adapter = entry.map_or("cache.adapter.filesystem", |entry| entry.value.as_str());
    let local = matches!(
        adapter,
        "cache.adapter.filesystem"
            | "cache.adapter.array"
            | "cache.adapter.apcu"
            | "cache.adapter.system"
    );
    let message = format!(
        "Symfony's cache.app is `{adapter}`: each dyno has its own, with what it counts and keeps."
    );
    (local && !other && facts.sources.has(CACHE)).then(|| {
        let line = entry.map_or_else(Default::default, |entry| entry.line);
        Evidence::line(CACHE, line, message).help(
            "framework: cache: app: cache.adapter.redis; heroku addons:create heroku-redis:mini",
        )
    })
}
