//! Do database connections match the number of threads and the plan?

mod plan;
mod threads;

use crate::rules::prelude::*;
use plan::{bouncer, over_limit, plan_limit, pools};
use slugsmith_facts::formats::{Entry, yaml};
use threads::{erb, puma, sidekiq, whole};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "pool-vs-concurrency",
    code: "SF754",
    title: "The connection pool is smaller than the threads, or larger than the database plan \
        allows",
    level: Severity::Warn,
    group: Group::Scaling,
    ecosystems: &["ruby", "python", "node", "go", "java"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            Active Record's `pool` below the threads of Puma or the concurrency of Sidekiq;
            SQLAlchemy's `pool_size` with `max_overflow` below gunicorn's `--threads`; a pool (`max`
            of node-postgres, `SetMaxOpenConns`, Hikari's `maximum-pool-size`, SQLAlchemy) that,
            times the declared web dynos and workers, exceeds the connection limit of the declared
            Postgres plan.
        "},
        why: indoc! {"
            Threads without a connection wait, and requests fail after five seconds
            (`ConnectionTimeoutError`). Above the plan's limit Postgres refuses connections, first
            while a deploy runs both releases.
        "},
        fix: indoc! {r#"
            ```yml
            pool: <%= ENV.fetch("RAILS_MAX_THREADS", 5) %>
            ```
            ```js
            new Pool({ connectionString: process.env.DATABASE_URL, max: 10 })
            ```
            ```
            heroku buildpacks:add heroku/pgbouncer
            heroku pg:info          # connections in use, and the limit
            ```
        "#},
        silent: indoc! {"
            Pool and threads read the same variable, or the pool is larger; the driver's default;
            pgbouncer in front; no plan is declared; code connects anew with settings that it changed.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let mut evidence: Vec<Evidence> = [active_record(facts), alchemy(facts)]
        .into_iter()
        .flatten()
        .collect();
    let pools = pools(facts);
    let applies = !pools.is_empty() || facts.sources.text("config/database.yml").is_some();
    if let Some((limit, plan)) = plan_limit(facts).filter(|_| !bouncer(facts)) {
        evidence.extend(
            pools
                .iter()
                .find_map(|pool| over_limit(facts, pool, limit, &plan)),
        );
    }
    Outcome::when(applies, evidence)
}

/// Active Record's pool against the threads of Puma and Sidekiq.
fn active_record(facts: &Facts<'_>) -> Option<Evidence> {
    let text = facts.sources.text("config/database.yml")?;
    let entry = production_pool(text)?;
    let (variable, pool) = erb(&entry.value)?;
    if is_set_in_code(facts) {
        return None;
    }
    let (path, at, threads, what) =
        [puma(facts), sidekiq(facts)]
            .into_iter()
            .flatten()
            .find(|(_, _, threads, _)| {
                // One variable gives both, as long as it is set: the defaults may differ.
                let set = |name: &String| facts.declared(name) != Declared::No;
                let same = variable.is_some()
                    && threads.variable == variable
                    && (variable.as_ref().is_some_and(set) || threads.count <= pool);
                !same && threads.count > pool
            })?;
    Some(
        Evidence::line(
            "config/database.yml",
            entry.line,
            format!(
                "The pool has {}, and \
            {what} runs {} threads ({path}:{at}): the others wait and fail after 5 seconds.",
                connections(pool),
                threads.count
            ),
        )
        .help(
            "pool: <%= ENV.fetch(\"RAILS_MAX_THREADS\", 5) %>, and the same variable for \
                the threads",
        ),
    )
}

/// A file that connects anew with settings of its own, which may hold another size: `config["pool"] = 20`.
fn is_set_in_code(facts: &Facts<'_>) -> bool {
    facts.code(Language::Ruby).any(|code| {
        let changed = |name: &str| {
            let element = format!("{name}.");
            code.assignments
                .iter()
                .any(|one| one.target.starts_with(&element))
        };
        code.calls
            .iter()
            .filter(|call| call.method() == "establish_connection")
            .flat_map(|call| &call.arguments)
            .any(|given| {
                given.name.as_deref() == Some("pool")
                    || given.value.any(|value| value.key("pool").is_some())
                    || given.value.name().is_some_and(changed)
            })
    })
}

fn connections(count: u64) -> String {
    if count == 1 {
        "1 connection".to_owned()
    } else {
        format!("{count} connections")
    }
}

/// The `pool` of production in `config/database.yml`, with its place: its own, or that of the section that it takes in.
fn production_pool(text: &str) -> Option<Entry> {
    let mut entries = yaml::read(text).into_iter().filter(|entry| {
        // With several databases each has its own settings: the first one is the app's.
        let below = entry.key.strip_prefix("production.");
        below.is_some_and(|name| {
            name == "pool" || name.ends_with(".pool") && name.matches('.').count() == 1
        })
    });
    entries.next()
}

/// `SQLAlchemy`'s pool against gunicorn's threads.
fn alchemy(facts: &Facts<'_>) -> Option<Evidence> {
    let site = calls_to(facts, Language::Python, |site| {
        site.call.named("pool_size").is_some()
    })
    .next()?;
    let pooled = whole(site.code.resolve(site.call.named("pool_size")?))?;
    // The library allows ten more than the pool unless told otherwise.
    let more = site
        .call
        .named("max_overflow")
        .map_or(Some(10), |value| whole(site.code.resolve(value)))?;
    let web = facts.process("web")?;
    let threads: u64 = web.commands.iter().find_map(|command| {
        let words = command.words();
        let at = words
            .iter()
            .position(|word| *word == "--threads" || word.starts_with("--threads="))?;
        let word = words.get(at)?;
        word.strip_prefix("--threads=")
            .or_else(|| words.get(at + 1).copied())?
            .parse()
            .ok()
    })?;
    (threads > pooled + more).then(|| {
        Evidence::line(
            &site.code.path,
            site.call.line,
            format!(
                "The pool allows {} connections, \
            and gunicorn runs {threads} threads per worker: the others wait.",
                pooled + more
            ),
        )
        .help(format!("pool_size={threads}, or fewer threads"))
    })
}
