//! Does each dyno have a cache of its own?

mod by_default;
mod php;

use crate::rules::prelude::*;
use php::{laravel, symfony};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "per-process-cache",
    code: "SF202",
    title: "The cache is private to one dyno",
    level: Severity::Warn,
    group: Group::Sessions,
    ecosystems: &["python", "ruby", "php"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            Rails' `:memory_store` or `:file_store` in production where the app uses the cache, also the
            file store that holds where no `cache_store` is set (fragments, `Rails.cache`, Rack::Attack's
            throttles), or Rack::Attack's own store in memory; Django's `LocMemCache` or
            `FileBasedCache`, also where the cache is used and `CACHES`
            is set nowhere; Laravel's `file` or `array` store as the
            default, also where only `throttle` counts in it, and Lumen's own default; Symfony's
            `cache.app` in files, where logins or rates are limited or code asks for a cache.
        "},
        why: indoc! {"
            Each dyno caches for itself: what one expires, another still serves; counters, locks and
            rate limits that live there do not hold; everything is cold after each restart.
        "},
        fix: indoc! {r#"
            ```
            heroku addons:create heroku-redis:mini
            # Rails:   config.cache_store = :redis_cache_store, { url: ENV["REDIS_URL"] }
            # Django:  CACHES = {"default": {
            #     "BACKEND": "django.core.cache.backends.redis.RedisCache",
            #     "LOCATION": os.environ["REDIS_URL"],
            # }}
            heroku config:set CACHE_STORE=redis
            ```
        "#},
        silent: indoc! {"
            The app does not use the cache; the local cache is only the fallback of one that a
            declared variable or an add-on configures; asset caches; development settings.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let evidence: Vec<_> = [
        rails(facts),
        throttles_in_memory(facts),
        django(facts),
        laravel(facts),
        symfony(facts),
    ]
    .into_iter()
    .flatten()
    .collect();
    let applies = facts.packages.has(Ecosystem::Gem, "rails")
        || facts.packages.has(Ecosystem::Pypi, "django")
        || facts.packages.has(Ecosystem::Composer, "laravel/framework");
    Outcome::when(applies, evidence)
}

fn rails(facts: &Facts<'_>) -> Option<Evidence> {
    // By name, by fragments of helpers and components, or by a gem that counts requests in it.
    let used = guards::used(facts, Language::Ruby, |site| {
        let fragment = matches!(
            site.call.callee.as_str(),
            "cache" | "cache_if" | "cache_unless" | "caches_action"
        ) && ["app/helpers/", "app/components/", "app/controllers/"]
            .iter()
            .any(|folder| site.code.path.starts_with(folder))
            && !site.call.arguments.is_empty();
        (site.call.callee.starts_with("Rails.cache.") || fragment)
            && !site.code.path.starts_with("config/")
    });
    let throttles = facts.packages.has(Ecosystem::Gem, "rack-attack")
        && guards::used(facts, Language::Ruby, |site| {
            matches!(
                site.call.callee.as_str(),
                "Rack.Attack.throttle" | "throttle"
            )
        });
    let Some((code, setting)) = facts.rails_setting("config.cache_store") else {
        return by_default::rails(facts, used, throttles);
    };
    (used || throttles).then_some(())?;
    let first = match &setting.value {
        Expr::List(items) => items.first()?,
        value => value,
    };
    let store = first.name()?;
    matches!(store, "memory_store" | "file_store").then(|| {
        Evidence::line(
            &code.path,
            setting.line,
            format!(
                "The cache is `:{store}`: each dyno has \
            its own."
            ),
        )
        .conditional(branch(code, setting.scope) != Branch::Always)
        .help(
            "config.cache_store = :redis_cache_store, { url: ENV[\"REDIS_URL\"] }; heroku \
                addons:create heroku-redis:mini",
        )
    })
}

/// `Rack::Attack.cache.store = ActiveSupport::Cache::MemoryStore.new`: each process counts for itself.
fn throttles_in_memory(facts: &Facts<'_>) -> Option<Evidence> {
    if !facts.packages.has(Ecosystem::Gem, "rack-attack") {
        return None;
    }
    facts.code(Language::Ruby).find_map(|code| {
        let set = code.assignments.iter().find(|one| {
            let store = one.value.callee().unwrap_or_default();
            one.target.ends_with("cache.store")
                && store.contains("MemoryStore")
                && branch(code, one.scope) != Branch::Development
        })?;
        let message = "Rack::Attack counts in the memory of each process: with n of them a client gets n times the \
                       limit, and a restart forgets who was blocked.";
        let found = Evidence::line(&code.path, set.line, message.to_owned());
        Some(found.help(
            "Rack::Attack.cache.store = ActiveSupport::Cache::RedisCacheStore.new(url: ENV[\"REDIS_URL\"]); heroku \
             addons:create heroku-redis:mini",
        ))
    })
}

fn django(facts: &Facts<'_>) -> Option<Evidence> {
    let used = guards::used(facts, Language::Python, |site| {
        matches!(
            site.call.callee.as_str(),
            "cache.get"
                | "cache.set"
                | "cache.get_or_set"
                | "cache.add"
                | "cache.incr"
                | "@cache_page"
                | "@method_decorator"
        ) && (site.code.imports("django.core.cache")
            || site.code.imports("django.views.decorators.cache"))
    });
    used.then_some(())?;
    let configured = facts.code(Language::Python).find_map(|code| {
        let settings: Vec<_> = code
            .assignments
            .iter()
            .filter(|assignment| {
                assignment.target == "CACHES"
                    && branch(code, assignment.scope) != Branch::Development
            })
            .collect();
        let local = |value: &Expr| {
            let backend = value
                .key("default")
                .and_then(|default| default.key("BACKEND"));
            let local = |backend: &str| {
                backend.contains("LocMemCache") || backend.contains("FileBasedCache")
            };
            backend.and_then(Expr::text).is_some_and(local)
        };
        // Another assignment in the same file is the shared one, chosen by a condition.
        if settings.iter().any(|setting| !local(&setting.value)) {
            return None;
        }
        let setting = settings.first()?;
        Some(
            Evidence::line(
                &code.path,
                setting.line,
                "Django's cache lives in one process: each \
                worker of each dyno has its own.",
            )
            .help(
                "CACHES = {\"default\": {\"BACKEND\": \
                     \"django.core.cache.backends.redis.RedisCache\", \
                     \"LOCATION\": os.environ[\"REDIS_URL\"]}}",
            ),
        )
    });
    configured.or_else(|| by_default::django(facts))
}
