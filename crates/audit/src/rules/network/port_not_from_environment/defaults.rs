//! Addresses that nobody wrote out: what a server takes where it is told nothing, and what comes
//! from a file in an app that never asks for PORT.

use super::{Listen, fix, listen};
use crate::python;
use crate::registry::Evidence;
use crate::{Facts, Site};
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
    if known || site.code.language != Language::Go || site.call.arguments.is_empty() {
        return None;
    }
    let port = site.code.resolve(own.port?);
    let open = matches!(port, Expr::Name(_) | Expr::Join(_) | Expr::Call { .. });
    let servers = facts
        .calls()
        .filter(|other| other.code.language == Language::Go && listen(*other).is_some());
    let names =
        |value: &Expr| value.any(|part| part.text().is_some_and(|text| text.contains("PORT")));
    let by_code = facts.code(Language::Go).any(|code| {
        let mut arguments = code.calls.iter().flat_map(|call| &call.arguments);
        arguments.any(|argument| names(&argument.value))
            || code.assignments.iter().any(|one| names(&one.value))
            || code.calls.iter().any(|call| {
                matches!(
                    call.method(),
                    "AutomaticEnv" | "BindEnv" | "Environ" | "LookupEnv" | "ExpandEnv"
                )
            })
            || LIBRARIES.iter().any(|library| code.imports(library))
    });
    let by_file = facts.sources.texts.iter().any(|(path, text)| {
        let image = path.contains("ocker") || path.contains("compose");
        !image
            && text
                .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .any(|word| word == "PORT")
    });
    if !open || servers.count() != 1 || by_code || by_file {
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
