//! Does the web process start other processes?

mod kept;

use crate::jobs;
use crate::proxies;
use crate::rules::prelude::*;
use slugsmith_ecosystems::{is_server, is_worker};
use slugsmith_facts::command::Command;
use slugsmith_finding::LineSpan;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "worker-inside-web",
    code: "SF703",
    title: "The web process also runs workers or schedulers",
    level: Severity::Warn,
    group: Group::Jobs,
    ecosystems: &["all"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            A web command that starts several processes (foreman, honcho, concurrently, supervisord,
            `&`, also with `nohup`; `gunicorn --daemon`), what uWSGI attaches (`attach-daemon`, `mule`,
            `cron`), what gunicorn's hooks or
            the script that is started leave running (`Popen`), or a Puma or Unicorn configuration that spawns a
            worker, or Sidekiq's `configure_embed`.
            `queue.process(…)` of Bull and `new Worker(…)` of BullMQ in the web process, where
            no other process type could run them. A script of the app that code of the web process
            starts and keeps (`this.bot = spawn(…)`).
        "},
        why: indoc! {"
            They share one dyno's memory and can't be scaled apart. When one of them dies, the
            platform does not see it, and every web dyno more runs one worker more.
        "},
        fix: indoc! {"
            One process type each. Procfile:
            ```
            web: bundle exec puma
            worker: bundle exec sidekiq
            ```
            then `heroku ps:scale worker=1`.
        "},
        silent: indoc! {"
            Guarded by a variable that is not set; nginx or a proxy in front of the server
            (`bin/start-nginx`, pgbouncer); other process types.
        "},
    },
    check,
};

const RUNNERS: &[&str] = &[
    "foreman",
    "honcho",
    "overmind",
    "hivemind",
    "concurrently",
    "supervisord",
    "circusd",
    "s6-svscan",
    "runsvdir",
    "npm-run-all",
    "run-p",
    "pm2",
    "forego",
    "goreman",
];

fn check(facts: &Facts<'_>) -> Outcome {
    let Some(web) = facts.process("web") else {
        return Outcome::not_applicable();
    };
    let mut evidence = Vec::new();
    for command in &web.commands {
        let words = command.words();
        let program = words
            .first()
            .map_or("", |word| word.rsplit('/').next().unwrap_or(word));
        let several = RUNNERS.contains(&program)
            && !(program == "npm-run-all"
                && !command.text.contains("-p")
                && !command.text.contains("--parallel"));
        let single =
            program == "pm2" || program == "foreman" && words.len() > 2 && words.contains(&"web");
        if several && !single && !only_with_proxy(&web.commands, command) {
            evidence.push(at(
                &command.path,
                command.line,
                format!(
                    "`{}` runs several processes in each web dyno.",
                    command.text
                ),
            ));
        }
        let text = format!("{} &", command.text);
        let others = || web.commands.iter().filter(|other| *other != command);
        let beside = || is_long_running(command) && others().any(is_long_running);
        let worker = in_background(&text);
        let background = worker.or_else(|| beside().then_some(command.text.as_str()));
        let goes_on = command.background || detaches(command);
        if let Some(background) = background.filter(|_| goes_on) {
            let sign = if command.background { " &" } else { "" };
            let message = format!(
                "`{background}{sign}` runs a second process in each web dyno, unseen by the platform."
            );
            evidence.push(at(&command.path, command.line, message));
        }
    }
    evidence.extend(server_configuration(facts));
    evidence.extend(node_worker(facts));
    evidence.extend(kept::check(facts));
    evidence.extend(jobs::embedded(facts).map(|site| {
        at(
            &site.code.path,
            site.call.line,
            "Sidekiq runs inside the web server, in each web dyno.".to_owned(),
        )
    }));
    Outcome::of(evidence.into_iter().take(1).collect())
}

/// Whether all that a runner starts is the server and a proxy in front of it.
fn only_with_proxy(commands: &[Command], runner: &Command) -> bool {
    let after = commands.iter().skip_while(|one| *one != runner).skip(1);
    let (fronts, others): (Vec<_>, Vec<_>) = after.partition(|one| proxies::starts_one(one));
    // A script of the app is known by what it runs.
    let serves = |one: &&&Command| is_long_running(one) && may_stay(one.program());
    !fronts.is_empty() && others.iter().filter(serves).count() < 2
}

fn at(path: &str, line: LineSpan, message: String) -> Evidence {
    Evidence::line(path, line, message)
        .help("Give each its own line in the Procfile, then: heroku ps:scale worker=1")
}

/// Bull's workers in the code of the web process, where no other process could run them.
fn node_worker(facts: &Facts<'_>) -> Option<Evidence> {
    let other = |name: &str| name != "web" && name != "release";
    if facts.processes.iter().any(|process| other(&process.name)) {
        return None;
    }
    let site = calls_to(facts, Language::JavaScript, jobs::works).next()?;
    let message = format!(
        "`{}` works through jobs in the web process: each web dyno does, and a slow job delays \
         answers.",
        site.call.callee
    );
    let always = branch(site.code, site.call.scope) == Branch::Always;
    let found = Evidence::line(&site.code.path, site.call.line, message).conditional(!always);
    Some(found.help("Move it to a file of its own. Procfile: worker: node worker.js"))
}

/// Programs that run code of the app and that no server or worker is called after.
const RUNTIMES: &[&str] = &[
    "node",
    "nodejs",
    "bun",
    "deno",
    "tsx",
    "ts-node",
    "python",
    "python3",
    "streamlit",
    "flower",
    "manage.py",
    "ruby",
    "rackup",
    "rails",
    "rake",
    "php",
    "java",
];

/// Whether a program may serve or work until it is stopped.
fn may_stay(program: &str) -> bool {
    RUNTIMES.contains(&program) || is_server(program) || is_worker(program)
}

/// Whether a command serves or works until it is stopped, as far as its words say: not a migration, a build or a
/// wait before the server starts. A proxy in front of the server is no process of its own.
fn is_long_running(command: &Command) -> bool {
    const ENDS: &[&str] = &[
        "migrat",
        "collectstatic",
        "seed",
        "build",
        "compile",
        "install",
        "upgrade",
        "wait",
        "warm",
        "setup",
        "check",
        "init",
        "clear",
        "cache",
        "db:",
    ];
    let words = command.words();
    let own = words.first().is_some_and(|word| word.starts_with("./"));
    let inline = matches!(words.get(1), Some(&("-c" | "-e" | "-r"))) && words.len() < 4;
    if is_detached(command) || is_daemon(command) {
        return !command.conditional;
    }
    let ends = |word: &&str| ENDS.iter().any(|part| word.contains(part));
    (own || may_stay(command.program()))
        && !command.conditional
        && (is_server(command.program()) || !inline && !words.iter().any(ends))
}

/// A server or worker that puts itself into the background: what comes after it is what the dyno watches
/// (docs.gunicorn.org/en/stable/settings.html, "daemon"; `celery worker --detach`).
fn detaches(command: &Command) -> bool {
    let words = command.words();
    let has = |options: &[&str]| options.iter().any(|one| words.contains(one));
    match command.program() {
        "gunicorn" => has(&["--daemon", "-D"]),
        "unicorn" | "unicorn_rails" => has(&["-D", "--daemonize"]),
        "celery" => has(&["--detach"]),
        "uwsgi" => has(&["--daemonize", "-d"]),
        "puma" | "thin" | "sidekiq" | "resque" => has(&["-d", "--daemon"]),
        _ => false,
    }
}

/// `nohup PROGRAM &`, `setsid PROGRAM &`: meant to outlive the shell that starts it. A proxy in front of the server,
/// and what only shows a file, is no process of its own.
fn is_detached(command: &Command) -> bool {
    let detaches = |wrapper: &String| matches!(wrapper.as_str(), "nohup" | "setsid" | "daemonize");
    command.background
        && command.wrappers.iter().any(detaches)
        && !proxies::starts_one(command)
        && !matches!(
            command.program(),
            "tail" | "sleep" | "curl" | "wget" | "cat" | "sh" | "bash"
        )
}

/// A server or agent of others that runs until it is stopped.
fn is_daemon(command: &Command) -> bool {
    const DAEMONS: &[&str] = &[
        "beanstalkd",
        "cron",
        "crond",
        "elasticsearch",
        "filebeat",
        "fluent-bit",
        "fluentd",
        "gearmand",
        "logstash",
        "memcached",
        "mongod",
        "mosquitto",
        "mysqld",
        "nats-server",
        "postgres",
        "rabbitmq-server",
        "redis-server",
        "supercronic",
        "telegraf",
        "vector",
    ];
    DAEMONS.contains(&command.program()) && !command.words.iter().any(|word| word == "--version")
}

/// What a shell puts into the background that works for itself.
fn in_background(text: &str) -> Option<&str> {
    let workers = [
        "sidekiq",
        "celery",
        "rake",
        "worker",
        "jobs",
        "queue:work",
        "clockwork",
        "rqworker",
        "schedule",
        "resque",
    ];
    let (before, after) = text
        .split_once(" &")
        .filter(|(_, after)| !after.starts_with(['&', '>']))?;
    let before = before
        .rsplit(['&', ';', '('])
        .next()
        .unwrap_or(before)
        .trim();
    let is_worker = |part: &str| workers.iter().any(|word| part.contains(word));
    (is_worker(before) || is_worker(after) && !after.trim().is_empty()).then_some(before)
}

/// Words in commands of Ruby that work for themselves until they are stopped.
const WORKERS: &[&str] = &[
    "rake",
    "sidekiq",
    "jobs",
    "worker",
    "resque",
    "runner",
    "clockwork",
    "clock",
    "que",
    "delayed_job",
    "good_job",
    "shoryuken",
    "sneakers",
    "karafka",
    "scheduler",
];

/// `spawn("bundle exec rake jobs")` and `plugin :solid_queue` in a server's configuration.
fn server_configuration(facts: &Facts<'_>) -> Option<Evidence> {
    let named = |path: &str| {
        facts
            .process("web")
            .is_some_and(|web| web.mentions(&[path]))
    };
    let sites = facts.calls().filter(|site| {
        let path = site.code.path.as_str();
        site.code.language == Language::Ruby
            && (matches!(
                path,
                "config/puma.rb" | "config/unicorn.rb" | "puma.rb" | "unicorn.rb"
            ) || named(path))
    });
    for site in sites {
        let call = site.call;
        let spawns = matches!(
            call.callee.as_str(),
            "spawn" | "Process.spawn" | "fork" | "system"
        ) && call.arguments.iter().any(|argument| {
            site.code.resolve(&argument.value).any(|value| {
                value
                    .text()
                    .is_some_and(|text| WORKERS.iter().any(|word| text.contains(word)))
            })
        });
        let plugin = call.callee == "plugin"
            && matches!(
                call.positional(0).and_then(Expr::name),
                Some("solid_queue" | "good_job")
            );
        if !spawns && !plugin {
            continue;
        }
        if let Some(conditional) = runs(facts, site) {
            return Some(
                at(
                    &site.code.path,
                    site.call.line,
                    "The web server starts a worker in each web dyno.".to_owned(),
                )
                .conditional(conditional),
            );
        }
    }
    None
}

/// Whether the code runs: `None` if its condition does not hold, true if it may not.
fn runs(facts: &Facts<'_>, site: Site<'_>) -> Option<bool> {
    use slugsmith_facts::code::ScopeKind;
    for scope in site.code.around(site.call.scope) {
        let ScopeKind::Branch { condition, holds } = &scope.kind else {
            continue;
        };
        let Some(variable) = named(condition) else {
            continue;
        };
        let value = facts.value_of(&variable);
        let off = matches!(value.as_deref(), Some("false" | "0" | "no"));
        let on = value.is_some() && !off;
        // `!= "false"` and a default of true run unless told otherwise.
        let by_default =
            condition.contains("!=") || condition.contains("true") && condition.contains("fetch");
        return match (*holds, by_default) {
            _ if on && *holds => Some(false),
            _ if off => None,
            (true, true) | (false, false) => Some(false),
            _ => None,
        };
    }
    Some(false)
}

fn named(condition: &str) -> Option<String> {
    let (_, rest) = condition.split_once("ENV")?;
    let name = rest.split(['"', '\'']).nth(1)?;
    Some(name.to_owned())
}
