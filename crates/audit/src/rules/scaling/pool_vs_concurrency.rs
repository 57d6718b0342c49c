//! Do database connections match the number of threads and the plan?

use crate::rules::prelude::*;
use slugsmith_facts::lines::line_of;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "pool-vs-concurrency",
    code: "SF754",
    title: "The connection pool is smaller than the threads, or larger than the database plan \
        allows",
    level: Level::Warn,
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
            pgbouncer in front; no plan is declared.
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
    let (line, value) = production_pool(text)?;
    let (variable, pool) = erb(&value)?;
    let (path, at, threads, what) =
        [puma(facts), sidekiq(facts)]
            .into_iter()
            .flatten()
            .find(|(_, _, threads, _)| {
                let same = variable.is_some() && threads.variable == variable;
                !same && threads.count > pool
            })?;
    Some(
        Evidence::line(
            "config/database.yml",
            line,
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

fn connections(count: u64) -> String {
    if count == 1 {
        "1 connection".to_owned()
    } else {
        format!("{count} connections")
    }
}

/// The `pool` of production in `config/database.yml`, with its line: its own, or that of the
/// section that it takes in.
fn production_pool(text: &str) -> Option<(u32, String)> {
    // ERB stands in values only; a file with ERB around its lines is not known.
    let mut file = slugsmith_facts::bounds::yaml(text)?;
    file.apply_merge().ok()?;
    let production = file.get("production")?;
    // With several databases each has its own settings: the first one is the app's.
    let primary = || {
        production
            .as_mapping()?
            .values()
            .find_map(|value| value.get("pool"))
    };
    let value = match production.get("pool").or_else(primary)? {
        serde_yaml_ng::Value::String(text) => text.clone(),
        serde_yaml_ng::Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let lines = || text.lines().zip(1_u32..);
    let of = |section: &str| {
        let start = format!("{section}:");
        lines()
            .skip_while(|(line, _)| !line.starts_with(&start))
            .skip(1)
            .take_while(|(line, _)| line.is_empty() || line.starts_with([' ', '#', '\t']))
            .find(|(line, _)| line.trim_start().starts_with("pool:"))
            .map(|(_, number)| number)
    };
    let written = |number: u32| lines().any(|(line, at)| at == number && line.contains(&value));
    let line = of("production")
        .or_else(|| of("default"))
        .filter(|line| written(*line));
    let anywhere = || {
        let found = lines()
            .find(|(line, _)| line.trim_start().starts_with("pool:") && line.contains(&value));
        found.map(|(_, number)| number)
    };
    Some((line.or_else(anywhere)?, value))
}

struct Threads {
    variable: Option<String>,
    count: u64,
}

type Found = (String, u32, Threads, &'static str);

/// Another server of Ruby that the web process runs, so that Puma's file is only kept.
fn runs_other_server(facts: &Facts<'_>) -> bool {
    const OTHERS: &[&str] = &[
        "unicorn",
        "unicorn_rails",
        "thin",
        "passenger",
        "rainbows",
        "falcon",
    ];
    facts.process("web").is_some_and(|web| {
        let mut commands = web.commands.iter();
        commands.any(|command| OTHERS.contains(&command.program()))
    })
}

fn puma(facts: &Facts<'_>) -> Option<Found> {
    if runs_other_server(facts) {
        return None;
    }
    let code = facts
        .code(Language::Ruby)
        .find(|code| matches!(code.path.as_str(), "config/puma.rb" | "puma.rb"))?;
    let call = code.calls.iter().find(|call| call.callee == "threads")?;
    let threads = match code.resolve(call.positional(1).or_else(|| call.positional(0))?) {
        Expr::Call { arguments, .. } if !arguments.is_empty() => {
            amount(code, &arguments.first()?.value)?
        }
        value => amount(code, value)?,
    };
    Some((code.path.clone(), call.line, threads, "Puma"))
}

fn amount(code: &Code, value: &Expr) -> Option<Threads> {
    match code.resolve(value) {
        Expr::Env { name, default } => Some(Threads {
            variable: Some(name.clone()),
            count: whole(default.as_deref()?)?,
        }),
        value => Some(Threads {
            variable: None,
            count: whole(value)?,
        }),
    }
}

fn whole(value: &Expr) -> Option<u64> {
    match value {
        Expr::Text(text) => text.parse().ok(),
        value => value.number().and_then(|number| u64::try_from(number).ok()),
    }
}

fn sidekiq(facts: &Facts<'_>) -> Option<Found> {
    let worker = facts
        .processes
        .iter()
        .flat_map(|process| &process.commands)
        .find(|command| command.words().first() == Some(&"sidekiq"))?;
    let words = worker.words();
    let at = words
        .iter()
        .position(|word| matches!(*word, "-c" | "--concurrency"));
    if let Some(count) = at.and_then(|at| words.get(at + 1)?.parse().ok()) {
        return Some((
            worker.path.clone(),
            worker.line,
            Threads {
                variable: None,
                count,
            },
            "Sidekiq",
        ));
    }
    let text = facts.sources.text("config/sidekiq.yml")?;
    let value = text
        .lines()
        .map(str::trim)
        .find_map(|line| line.trim_start_matches(':').strip_prefix("concurrency:"))?;
    let (variable, count) = erb(value.trim())?;
    Some((
        "config/sidekiq.yml".to_owned(),
        line_of(text, "concurrency:"),
        Threads { variable, count },
        "Sidekiq",
    ))
}

/// `5`, or the variable and default of `<%= ENV.fetch("X", 5) %>`, `<%= ENV['X'] || 5 %>`.
fn erb(value: &str) -> Option<(Option<String>, u64)> {
    let value = value
        .split(" #")
        .next()
        .unwrap_or(value)
        .trim()
        .trim_matches(['"', '\'']);
    if let Ok(number) = value.parse() {
        return Some((None, number));
    }
    let (_, rest) = value.split_once("ENV")?;
    let variable = rest.split(['"', '\'']).nth(1)?.to_owned();
    let after = rest.split_once(&variable)?.1;
    let digits: String = after
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .collect();
    Some((Some(variable), digits.parse().ok()?))
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

/// A pool of literal size, per process.
struct Pool {
    path: String,
    line: u32,
    size: u64,
}

fn pools(facts: &Facts<'_>) -> Vec<Pool> {
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
            && !path.contains("-dev")
            && !path.contains("-test")
            && !path.contains("-local")
    });
    for (path, text) in hikari {
        for (line, number) in text.lines().zip(1..) {
            if let Some((key, value)) = line.split_once(['=', ':'])
                && (key.trim().ends_with("maximum-pool-size")
                    || key.trim().ends_with("maximumPoolSize"))
                && let Ok(size) = value.trim().parse()
            {
                found.push(Pool {
                    path: path.clone(),
                    line: number,
                    size,
                });
            }
        }
    }
    found
}

/// The connection limit of the declared Postgres plan.
fn plan_limit(facts: &Facts<'_>) -> Option<(u64, String)> {
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

fn bouncer(facts: &Facts<'_>) -> bool {
    facts
        .buildpacks()
        .iter()
        .any(|buildpack| buildpack.contains("pgbouncer"))
        || facts
            .processes
            .iter()
            .any(|process| process.mentions(&["pgbouncer"]))
}

fn over_limit(facts: &Facts<'_>, pool: &Pool, limit: u64, plan: &str) -> Option<Evidence> {
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
