//! Does a restart lose the jobs that were running?

use super::prelude::*;

pub(super) static RULE: Rule = Rule {
    id: "jobs-lost-on-restart",
    code: "SF705",
    title: "Jobs are lost when a worker dyno restarts",
    level: Level::Warn,
    group: Group::Jobs,
    ecosystems: &["python", "ruby", "node"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: "Celery tasks without `acks_late` and without a retry, where a worker runs them; `sidekiq_options retry: false`; a worker that empties its queue \
                when it starts (`Delayed::Job.delete_all`, `queue.obliterate`, `celery purge`): that one is an error.",
        why: "Workers restart at least once a day and at each deploy, with 30 seconds to finish. A task that is acknowledged when it is fetched is gone with \
              the worker; a purge at start throws away everything that waited.",
        fix: "```py\napp.conf.task_acks_late = True\n@app.task(autoretry_for=(Exception,), retry_backoff=True, max_retries=5)\n```\nMake tasks idempotent: a key per \
              unit of work that a second run finds done.",
        silent: "A policy set for the whole app (`task_acks_late`, `CELERY_TASK_ACKS_LATE`, `REMAP_SIGTERM`); tasks that run again periodically; no worker process.",
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let mut evidence = Vec::new();
    evidence.extend(purge(facts));
    let tasks: Vec<_> = calls_to(facts, Language::Python, |site| is_task(site.call.callee.as_str()) && celery(facts)).collect();
    let worker = facts.processes.iter().any(|process| process.mentions(&["celery"]));
    let policy = facts.code(Language::Python).any(|code| {
        code.assignments.iter().any(|assignment| assignment.target.to_ascii_lowercase().contains("acks_late"))
            || code.calls.iter().any(|call| call.named("task_acks_late").is_some())
    }) || facts.declared("REMAP_SIGTERM") != Declared::No;
    if worker && !policy {
        let lost = tasks.iter().find(|site| {
            let call = site.call;
            ["acks_late", "autoretry_for", "retry_backoff", "bind"].iter().all(|name| call.named(name).is_none())
        });
        evidence.extend(lost.map(|site| {
            Evidence::line(&site.code.path, site.call.line, "Celery acknowledges this task when it is fetched: a restart of the worker loses it, and nothing retries.")
                .help("app.conf.task_acks_late = True, and autoretry_for=(Exception,), retry_backoff=True on tasks that may run twice")
        }));
    }
    let sidekiq = calls_to(facts, Language::Ruby, |site| site.call.callee == "sidekiq_options" && site.call.named("retry") == Some(&Expr::Bool(false))).next();
    evidence.extend(sidekiq.map(|site| {
        Evidence::line(&site.code.path, site.call.line, "`retry: false`: a job that fails or is cut off is dropped without a trace.")
            .help("Remove it, or set retry: 5 and make the job idempotent.")
    }));
    Outcome::when(!tasks.is_empty() || facts.packages.has(Ecosystem::Gem, "sidekiq"), evidence)
}

fn celery(facts: &Facts<'_>) -> bool {
    facts.packages.has(Ecosystem::Pypi, "celery")
}

fn is_task(callee: &str) -> bool {
    matches!(callee, "@app.task" | "@shared_task" | "@celery.task" | "@celery_app.task" | "@task" | "@celery.shared_task")
}

/// A queue that is emptied when its worker starts.
fn purge(facts: &Facts<'_>) -> Option<Evidence> {
    let site = facts.calls().find(|site| {
        let call = site.call;
        let delayed = call.callee == "Delayed.Job.delete_all";
        let sidekiq = call.method() == "clear" && call.receiver().starts_with("Sidekiq.Queue");
        let bull = call.method() == "obliterate" && call.receiver().to_ascii_lowercase().ends_with("queue");
        // Only where the worker's own start does it, not an administrator's action.
        let at_start = matches!(site.code.path.as_str(), "Rakefile" | "config/puma.rb" | "config/unicorn.rb") || site.code.function(call.scope).is_none() && site.code.path.rsplit_once('.').is_none_or(|(_, ending)| ending != "rake");
        (delayed || sidekiq || bull) && at_start && branch(site.code, call.scope) != Branch::Development
    });
    if let Some(site) = site {
        return Some(purged(&site.code.path, site.call.line, &site.call.callee));
    }
    facts
        .processes
        .iter()
        .flat_map(|process| &process.commands)
        .find(|command| command.text.contains("celery") && command.text.contains("purge") || command.text.contains("worker --purge"))
        .map(|command| purged(&command.path, command.line, "celery purge"))
}

fn purged(path: &str, line: u32, what: &str) -> Evidence {
    Evidence::line(path, line, format!("`{what}` empties the queue each time the worker starts: what waited is destroyed at every restart."))
        .level(Level::Error)
        .help("Remove it; clear a queue by hand when it is really needed.")
}
