//! Work that a request leaves behind in the memory of its process: threads, goroutines, executors, in-memory queues.

use super::telling::{is_durable, posts};
use super::threads;
use crate::rules::prelude::*;
use slugsmith_facts::code::ScopeKind;

/// Work that is started in memory and whose name says that it must not be lost: the first
/// place of each language.
pub(super) fn beside_the_request(facts: &Facts<'_>) -> Vec<Evidence> {
    let mut found: Vec<Evidence> = Vec::new();
    for language in [
        Language::JavaScript,
        Language::Python,
        Language::Ruby,
        Language::Go,
        Language::Java,
        Language::Php,
    ] {
        let threads = threads::classes(facts, language);
        let of_thread = |site: Site<'_>| {
            threads
                .get(site.call.method())
                .map(|work| (*work).to_owned())
        };
        let site = calls_to(facts, language, |site| {
            // Cheapest first: this looks at every call of the app.
            let telling = || {
                of_thread(site).is_some()
                    || started(facts, site).is_some_and(|work| is_durable(&work) || posts(&work))
            };
            let in_function = || {
                let mut around = site
                    .code
                    .around(site.call.scope)
                    .filter_map(|scope| match &scope.kind {
                        ScopeKind::Function { name } => Some(name.as_str()),
                        _ => None,
                    });
                let innermost = around.next();
                let outermost = around.last().or(innermost);
                (innermost.is_some() || site.call.callee == "@Async")
                    && !matches!(outermost, Some("main" | "init"))
            };
            let own_process = || {
                facts
                    .processes
                    .iter()
                    .filter(|process| process.name != "web")
                    .any(|process| process.mentions(&[site.code.path.as_str()]))
            };
            telling()
                && in_function()
                && !own_process()
                && !guards::is_maintenance(facts, &site.code.path)
        })
        .next();
        if let Some(site) = site {
            let work = of_thread(site).or_else(|| started(facts, site));
            let work = work.unwrap_or_default();
            let how = if site.call.callee == "go" {
                "A goroutine".to_owned()
            } else {
                format!("`{}`", site.call.callee)
            };
            found.push(
                Evidence::line(
                    &site.code.path,
                    site.call.line,
                    format!(
                        "{how} runs `{work}` in \
                    the memory of the web process: a restart, at least once a day, drops what is \
                    not done yet."
                    ),
                )
                .level(Severity::Warn)
                .help(match language {
                    Language::JavaScript => {
                        "npm install bullmq; queue.add(…) and a worker \
                            process: worker: node worker.js"
                    }
                    Language::Python => {
                        "pip install rq; queue.enqueue(…) and a worker \
                            process: worker: rq worker --url $REDIS_URL"
                    }
                    Language::Ruby => {
                        "perform_later with solid_queue or sidekiq, and a \
                            worker process"
                    }
                    Language::Go => {
                        "Put it into a queue (Redis, Postgres), and work through \
                            it in a process of its own: worker: bin/worker"
                    }
                    Language::Java => {
                        "Put it into a queue (JobRunr, Quartz or a table in Postgres, RabbitMQ), and \
                            work through it in a process of its own"
                    }
                    Language::Php => {
                        "dispatch(…) with QUEUE_CONNECTION=database, and worker: php artisan \
                            queue:work"
                    }
                }),
            );
        }
    }
    found
}

/// The name of what a call starts beside the request.
pub(super) fn started(facts: &Facts<'_>, site: Site<'_>) -> Option<String> {
    let call = site.call;
    let name = |value: &Expr| match value {
        Expr::Name(name) => Some(name.clone()),
        Expr::Call { callee, .. } => Some(callee.clone()),
        _ => None,
    };
    // A function written in place: what it calls first that has a telling name.
    let inside = || {
        let telling = site.code.calls.iter().filter(|other| {
            let function = site
                .code
                .around(other.scope)
                .find(|scope| matches!(scope.kind, ScopeKind::Function { .. }));
            other.line >= call.line
                && function.is_some_and(|scope| {
                    (call.line.number()..=call.line.number() + 1).contains(&scope.line)
                })
        });
        telling
            .map(|other| other.callee.clone())
            .find(|callee| is_durable(callee) || posts(callee))
    };
    let first = || call.positional(0).and_then(name);
    match site.code.language {
        Language::Python => match call.callee.as_str() {
            // Starlette's `BackgroundTasks`, whatever the parameter is called.
            _ if call.method() == "add_task"
                && ["fastapi", "starlette"]
                    .iter()
                    .any(|module| site.code.imports(module)) =>
            {
                first()
            }
            "threading.Thread" | "Thread" | "threading.Timer" => {
                call.named("target").and_then(name)
            }
            _ => None,
        },
        Language::JavaScript => match call.callee.as_str() {
            // `process.nextTick` runs before anything else does: it is the request's own work.
            "setImmediate" => first().or_else(inside),
            _ if matches!(call.method(), "add" | "push") && is_memory_queue(site) => {
                first().or_else(inside).or_else(|| Some("send".to_owned()))
            }
            _ => None,
        },
        Language::Ruby => match call.callee.as_str() {
            "Thread.new" | "Concurrent.Future.execute" | "Concurrent.Promise.execute" => {
                ruby_block(site)
            }
            _ if call.method() == "perform_async"
                && facts
                    .packages
                    .wants(Ecosystem::Gem, "sucker_punch")
                    .is_some()
                && facts.packages.wants(Ecosystem::Gem, "sidekiq").is_none() =>
            {
                Some(format!("deliver {}", call.receiver()))
            }
            _ => None,
        },
        Language::Go if call.callee == "go" => {
            let serves = [
                "net/http",
                "github.com/gin-gonic/gin",
                "github.com/labstack/echo/v4",
                "github.com/gofiber/fiber/v2",
            ]
            .iter()
            .any(|module| site.code.imports(module));
            // `go func() { … }()` has no name: what it calls tells.
            let named = || first().filter(|name| !name.starts_with("func("));
            if serves {
                named().or_else(inside)
            } else {
                None
            }
        }
        Language::Java => java_work(facts, site, inside),
        Language::Php => {
            (call.method() == "dispatchAfterResponse").then(|| format!("send {}", call.receiver()))
        }
        Language::Go => None,
    }
}

/// What an executor, a new thread or a method with Spring's `@Async` works at.
fn java_work(
    facts: &Facts<'_>,
    site: Site<'_>,
    inside: impl Fn() -> Option<String>,
) -> Option<String> {
    let call = site.call;
    match call.callee.as_str() {
        "@Async" => {
            // Without @EnableAsync, Spring calls the method like any other.
            let enabled = guards::used(facts, Language::Java, |site| {
                site.call.callee.ends_with("EnableAsync")
            });
            let (class, _) = site.code.class(call.scope)?;
            let method = site.code.function(call.scope)?;
            let work = format!("{class}.{method}");
            let named = [class, method].into_iter().find(|name| is_durable(name));
            named.filter(|_| enabled).map(|_| work)
        }
        "CompletableFuture.runAsync" | "CompletableFuture.supplyAsync" => inside(),
        "Thread" => inside(),
        _ if matches!(call.method(), "submit" | "execute" | "schedule") => {
            let receiver = call.receiver().rsplit('.').next().unwrap_or_default();
            let pool = receiver.to_ascii_lowercase();
            (pool.contains("executor") || pool.contains("pool"))
                .then(inside)
                .flatten()
        }
        _ => None,
    }
}

/// What the block of a Ruby thread calls.
fn ruby_block(site: Site<'_>) -> Option<String> {
    site.code
        .calls
        .iter()
        .find(|other| {
            (site.call.line.number()..=site.call.line.number() + 4).contains(&other.line.number())
                && is_durable(&other.callee)
        })
        .map(|other| other.callee.clone())
}

/// A queue that lives in this process: made by one of the in-memory libraries.
fn is_memory_queue(site: Site<'_>) -> bool {
    let libraries = ["p-queue", "fastq", "better-queue", "queue", "async.queue"];
    site.code.assignments.iter().any(|assignment| {
        assignment.target == site.call.receiver()
            && assignment.value.callee().is_some_and(|callee| {
                matches!(
                    callee,
                    "PQueue" | "fastq" | "fastq.promise" | "BetterQueue" | "async.queue" | "queue"
                )
            })
    }) && (libraries.iter().any(|library| site.code.imports(library)) || site.code.imports("async"))
}
