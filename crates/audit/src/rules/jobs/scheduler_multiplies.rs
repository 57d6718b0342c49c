//! Does every dyno run the same schedule?

mod libraries;

use crate::jobs;
use crate::rules::prelude::*;
use libraries::{is_locked, starts_schedule};
use slugsmith_facts::code::ScopeKind;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "scheduler-multiplies",
    code: "SF704",
    title: "A scheduler in the web process runs once per dyno",
    level: Severity::Warn,
    group: Group::Jobs,
    ecosystems: &["node", "python", "ruby", "go", "java"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            Schedules that code of the web process starts: node-cron, node-schedule, croner, Bree, toad-scheduler,
            APScheduler, Python's `schedule`, rufus-scheduler, concurrent-ruby's `TimerTask`, Celluloid's `every`,
            robfig/cron, gocron, jobrunner, Spring's `@Scheduled`, Quartz in memory, one
            finding with the further files in its text;
            `celery worker -B`, which multiplies with each worker.
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
            advisory locks, gocron's locker) guards it, or the library keeps its jobs in a database that all dynos share
            (Agenda, pg-boss, BullMQ, clustered Quartz); the code only runs in development.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let mut evidence = Vec::new();
    let mut sites = facts
        .calls()
        .filter(|site| branch(site.code, site.call.scope) != Branch::Development)
        .filter(|site| starts_schedule(*site) && !guards::is_maintenance(facts, &site.code.path));
    let site = sites.next();
    if let Some(first) = site
        && !is_locked(facts, first.code)
        && let Some(site) = in_web(facts, first)
    {
        let others = sites
            .filter(|other| other.code.path != first.code.path && !is_locked(facts, other.code))
            .filter_map(|other| in_web(facts, other));
        evidence.push(
            Evidence::line(
                &site.code.path,
                site.call.line,
                format!(
                    "`{}` runs in every web dyno: with two of them everything happens twice.",
                    site.call.callee.trim_start_matches('@')
                ),
            )
            .also(&further(others))
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

/// The first place of each file.
fn further<'a>(sites: impl Iterator<Item = Site<'a>>) -> Vec<String> {
    let mut found: Vec<Site<'_>> = Vec::new();
    for site in sites {
        if found.iter().all(|known| known.code.path != site.code.path) {
            found.push(site);
        }
    }
    let places = found.iter();
    places
        .map(|site| format!("{}:{}", site.code.path, site.call.line))
        .collect()
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

/// The place where the web process starts the schedule, if it loads this file. Where a process of its own names a
/// clock or a scheduler, the schedule belongs to that.
fn in_web<'a>(facts: &'a Facts<'_>, site: Site<'a>) -> Option<Site<'a>> {
    // The script that the web process is started with runs there, whatever else does.
    let is_entry = site.code.language == Language::JavaScript
        && facts
            .process("web")
            .is_some_and(|web| web.mentions(&[site.code.path.as_str()]));
    let own = !is_entry
        && facts.processes.iter().any(|process| {
            matches!(
                process.name.as_str(),
                "clock" | "scheduler" | "cron" | "beat" | "schedule"
            ) || (process.name != "web" && process.mentions(&[site.code.path.as_str()]))
        });
    if own || facts.process("web").is_none() || !of_web_program(facts, site.code) {
        return None;
    }
    // Ruby loads by name: which process loads the file can't be told where there are several, unless only the server
    // reads the file, or a class that it names there.
    let path = site.code.path.as_str();
    let unknown = site.code.language == Language::Ruby
        && !path.starts_with("config/initializers/")
        && !matches!(path, "config.ru" | "config/puma.rb")
        && crate::jobs::has_own_worker(facts);
    if unknown {
        started_by_rack(facts, site)
    } else {
        Some(site)
    }
}

/// The call of `config.ru` that starts an actor: of the class that holds the schedule, or of one below it.
fn started_by_rack<'a>(facts: &'a Facts<'_>, site: Site<'a>) -> Option<Site<'a>> {
    let (class, _) = site.code.class(site.call.scope)?;
    let code = facts
        .code(Language::Ruby)
        .find(|code| code.path == "config.ru")?;
    let below = code.scopes.iter().filter_map(|scope| match &scope.kind {
        ScopeKind::Class { name, bases } if bases.iter().any(|base| base == class) => {
            Some(name.as_str())
        }
        _ => None,
    });
    let names: Vec<&str> = below.chain([class]).collect();
    let mut calls = code.calls.iter();
    let call = calls.find(|call| {
        let made = names
            .iter()
            .any(|name| call.callee.starts_with(&format!("{name}.")));
        let method = call.method().trim_end_matches('!');
        made && matches!(method, "start" | "run" | "perform" | "supervise")
    })?;
    Some(Site { code, call })
}

/// Whether a file of Go is of the program that serves: of the only one, or below the folder that has its name.
fn of_web_program(facts: &Facts<'_>, code: &Code) -> bool {
    let others = facts
        .processes
        .iter()
        .any(|process| !matches!(process.name.as_str(), "web" | "release"));
    let program = facts.process("web").map_or("", |web| web.command.program());
    code.language != Language::Go || !others || code.path.contains(&format!("{program}/"))
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
