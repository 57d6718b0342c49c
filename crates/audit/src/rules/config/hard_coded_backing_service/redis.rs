//! Heroku's Redis, whose certificate is self-signed: a client has to be told so.

use super::reads_only;
use crate::rules::prelude::*;
use crate::services::client;

/// Heroku's own Redis speaks TLS with a self-signed certificate, which clients refuse.
pub(super) fn plain_redis(facts: &Facts<'_>) -> Vec<Evidence> {
    if !facts.has_addon(&["heroku-redis"]) {
        return Vec::new();
    }
    let from_url = |site: Site<'_>| {
        site.call.arguments.iter().any(|argument| {
            argument
                .value
                .any(|value| reads_only(site.code, value, "REDIS_URL"))
        })
    };
    let tells = |site: Site<'_>| {
        const WORDS: &[&str] = &[
            "tls",
            "ssl_params",
            "ssl_cert_reqs",
            "rejectUnauthorized",
            "TLSConfig",
            "InsecureSkipVerify",
            "verify_mode",
            "ssl",
        ];
        // redigo's options are calls.
        const OPTIONS: &[&str] = &["redis.DialTLSSkipVerify", "redis.DialTLSConfig"];
        let named = |name: &str| WORDS.iter().any(|word| name.contains(word));
        let is_word = |key: &str| WORDS.contains(&key) || key == "..." || key == "socket";
        let is_option = |value: &Expr| match value {
            Expr::Object(entries) => entries.iter().any(|(key, _)| is_word(key)),
            Expr::Call { callee, .. } => OPTIONS.contains(&callee.as_str()),
            _ => false,
        };
        let in_call = site.call.arguments.iter().any(|argument| {
            argument.name.as_deref().is_some_and(named) || argument.value.any(is_option)
        });
        in_call
            || site
                .code
                .assignments
                .iter()
                .any(|assignment| WORDS.iter().any(|word| assignment.target.ends_with(word)))
            || site.code.calls.iter().any(|call| {
                call.arguments.iter().any(|argument| {
                    argument.value.any(|value| {
                        value
                            .text()
                            .is_some_and(|text| text.contains("ssl_cert_reqs"))
                    })
                })
            })
    };
    let mut found: Vec<Evidence> = Vec::new();
    let mut known = std::collections::BTreeSet::new();
    for site in facts.calls() {
        let plain = client(site.code, &site.call.callee) == Some("Redis")
            && branch(site.code, site.call.scope) != Branch::Development
            && from_url(site)
            && !tells(site);
        if !plain || !known.insert((&site.code.path, tls_fix(site))) {
            continue;
        }
        let message = format!(
            "`{}` takes REDIS_URL as it is: Heroku Key-Value Store speaks TLS with a self-signed \
             certificate, which the client refuses.",
            site.call.callee
        );
        let one = Evidence::line(&site.code.path, site.call.line, message).level(Severity::Warn);
        found.push(one.help(tls_fix(site)));
    }
    found.extend(without_tls(facts));
    found
}

/// redigo with an address in parts, which says nothing of TLS (Heroku Dev Center, "Heroku Key-Value Store", "Security
/// and Compliance": every plan asks for it).
fn without_tls(facts: &Facts<'_>) -> Option<Evidence> {
    let is_given = facts
        .processes
        .iter()
        .any(|process| process.mentions(&["REDIS_URL"]))
        || facts
            .sources
            .files
            .iter()
            .any(|code| code.reads.iter().any(|read| read.name == "REDIS_URL"));
    let site = calls_to(facts, Language::Go, |site| {
        let is_redigo = [
            "github.com/gomodule/redigo/redis",
            "github.com/garyburd/redigo/redis",
        ]
        .iter()
        .any(|module| site.code.imports(module));
        let is_host = |value: &Expr| value.name().is_some_and(|name| name.ends_with(".Host"));
        let asks_for_tls = || {
            site.code
                .calls
                .iter()
                .any(|call| call.callee.starts_with("redis.DialUseTLS"))
        };
        site.call.callee == "redis.Dial"
            && is_redigo
            && site.call.positional(1).is_some_and(is_host)
            && !asks_for_tls()
    })
    .next()
    .filter(|_| is_given)?;
    let message = "`redis.Dial` takes the host of an address and no TLS: Heroku Key-Value Store speaks nothing else, \
                   so it closes every connection.";
    let found = Evidence::line(&site.code.path, site.call.line, message).level(Severity::Warn);
    Some(found.help("redis.DialURL(os.Getenv(\"REDIS_URL\"), redis.DialTLSSkipVerify(true))"))
}

/// How a client of Redis is told to accept the certificate, by its library.
fn tls_fix(site: Site<'_>) -> &'static str {
    let last = site.call.method();
    match site.code.language {
        Language::JavaScript if last == "createClient" => {
            "createClient({ url, socket: { tls: true, rejectUnauthorized: false } })"
        }
        Language::JavaScript
            if matches!(last, "Queue" | "Worker") && site.code.imports("bullmq") =>
        {
            "connection: { url, tls: { rejectUnauthorized: false } }"
        }
        Language::JavaScript if last == "Queue" => {
            "new Queue(name, url, { redis: { tls: { rejectUnauthorized: false } } })"
        }
        Language::JavaScript => "new Redis(url, { tls: { rejectUnauthorized: false } })",
        Language::Ruby => "ssl_params: { verify_mode: OpenSSL::SSL::VERIFY_NONE }",
        Language::Go => "options.TLSConfig = &tls.Config{InsecureSkipVerify: true}",
        _ => "ssl_cert_reqs=None",
    }
}
