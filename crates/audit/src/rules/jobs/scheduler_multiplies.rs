//! Does every dyno run the same schedule?

use crate::jobs;
use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "scheduler-multiplies",
    code: "SF704",
    title: "A scheduler in the web process runs once per dyno",
    level: Severity::Warn,
    group: Group::Jobs,
    ecosystems: &["node", "python", "ruby", "java"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            Schedules that code of the web process starts: node-cron, node-schedule, APScheduler,
            Python's `schedule`, rufus-scheduler, Spring's `@Scheduled`; `celery worker -B`, which multiplies with each
            worker.
        "},
        why: indoc! {"
            With two web dyno, every mail goes out twice. With none awake nothing runs at all, and
            each restart skips what was due.
        "},
        fix: indoc! {"
            A process of its own that is never scaled beyond one, or the Scheduler add-on:
            ```
            clock: node clock.js            # heroku ps:scale clock=1
            heroku addons:create scheduler:standard
            ```
        "},
        silent: indoc! {"
            The schedule runs in a process of its own; a distributed lock (ShedLock, redlock,
            advisory locks) guards it; the code only runs in development.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let mut evidence = Vec::new();
    let locked = facts
        .packages
        .has_any(Ecosystem::Npm, &["redlock", "@sesamecare-oss/redlock"])
        || facts.packages.wanted.iter().any(|package| {
            package.ecosystem == Ecosystem::Maven && package.name.contains("shedlock")
        });
    let site = facts
        .calls()
        .filter(|site| branch(site.code, site.call.scope) != Branch::Development)
        .find(|site| starts_schedule(*site));
    if let Some(site) = site
        && !locked
        && in_web(facts, site)
    {
        evidence.push(
            Evidence::line(
                &site.code.path,
                site.call.line,
                format!(
                    "`{}` runs in every web dyno: with two of them everything happens twice.",
                    site.call.callee.trim_start_matches('@')
                ),
            )
            .conditional(matches!(
                branch(site.code, site.call.scope),
                Branch::Conditional(_)
            ))
            .help("Move it to a process of its own: clock: …   then: heroku ps:scale clock=1")
            .help("or: heroku addons:create scheduler:standard"),
        );
    }
    for process in &facts.processes {
        for command in &process.commands {
            let beat = command.text.contains("celery")
                && command.text.contains("worker")
                && (command.text.split_whitespace().any(|word| word == "-B")
                    || command.text.contains("--beat"));
            if beat {
                evidence.push(
                    Evidence::line(
                        &command.path,
                        command.line,
                        "`celery worker -B` starts one scheduler per worker dyno.",
                    )
                    .help(format!(
                        "Take `-B` (`--beat`) out of it, and: beat: celery -A {} beat   then: heroku ps:scale beat=1",
                        own_app(&command.text)
                            .or_else(|| jobs::celery_module(facts))
                            .unwrap_or_else(|| "MODULE".to_owned())
                    )),
                );
            }
        }
    }
    Outcome::when(site.is_some(), evidence)
}

/// The app that a command of Celery names: `-A shop`, `-Ashop`, `--app=shop.celery`.
fn own_app(command: &str) -> Option<String> {
    let words: Vec<&str> = command.split_whitespace().collect();
    words.iter().enumerate().find_map(|(at, word)| {
        if matches!(*word, "-A" | "--app") {
            return words.get(at + 1).map(|app| (*app).to_owned());
        }
        let rest = word
            .strip_prefix("--app=")
            .or_else(|| word.strip_prefix("-A"))?;
        Some(rest.to_owned())
    })
}

fn starts_schedule(site: Site<'_>) -> bool {
    let call = site.call;
    match site.code.language {
        Language::JavaScript => {
            let cron = (site.code.imports("node-cron") || site.code.imports("cron"))
                && (matches!(
                    call.callee.as_str(),
                    "cron.schedule" | "require().schedule" | "nodeCron.schedule" | "schedule"
                ) || matches!(call.callee.as_str(), "CronJob" | "cron.CronJob"));
            let schedule = site.code.imports("node-schedule") && call.method() == "scheduleJob";
            let nest =
                site.code.imports("@nestjs/schedule") && call.callee == "ScheduleModule.forRoot";
            cron || schedule || nest
        }
        Language::Python => {
            // The package `schedule`: its loop runs in each process that begins it.
            let looped = call.callee == "schedule.run_pending" && site.code.imports("schedule");
            looped
                || site.code.imports("apscheduler")
                    && call.method() == "start"
                    && site.code.calls.iter().any(|other| {
                        matches!(
                            other.callee.as_str(),
                            "BackgroundScheduler" | "AsyncIOScheduler"
                        )
                    })
        }
        Language::Ruby => {
            call.callee.ends_with("Rufus.Scheduler.new")
                || call.callee == "Rufus.Scheduler.singleton"
        }
        Language::Java => call.callee == "@Scheduled",
        Language::Go | Language::Php => false,
    }
}

/// Whether the web process loads this file. Where a process of its own names a clock or a
/// scheduler, the schedule belongs to that.
fn in_web(facts: &Facts<'_>, site: Site<'_>) -> bool {
    let own = facts.processes.iter().any(|process| {
        matches!(
            process.name.as_str(),
            "clock" | "scheduler" | "cron" | "beat" | "schedule"
        ) || (process.name != "web" && process.mentions(&[site.code.path.as_str()]))
    });
    // Ruby loads by name: which process loads the file can't be told where there are several.
    let unknown = site.code.language == Language::Ruby
        && !site.code.path.starts_with("config/initializers/")
        && crate::jobs::has_own_worker(facts);
    !own && !unknown && facts.process("web").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheduler_runs_the_app_that_the_worker_runs() {
        for command in [
            "celery -A shop.tasks worker -B",
            "celery -Ashop.tasks worker --beat",
            "celery --app=shop.tasks worker -B",
            "celery --app shop.tasks worker -B",
        ] {
            assert_eq!(own_app(command).as_deref(), Some("shop.tasks"), "{command}");
        }
        assert_eq!(own_app("celery worker -B"), None);
    }
}
