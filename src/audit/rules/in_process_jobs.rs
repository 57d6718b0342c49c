//! Do background jobs live in the memory of the web process?

use super::prelude::*;

pub(super) static RULE: Rule = Rule {
    id: "in-process-jobs",
    code: "SF702",
    title: "Background jobs run in the web process and are lost with it",
    level: Level::Error,
    group: Group::Jobs,
    ecosystems: &["python", "ruby", "php"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: "Active Job with the `:async` adapter, or none set in production, together with `perform_later` or `deliver_later`; `:inline`; Celery's \
                `task_always_eager` with tasks that are delayed; Laravel's `sync` queue with dispatched jobs.",
        why: "`:async` keeps jobs in memory: every restart, at least once a day, drops those not yet run. `inline`, `sync` and eager run them inside \
              the request, which then takes as long as the job (H12 after 30 seconds).",
        fix: "```\nbundle add solid_queue && bin/rails solid_queue:install       # config.active_job.queue_adapter = :solid_queue\n\
              heroku config:set QUEUE_CONNECTION=database\nheroku config:set CELERY_TASK_ALWAYS_EAGER=False\n```\nand a worker process in the Procfile.",
        silent: "Nothing is enqueued; development and test settings; a default that app.json overrides; jobs of the framework only.",
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let rails = rails(facts);
    let celery = celery(facts);
    let laravel = laravel(facts);
    let applies = facts.packages.has(Ecosystem::Gem, "rails") || facts.packages.has(Ecosystem::Pypi, "celery") || facts.packages.has(Ecosystem::Composer, "laravel/framework");
    Outcome::when(applies, [rails, celery, laravel].into_iter().flatten().collect())
}

fn rails(facts: &Facts<'_>) -> Option<Evidence> {
    let enqueue = calls_to(facts, Language::Ruby, |site| matches!(site.call.method(), "perform_later" | "deliver_later") && !site.code.path.starts_with("config/")).next()?;
    let settings: Vec<_> = facts
        .code(Language::Ruby)
        .filter(|code| code.path.starts_with("config/"))
        .flat_map(|code| code.assignments.iter().map(move |assignment| (code, assignment)))
        .filter(|(code, assignment)| assignment.target.ends_with("active_job.queue_adapter") && branch(code, assignment.scope) != Branch::Development || assignment.target == "ActiveJob.Base.queue_adapter")
        .collect();
    // The environment's file has the last word.
    let (code, setting) = *settings
        .iter()
        .find(|(code, _)| code.path.ends_with("production.rb"))
        .or_else(|| settings.last())?;
    let (adapter, conditional) = match settle(facts, code, &setting.value) {
        Settled::Fixed(value) => (value.word()?.to_owned(), false),
        Settled::Given(value) => (value, false),
        Settled::Unless { fallback, .. } => (fallback.word()?.to_owned(), true),
        Settled::Set | Settled::Unknown => return None,
    };
    let adapter = adapter.trim_start_matches(':');
    let level = match adapter {
        "async" => Level::Error,
        "inline" => Level::Warn,
        _ => return None,
    };
    let effect = if adapter == "async" { "every restart drops those not yet run" } else { "they run inside the request" };
    Some(
        Evidence::line(&code.path, setting.line, format!("Active Job uses `:{adapter}`, and {}:{} enqueues jobs: {effect}.", enqueue.code.path, enqueue.call.line))
            .level(level)
            .conditional(conditional)
            .help("bundle add solid_queue; config.active_job.queue_adapter = :solid_queue")
            .help("Procfile: worker: bundle exec rake solid_queue:start   then: heroku ps:scale worker=1"),
    )
}

fn celery(facts: &Facts<'_>) -> Option<Evidence> {
    let enqueued = calls_to(facts, Language::Python, |site| matches!(site.call.method(), "delay" | "apply_async")).next()?;
    let names = ["CELERY_ALWAYS_EAGER", "CELERY_TASK_ALWAYS_EAGER", "task_always_eager"];
    let (code, setting) = facts
        .code(Language::Python)
        .flat_map(|code| code.assignments.iter().map(move |assignment| (code, assignment)))
        .find(|(code, assignment)| names.iter().any(|name| assignment.target.ends_with(name)) && branch(code, assignment.scope) == Branch::Always)?;
    let truthy = |value: &Expr| value == &Expr::Bool(true) || value.text().is_some_and(|text| matches!(text.to_ascii_lowercase().as_str(), "true" | "1" | "yes" | "on"));
    let conditional = match settle(facts, code, &setting.value) {
        Settled::Fixed(value) if truthy(value) => false,
        Settled::Unless { fallback, .. } if truthy(fallback) => true,
        Settled::Given(value) if matches!(value.to_ascii_lowercase().as_str(), "true" | "1") => false,
        _ => return None,
    };
    Some(
        Evidence::line(&code.path, setting.line, format!("Celery runs tasks eagerly, so {}:{} waits for them inside the request.", enqueued.code.path, enqueued.call.line))
            .level(Level::Warn)
            .conditional(conditional)
            .help("Set it to False in production; Procfile: worker: celery -A app worker"),
    )
}

fn laravel(facts: &Facts<'_>) -> Option<Evidence> {
    facts.packages.wants(Ecosystem::Composer, "laravel/framework")?;
    let code = facts.code(Language::Php).find(|code| code.path == "config/queue.php")?;
    let setting = code.assignments.iter().find(|assignment| assignment.target == "return")?;
    let conditional = match settle(facts, code, setting.value.key("default")?) {
        Settled::Fixed(value) if value.text() == Some("sync") => false,
        Settled::Unless { fallback, .. } if fallback.text() == Some("sync") => true,
        Settled::Given(value) if value == "sync" => false,
        _ => return None,
    };
    let job = calls_to(facts, Language::Php, |site| site.call.method() == "dispatch" && site.call.receiver().ends_with("Job")).next()?;
    Some(
        Evidence::line(&code.path, facts.line(&code.path, "'default'").unwrap_or(setting.line), format!("The queue is `sync`, so {}:{} runs the job inside the request.", job.code.path, job.call.line))
            .level(Level::Warn)
            .conditional(conditional)
            .help("heroku config:set QUEUE_CONNECTION=database; Procfile: worker: php artisan queue:work --tries=3"),
    )
}
