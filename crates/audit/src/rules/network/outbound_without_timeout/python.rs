//! Clients of Python that wait without end unless they are told otherwise.

use super::{App, VERBS, Verdict, says_timeout};
use crate::rules::prelude::*;

pub(super) fn python(_app: &App<'_>, site: Site<'_>) -> Verdict {
    let call = site.call;
    let requests = call.receiver() == "requests"
        && VERBS.contains(&call.method())
        && site.code.imports("requests");
    let urlopen = matches!(
        call.callee.as_str(),
        "urllib.request.urlopen" | "urlopen" | "request.urlopen"
    ) && call.arguments.len() < 3;
    // aiohttp waits five minutes; a session of requests, or urllib3, without end.
    let session = VERBS.contains(&call.method())
        && site.code.imports("requests")
        && is_session(site.code, call.receiver());
    if call.callee == "aiohttp.ClientSession"
        || call.callee == "ClientSession" && site.code.imports("aiohttp")
    {
        let per_call = site
            .code
            .calls
            .iter()
            .any(|other| VERBS.contains(&other.method()) && other.named("timeout").is_some());
        return Verdict::of(per_call || says_timeout(site, &["timeout"]));
    }
    if matches!(call.callee.as_str(), "urllib3.PoolManager" | "PoolManager")
        && site.code.imports("urllib3")
    {
        return Verdict::of(
            says_timeout(site, &["timeout"])
                || site
                    .code
                    .calls
                    .iter()
                    .any(|other| other.method() == "request" && other.named("timeout").is_some()),
        );
    }
    // Its default is five seconds, which `None` takes away.
    if call.receiver() == "httpx"
        && (VERBS.contains(&call.method()) || matches!(call.method(), "Client" | "AsyncClient"))
    {
        return Verdict::of(call.named("timeout") != Some(&Expr::Nil));
    }
    if !requests && !urlopen && !session {
        return Verdict::None;
    }
    // `**kwargs` arrives as an argument that is no value.
    let splat = call
        .arguments
        .iter()
        .any(|argument| argument.name.is_none() && argument.value == Expr::Other && requests);
    Verdict::of(splat || says_timeout(site, &["timeout"]))
}

/// A name bound to `requests.Session()` in this file.
fn is_session(code: &Code, receiver: &str) -> bool {
    !receiver.is_empty()
        && code.assignments.iter().any(|assignment| {
            let made = assignment.value.callee();
            assignment.target == receiver
                && matches!(made, Some("requests.Session" | "requests.session"))
        })
        // An adapter with a timeout of its own may be mounted.
        && !code.calls.iter().any(|call| call.method() == "mount")
}
