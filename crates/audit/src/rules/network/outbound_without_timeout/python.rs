//! Clients of Python that wait without end unless they are told otherwise.

use super::{App, VERBS, Verdict, says_timeout};
use crate::rules::prelude::*;

/// Mail of Django over SMTP that a view sends. Without `EMAIL_TIMEOUT`, whose default is None, `smtplib` waits as long
/// as the mail server does (docs.djangoproject.com/en/5.2/ref/settings, its own heading).
fn mail(facts: &Facts<'_>, site: Site<'_>) -> Verdict {
    let (code, call) = (site.code, site.call);
    let sends = matches!(call.callee.as_str(), "send_mail" | "send_mass_mail")
        && code.imports("django.core.mail");
    let in_view = code.path.ends_with("/views.py") || code.path.contains("/views/");
    if !sends || !in_view || call.named("connection").is_some() {
        return Verdict::None;
    }
    let set = |name: &'static str| {
        facts
            .code(Language::Python)
            .flat_map(|code| &code.assignments)
            .filter(move |one| one.target == name)
    };
    let by_smtp = set("EMAIL_BACKEND").all(|one| {
        one.value
            .text()
            .is_some_and(|text| text == "django.core.mail.backends.smtp.EmailBackend")
    });
    // Without a host it is the dyno itself, which refuses at once.
    if !by_smtp || set("EMAIL_HOST").next().is_none() {
        return Verdict::None;
    }
    Verdict::of(set("EMAIL_TIMEOUT").next().is_some())
}

pub(super) fn python(app: &App<'_>, site: Site<'_>) -> Verdict {
    let call = site.call;
    let by_mail = mail(app.facts, site);
    if !matches!(by_mail, Verdict::None) {
        return by_mail;
    }
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
