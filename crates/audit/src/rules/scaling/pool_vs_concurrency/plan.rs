//! Connections of all processes against what the plan of the database allows.

use super::threads::whole;
use crate::rules::prelude::*;
use crate::spring;
use slugsmith_facts::formats;
use slugsmith_finding::LineSpan;

/// A pool of literal size, per process.
pub(super) struct Pool {
    path: String,
    line: LineSpan,
    size: u64,
}

pub(super) fn pools(facts: &Facts<'_>) -> Vec<Pool> {
    let mut found = Vec::new();
    for site in facts.calls() {
        let value = match site.code.language {
            Language::JavaScript
                if matches!(
                    site.call.method(),
                    "Pool" | "createPool" | "postgres" | "knex" | "Sequelize"
                ) =>
            {
                site.call
                    .named("max")
                    .or_else(|| site.call.named("pool").and_then(|pool| pool.key("max")))
            }
            Language::Python => site.call.named("pool_size"),
            Language::Go if site.call.method() == "SetMaxOpenConns" => site.call.positional(0),
            Language::Java if site.call.method() == "setMaximumPoolSize" => site.call.positional(0),
            _ => None,
        };
        if let Some(size) = value.and_then(|value| whole(site.code.resolve(value)))
            && branch(site.code, site.call.scope) != Branch::Development
        {
            found.push(Pool {
                path: site.code.path.clone(),
                line: site.call.line,
                size,
            });
        }
    }
    let hikari = facts.sources.texts.iter().filter(|(path, _)| {
        path.contains("src/main/resources/application")
            && spring::is_served(facts, path)
            && !path.contains("-dev")
            && !path.contains("-test")
            && !path.contains("-local")
    });
    for (path, text) in hikari {
        for entry in formats::entries(path, text) {
            let names = ["maximum-pool-size", "maximumPoolSize"];
            if names.iter().any(|name| entry.key.ends_with(name))
                && let Ok(size) = entry.value.parse()
            {
                found.push(Pool {
                    path: path.clone(),
                    line: entry.line,
                    size,
                });
            }
        }
    }
    found
}

/// The connection limit of the declared Postgres plan.
pub(super) fn plan_limit(facts: &Facts<'_>) -> Option<(u64, String)> {
    let limits = &facts.platform.connections;
    let by_plan = facts
        .addons()
        .into_iter()
        .find_map(|plan| Some((*limits.get(plan)?, plan.to_owned())));
    by_plan.or_else(|| {
        facts.addon_levels().into_iter().find_map(|(plan, level)| {
            let limit = limits.get(&level.to_ascii_lowercase())?;
            Some((*limit, format!("{plan} at {level}")))
        })
    })
}

pub(super) fn bouncer(facts: &Facts<'_>) -> bool {
    facts
        .buildpacks()
        .iter()
        .any(|buildpack| buildpack.contains("pgbouncer"))
        || facts
            .processes
            .iter()
            .any(|process| process.mentions(&["pgbouncer"]))
}

pub(super) fn over_limit(
    facts: &Facts<'_>,
    pool: &Pool,
    limit: u64,
    plan: &str,
) -> Option<Evidence> {
    let dynos: u64 = facts
        .formation()
        .iter()
        .filter(|entry| {
            facts
                .process(&entry.process)
                .is_none_or(|process| process.name != "release")
        })
        .map(|entry| entry.quantity.unwrap_or(1))
        .sum();
    let dynos = dynos.max(1);
    let workers = web_workers(facts).unwrap_or(1);
    let need = pool.size.checked_mul(dynos)?.checked_mul(workers)?;
    (need > limit).then(|| {
        Evidence::line(
            &pool.path,
            pool.line,
            format!(
                "{} connections × {workers} workers × \
            {dynos} dynos are {need}, and {plan} allows {limit}: Postgres refuses the rest.",
                pool.size
            ),
        )
        .help(format!(
            "A pool of {} at most, a larger plan, or: heroku buildpacks:add \
                heroku/pgbouncer",
            (limit / (dynos * workers)).max(1)
        ))
    })
}

/// The written-out number of worker processes of web.
fn web_workers(facts: &Facts<'_>) -> Option<u64> {
    facts.process("web")?.commands.iter().find_map(|command| {
        let words = command.words();
        let at = words
            .iter()
            .position(|word| matches!(*word, "-w" | "--workers" | "-i"))?;
        words.get(at + 1)?.parse().ok()
    })
}
