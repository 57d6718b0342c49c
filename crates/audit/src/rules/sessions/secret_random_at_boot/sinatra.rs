//! Sinatra's sessions without a key: each process makes one of its own when it starts.

use crate::rules::prelude::*;
use slugsmith_facts::code::Call;

pub(super) fn check(facts: &Facts<'_>) -> Option<Evidence> {
    facts.packages.wants(Ecosystem::Gem, "sinatra")?;
    // Any key, any other middleware, or a variable that Sinatra itself reads.
    let keyed = facts.code(Language::Ruby).any(|code| {
        let set = code
            .assignments
            .iter()
            .any(|one| one.target.contains("session_secret"));
        set || code.calls.iter().any(has_key)
    });
    if keyed || facts.declared("SESSION_SECRET") != Declared::No {
        return None;
    }
    let site = calls_to(facts, Language::Ruby, |site| switches_on(site.call)).next()?;
    let runs = branch(site.code, site.call.scope);
    let message = "Sinatra's sessions have no key, so each process makes one when it starts: users are logged out at \
                   each restart, and other processes reject their cookies.";
    let usable = runs != Branch::Development && !guards::is_maintenance(facts, &site.code.path);
    usable.then(|| {
        Evidence::line(&site.code.path, site.call.line, message)
            .level(Severity::Warn)
            .help(
                "set :session_secret, ENV.fetch(\"SESSION_SECRET\"), and: heroku config:set SESSION_SECRET=$(openssl \
                 rand -hex 64)",
            )
    })
}

fn word(call: &Call, at: usize) -> &str {
    let word = call.positional(at).and_then(Expr::word).unwrap_or_default();
    word.trim_start_matches(':')
}

/// `enable :sessions`, `set :sessions, true`, `set sessions: true`.
fn switches_on(call: &Call) -> bool {
    match call.callee.as_str() {
        "enable" => (0..call.arguments.len()).any(|at| word(call, at) == "sessions"),
        "set" => {
            let given = if word(call, 0) == "sessions" {
                call.positional(1)
            } else {
                call.named("sessions")
            };
            given.is_some_and(|given| matches!(given, Expr::Bool(true) | Expr::Object(_)))
        }
        _ => false,
    }
}

/// A call that gives the sessions a key or another place.
fn has_key(call: &Call) -> bool {
    let named = |value: &Expr| value.any(|part| part.key("secret").is_some());
    let option =
        call.named("secret").is_some() || call.arguments.iter().any(|one| named(&one.value));
    match call.callee.as_str() {
        "set" => {
            matches!(word(call, 0), "session_secret" | "session_store")
                || call.named("session_secret").is_some()
                || option
        }
        "use" => call
            .positional(0)
            .and_then(Expr::name)
            .is_some_and(|name| name.contains("Session")),
        _ => false,
    }
}
