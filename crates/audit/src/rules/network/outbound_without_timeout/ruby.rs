//! Clients of Ruby that wait without end unless they are told otherwise.

use super::{App, VERBS, Verdict, says_timeout};
use crate::rules::prelude::*;
use slugsmith_facts::code::Assignment;

pub(super) fn ruby(app: &App<'_>, site: Site<'_>) -> Verdict {
    let call = site.call;
    let verb = VERBS.contains(&call.method());
    let file_says = |word: &str| {
        site.code
            .calls
            .iter()
            .any(|other| other.method().contains(word) || other.named(word).is_some())
            || site
                .code
                .assignments
                .iter()
                .any(|assignment| assignment.target.contains(word))
    };
    match call.receiver() {
        "HTTParty" | "self.class"
            if verb
                && (call.receiver() == "HTTParty"
                    || guards::used(app.facts, Language::Ruby, |other| {
                        other.code.path == site.code.path
                            && other.call.callee == "include"
                            && other.call.positional(0).and_then(Expr::name) == Some("HTTParty")
                    })) =>
        {
            Verdict::of(
                says_timeout(site, &["timeout"])
                    || file_says("default_timeout")
                    || file_says("timeout"),
            )
        }
        "Net.HTTP" if matches!(call.method(), "get" | "get_response" | "post" | "post_form") => {
            Verdict::Endless
        }
        "Faraday" if verb => Verdict::of(says_timeout(site, &["request", "timeout"])),
        "Faraday" if call.method() == "new" => Verdict::of(
            says_timeout(site, &["request", "timeout"])
                || file_says("timeout")
                || file_says("open_timeout"),
        ),
        "RestClient" | "Typhoeus" if verb => Verdict::of(says_timeout(site, &["timeout"])),
        "RestClient.Request" if call.method() == "execute" => {
            Verdict::of(says_timeout(site, &["timeout"]))
        }
        "RestClient.Resource" if call.method() == "new" => {
            Verdict::of(says_timeout(site, &["timeout"]))
        }
        // `Typhoeus::Request.new(url, …).run`, and the class's own verbs.
        "Typhoeus.Request" if verb || call.method() == "new" => {
            Verdict::of(says_timeout(site, &["timeout"]))
        }
        // Faraday inside, which is given its options here or for all clients.
        "Octokit.Client" if call.method() == "new" => Verdict::of(
            says_timeout(site, &["connection_options", "timeout", "middleware"])
                || app.facts.code(Language::Ruby).any(limits_octokit),
        ),
        "Net.HTTP" if matches!(call.method(), "new" | "start") => Verdict::of(
            says_timeout(site, &["timeout"])
                || file_says("read_timeout")
                || file_says("open_timeout"),
        ),
        // Before Ruby 3 open-uri's `open` is the kernel's; a file has no headers.
        "" if call.callee == "open" && has_headers(site) => {
            Verdict::of(says_timeout(site, &["timeout"]))
        }
        "URI" if call.method() == "open" && site.code.imports("open-uri") => {
            Verdict::of(says_timeout(site, &["timeout"]))
        }
        "HTTP" if verb && app.facts.packages.has(Ecosystem::Gem, "http") => Verdict::Endless,
        "Excon" if verb || call.method() == "new" => Verdict::of(says_timeout(site, &["timeout"])),
        _ => Verdict::None,
    }
}

/// Whether a file gives all of Octokit's clients a limit: `Octokit.configure { |c| c.connection_options = { … } }`, or
/// a stack of middleware that has one. Options from elsewhere may have it.
fn limits_octokit(code: &Code) -> bool {
    let given = |one: &&Assignment| one.target.ends_with("connection_options");
    let is_elsewhere = |one: &Assignment| !matches!(code.resolve(&one.value), Expr::Object(_));
    let mut assignments = code.assignments.iter();
    if assignments.clone().filter(given).any(is_elsewhere) {
        return true;
    }
    let is_configured = assignments.any(|one| given(&one) || one.target.starts_with("Octokit."))
        || code
            .calls
            .iter()
            .any(|call| call.callee == "Octokit.configure");
    let says = |name: &str| name.contains("timeout");
    let in_value = |part: &Expr| matches!(part, Expr::Object(entries) if entries.iter().any(|(key, _)| says(key)));
    is_configured
        && (code.values().any(|(_, _, value)| value.any(in_value))
            || code.assignments.iter().any(|one| says(&one.target))
            || code.calls.iter().any(|call| {
                call.arguments
                    .iter()
                    .any(|one| one.name.as_deref().is_some_and(says))
            }))
}

/// `open(address, "User-Agent" => agent)`
fn has_headers(site: Site<'_>) -> bool {
    const HEADERS: &[&str] = &["user-agent", "accept", "referer", "cookie", "authorization"];
    let is_header = |name: &str| HEADERS.contains(&name.to_ascii_lowercase().as_str());
    site.call.arguments.iter().skip(1).any(|argument| {
        let named = argument.name.as_deref().is_some_and(is_header);
        named || matches!(&argument.value, Expr::Object(entries) if entries.iter().any(|(key, _)| is_header(key)))
    })
}
