//! Can the platform decide how many workers run?

use crate::gunicorn;
use crate::rules::prelude::*;
use slugsmith_facts::formats::ini;
use slugsmith_facts::sources::configured;
use slugsmith_finding::LineSpan;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "concurrency-hard-coded",
    code: "SF751",
    title: "The number of workers is written out and ignores WEB_CONCURRENCY",
    level: Severity::Warn,
    group: Group::Scaling,
    ecosystems: &["python", "ruby", "node"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            A literal number of workers or processes: `worker_processes 1`, `workers 2` in a Puma or
            Unicorn configuration, `workers = 4` in gunicorn.conf.py, `gunicorn -w 4`, `puma -w 2`,
            `processes = 4` in uwsgi.ini, `pm2 -i 2`.
        "},
        why: indoc! {"
            The platform sets `WEB_CONCURRENCY` to fit the dyno's memory. A fixed number wastes a
            large dyno and swaps on a small one (R14), and changing the dyno size changes nothing.
        "},
        fix: indoc! {r#"
            ```rb
            workers ENV.fetch("WEB_CONCURRENCY", 2)
            ```
            ```py
            workers = int(os.environ.get("WEB_CONCURRENCY", 2))
            ```
            ```
            web: gunicorn shop.wsgi        # reads WEB_CONCURRENCY by itself
            ```
        "#},
        silent: indoc! {"
            A number that is only the default of the variable; servers that read it themselves and
            are given nothing (gunicorn, Puma 5 and later, uvicorn); processes other than web; the one
            worker of gunicorn that Flask-SocketIO needs; settings of Puma beside another server.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let mut evidence = Vec::new();
    if let Some(web) = facts.process("web") {
        evidence.extend(web.commands.iter().filter_map(command));
        evidence.extend(gunicorn::commands(facts).filter_map(|command| {
            let set = gunicorn::setting(facts, command, "workers", &["-w", "--workers"])?;
            let number = set.value.number()?;
            // Flask-SocketIO needs one: gunicorn does not keep a client at its worker
            // (Flask-SocketIO's documentation, "Deployment").
            let sockets = ["flask-socketio", "python-socketio"];
            let one = number == 1
                && facts
                    .packages
                    .wants_any(Ecosystem::Pypi, &sockets)
                    .is_some();
            if one {
                return None;
            }
            Some(match set.value {
                gunicorn::Value::Word(_) => {
                    let what = if set.line == command.line && set.path == command.path {
                        command.text.clone()
                    } else {
                        format!("--workers {number}")
                    };
                    at(&set.path, set.line, &what).help(
                        "Leave it out: the server reads WEB_CONCURRENCY, or write \
                         ${WEB_CONCURRENCY:-2}.",
                    )
                }
                gunicorn::Value::Code(..) => {
                    at(&set.path, set.line, &format!("workers = {number}"))
                        .help("workers = int(os.environ.get(\"WEB_CONCURRENCY\", 2))")
                }
            })
        }));
    }
    for code in &facts.sources.files {
        evidence.extend(configuration(facts, code));
    }
    for (path, text) in facts
        .sources
        .texts
        .iter()
        .filter(|(path, _)| path.rsplit('/').next() == Some("uwsgi.ini"))
    {
        for entry in ini::read(text) {
            let name = entry.key.strip_prefix("uwsgi.").unwrap_or(&entry.key);
            if matches!(name, "processes" | "workers") && entry.value.parse::<u32>().is_ok() {
                let what = format!("{name} = {}", entry.value);
                let found = at(path, entry.line, &what);
                evidence.push(found.help("processes = $(WEB_CONCURRENCY)"));
            }
        }
    }
    Outcome::when(facts.process("web").is_some(), evidence)
}

fn at(path: &str, line: LineSpan, what: &str) -> Evidence {
    Evidence::line(
        path,
        line,
        format!(
            "`{what}` fixes the number of workers: WEB_CONCURRENCY, which the platform fits to \
             the dyno's memory, is ignored."
        ),
    )
}

fn command(command: &slugsmith_facts::process::Command) -> Option<Evidence> {
    let words = command.words();
    let program = words.first()?.rsplit('/').next()?;
    let flags: &[&str] = match program {
        "puma" => &["-w", "--workers"],
        "uvicorn" | "hypercorn" => &["--workers"],
        "pm2" | "pm2-runtime" => &["-i", "--instances"],
        _ => return None,
    };
    let value = words.iter().enumerate().find_map(|(at, word)| {
        flags.iter().find_map(|flag| {
            if word == flag {
                words.get(at + 1).copied()
            } else {
                word.strip_prefix(flag)
                    .map(|rest| rest.trim_start_matches('='))
            }
        })
    })?;
    value.parse::<u32>().is_ok().then(|| {
        // pm2 starts one without it (pm2's documentation, "Cluster Mode").
        let help = if program.starts_with("pm2") {
            "Write -i ${WEB_CONCURRENCY:-1}."
        } else {
            "Leave it out: the server reads WEB_CONCURRENCY, or write ${WEB_CONCURRENCY:-2}."
        };
        at(&command.path, command.line, &command.text).help(help)
    })
}

/// Whether the web process starts servers of Ruby, and none that reads this file.
fn is_of_another(facts: &Facts<'_>, path: &str) -> bool {
    let Some(web) = facts.process("web") else {
        return false;
    };
    let of_puma = path.ends_with("puma.rb");
    let is_server = |program: &str| {
        matches!(
            program,
            "puma" | "unicorn" | "unicorn_rails" | "thin" | "falcon"
        )
    };
    let servers: Vec<_> = web
        .commands
        .iter()
        .filter(|one| is_server(one.program()))
        .collect();
    let reads = |command: &&slugsmith_facts::process::Command| {
        let own = if of_puma {
            command.program() == "puma"
        } else {
            command.program().starts_with("unicorn")
        };
        own && configured::named(command).is_none_or(|(named, _)| named == path)
    };
    !servers.is_empty() && !servers.iter().any(reads)
}

fn configuration(facts: &Facts<'_>, code: &Code) -> Option<Evidence> {
    let named = facts.process("web").is_some_and(|web| {
        let files = web.commands.iter().filter_map(configured::named);
        files.into_iter().any(|(path, _)| path == code.path)
    });
    if !named && is_of_another(facts, &code.path) {
        return None;
    }
    let path = if named { "puma.rb" } else { code.path.as_str() };
    match (code.language, path) {
        (Language::Ruby, "config/puma.rb" | "config/unicorn.rb" | "puma.rb" | "unicorn.rb") => {
            let call = code.calls.iter().find(|call| {
                matches!(call.callee.as_str(), "workers" | "worker_processes")
                    && call
                        .positional(0)
                        .is_some_and(|value| matches!(value, Expr::Number(number) if number != "0"))
                    && branch(code, call.scope) == Branch::Always
            })?;
            let number = call.positional(0).and_then(Expr::number).unwrap_or(0);
            Some(
                at(&code.path, call.line, &format!("{} {number}", call.callee)).help(format!(
                    "{} ENV.fetch(\"WEB_CONCURRENCY\", 2).to_i",
                    call.callee
                )),
            )
        }
        _ => None,
    }
}
