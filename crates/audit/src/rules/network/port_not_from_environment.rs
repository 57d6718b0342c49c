//! Does the web process listen where the router looks for it?

mod command;
mod defaults;
mod image;
mod jvm;
mod listen;
mod ruby;
mod spring;

use crate::guards::{self, Branch, branch};
use crate::gunicorn;
use crate::python;
use crate::registry::{Docs, Evidence, Group, Outcome, Rule, Target};
use crate::servers::started_in_go;
use crate::{Facts, Site, proxies};
use command::{command, gunicorn_bind};
use indoc::indoc;
use listen::{Listen, listen};
use slugsmith_facts::code::{Code, Expr, Language};
use slugsmith_finding::Severity;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "port-not-from-environment",
    code: "SF801",
    title: "The web process does not listen on $PORT, or only on the loopback address",
    level: Severity::Error,
    group: Group::Network,
    ecosystems: &["node", "python", "ruby", "go", "java", "php"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            A server that listens on a literal port although nothing in the app reads `PORT`; one
            that binds 127.0.0.1 or localhost; and a web command with a fixed port or without
            `--host 0.0.0.0` where its server needs that (uvicorn, flask, hypercorn), or without a
            port where its server has one of its own (uvicorn, daphne, unicorn, thin). `listen 5000`
            in the settings of unicorn, `port` and `bind` in those of Puma. An address that comes from
            another variable (`HOST`) with a literal to fall back to (`:4000`). The settings of Ktor, Quarkus and
            Micronaut, and Ktor's `embeddedServer`. A Go server that only speaks TLS (a warning). An image of Apache,
            nginx, httpd or Tomcat that heroku.yml runs as it is. The finding stands
            at the call that listens, or at the command.
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
            The literal is only a fallback of `PORT`; `PORT` is read anywhere in reachable code or handed over
            by the command; servers that read it themselves (gunicorn, Puma, Next, `heroku-php-*`);
            code that only runs in development; a server on the loopback beside another one (profiles, metrics);
            a server in a process that is not `web`; a proxy that
            the web process starts (nginx, Caddy, HAProxy) and whose settings in the app take `PORT`.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let web = facts.process("web");
    // What stands behind a proxy of the same dyno listens where that looks for it.
    if web.is_some_and(|web| proxies::listen_for(facts, web)) {
        return Outcome::of(Vec::new());
    }
    let mut evidence = Vec::new();
    if let Some(web) = web {
        evidence.extend(web.commands.iter().filter_map(|one| command(facts, one)));
        evidence.extend(
            web.commands
                .iter()
                .filter_map(|one| ruby::server(facts, one)),
        );
    }
    evidence.extend(gunicorn::commands(facts).filter_map(|one| gunicorn_bind(facts, one)));
    evidence.extend(spring::check(facts));
    evidence.extend(image::check(facts));
    evidence.extend(jvm::check(facts));
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
            || python::is_main_guarded(site.code, site.call.scope)
                && !started.contains(&site.code.path.as_str())
            || guards::is_maintenance(facts, &site.code.path)
        {
            continue;
        }
        let known = handed || reads || configured;
        // A server for profiles and metrics, beside the one that the router asks.
        if is_for_itself(site, &listen) && facts.calls().any(is_for_others) {
            continue;
        }
        let found = judge(site, &listen, known)
            .or_else(|| defaults::loopback(facts, site, &listen))
            .or_else(|| defaults::of_another_variable(facts, site, &listen, handed || reads))
            .or_else(|| defaults::unread(facts, site, &listen, handed || reads));
        evidence.extend(found);
    }
    evidence.extend(defaults::encrypted(facts));
    Outcome::when(web.is_some() || listens, evidence)
}

/// Whether a server listens on the loopback alone, by a literal address.
fn is_for_itself(site: Site<'_>, listen: &Listen<'_>) -> bool {
    let host = listen.host.map(|host| site.code.resolve(host));
    host.and_then(Expr::text).is_some_and(is_loopback)
}

/// Whether a call listens on another address than that.
fn is_for_others(site: Site<'_>) -> bool {
    listen(site).is_some_and(|listen| !is_for_itself(site, &listen))
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
