//! Addresses that nobody wrote out: what a server takes where it is told nothing, and what comes
//! from a file in an app that never asks for PORT.

use super::{Listen, fix, listen};
use crate::guards::{self, branch};
use crate::python;
use crate::registry::Evidence;
use crate::{Declared, Facts, Site};
use slugsmith_facts::code::{Expr, Language};
use slugsmith_finding::Severity;

/// Servers of Python that bind the loopback address where no host is given, in the file that the
/// web process starts.
pub(super) fn loopback(facts: &Facts<'_>, site: Site<'_>, listen: &Listen<'_>) -> Option<Evidence> {
    let call = site.call;
    let own = || python::own_server(facts).is_some_and(|server| server.call == call);
    let uvicorn = || {
        let started = python::started(facts);
        let started = started.iter().any(|code| code.path == site.code.path);
        let elsewhere = ["uds", "fd"].iter().any(|name| call.named(name).is_some());
        call.callee == "uvicorn.run" && started && !elsewhere && python::runs_at_start(site)
    };
    let splat = call
        .arguments
        .iter()
        .any(|argument| argument.name.is_none() && argument.value == Expr::Other);
    let positional = call.callee != "uvicorn.run" && call.positional(0).is_some();
    if site.code.language != Language::Python
        || listen.host.is_some()
        || splat
        || positional
        || !(uvicorn() || own())
    {
        return None;
    }
    let message = format!(
        "`{}` without a host binds 127.0.0.1: the router can't reach it from outside the dyno.",
        call.callee
    );
    let found = Evidence::line(&site.code.path, call.line, message);
    Some(found.help("Add host=\"0.0.0.0\" and port=int(os.environ.get(\"PORT\", 8000))"))
}

/// A server whose whole address is a variable of another name than the platform's, with a literal to fall back to:
/// `cmp.Or(os.Getenv("HOST"), ":4000")`, `process.env.ADDRESS || ":4000"`, also by a field of the one struct that has
/// it.
pub(super) fn of_another_variable(
    facts: &Facts<'_>,
    site: Site<'_>,
    own: &Listen<'_>,
    known: bool,
) -> Option<Evidence> {
    if known || !matches!(site.code.language, Language::Go | Language::JavaScript) {
        return None;
    }
    let value = site.code.resolve(own.port?);
    let value = field_of_go(facts, site, value).unwrap_or(value);
    let (name, fallback) = variable_or(value)?;
    let is_address = fallback
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok_and(|port| port > 0));
    if !is_address || name == "PORT" || facts.declared(name) != Declared::No || mentions_port(facts)
    {
        return None;
    }
    let message = format!(
        "`{}` listens on {name} or `{fallback}`, and nothing in the app reads PORT, which the platform sets: the \
         router never reaches it, and the dyno is stopped after 60 seconds (R10).",
        site.call.callee
    );
    Some(Evidence::line(&site.code.path, site.call.line, message).help(fix(site.code.language)))
}

/// A variable, and the text that stands in for it.
fn variable_or(value: &Expr) -> Option<(&str, &str)> {
    match value {
        Expr::Env {
            name,
            default: Some(default),
        } => Some((name, default.text()?)),
        Expr::Call { callee, arguments } if callee == "cmp.Or" => match arguments.as_slice() {
            [first, second] => match &first.value {
                Expr::Env {
                    name,
                    default: None,
                } => Some((name, second.value.text()?)),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// What the one struct literal of the app gives a field, which nothing assigns anew: `app.Config.Host`.
fn field_of_go<'a>(facts: &'a Facts<'_>, site: Site<'_>, value: &Expr) -> Option<&'a Expr> {
    let (_, field) = value
        .name()
        .filter(|_| site.code.language == Language::Go)?
        .rsplit_once('.')?;
    let mut given = facts.code(Language::Go).flat_map(|code| {
        let calls = code.calls.iter().filter_map(|call| {
            let mut arguments = call.arguments.iter();
            let found = arguments.find(|one| one.name.as_deref() == Some(field));
            found
                .map(|one| code.resolve(&one.value))
                .or_else(|| Some(code.resolve(call.named(field)?)))
        });
        let assigned = code.assignments.iter().filter(|one| {
            let last = one.target.rsplit_once('.');
            last.is_some_and(|(_, last)| last == field)
        });
        calls.chain(assigned.map(|one| &one.value))
    });
    let first = given.next()?;
    given.next().is_none().then_some(first)
}

/// Whether the app's configuration has a word about `PORT`, which something may hand over.
fn mentions_port(facts: &Facts<'_>) -> bool {
    facts.sources.texts.iter().any(|(path, text)| {
        let image = path.contains("ocker") || path.contains("compose");
        !image && says_port(text)
    })
}

/// Whether a text has the platform's variable; `SHOP_PORT` is another one.
fn says_port(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.any(|word| word == "PORT")
}

/// A Go server that speaks TLS whatever is set: the router speaks plain HTTP to a dyno.
pub(super) fn encrypted(facts: &Facts<'_>) -> Option<Evidence> {
    let calls = |names: &'static [&str]| {
        facts.calls().filter(move |site| {
            site.code.language == Language::Go
                && names.contains(&site.call.method())
                && !guards::is_maintenance(facts, &site.code.path)
        })
    };
    // One that also has a plain server answers the router with that.
    calls(&["ListenAndServe", "Serve"])
        .next()
        .is_none()
        .then_some(())?;
    let site = calls(&["ListenAndServeTLS"]).find(|site| {
        branch(site.code, site.call.scope) == guards::Branch::Always
            && site.code.function(site.call.scope) == Some("main")
    })?;
    facts.process("web")?;
    let message = format!(
        "`{}` only speaks TLS; the router ends TLS itself and speaks plain HTTP to the dyno.",
        site.call.callee
    );
    let found = Evidence::line(&site.code.path, site.call.line, message).level(Severity::Warn);
    Some(found.help("http.ListenAndServe(\":\"+os.Getenv(\"PORT\"), handler)"))
}

/// A server of Go that listens on what a file or a flag says, in an app that nowhere names PORT
/// and takes in no variables by a library.
pub(super) fn unread(
    facts: &Facts<'_>,
    site: Site<'_>,
    own: &Listen<'_>,
    known: bool,
) -> Option<Evidence> {
    const LIBRARIES: &[&str] = &[
        "github.com/kelseyhightower/envconfig",
        "github.com/caarlos0/env",
        "github.com/ilyakaznacheev/cleanenv",
        "github.com/sethvargo/go-envconfig",
        "github.com/joeshaw/envdecode",
        "github.com/knadh/koanf",
        "github.com/urfave/cli",
        "github.com/alecthomas/kong",
        "github.com/jessevdk/go-flags",
        "github.com/namsral/flag",
        "github.com/peterbourgon/ff",
    ];
    if known || site.code.language != Language::Go {
        return None;
    }
    let port = site.code.resolve(own.port?);
    let open = matches!(port, Expr::Name(_) | Expr::Join(_) | Expr::Call { .. });
    let servers = facts
        .calls()
        .filter(|other| other.code.language == Language::Go && listen(*other).is_some());
    let names = |value: &Expr| value.any(|part| part.text().is_some_and(says_port));
    let by_code = facts.code(Language::Go).any(|code| {
        code.values().any(|(_, _, value)| names(value))
            || code.calls.iter().any(|call| {
                // A function that is given the name is known by its calls.
                let is_reader = code
                    .function(call.scope)
                    .is_some_and(|name| name.to_ascii_lowercase().contains("env"));
                !is_reader
                    && matches!(
                        call.method(),
                        "AutomaticEnv" | "BindEnv" | "Environ" | "LookupEnv" | "ExpandEnv"
                    )
            })
            || LIBRARIES.iter().any(|library| code.imports(library))
    });
    if !open || servers.count() != 1 || by_code || mentions_port(facts) {
        return None;
    }
    let message = format!(
        "`{}` listens on an address that does not come from PORT, as far as the code can be \
         followed: nothing in the app names that variable, on which the router sends requests.",
        site.call.callee
    );
    let found = Evidence::line(&site.code.path, site.call.line, message).level(Severity::Warn);
    Some(found.help(fix(site.code.language)))
}
