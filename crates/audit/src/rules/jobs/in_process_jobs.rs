//! Do background jobs live in the memory of the web process?

mod adapters;
mod beside_request;
mod telling;
mod threads;

use crate::rules::prelude::*;
use adapters::{celery, laravel, rails};
use beside_request::beside_the_request;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "in-process-jobs",
    code: "SF702",
    title: "Background jobs run in the web process and are lost with it",
    level: Severity::Error,
    group: Group::Jobs,
    ecosystems: &["node", "python", "ruby", "go", "java", "php"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            Active Job with the `:async` adapter, or none set in production, together with
            `perform_later` or `deliver_later`; `:inline`; Celery's `task_always_eager` with tasks
            that are delayed; Laravel's `sync` queue with dispatched jobs. Work that should outlive
            a request but runs beside it in memory (a warning): FastAPI's `BackgroundTasks`, a
            `Thread` or goroutine, `setImmediate`, an in-memory queue (fastq, p-queue,
            better-queue), a class of the app's own that is a thread, Sucker Punch,
            `dispatchAfterResponse`, an executor, `CompletableFuture` or
            Spring's `@Async`, where what is started sends,
            charges, imports or delivers something.
        "},
        why: indoc! {"
            `:async` keeps jobs in memory: every restart, at least once a day, drops those not yet
            run. `inline`, `sync` and eager run them inside the request, which then takes as long as
            the job (H12 after 30 seconds).
        "},
        fix: indoc! {"
            ```
            bundle add solid_queue && bin/rails solid_queue:install
            # config/environments/production.rb: config.active_job.queue_adapter = :solid_queue
            heroku config:set QUEUE_CONNECTION=database
            heroku config:set CELERY_TASK_ALWAYS_EAGER=False
            ```
            and a worker process in the Procfile.
        "},
        silent: indoc! {"
            Nothing is enqueued; development and test settings; a default that app.json overrides;
            jobs of the framework only; work in memory that only logs, warms a cache or measures; a
            loop that is started once; a process of its own that runs the thread.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let rails = rails(facts);
    let celery = celery(facts);
    let laravel = laravel(facts);
    let applies = facts.packages.has(Ecosystem::Gem, "rails")
        || facts.packages.has(Ecosystem::Pypi, "celery")
        || facts.packages.has(Ecosystem::Composer, "laravel/framework");
    let mut evidence: Vec<_> = [rails, celery, laravel].into_iter().flatten().collect();
    let beside = beside_the_request(facts);
    let applies = applies || !beside.is_empty();
    evidence.extend(beside);
    Outcome::when(applies, evidence)
}
