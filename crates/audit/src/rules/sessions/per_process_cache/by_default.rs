//! The caches that Rails and Django have where the app sets none.

use crate::rules::prelude::*;
use slugsmith_facts::beneath;
use slugsmith_facts::formats::views;

/// A larger file is no view.
const LARGEST: u64 = 200_000;

/// Rails: files below `tmp/cache` (railties `lib/rails/application/configuration.rb`).
pub(super) fn rails(facts: &Facts<'_>, used: bool, throttles: bool) -> Option<Evidence> {
    const PRODUCTION: &str = "config/environments/production.rb";
    let known = facts
        .code(Language::Ruby)
        .any(|code| code.path == PRODUCTION && !code.broken);
    let sets = |code: &Code| {
        let by_assignment = code
            .assignments
            .iter()
            .any(|one| one.target.ends_with("cache_store"));
        by_assignment
            || code
                .calls
                .iter()
                .any(|call| call.method().ends_with("cache_store"))
    };
    if !known || facts.code(Language::Ruby).any(sets) {
        return None;
    }
    // Counts of its own go where it is told.
    let counts_elsewhere = || {
        facts.code(Language::Ruby).any(|code| {
            code.assignments
                .iter()
                .any(|one| one.target.ends_with("cache.store"))
        })
    };
    let what = if used {
        "`Rails.cache` or fragments use it"
    } else if throttles && !counts_elsewhere() {
        "Rack::Attack counts in it"
    } else if has_fragments(facts) {
        "views keep fragments in it"
    } else {
        return None;
    };
    let message = format!(
        "No cache_store is set, so the cache is files on the dyno's disk, and {what}: each dyno has its own."
    );
    Some(Evidence::line(PRODUCTION, 0, message).help(
        "config.cache_store = :redis_cache_store, { url: ENV[\"REDIS_URL\"] }; heroku addons:create heroku-redis:mini",
    ))
}

/// Whether a view caches a part of itself, in an app that caches in production.
fn has_fragments(facts: &Facts<'_>) -> bool {
    let on = facts.rails_setting("config.action_controller.perform_caching");
    if !on.is_some_and(|(_, setting)| setting.value == Expr::Bool(true)) {
        return false;
    }
    let views = facts
        .sources
        .paths
        .iter()
        .zip(&facts.sources.sizes)
        .filter(|(path, size)| {
            path.starts_with("app/views/")
                && **size <= LARGEST
                && [".erb", ".haml", ".slim"]
                    .iter()
                    .any(|ending| path.ends_with(ending))
        });
    views.into_iter().any(|(path, _)| {
        beneath::text_in(&facts.app.root, path).is_ok_and(|text| views::keeps_fragments(&text))
    })
}

/// Django: `LocMemCache` in each process (`django/conf/global_settings.py`).
pub(super) fn django(facts: &Facts<'_>) -> Option<Evidence> {
    // Any mention of the setting may set it, also in a file that was not parsed.
    if !facts.is_django() || facts.sources.words.contains("CACHES") {
        return None;
    }
    let has_settings = facts.code(Language::Python).any(|code| {
        code.assignments
            .iter()
            .any(|one| one.target == "INSTALLED_APPS")
    });
    let site = calls_to(facts, Language::Python, |site| {
        let callee = site.call.callee.as_str();
        let by_hand = site.code.imports("django.core.cache")
            && matches!(
                callee,
                "cache.get"
                    | "cache.set"
                    | "cache.get_or_set"
                    | "cache.add"
                    | "cache.incr"
                    | "cache.get_many"
                    | "cache.set_many"
            );
        let of_pages = site.code.imports("django.views.decorators.cache")
            && matches!(callee, "cache_page" | "@cache_page");
        by_hand || of_pages
    })
    .find(|site| !guards::is_maintenance(facts, &site.code.path))
    .filter(|_| has_settings)?;
    let message = format!(
        "`{}` uses Django's cache, and CACHES is not set: it lives in one process, and each worker of \
         each dyno has its own.",
        site.call.callee
    );
    Some(
        Evidence::line(&site.code.path, site.call.line, message).help(
            "CACHES = {\"default\": {\"BACKEND\": \"django.core.cache.backends.redis.RedisCache\", \
         \"LOCATION\": os.environ[\"REDIS_URL\"]}}",
        ),
    )
}
