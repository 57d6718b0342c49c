//! Which libraries run jobs in the background, and what shows that they are used?

use super::facts::{Facts, Site};
use super::guards::{Branch, branch, calls_to};
use slugsmith_facts::code::{Call, Expr, Language};
use slugsmith_facts::packages::Ecosystem;

/// A job library.
pub(super) struct Library {
    pub(super) name: &'static str,
    pub(super) ecosystem: Ecosystem,
    pub(super) packages: &'static [&'static str],
    /// Texts in a process that runs its jobs.
    pub(super) process: &'static [&'static str],
    /// The line for the Procfile.
    pub(super) line: &'static str,
    /// Whether a call puts a job into the queue.
    pub(super) enqueues: fn(Site<'_>) -> bool,
}

pub(super) static LIBRARIES: &[Library] = &[
    Library {
        name: "Sidekiq",
        ecosystem: Ecosystem::Gem,
        packages: &["sidekiq"],
        process: &["sidekiq"],
        line: "worker: bundle exec sidekiq",
        enqueues: |site| {
            matches!(
                site.call.method(),
                "perform_async" | "perform_in" | "perform_later"
            )
        },
    },
    Library {
        name: "GoodJob",
        ecosystem: Ecosystem::Gem,
        packages: &["good_job"],
        process: &["good_job"],
        line: "worker: bundle exec good_job start",
        enqueues: |site| site.call.method() == "perform_later",
    },
    Library {
        name: "Solid Queue",
        ecosystem: Ecosystem::Gem,
        packages: &["solid_queue"],
        process: &["solid_queue", "bin/jobs", "SOLID_QUEUE_IN_PUMA"],
        line: "worker: bundle exec rake solid_queue:start",
        enqueues: |site| site.call.method() == "perform_later",
    },
    Library {
        name: "Delayed Job",
        ecosystem: Ecosystem::Gem,
        packages: &["delayed_job_active_record", "delayed_job"],
        process: &["jobs:work", "delayed_job", "work_jobs"],
        line: "worker: bundle exec rake jobs:work",
        enqueues: |site| {
            matches!(site.call.callee.as_str(), "Delayed.Job.enqueue")
                || matches!(site.call.method(), "delay" | "perform_later")
                    && site.call.receiver() != ""
        },
    },
    Library {
        name: "Resque",
        ecosystem: Ecosystem::Gem,
        packages: &["resque"],
        process: &["resque:work", "resque-pool", "resque:scheduler", "QUEUE="],
        line: "worker: QUEUE=* bundle exec rake resque:work",
        enqueues: |site| {
            matches!(
                site.call.callee.as_str(),
                "Resque.enqueue" | "Resque.enqueue_to"
            )
        },
    },
    Library {
        name: "Celery",
        ecosystem: Ecosystem::Pypi,
        packages: &["celery"],
        process: &["celery"],
        line: "worker: celery -A MODULE worker --loglevel=info",
        enqueues: |site| {
            matches!(site.call.method(), "delay" | "apply_async")
                || site.call.method() == "send_task"
        },
    },
    Library {
        name: "RQ",
        ecosystem: Ecosystem::Pypi,
        packages: &["rq", "django-rq"],
        process: &[
            "rq worker",
            "rqworker",
            "rqscheduler",
            "worker.py",
            "rq_worker",
        ],
        line: "worker: rq worker --url $REDIS_URL",
        enqueues: |site| {
            matches!(site.call.method(), "enqueue" | "enqueue_in" | "enqueue_at")
                || site.call.method() == "delay"
        },
    },
    Library {
        name: "Dramatiq",
        ecosystem: Ecosystem::Pypi,
        packages: &["dramatiq", "django-dramatiq"],
        process: &["dramatiq"],
        line: "worker: dramatiq MODULE",
        enqueues: |site| {
            matches!(site.call.method(), "send" | "send_with_options")
                && site
                    .code
                    .imports
                    .iter()
                    .any(|import| import.module.contains("tasks"))
        },
    },
    Library {
        name: "BullMQ",
        ecosystem: Ecosystem::Npm,
        packages: &["bullmq", "bull"],
        process: &[],
        line: "worker: node FILE",
        enqueues: |site| matches!(site.call.method(), "add" | "addBulk") && is_queue(site),
    },
    Library {
        name: "Laravel's queue",
        ecosystem: Ecosystem::Composer,
        packages: &["laravel/framework"],
        process: &["queue:work", "queue:listen", "horizon"],
        line: "worker: php artisan queue:work --tries=3",
        enqueues: |site| {
            let dispatch = matches!(site.call.method(), "dispatch" | "queue" | "later")
                && !site.call.receiver().is_empty()
                && (site.call.receiver().ends_with("Job")
                    || site.call.receiver() == "Mail"
                    || site.call.receiver().starts_with("Mail."));
            let helper = site.call.callee == "dispatch"
                && site.call.arguments.first().is_some_and(|argument| {
                    argument
                        .value
                        .callee()
                        .is_some_and(|callee| callee.ends_with("Job"))
                });
            dispatch || helper
        },
    },
];

/// Whether the receiver of `add` is a queue: made by `new Queue`, or called one.
pub(super) fn is_queue(site: Site<'_>) -> bool {
    let receiver = site.call.receiver();
    let last = receiver.rsplit('.').next().unwrap_or(receiver);
    // What it was made of tells, also where another module made it.
    match site.code.resolve(&Expr::Name(receiver.to_owned())) {
        Expr::Call { callee, .. } => matches!(
            callee.as_str(),
            "Queue" | "Bull" | "BullQueue" | "Bull.Queue" | "bullmq.Queue" | "bull.Queue"
        ),
        _ => last.to_ascii_lowercase().ends_with("queue"),
    }
}

/// Whether a call works through jobs: `queue.process(…)` of Bull, `new Worker(…)` of `BullMQ`.
pub(super) fn works(site: Site<'_>) -> bool {
    if site.code.language != Language::JavaScript {
        return false;
    }
    let worker = matches!(site.call.callee.as_str(), "Worker" | "bullmq.Worker")
        && site.code.imports("bullmq");
    worker || site.call.method() == "process" && is_queue(site)
}

/// The line of the Procfile that runs a library's jobs in this app; `None` where the module
/// or file that it has to name can't be told.
pub(super) fn line(facts: &Facts<'_>, library: &Library) -> Option<String> {
    let Some((before, after)) = library
        .line
        .split_once("MODULE")
        .or_else(|| library.line.split_once("FILE"))
    else {
        return Some(library.line.to_owned());
    };
    let name = match library.ecosystem {
        Ecosystem::Pypi if library.name == "Celery" => celery_module(facts)?,
        Ecosystem::Pypi => module(&only(facts, Language::Python, |call| {
            call.callee.starts_with("@dramatiq.actor") || call.callee == "@actor"
        })?),
        // A file that works through jobs is only a worker's where no server begins in it.
        _ => [
            "worker.js",
            "src/worker.js",
            "workers/index.js",
            "worker/index.js",
        ]
        .into_iter()
        .find(|path| facts.sources.has(path))?
        .to_owned(),
    };
    Some(format!("{before}{name}{after}"))
}

/// The only file with such a call.
fn only(facts: &Facts<'_>, language: Language, test: impl Fn(&Call) -> bool) -> Option<String> {
    let mut files = facts
        .code(language)
        .filter(|code| code.calls.iter().any(&test));
    let first = files.next()?;
    files.next().is_none().then(|| first.path.clone())
}

/// What `celery -A` takes: the package of `shop/celery.py`, which Celery looks into by
/// itself, else the module that makes the one Celery object of the app.
pub(super) fn celery_module(facts: &Facts<'_>) -> Option<String> {
    let path = only(facts, Language::Python, |call| {
        matches!(call.callee.as_str(), "Celery" | "celery.Celery")
    })?;
    Some(match path.strip_suffix("/celery.py") {
        Some(package) => package.replace('/', "."),
        None => module(&path),
    })
}

fn module(path: &str) -> String {
    let stem = path.strip_suffix(".py").unwrap_or(path);
    let stem = stem.strip_suffix("/__init__").unwrap_or(stem);
    stem.strip_prefix("src/").unwrap_or(stem).replace('/', ".")
}

/// What users call a library: Bull is the predecessor of `BullMQ`, with another interface.
pub(super) fn shown(facts: &Facts<'_>, library: &Library) -> &'static str {
    let old = library.name == "BullMQ" && facts.packages.wants(Ecosystem::Npm, "bullmq").is_none();
    if old { "Bull" } else { library.name }
}

/// The library with the place of a first job put into its queue.
pub(super) struct Use<'a> {
    pub(super) library: &'static Library,
    pub(super) site: Site<'a>,
}

/// Whether a process besides web and release runs code of the app's own that may well work
/// through the queue: what is in it is not known.
pub(super) fn has_own_worker(facts: &Facts<'_>) -> bool {
    facts
        .processes
        .iter()
        .filter(|process| !matches!(process.name.as_str(), "web" | "release"))
        .flat_map(|process| &process.commands)
        .any(|command| {
            let words = command.words();
            let first = words.first().copied().unwrap_or_default();
            let custom = matches!(
                first,
                "ruby"
                    | "rake"
                    | "python"
                    | "python3"
                    | "node"
                    | "npm"
                    | "yarn"
                    | "php"
                    | "bash"
                    | "sh"
            );
            let may = custom || first.contains('/') || words.contains(&"runner");
            may && !is_other_task(&words)
        })
}

/// Whether a framework's own tool does something that is known, and is no worker: `bin/rails console`,
/// `php artisan migrate`, `python manage.py shell`.
fn is_other_task(words: &[&str]) -> bool {
    const TOOLS: &[&str] = &["rails", "rake", "manage.py", "artisan", "flask"];
    const TASKS: &[&str] = &[
        "c",
        "collectstatic",
        "console",
        "dbconsole",
        "dbshell",
        "migrate",
        "runserver",
        "s",
        "schedule:run",
        "schedule:work",
        "serve",
        "server",
        "shell",
        "tinker",
    ];
    let mut pairs = words.windows(2);
    pairs.any(|pair| {
        let tool = pair[0].rsplit('/').next().unwrap_or(pair[0]);
        let is_known = TASKS.contains(&pair[1])
            || pair[1].starts_with("db:")
            || pair[1].starts_with("assets:");
        TOOLS.contains(&tool) && is_known
    })
}

/// Where code of the app starts Sidekiq inside another process, as its embedding allows.
pub(super) fn embedded<'a>(facts: &'a Facts<'_>) -> Option<Site<'a>> {
    calls_to(facts, Language::Ruby, |site| {
        site.call.callee == "Sidekiq.configure_embed"
    })
    .next()
}

/// Job libraries that reachable code really uses.
pub(super) fn used<'a>(facts: &'a Facts<'_>) -> Vec<Use<'a>> {
    let mut found: Vec<Use<'a>> = Vec::new();
    for library in LIBRARIES {
        if facts
            .packages
            .wants_any(library.ecosystem, library.packages)
            .is_none()
        {
            continue;
        }
        // Several Ruby libraries share `perform_later`: the first that the app has is meant.
        let taken = found
            .iter()
            .any(|other| other.library.ecosystem == library.ecosystem);
        if taken {
            continue;
        }
        let language = library.ecosystem.language();
        let site = facts.calls().find(|site| {
            Some(site.code.language) == language
                && (library.enqueues)(*site)
                && branch(site.code, site.call.scope) != Branch::Development
        });
        found.extend(site.map(|site| Use { library, site }));
    }
    found
}
