//! Libraries that run something at set times in the process that they are started in.

use crate::rules::prelude::*;

/// Modules of Go, each with the calls that add a job.
const GO: &[(&str, &[&str])] = &[
    ("github.com/bamzi/jobrunner", &["Schedule", "Every"]),
    ("github.com/robfig/cron", &["AddFunc", "AddJob"]),
    ("gopkg.in/robfig/cron.v2", &["AddFunc", "AddJob"]),
    ("github.com/go-co-op/gocron", &["Every", "Cron", "NewJob"]),
    ("github.com/jasonlvhit/gocron", &["Every"]),
    ("github.com/carlescere/scheduler", &["Every"]),
    ("github.com/reugn/go-quartz", &["ScheduleJob"]),
    ("github.com/mileusna/crontab", &["AddJob", "MustAddJob"]),
];

/// Packages of npm, each with the calls that begin a schedule; an empty one is the export itself.
const NODE: &[(&str, &[&str])] = &[
    ("node-cron", &["schedule"]),
    ("node-schedule", &["scheduleJob"]),
    ("cron", &["CronJob", "CronJob.from", "cron.job", "job"]),
    ("croner", &["Cron"]),
    ("bree", &["Bree"]),
    (
        "toad-scheduler",
        &[
            "addSimpleIntervalJob",
            "addLongIntervalJob",
            "addIntervalJob",
            "addCronJob",
        ],
    ),
    ("@nestjs/schedule", &["ScheduleModule.forRoot"]),
    ("later", &["later.setInterval"]),
    ("fastify-cron", &["register"]),
];

pub(super) fn starts_schedule(site: Site<'_>) -> bool {
    let (code, call) = (site.code, site.call);
    let listed = |table: &[(&str, &[&str])]| {
        table.iter().any(|(module, calls)| {
            code.imports(module)
                && calls
                    .iter()
                    .any(|one| *one == call.callee || *one == call.method())
        })
    };
    match code.language {
        Language::JavaScript => listed(NODE) && is_of_library(site),
        Language::Go => listed(GO) && !call.receiver().is_empty(),
        Language::Python => {
            // The package `schedule`: its loop runs in each process that begins it.
            let looped = call.callee == "schedule.run_pending" && code.imports("schedule");
            let made = |names: &[&str]| {
                code.calls
                    .iter()
                    .any(|other| names.contains(&other.callee.as_str()))
            };
            let starts = call.method() == "start" && !call.receiver().is_empty();
            looped
                || starts
                    && code.imports("apscheduler")
                    && made(&["BackgroundScheduler", "AsyncIOScheduler"])
                || starts
                    && code.imports("flask_apscheduler")
                    && made(&["APScheduler", "flask_apscheduler.APScheduler"])
        }
        Language::Ruby => {
            call.callee.ends_with("Rufus.Scheduler.new")
                || matches!(
                    call.callee.as_str(),
                    "Rufus.Scheduler.singleton"
                        | "Concurrent.TimerTask.new"
                        | "Concurrent.TimerTask.execute"
                )
                || call.callee == "every" && is_celluloid(site)
        }
        Language::Java => {
            call.callee == "@Scheduled"
                || call.method() == "scheduleJob" && code.imports("org.quartz")
        }
        Language::Php => false,
    }
}

/// Whether what is called came with an import of such a package, or stands on an object that may be made by one:
/// a function or a method of the app's own may be called `schedule`, too.
fn is_of_library(site: Site<'_>) -> bool {
    let callee = &site.call.callee;
    let root = callee.split(['.', '(']).next().unwrap_or(callee);
    let of = |module: &str| NODE.iter().any(|(known, _)| *known == module);
    let imported = root == "require"
        || site
            .code
            .imports
            .iter()
            .any(|import| of(&import.module) && import.names.iter().any(|name| name == root));
    imported || site.code.imports("toad-scheduler") || site.code.imports("fastify-cron")
}

/// Whether a call stands in a class that is an actor of Celluloid, whose `every` runs a block again and again.
fn is_celluloid(site: Site<'_>) -> bool {
    let mut calls = site.code.calls.iter();
    calls.any(|call| {
        call.callee == "include"
            && call
                .positional(0)
                .and_then(Expr::name)
                .is_some_and(|name| name.starts_with("Celluloid"))
    })
}

/// Whether a lock, or a database that all dynos share, lets one of them run the job.
pub(super) fn is_locked(facts: &Facts<'_>, code: &Code) -> bool {
    let npm = ["redlock", "@sesamecare-oss/redlock"];
    let gems = ["redlock", "with_advisory_lock"];
    let go = ["github.com/bsm/redislock", "github.com/go-redsync/redsync"];
    let by_package = facts.packages.has_any(Ecosystem::Npm, &npm)
        || facts.packages.has_any(Ecosystem::Gem, &gems)
        || facts.packages.has_any(Ecosystem::Go, &go)
        || facts
            .packages
            .wanted
            .iter()
            .any(|package| match package.ecosystem {
                Ecosystem::Maven => package.name.contains("shedlock"),
                Ecosystem::Go => go.iter().any(|module| package.name.starts_with(module)),
                _ => false,
            });
    let by_call = code.calls.iter().any(|call| {
        let lower = call.callee.to_ascii_lowercase();
        [
            "distributedlocker",
            "distributedelector",
            "advisorylock",
            "advisory_lock",
            "acquirelock",
        ]
        .iter()
        .any(|word| lower.contains(word))
    });
    let by_query = || {
        code.values().any(|(_, _, value)| {
            value.any(|value| {
                value
                    .text()
                    .is_some_and(|text| text.contains("advisory_lock("))
            })
        })
    };
    let clustered = || {
        let mut texts = facts.sources.texts.values();
        code.language == Language::Java
            && texts.any(|text| {
                text.contains("isClustered")
                    || text.contains("job-store-type: jdbc")
                    || text.contains("job-store-type=jdbc")
            })
    };
    by_package || by_call || by_query() || clustered()
}
