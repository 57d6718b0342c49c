//! The caches of Laravel, Lumen and Symfony.

use crate::laravel;
use crate::rules::prelude::*;
use slugsmith_facts::formats::{self, yaml};
use slugsmith_facts::packages::Package;

/// The name of a middleware that counts requests: `throttle:60,1`.
fn is_limit(value: &Expr) -> bool {
    value
        .text()
        .is_some_and(|text| text.starts_with("throttle:"))
}

/// `->middleware('throttle:60,1')`, `RateLimiter::for(…)`, `throttleApi()`: limits that Laravel
/// counts in its default cache.
fn throttles(site: Site<'_>) -> bool {
    let call = site.call;
    let by_middleware = call.method() == "middleware"
        && call
            .arguments
            .iter()
            .any(|argument| argument.value.any(is_limit));
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
    let limited = facts
        .code(Language::Php)
        .any(|code| code.assignments.iter().any(|one| one.value.any(is_limit)));
    (used || limited).then_some(())?;
    if laravel::file(facts, "cache").is_none() {
        return lumen(facts, package, first?);
    }
    let setting = laravel::settings(facts, "cache")?;
    let code = setting.code;
    let (store, conditional) = setting.chosen(facts, "default")?;
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
    let store = laravel::of_lumen(facts, package, VARIABLE, "file")?;
    let message = format!(
        "The cache store is `{store}`, unless {VARIABLE} says otherwise: each dyno has its own."
    );
    matches!(store.as_str(), "file" | "array").then(|| {
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
