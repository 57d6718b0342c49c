//! Does a restart lose the jobs that were running?

use crate::rules::prelude::*;
use slugsmith_finding::LineSpan;
use std::collections::BTreeSet;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "jobs-lost-on-restart",
    code: "SF705",
    title: "Jobs are lost when a worker dyno restarts",
    level: Severity::Warn,
    group: Group::Jobs,
    ecosystems: &["python", "ruby", "node"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            Celery tasks without `acks_late` and without a retry, where a worker runs them;
            `sidekiq_options retry: false`; a worker that empties its queue when it starts
            (`Delayed::Job.delete_all`, `queue.obliterate`, `celery purge`): that one is an error.
        "},
        why: indoc! {"
            Workers restart at least once a day and at each deploy, with 30 seconds to finish. A
            task that is acknowledged when it is fetched is gone with the worker; a purge at start
            throws away everything that waited.
        "},
        fix: indoc! {"
            ```py
            app.conf.task_acks_late = True
            @app.task(autoretry_for=(Exception,), retry_backoff=True, max_retries=5)
            ```
            Make tasks idempotent: a key per unit of work that a second run finds done.
        "},
        silent: indoc! {"
            A policy set for the whole app (`task_acks_late`, `CELERY_TASK_ACKS_LATE`,
            `REMAP_SIGTERM`); tasks that run again periodically; no worker process; Laravel's queue `sync`.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let mut evidence = Vec::new();
    evidence.extend(purge(facts));
    let objects = celery_objects(facts);
    let tasks: Vec<_> = calls_to(facts, Language::Python, |site| {
        // `@task` alone is also locust's, invoke's and Prefect's.
        let plain = site.call.callee == "@task";
        let of_object = || {
            let name = site.call.callee.strip_prefix('@')?.strip_suffix(".task")?;
            objects.contains(name.rsplit('.').next()?).then_some(())
        };
        (is_task(site.call.callee.as_str()) || of_object().is_some())
            && celery(facts)
            && (!plain || site.code.imports("celery") || site.code.imports("djcelery"))
    })
    .collect();
    let worker = facts
        .processes
        .iter()
        .any(|process| process.mentions(&["celery"]));
    let policy = facts.code(Language::Python).any(|code| {
        code.assignments
            .iter()
            .any(|assignment| assignment.target.to_ascii_lowercase().contains("acks_late"))
            || code
                .calls
                .iter()
                .any(|call| call.named("task_acks_late").is_some())
    }) || facts.declared("REMAP_SIGTERM") != Declared::No;
    if worker && !policy {
        let lost = tasks.iter().find(|site| {
            let call = site.call;
            ["acks_late", "autoretry_for", "retry_backoff", "bind"]
                .iter()
                .all(|name| call.named(name).is_none())
                && !only_periodic(facts, **site)
        });
        evidence.extend(lost.map(|site| {
            Evidence::line(
                &site.code.path,
                site.call.line,
                "Celery acknowledges this task when \
                it is fetched: a restart of the worker loses it, and nothing retries.",
            )
            .help(format!(
                "{}task_acks_late = True, and autoretry_for=(Exception,), \
                    retry_backoff=True on tasks that may run twice",
                settings(facts)
            ))
        }));
    }
    let sidekiq = calls_to(facts, Language::Ruby, |site| {
        site.call.callee == "sidekiq_options"
            && site.call.named("retry") == Some(&Expr::Bool(false))
    })
    .next();
    evidence.extend(sidekiq.map(|site| {
        Evidence::line(
            &site.code.path,
            site.call.line,
            "`retry: false`: a job that fails or is cut off is dropped without a trace.",
        )
        .help("Remove it, or set retry: 5 and make the job idempotent.")
    }));
    evidence.extend(bull(facts));
    evidence.extend(one_try(facts));
    Outcome::when(
        !tasks.is_empty() || facts.packages.has(Ecosystem::Gem, "sidekiq"),
        evidence,
    )
}

/// Whether a task is only in a schedule, so that its next run makes up for a lost one: settings name it, and nothing
/// sends it.
fn only_periodic(facts: &Facts<'_>, site: Site<'_>) -> bool {
    let line = site.call.line.number();
    let mut functions = site.code.scopes.iter().filter(|scope| scope.line >= line);
    let Some(name) = functions.find_map(|scope| match &scope.kind {
        slugsmith_facts::code::ScopeKind::Function { name } => Some(name.as_str()),
        _ => None,
    }) else {
        return false;
    };
    let last = format!(".{name}");
    let scheduled = facts.code(Language::Python).any(|code| {
        code.assignments.iter().any(|one| {
            let mut named = false;
            one.value.walk(&mut |value| {
                let task = value.key("task").and_then(Expr::text);
                named = named || task.is_some_and(|task| task == name || task.ends_with(&last));
            });
            named
        })
    });
    let sent = || {
        guards::used(facts, Language::Python, |other| {
            let sends = matches!(
                other.call.method(),
                "delay" | "apply_async" | "s" | "si" | "signature"
            );
            sends && other.call.receiver().rsplit('.').next() == Some(name)
                || other.call.method() == "send_task"
        })
    };
    scheduled && !sent()
}

/// Where Celery's settings stand, as a fix writes them: `NAME.conf.` of the app's own object, or
/// the prefix under which Django's settings hold them.
fn settings(facts: &Facts<'_>) -> String {
    let namespace = facts.code(Language::Python).find_map(|code| {
        let mut loads = code
            .calls
            .iter()
            .filter(|call| call.method() == "config_from_object");
        let call = loads.find(|call| {
            let module = call.positional(0).and_then(Expr::text);
            module.is_some_and(|module| module.starts_with("django.conf"))
        })?;
        Some(call.named("namespace").and_then(Expr::text)?.to_owned())
    });
    if let Some(namespace) = namespace {
        return format!("settings.py: {namespace}_");
    }
    let object = facts.code(Language::Python).find_map(|code| {
        code.assignments.iter().find_map(|one| {
            let made = matches!(one.value.callee(), Some("Celery" | "celery.Celery"));
            (made && !one.target.contains('.')).then_some(one.target.as_str())
        })
    });
    format!("{}.conf.", object.unwrap_or("app"))
}

/// Jobs of Bull and `BullMQ` run once, unless `attempts` says otherwise.
fn bull(facts: &Facts<'_>) -> Option<Evidence> {
    let library = facts
        .packages
        .wants_any(Ecosystem::Npm, &["bullmq", "bull"])?;
    let says = |value: &Expr| {
        value.any(|value| {
            value.key("attempts").is_some()
                || value
                    .key("defaultJobOptions")
                    .is_some_and(|options| !matches!(options, Expr::Object(_)))
        })
    };
    let policy = facts.code(Language::JavaScript).any(|code| {
        code.calls
            .iter()
            .any(|call| call.arguments.iter().any(|argument| says(&argument.value)))
            || code.assignments.iter().any(|assignment| {
                says(&assignment.value) || assignment.target.ends_with("attempts")
            })
    });
    let site = calls_to(facts, Language::JavaScript, |site| {
        matches!(site.call.method(), "add" | "addBulk") && crate::jobs::is_queue(site)
    })
    .next()?;
    // A job that comes round by itself needs no second try, and options by name are not known.
    let repeats = site
        .call
        .arguments
        .iter()
        .any(|argument| argument.value.any(|value| value.key("repeat").is_some()));
    let unknown = site.call.arguments.len() > 2
        && !matches!(
            site.call
                .positional(2)
                .map(|value| site.code.resolve(value)),
            Some(Expr::Object(_))
        );
    (!policy && !repeats && !unknown).then(|| {
        Evidence::line(
            &site.code.path,
            site.call.line,
            format!(
                "`{}` has no attempts anywhere: a \
            job of {} that fails once is not tried again.",
                site.call.callee, library.name
            ),
        )
        .help(
            "new Queue(name, { connection, defaultJobOptions: { attempts: 5, backoff: \
                { type: \"exponential\", delay: 1000 } } })",
        )
    })
}

/// Laravel's jobs with `$tries = 1`.
fn one_try(facts: &Facts<'_>) -> Option<Evidence> {
    facts
        .packages
        .wants(Ecosystem::Composer, "laravel/framework")?;
    // Jobs of the queue `sync` run inside the request: nothing fetches them, and nothing tries again.
    let queue =
        crate::laravel::settings(facts, "queue").and_then(|queue| queue.chosen(facts, "default"));
    let worker = |process: &slugsmith_facts::process::Runs| {
        process.mentions(&["queue:work", "queue:listen", "horizon"])
    };
    if queue.is_some_and(|(name, _)| name == "sync") && !facts.processes.iter().any(worker) {
        return None;
    }
    facts
        .code(Language::Php)
        .filter(|code| code.path.contains("Jobs/"))
        .find_map(|code| {
            let setting = code.assignments.iter().find(|assignment| {
                assignment.target.ends_with("tries") && assignment.value.number() == Some(1)
            })?;
            Some(
                Evidence::line(
                    &code.path,
                    setting.line,
                    "`$tries = 1`: a job that is cut off by a \
            restart or fails once is not tried again.",
                )
                .help(
                    "public $tries = 5; public $backoff \
                = [10, 60, 300];",
                ),
            )
        })
}

fn celery(facts: &Facts<'_>) -> bool {
    facts.packages.has(Ecosystem::Pypi, "celery")
}

/// Names of the app's Celery objects: what `Celery(…)` made, or a function whose name says that it makes one.
fn celery_objects<'f>(facts: &'f Facts<'_>) -> BTreeSet<&'f str> {
    let assignments = facts
        .code(Language::Python)
        .flat_map(|code| &code.assignments);
    let made = assignments.filter(|one| {
        let callee = one.value.callee().unwrap_or_default();
        let last = callee.rsplit('.').next().unwrap_or(callee);
        let makes = ["make", "create", "init", "get"]
            .iter()
            .any(|verb| last.starts_with(verb));
        last == "Celery" || makes && last.to_ascii_lowercase().contains("celery")
    });
    made.filter_map(|one| one.target.rsplit('.').next())
        .collect()
}

fn is_task(callee: &str) -> bool {
    matches!(
        callee,
        "@app.task"
            | "@shared_task"
            | "@celery.task"
            | "@celery_app.task"
            | "@task"
            | "@celery.shared_task"
    )
}

/// A queue that is emptied when its worker starts.
fn purge(facts: &Facts<'_>) -> Option<Evidence> {
    let site = facts.calls().find(|site| {
        let call = site.call;
        let delayed = call.callee == "Delayed.Job.delete_all";
        let sidekiq = call.method() == "clear" && call.receiver().starts_with("Sidekiq.Queue");
        let bull = call.method() == "obliterate"
            && call.receiver().to_ascii_lowercase().ends_with("queue");
        // Only where the worker's own start does it, not an administrator's action.
        let at_start = matches!(
            site.code.path.as_str(),
            "Rakefile" | "config/puma.rb" | "config/unicorn.rb"
        ) || site.code.function(call.scope).is_none()
            && site
                .code
                .path
                .rsplit_once('.')
                .is_none_or(|(_, ending)| ending != "rake");
        (delayed || sidekiq || bull)
            && at_start
            && branch(site.code, call.scope) != Branch::Development
    });
    if let Some(site) = site {
        return Some(purged(&site.code.path, site.call.line, &site.call.callee));
    }
    facts
        .processes
        .iter()
        .flat_map(|process| &process.commands)
        .find(|command| {
            command.text.contains("celery") && command.text.contains("purge")
                || command.text.contains("worker --purge")
        })
        .map(|command| purged(&command.path, command.line, "celery purge"))
}

fn purged(path: &str, line: LineSpan, what: &str) -> Evidence {
    Evidence::line(
        path,
        line,
        format!(
            "`{what}` empties the queue each time the worker starts: \
        jobs that were waiting are lost at every restart."
        ),
    )
    .level(Severity::Error)
    .help("Remove it; clear a queue by hand when it is really needed.")
}
