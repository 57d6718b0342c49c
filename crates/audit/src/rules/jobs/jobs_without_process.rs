//! Does a process run the jobs that the app puts into its queue?

mod queues;

use crate::jobs;
use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "jobs-without-process",
    code: "SF701",
    title: "Jobs are put into a queue, and no process type runs them",
    level: Severity::Error,
    group: Group::Jobs,
    ecosystems: &["node", "python", "ruby", "php"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &["worker-inside-web", "in-process-jobs"],
    docs: Docs {
        finds: indoc! {"
            A job library (Sidekiq, GoodJob, Solid Queue, Delayed Job, Resque, Celery, RQ, Dramatiq,
            BullMQ, Laravel's queue) with a call that puts a job into its queue in reachable code,
            and no process of the Procfile that runs its worker. Laravel: also `Schedule::` entries
            without a scheduler. A queue that jobs of Sidekiq, Celery or Laravel are put into and that
            no worker's command or configuration names. Entries of whenever and django-crontab, which
            go to a crontab that no dyno has (a warning). The finding stands at the first call that enqueues or
            the first entry of the schedule, not at the Procfile.
        "},
        why: indoc! {"
            The queue only grows: mails are not sent, uploads not processed, and nothing reports an
            error.
        "},
        fix: indoc! {"
            Procfile:
            ```
            worker: bundle exec sidekiq
            worker: celery -A app worker
            worker: node worker.js
            worker: php artisan queue:work --tries=3
            ```
            and then `heroku ps:scale worker=1`.
        "},
        silent: indoc! {"
            The library is there but nothing is enqueued; a worker inside the web process
            (`worker-inside-web`) or an adapter that runs jobs in process (`in-process-jobs`); the
            Scheduler add-on for schedules.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let used = jobs::used(facts);
    let mut evidence = Vec::new();
    for found in &used {
        let library = found.library;
        let by_process = facts.processes.iter().any(|process| {
            process.mentions(library.process)
                || (process.name != "web"
                    && process.name != "release"
                    && library.process.is_empty())
        });
        // `new Worker(…)` in code that the web process loads runs there.
        let in_code = library.ecosystem == Ecosystem::Npm
            && guards::used(facts, Language::JavaScript, jobs::works);
        let embedded = jobs::embedded(facts).is_some();
        if by_process
            || in_code
            || embedded
            || jobs::has_own_worker(facts)
            || by_setting(facts, library.ecosystem)
        {
            continue;
        }
        // Without a Procfile the app may be deployed in other ways: one level less.
        let level = if facts.app.procfile.is_empty() {
            Severity::Warn
        } else {
            Severity::Error
        };
        evidence.push(
            Evidence::line(
                &found.site.code.path,
                found.site.call.line,
                format!(
                    "{} jobs are put into the queue here (`{}`), but no process type runs them.",
                    jobs::shown(facts, library),
                    found.site.call.callee
                ),
            )
            .level(level)
            .help(format!(
                "Procfile: {}   then: heroku ps:scale worker=1",
                jobs::line(facts, library).unwrap_or_else(|| library.line.to_owned())
            )),
        );
    }
    if evidence.is_empty() {
        evidence.extend(queues::unheard(facts));
    }
    if evidence.is_empty() {
        evidence.extend(laravel_schedule(facts));
        evidence.extend(crontab(facts));
    }
    Outcome::when(!used.is_empty(), evidence)
}

/// Laravel's queue runs jobs at once where the connection is `sync`; Rails only queues where
/// the adapter is the library's.
fn by_setting(facts: &Facts<'_>, ecosystem: Ecosystem) -> bool {
    match ecosystem {
        Ecosystem::Composer => {
            let Some(setting) = crate::laravel::settings(facts, "queue") else {
                return true;
            };
            let value = setting.value.key("default");
            match value.map(|value| settle(facts, setting.code, value)) {
                Some(
                    Settled::Fixed(value)
                    | Settled::Unless {
                        fallback: value, ..
                    },
                ) => value.text() == Some("sync"),
                Some(Settled::Given(value)) => value == "sync",
                _ => true,
            }
        }
        _ => false,
    }
}

/// Libraries that write a crontab, which no dyno has: whenever's `config/schedule.rb`, django-crontab's `CRONJOBS`.
fn crontab(facts: &Facts<'_>) -> Option<Evidence> {
    if facts.has_addon(&["scheduler", "advanced-scheduler", "cron-to-go"]) {
        return None;
    }
    let packages = &facts.packages;
    let of = |path: &str, line, tool: &str| {
        let message = format!(
            "{tool} writes these entries to a crontab, and dynos have no cron: nothing runs them."
        );
        Evidence::line(path, line, message)
            .level(Severity::Warn)
            .help("heroku addons:create scheduler:standard, with the same commands")
    };
    let gem = packages.wants(Ecosystem::Gem, "whenever").and_then(|_| {
        let code = facts
            .code(Language::Ruby)
            .find(|code| code.path == "config/schedule.rb")?;
        let call = code.calls.iter().find(|call| call.callee == "every")?;
        Some(of(&code.path, call.line, "whenever"))
    });
    gem.or_else(|| {
        packages.wants(Ecosystem::Pypi, "django-crontab")?;
        facts.code(Language::Python).find_map(|code| {
            let jobs = code.assignments.iter().find(|one| {
                let some = matches!(&one.value, Expr::List(items) if !items.is_empty());
                one.target == "CRONJOBS" && some
            })?;
            Some(of(&code.path, jobs.line, "django-crontab"))
        })
    })
}

fn laravel_schedule(facts: &Facts<'_>) -> Option<Evidence> {
    facts
        .packages
        .wants(Ecosystem::Composer, "laravel/framework")?;
    let scheduler = facts
        .processes
        .iter()
        .any(|process| process.mentions(&["schedule:work", "schedule:run"]))
        || facts.has_addon(&["scheduler", "advanced-scheduler"]);
    if scheduler {
        return None;
    }
    let site = calls_to(facts, Language::Php, |site| {
        let entry = matches!(
            site.call.callee.as_str(),
            "Schedule.command"
                | "Schedule.job"
                | "Schedule.call"
                | "schedule.command"
                | "schedule.job"
                | "schedule.call"
        );
        entry
            && (site.code.path == "routes/console.php"
                || site.code.path.ends_with("Console/Kernel.php")
                || site.code.path == "bootstrap/app.php")
    })
    .next()?;
    Some(
        Evidence::line(
            &site.code.path,
            site.call.line,
            "Laravel's schedule has entries, but no process type runs them.",
        )
        .level(Severity::Warn)
        .help("Procfile: scheduler: php artisan schedule:work   then: heroku ps:scale scheduler=1"),
    )
}
