//! Which libraries run jobs in the background, and what shows that they are used?

use super::facts::{Facts, Site};
use super::guards::{Branch, branch, calls_to};
use slugsmith_facts::code::Language;
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
        line: "worker: celery -A app worker --loglevel=info",
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
        line: "worker: dramatiq app.tasks",
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
        line: "worker: node worker.js",
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
    let made = site.code.assignments.iter().any(|assignment| {
        assignment.target == receiver
            && assignment
                .value
                .callee()
                .is_some_and(|callee| matches!(callee, "Queue" | "Bull" | "bullmq.Queue"))
    });
    made || last.to_ascii_lowercase().ends_with("queue")
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
            custom || first.contains('/') || words.contains(&"runner")
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
        let language = language(library.ecosystem);
        let site = facts.calls().find(|site| {
            site.code.language == language
                && (library.enqueues)(*site)
                && branch(site.code, site.call.scope) != Branch::Development
        });
        found.extend(site.map(|site| Use { library, site }));
    }
    found
}

fn language(ecosystem: Ecosystem) -> Language {
    match ecosystem {
        Ecosystem::Npm => Language::JavaScript,
        Ecosystem::Pypi => Language::Python,
        Ecosystem::Gem => Language::Ruby,
        Ecosystem::Go => Language::Go,
        Ecosystem::Maven => Language::Java,
        Ecosystem::Composer => Language::Php,
    }
}
