//! Guzzle, curl and `file_get_contents`, which wait without end unless they are told otherwise.

use super::{App, Verdict, says_timeout};
use crate::rules::prelude::*;

pub(super) fn php(_app: &App<'_>, site: Site<'_>) -> Verdict {
    let call = site.call;
    let guzzle = site.code.imports("GuzzleHttp.Client") && call.callee == "Client"
        || matches!(
            call.callee.as_str(),
            "GuzzleHttp\\Client" | "GuzzleHttp.Client"
        );
    if guzzle {
        let per_call = site.code.calls.iter().any(|other| {
            other.arguments.iter().any(|argument| {
                argument.value.any(|value| {
                    value.key("timeout").is_some()
                        || matches!(value, Expr::Name(name) if name.ends_with("TIMEOUT"))
                })
            })
        });
        // `$options = ['timeout' => 5]`, handed over by name.
        let by_name = site
            .code
            .assignments
            .iter()
            .any(|assignment| assignment.value.key("timeout").is_some());
        return Verdict::of(
            says_timeout(site, &["timeout", "TIMEOUT"])
                || per_call
                || by_name
                || call
                    .arguments
                    .iter()
                    .any(|argument| matches!(argument.value, Expr::Name(_))),
        );
    }
    let remote = |value: &Expr| match site.code.resolve(value) {
        Expr::Text(text) => text.starts_with("http"),
        Expr::Join(parts) => parts
            .first()
            .and_then(Expr::text)
            .is_some_and(|text| text.starts_with("http")),
        _ => false,
    };
    if call.callee == "file_get_contents" && call.positional(0).is_some_and(remote) {
        let context = call.positional(2).map(|context| site.code.resolve(context));
        return Verdict::of(
            context.is_some_and(|context| may_limit(site.code, context))
                || site.code.calls.iter().any(|other| {
                    other.callee == "ini_set"
                        && other.positional(0).and_then(Expr::text)
                            == Some("default_socket_timeout")
                }),
        );
    }
    if call.callee == "curl_init" {
        let is_timeout = |value: &Expr| match value {
            Expr::Name(name) => name.contains("TIMEOUT"),
            Expr::Object(entries) => entries.iter().any(|(key, _)| key.contains("TIMEOUT")),
            _ => false,
        };
        let set = site.code.calls.iter().any(|other| {
            other.callee.starts_with("curl_setopt")
                && other
                    .arguments
                    .iter()
                    .any(|argument| argument.value.any(is_timeout))
        });
        return Verdict::of(set);
    }
    Verdict::None
}

/// Whether a context may say how long to wait: its options do (`["http" => ["timeout" => 5]]`), or come from elsewhere.
fn may_limit(code: &Code, context: &Expr) -> bool {
    let Expr::Call { callee, arguments } = context else {
        return true;
    };
    let says = |options: &Expr| match code.resolve(options) {
        Expr::Object(entries) => entries
            .iter()
            .any(|(key, _)| key == "timeout" || key == "..."),
        _ => true,
    };
    !callee.ends_with("stream_context_create")
        || arguments
            .first()
            .is_some_and(|options| match code.resolve(&options.value) {
                Expr::Object(wrappers) => wrappers.iter().any(|(_, options)| says(options)),
                _ => true,
            })
}
