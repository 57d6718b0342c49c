//! Does the web process listen where the router looks for it?

mod defaults;
mod spring;

use crate::guards::{self, Branch, branch};
use crate::gunicorn;
use crate::python;
use crate::registry::{Docs, Evidence, Group, Outcome, Rule, Target};
use crate::servers::{listens_in_node, started_in_go};
use crate::{Facts, Site};
use indoc::indoc;
use slugsmith_facts::code::{Code, Expr, Language};
use slugsmith_facts::process::Command;
use slugsmith_finding::Level;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "port-not-from-environment",
    code: "SF801",
    title: "The web process does not listen on $PORT, or only on the loopback address",
    level: Level::Error,
    group: Group::Network,
    ecosystems: &["node", "python", "ruby", "go", "java", "php"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            A server that listens on a literal port although nothing in the app reads `PORT`; one
            that binds 127.0.0.1 or localhost; and a web command with a fixed port or without
            `--host 0.0.0.0` where its server needs that (uvicorn, flask, hypercorn).
        "},
        why: indoc! {"
            The router sends requests to the port it names in `PORT`, from outside the dyno. A
            process that does not bind it within 60 seconds is killed (R10), and requests get H10 or
            H20.
        "},
        fix: indoc! {r#"
            ```js
            app.listen(process.env.PORT || 3000)
            ```
            ```
            web: uvicorn app:app --host 0.0.0.0 --port $PORT
            web: java -Dserver.port=$PORT $JAVA_OPTS -jar target/app.jar
            ```
            ```go
            http.ListenAndServe(":"+os.Getenv("PORT"), nil)
            ```
        "#},
        silent: indoc! {"
            The literal is only a fallback; `PORT` is read anywhere in reachable code or handed over
            by the command; servers that read it themselves (gunicorn, Puma, Next, `heroku-php-*`);
            code that only runs in development; a server in a process that is not `web`.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let web = facts.process("web");
    let mut evidence = Vec::new();
    if let Some(web) = web {
        evidence.extend(web.commands.iter().filter_map(|one| command(facts, one)));
    }
    evidence.extend(gunicorn::commands(facts).filter_map(|one| gunicorn_bind(facts, one)));
    evidence.extend(spring::check(facts));
    // What the command hands over, code may read from its arguments.
    let handed = web.is_some_and(|web| web.mentions(&["$PORT", "${PORT"]));
    let reads = facts.sources.files.iter().any(|code| {
        code.reads
            .iter()
            .any(|read| read.name == "PORT" || read.name == "*")
    }) || spring::reads_port(facts);
    // Where another server's address comes from configuration, a literal one is beside it.
    let configured = facts.calls().any(is_configured);
    let started = python::started(facts);
    let started: Vec<&str> = started.iter().map(|code| code.path.as_str()).collect();
    let mut listens = false;
    for site in facts.calls() {
        let elsewhere = || {
            let port = Some(started_in_go(facts, site)?);
            Some(Listen { port, host: None })
        };
        let Some(listen) = listen(site).or_else(elsewhere) else {
            continue;
        };
        listens = true;
        if branch(site.code, site.call.scope) == Branch::Development
            || is_main_guard(site) && !started.contains(&site.code.path.as_str())
            || guards::is_maintenance(facts, &site.code.path)
        {
            continue;
        }
        let known = handed || reads || configured;
        let found = judge(site, &listen, known)
            .or_else(|| defaults::loopback(facts, site, &listen))
            .or_else(|| defaults::unread(facts, site, &listen, handed || reads));
        evidence.extend(found);
    }
    Outcome::when(web.is_some() || listens, evidence)
}

/// Whether a server's port is neither literal nor unknown to be one: a field, an argument.
fn is_configured(site: Site<'_>) -> bool {
    if site.code.language == Language::Go && site.call.callee == "net.Listen" {
        return !site.call.positional(1).is_some_and(Expr::is_literal);
    }
    listen(site)
        .and_then(|listen| listen.port)
        .is_some_and(|port| {
            let found = matches!(site.code.resolve(port), Expr::Name(_) | Expr::Call { .. });
            found && variables(site.code, port).is_empty()
        })
}

/// The environment variables that a port is read from, followed through names.
fn variables(code: &Code, port: &Expr) -> Vec<(String, Option<String>)> {
    let mut found = Vec::new();
    let mut pending = vec![(port, 0)];
    while let Some((value, depth)) = pending.pop() {
        let shown = |value: &Expr| match value {
            Expr::Text(text) | Expr::Number(text) => Some(text.clone()),
            _ => None,
        };
        match code.resolve(value) {
            Expr::Env { name, default } => {
                let default = default.as_deref().map(|default| code.resolve(default));
                found.push((name.clone(), default.and_then(shown)));
                if let Some(Expr::Env { name, .. }) = default {
                    found.push((name.clone(), None));
                }
            }
            _ if depth > 4 => {}
            Expr::Join(parts) | Expr::Either(parts) => {
                pending.extend(parts.iter().map(|part| (part, depth + 1)));
            }
            Expr::Call { arguments, .. } => {
                let values = arguments.iter().map(|argument| &argument.value);
                pending.extend(values.map(|value| (value, depth + 1)));
            }
            _ => {}
        }
    }
    found
}

/// A port that comes from a variable of another name than the platform's.
fn renamed(site: Site<'_>, port: &Expr) -> Option<Evidence> {
    let variables = variables(site.code, port);
    // The host stands in the same text, where it is one.
    let port = |name: &str| name.to_ascii_uppercase().contains("PORT");
    let (name, default) = variables.iter().find(|(name, _)| port(name))?;
    if variables
        .iter()
        .any(|(name, _)| name == "PORT" || name == "*")
    {
        return None;
    }
    let otherwise = default
        .as_ref()
        .map(|default| format!(" (or {default})"))
        .unwrap_or_default();
    let message = format!(
        "`{}` listens on the port that {name} says{otherwise}, and nothing in the app reads PORT, \
         which the platform sets: the router never reaches it, and the dyno is stopped after 60 \
         seconds (R10).",
        site.call.callee
    );
    let found = Evidence::line(&site.code.path, site.call.line, message);
    Some(found.help(fix(site.code.language)))
}

/// Where a call listens.
struct Listen<'a> {
    port: Option<&'a Expr>,
    host: Option<&'a Expr>,
}

fn listen(site: Site<'_>) -> Option<Listen<'_>> {
    let call = site.call;
    match site.code.language {
        Language::JavaScript if listens_in_node(site) => {
            let options = call.positional(0)?;
            let (port, host) = match options {
                Expr::Object(_) => (options.key("port"), options.key("host")),
                port => (Some(port), call.positional(1)),
            };
            Some(Listen { port, host })
        }
        Language::Python
            if matches!(
                call.callee.as_str(),
                "app.run"
                    | "uvicorn.run"
                    | "socketio.run"
                    | "web.run_app"
                    | "serve"
                    | "waitress.serve"
            ) =>
        {
            // Without a port these would be development servers, which another rule finds.
            Some(Listen {
                port: call.named("port"),
                host: call.named("host"),
            })
        }
        Language::Go
            if matches!(
                call.callee.as_str(),
                "http.ListenAndServe" | "http.ListenAndServeTLS"
            ) =>
        {
            Some(Listen {
                port: call.positional(0),
                host: call.positional(0),
            })
        }
        Language::Go
            if matches!(call.method(), "Run" | "Start" | "Listen") && go_framework(site.code) =>
        {
            Some(Listen {
                port: call.positional(0),
                host: call.positional(0),
            })
        }
        Language::Go if call.callee == "http.Server" => Some(Listen {
            port: call.named("Addr"),
            host: call.named("Addr"),
        }),
        Language::Java
            if matches!(
                call.callee.as_str(),
                "Server" | "InetSocketAddress" | "port" | "Spark.port" | "setPort"
            ) =>
        {
            Some(Listen {
                port: call.positional(0),
                host: None,
            })
        }
        Language::Ruby
            if call.method() == "set"
                && call.positional(0).and_then(Expr::name) == Some("port") =>
        {
            Some(Listen {
                port: call.positional(1),
                host: None,
            })
        }
        _ => None,
    }
}

fn go_framework(code: &Code) -> bool {
    [
        "github.com/gin-gonic/gin",
        "github.com/labstack/echo",
        "github.com/gofiber/fiber",
    ]
    .iter()
    .any(|module| code.imports(module))
}

/// `if __name__ == "__main__"` runs on a laptop where the web process is a real server.
fn is_main_guard(site: Site<'_>) -> bool {
    site.code.language == Language::Python
        && site.code.around(site.call.scope).any(|scope| {
            scope
                .kind
                .condition()
                .is_some_and(|it| it.contains("__main__"))
        })
}

fn judge(site: Site<'_>, listen: &Listen<'_>, port_is_known: bool) -> Option<Evidence> {
    let place = (&site.code.path, site.call.line);
    if let Some(host) = listen.host.map(|host| site.code.resolve(host))
        && let Some(text) = host.text()
        && is_loopback(text)
    {
        return Some(
            Evidence::line(
                place.0,
                place.1,
                format!(
                    "`{}` binds {text}: the router can't reach it from outside the dyno.",
                    site.call.callee
                ),
            )
            .help("Bind 0.0.0.0 (or leave the host out) and the port of the PORT variable."),
        );
    }
    if !port_is_known && let Some(found) = listen.port.and_then(|port| renamed(site, port)) {
        return Some(found);
    }
    let port = site.code.resolve(listen.port?);
    let literal = match port {
        Expr::Number(number) => !number.trim_start_matches('0').is_empty(),
        Expr::Text(text) => text
            .trim_start_matches(|c: char| c != ':')
            .trim_start_matches(':')
            .chars()
            .any(|c| c.is_ascii_digit() && c != '0'),
        _ => false,
    };
    if !literal || port_is_known {
        return None;
    }
    let shown = match port {
        Expr::Text(text) => text.clone(),
        Expr::Number(number) => number.clone(),
        _ => String::new(),
    };
    Some(
        Evidence::line(
            place.0,
            place.1,
            format!(
                "`{}` listens on {shown}, and nothing in the app \
            reads PORT: the router never reaches it, and the dyno is stopped after 60 seconds \
            (R10).",
                site.call.callee
            ),
        )
        .help(fix(site.code.language)),
    )
}

fn is_loopback(host: &str) -> bool {
    host.starts_with("127.0.0.1") || host.starts_with("localhost") || host == "::1"
}

fn fix(language: Language) -> &'static str {
    match language {
        Language::JavaScript => "Listen on process.env.PORT || 3000",
        Language::Python => "Use port=int(os.environ.get(\"PORT\", 8000)) and host=\"0.0.0.0\"",
        Language::Ruby => "Use ENV.fetch(\"PORT\", 3000)",
        Language::Go => "Use \":\" + os.Getenv(\"PORT\")",
        Language::Java => "Use Integer.parseInt(System.getenv().getOrDefault(\"PORT\", \"8080\"))",
        Language::Php => "web: heroku-php-apache2 public/",
    }
}

/// What is wrong with an address that a server listens on.
enum Wrong<'a> {
    /// A host that only the dyno itself can reach.
    Loopback(&'a str),
    /// A port that is written out.
    Fixed(&'a str),
}

impl<'a> Wrong<'a> {
    fn of(host: Option<&'a str>, port: Option<&'a str>) -> Option<Self> {
        let host = host.filter(|host| is_loopback(host.trim_start_matches("tcp://")));
        let is_number = |port: &&str| !port.is_empty() && port.chars().all(|c| c.is_ascii_digit());
        host.map(Self::Loopback)
            .or_else(|| port.filter(is_number).map(Self::Fixed))
    }

    fn message(&self, program: &str) -> String {
        match self {
            Self::Loopback(host) => {
                format!(
                    "`{program}` binds {host}: the router can't reach it from outside the dyno."
                )
            }
            Self::Fixed(port) => format!(
                "`{program}` listens on the fixed port {port}; the router sends requests to $PORT."
            ),
        }
    }
}

/// The address that gunicorn binds, in its command, its variable or its configuration file. One
/// that is computed is not judged.
fn gunicorn_bind(facts: &Facts<'_>, command: &Command) -> Option<Evidence> {
    let set = gunicorn::setting(facts, command, "bind", &["--bind", "-b"])?;
    let (host, port) = set.value.text()?.rsplit_once(':')?;
    let wrong = Wrong::of(Some(host), Some(port))?;
    let fix = match set.value {
        gunicorn::Value::Word(_) => "0.0.0.0:$PORT",
        gunicorn::Value::Code(..) => "\"0.0.0.0:\" + os.environ[\"PORT\"]",
    };
    let fix = set.value.written("--bind", "bind", fix);
    Some(Evidence::line(&set.path, set.line, wrong.message("gunicorn")).help(fix))
}

/// Whether a configuration file of a development server has a word about its address.
fn is_configured_by(facts: &Facts<'_>, file: &str) -> bool {
    let text = facts.sources.text(file).unwrap_or_default();
    ["\"host\"", "\"port\""]
        .iter()
        .any(|key| text.contains(key))
}

/// A web command that fixes the port or the address itself.
fn command(facts: &Facts<'_>, command: &Command) -> Option<Evidence> {
    let words = command.words();
    let fixed = command.environment.iter().find(|(name, _)| name == "PORT");
    if let Some((_, port)) = fixed
        && port.parse::<u16>().is_ok()
    {
        let message = format!(
            "The command sets PORT to {port}; the router sends requests to the port that the \
             platform sets."
        );
        let found = Evidence::line(&command.path, command.line, message);
        return Some(found.help(format!("Leave PORT={port} out.")));
    }
    let mut program = words.first()?.rsplit('/').next()?;
    // `python -m uvicorn`
    if let ("python" | "python3", Some(&"-m"), Some(module)) = (program, words.get(1), words.get(2))
    {
        program = module;
    }
    let value = |names: &[&str]| {
        words.iter().enumerate().find_map(|(at, word)| {
            names.iter().find_map(|name| {
                if word == name {
                    words.get(at + 1).copied()
                } else {
                    word.strip_prefix(name)?.strip_prefix('=')
                }
            })
        })
    };
    let (port, host) = match program {
        "uvicorn" | "hypercorn" | "daphne" | "flask" | "fastapi" | "granian" => {
            (value(&["--port", "-p"]), value(&["--host", "--bind", "-b"]))
        }
        "puma" | "rails" | "thin" | "rackup" | "unicorn" => (
            value(&["-p", "--port"]),
            value(&["-b", "--binding", "-o", "--host"]),
        ),
        "next" | "nuxt" | "vite" | "serve" | "http-server" | "ng" => (
            value(&["-p", "--port", "-l"]),
            value(&["-H", "--hostname", "--host"]),
        ),
        _ => return None,
    };
    let (port, host) = match (program, words.get(1).copied()) {
        ("ng", Some("serve")) if !is_configured_by(facts, "angular.json") => {
            let host = value(&["--host"]).or(Some("localhost"));
            (value(&["--port"]).or(Some("4200")), host)
        }
        _ => (port, host),
    };
    let port = port.or(host
        .and_then(|host| host.rsplit_once(':'))
        .map(|(_, port)| port));
    if let Some(wrong) = Wrong::of(host, port) {
        let help = match wrong {
            Wrong::Loopback(_) => "Use --host 0.0.0.0 --port $PORT".to_owned(),
            Wrong::Fixed(port) => format!("Write $PORT instead of {port}."),
        };
        let message = wrong.message(program);
        return Some(Evidence::line(&command.path, command.line, message).help(help));
    }
    // These two bind the loopback address unless told otherwise.
    let quiet = matches!(program, "uvicorn" | "hypercorn")
        && host.is_none()
        && !command.text.contains("--uds")
        && !command.text.contains("--fd");
    quiet.then(|| {
        Evidence::line(
            &command.path,
            command.line,
            format!("`{program}` without --host binds 127.0.0.1: the router can't reach it."),
        )
        .help("Add --host 0.0.0.0 --port $PORT")
    })
}
