//! Go's default client, which has no timeout.

use super::{App, Verdict};
use crate::rules::prelude::*;

pub(super) fn go(app: &App<'_>, site: Site<'_>) -> Verdict {
    let call = site.call;
    match call.callee.as_str() {
        "http.Get" | "http.Post" | "http.PostForm" | "http.Head"
            if site.code.imports("net/http") =>
        {
            Verdict::Endless
        }
        "http.Client" => Verdict::of(
            call.named("Timeout").is_some()
                || site
                    .code
                    .assignments
                    .iter()
                    .any(|assignment| assignment.target.ends_with(".Timeout"))
                || uses_context(site.code),
        ),
        "http.DefaultClient.Get" | "http.DefaultClient.Post" | "http.DefaultClient.Head" => {
            Verdict::Endless
        }
        // Both wait without end until they are told otherwise, which a chain of calls or another file may do.
        "resty.New" | "gorequest.New" => {
            let mut calls = app
                .facts
                .calls()
                .filter(|other| other.code.language == Language::Go);
            let is_told =
                calls.any(|other| matches!(other.call.method(), "SetTimeout" | "Timeout"));
            Verdict::of(is_told || uses_context(site.code))
        }
        "http.DefaultClient.Do" => Verdict::of(uses_context(site.code)),
        _ => Verdict::None,
    }
}

fn uses_context(code: &Code) -> bool {
    code.calls.iter().any(|call| {
        matches!(
            call.callee.as_str(),
            "context.WithTimeout" | "context.WithDeadline" | "http.NewRequestWithContext"
        )
    })
}
