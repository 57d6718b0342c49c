//! Queues of frameworks that run in the process unless they are configured: Active Job, Celery, Laravel.

use crate::jobs;
use crate::rules::prelude::*;

pub(super) fn rails(facts: &Facts<'_>) -> Option<Evidence> {
    let enqueue = calls_to(facts, Language::Ruby, |site| {
        matches!(site.call.method(), "perform_later" | "deliver_later")
            && !site.code.path.starts_with("config/")
    })
    .next()?;
    let settings: Vec<_> = facts
        .code(Language::Ruby)
        .filter(|code| code.path.starts_with("config/"))
        .flat_map(|code| {
            code.assignments
                .iter()
                .map(move |assignment| (code, assignment))
        })
        .filter(|(code, assignment)| {
            assignment.target.ends_with("active_job.queue_adapter")
                && branch(code, assignment.scope) != Branch::Development
                || assignment.target == "ActiveJob.Base.queue_adapter"
        })
        .collect();
    if settings.is_empty() {
        return unset_adapter(facts, enqueue);
    }
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
        "async" | "sucker_punch" => Severity::Error,
        "inline" => Severity::Warn,
        _ => return None,
    };
    let effect = if adapter == "inline" {
        "they run inside the request"
    } else {
        "every restart drops those not yet run"
    };
    Some(
        Evidence::line(
            &code.path,
            setting.line,
            format!(
                "Active Job uses `:{adapter}`, and {}:{} enqueues jobs: {effect}.",
                enqueue.code.path, enqueue.call.line
            ),
        )
        .level(level)
        .conditional(conditional)
        .help("bundle add solid_queue; config.active_job.queue_adapter = :solid_queue")
        .help(
            "Procfile: worker: bundle exec rake solid_queue:start   then: heroku ps:scale worker=1",
        ),
    )
}

/// Rails without a word on the adapter takes `:async`, which runs jobs in threads of the web
/// process. Without the app's own `config/application.rb` nothing is known.
fn unset_adapter(facts: &Facts<'_>, enqueue: Site<'_>) -> Option<Evidence> {
    let mentioned = facts
        .sources
        .texts
        .iter()
        .any(|(path, text)| path.starts_with("config/") && text.contains("queue_adapter"));
    let by_class = facts.code(Language::Ruby).any(|code| {
        code.assignments
            .iter()
            .any(|assignment| assignment.target.ends_with("queue_adapter"))
            || code
                .calls
                .iter()
                .any(|call| call.method().ends_with("queue_adapter"))
    });
    if mentioned
        || by_class
        || !facts.sources.has("config/application.rb")
        || !facts.sources.has("config/environments/production.rb")
    {
        return None;
    }
    Some(
        Evidence::line(
            &enqueue.code.path,
            enqueue.call.line,
            format!(
                "`{}` enqueues a job, and \
            no queue adapter is set: Rails runs it by `:async` in the web process, and every \
            restart drops those not yet run.",
                enqueue.call.callee
            ),
        )
        .help("bundle add solid_queue; config.active_job.queue_adapter = :solid_queue")
        .help(
            "Procfile: worker: bundle exec rake solid_queue:start   then: heroku ps:scale \
                worker=1",
        ),
    )
}

pub(super) fn celery(facts: &Facts<'_>) -> Option<Evidence> {
    let enqueued = calls_to(facts, Language::Python, |site| {
        matches!(site.call.method(), "delay" | "apply_async")
    })
    .next()?;
    let names = [
        "CELERY_ALWAYS_EAGER",
        "CELERY_TASK_ALWAYS_EAGER",
        "task_always_eager",
    ];
    let (code, setting) = facts
        .code(Language::Python)
        .flat_map(|code| {
            code.assignments
                .iter()
                .map(move |assignment| (code, assignment))
        })
        .find(|(code, assignment)| {
            names.iter().any(|name| assignment.target.ends_with(name))
                && branch(code, assignment.scope) == Branch::Always
        })?;
    let truthy = |value: &Expr| {
        value == &Expr::Bool(true)
            || value.text().is_some_and(|text| {
                matches!(
                    text.to_ascii_lowercase().as_str(),
                    "true" | "1" | "yes" | "on"
                )
            })
    };
    let conditional = match settle(facts, code, &setting.value) {
        Settled::Fixed(value) if truthy(value) => false,
        Settled::Unless { fallback, .. } if truthy(fallback) => true,
        Settled::Given(value) if matches!(value.to_ascii_lowercase().as_str(), "true" | "1") => {
            false
        }
        _ => return None,
    };
    Some(
        Evidence::line(
            &code.path,
            setting.line,
            format!(
                "Celery runs tasks eagerly, so {}:{} waits for them inside the request.",
                enqueued.code.path, enqueued.call.line
            ),
        )
        .level(Severity::Warn)
        .conditional(conditional)
        .help(match jobs::celery_module(facts) {
            Some(module) => {
                format!(
                    "Set it to False in production; Procfile: worker: celery -A {module} worker"
                )
            }
            None => "Set it to False in production, and add a worker process to the Procfile."
                .to_owned(),
        }),
    )
}

pub(super) fn laravel(facts: &Facts<'_>) -> Option<Evidence> {
    facts
        .packages
        .wants(Ecosystem::Composer, "laravel/framework")?;
    let setting = crate::laravel::settings(facts, "queue")?;
    let code = setting.code;
    let (queue, conditional) = setting.chosen(facts, "default")?;
    if queue != "sync" {
        return None;
    }
    let job = calls_to(facts, Language::Php, |site| {
        site.call.method() == "dispatch"
            && is_job(facts, site.call.receiver())
            && !guards::is_maintenance(facts, &site.code.path)
    })
    .next()?;
    Some(
        Evidence::line(
            &code.path,
            facts.line(&code.path, "'default'").unwrap_or(setting.line),
            format!(
                "The queue is `sync`, so {}:{} runs the job inside the request.",
                job.code.path, job.call.line
            ),
        )
        .level(Severity::Warn)
        .conditional(conditional)
        .help(
            "heroku config:set QUEUE_CONNECTION=database; Procfile: worker: php artisan \
                queue:work --tries=3",
        ),
    )
}

/// Whether a class is a job: by its name, or because it stands in a folder of jobs.
fn is_job(facts: &Facts<'_>, class: &str) -> bool {
    let name = class.rsplit(['.', '\\']).next().unwrap_or(class);
    let file = format!("Jobs/{name}.php");
    class.ends_with("Job")
        || !name.is_empty() && facts.sources.paths.iter().any(|path| path.ends_with(&file))
}
