//! Can a slow service hold the app's threads for minutes?

mod fixes;
mod java;

use std::cell::OnceCell;

use std::fmt::Write as _;

use crate::rules::prelude::*;
use slugsmith_facts::code::ScopeKind;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "outbound-without-timeout",
    code: "SF803",
    title: "Calls to other services have no timeout",
    level: Level::Warn,
    group: Group::Network,
    ecosystems: &["node", "python", "ruby", "go", "php", "java"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            HTTP calls in code that a process reaches, with libraries that wait for minutes or for
            ever by default, and no timeout: `requests` and its sessions, `urlopen`, aiohttp,
            urllib3; HTTParty, `Net::HTTP`, Faraday, RestClient, http.rb, Excon, Typhoeus,
            `URI.open`; axios, got, superagent, request, undici and `fetch` of another host;
            `http.Get`, `http.DefaultClient` and `http.Client{}`; Guzzle, curl and
            `file_get_contents` of an address; Java's `openConnection`, `HttpClient`, Spring's
            `RestTemplate`. One finding per language, with the further places in
            its text.
        "},
        why: indoc! {"
            The router gives up after 30 seconds (H12), but the thread or worker stays stuck. When
            the other service is slow, all workers wait for it and the whole app is down.
        "},
        fix: indoc! {"
            ```py
            requests.post(url, json=data, timeout=(3, 10))
            ```
            ```rb
            HTTParty.post(url, body: data, timeout: 10)
            ```
            ```js
            axios.defaults.timeout = 10_000
            ```
            ```go
            client := &http.Client{Timeout: 10 * time.Second}
            ```
        "},
        silent: indoc! {"
            A timeout in the call, in the client's options or as the library's default in the same
            app; httpx, Laravel's `Http` and others that have one by default; browser code, scripts
            and tests; clients in a language that the app is not deployed in; Go packages that no
            started program imports.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let app = App {
        facts,
        axios_default: OnceCell::new(),
    };
    let mut evidence = Vec::new();
    let mut applies = false;
    for (language, client, fix) in [
        (
            Language::Python,
            python as Client,
            "Add timeout=(3, 10) to each call.",
        ),
        (
            Language::Ruby,
            ruby as Client,
            "Add timeout: 10 (or open_timeout and read_timeout).",
        ),
        (
            Language::JavaScript,
            node as Client,
            "Set a timeout: axios.defaults.timeout = 10_000, .timeout(10_000), or signal: \
             AbortSignal.timeout(10_000)",
        ),
        (
            Language::Go,
            go as Client,
            "Use &http.Client{Timeout: 10 * time.Second}",
        ),
        (
            Language::Php,
            php as Client,
            "new Client(['timeout' => 10, 'connect_timeout' => 3])",
        ),
        (
            Language::Java,
            java::client as Client,
            "connection.setConnectTimeout(3_000); connection.setReadTimeout(10_000);",
        ),
    ] {
        let mut sites = Vec::new();
        for site in facts.calls().filter(|site| site.code.language == language) {
            match client(&app, site) {
                Verdict::None => {}
                Verdict::Fine => applies = true,
                Verdict::Endless => {
                    applies = true;
                    if branch(site.code, site.call.scope) != Branch::Development
                        && !guards::is_maintenance(facts, &site.code.path)
                    {
                        sites.push(site);
                    }
                }
            }
        }
        evidence.extend(one(&sites, fix));
    }
    Outcome::when(applies, evidence)
}

type Client = fn(&App<'_>, Site<'_>) -> Verdict;

/// What holds for all calls of the app, looked up once.
struct App<'a> {
    facts: &'a Facts<'a>,
    axios_default: OnceCell<bool>,
}

impl App<'_> {
    /// Whether `axios.defaults.timeout` is set anywhere.
    fn axios_default(&self) -> bool {
        let sets = |code: &Code| {
            let mut targets = code.assignments.iter().map(|one| &one.target);
            targets.any(|target| target.ends_with("defaults.timeout"))
        };
        *self
            .axios_default
            .get_or_init(|| self.facts.code(Language::JavaScript).any(sets))
    }
}

enum Verdict {
    /// No call to another service.
    None,
    Fine,
    Endless,
}

impl Verdict {
    fn of(timed: bool) -> Self {
        if timed { Self::Fine } else { Self::Endless }
    }
}

fn one(sites: &[Site<'_>], fix: &str) -> Option<Evidence> {
    let (first, rest) = sites.split_first()?;
    let mut message = format!(
        "`{}` has no timeout: when the other service is slow, this worker waits for minutes.",
        first.call.callee
    );
    if !rest.is_empty() {
        let places: Vec<_> = rest
            .iter()
            .take(3)
            .map(|site| format!("{}:{}", site.code.path, site.call.line))
            .collect();
        let more = rest.len() - places.len();
        let _ = write!(message, " Also {}", places.join(", "));
        if more > 0 {
            let _ = write!(message, " and {more} more");
        }
        message.push('.');
    }
    let mut fixes: Vec<&str> = Vec::new();
    for site in sites {
        let own = fixes::of(*site).unwrap_or(fix);
        if !fixes.contains(&own) {
            fixes.push(own);
        }
    }
    let found = Evidence::line(&first.code.path, first.call.line, message);
    Some(fixes.into_iter().fold(found, Evidence::help))
}

const VERBS: &[&str] = &[
    "get", "post", "put", "patch", "delete", "head", "request", "options",
];

/// Whether a call names a timeout, or hands over options that can't be read.
fn says_timeout(site: Site<'_>, names: &[&str]) -> bool {
    site.call.arguments.iter().any(|argument| {
        let by_name = argument
            .name
            .as_deref()
            .is_some_and(|name| names.iter().any(|wanted| name.contains(wanted)));
        let value = site.code.resolve(&argument.value);
        by_name
            || value.any(|value| match value {
                Expr::Object(entries) => entries.iter().any(|(key, _)| {
                    key == "..." || names.iter().any(|wanted| key.contains(wanted))
                }),
                _ => false,
            })
    })
}

fn python(_app: &App<'_>, site: Site<'_>) -> Verdict {
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

fn ruby(app: &App<'_>, site: Site<'_>) -> Verdict {
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
        "Net.HTTP" if matches!(call.method(), "new" | "start") => Verdict::of(
            says_timeout(site, &["timeout"])
                || file_says("read_timeout")
                || file_says("open_timeout"),
        ),
        "URI" if call.method() == "open" && site.code.imports("open-uri") => {
            Verdict::of(says_timeout(site, &["timeout"]))
        }
        "HTTP" if verb && app.facts.packages.has(Ecosystem::Gem, "http") => Verdict::Endless,
        "Excon" if verb || call.method() == "new" => Verdict::of(says_timeout(site, &["timeout"])),
        _ => Verdict::None,
    }
}

fn node(app: &App<'_>, site: Site<'_>) -> Verdict {
    let call = site.call;
    let library = |name: &str| site.code.imports(name);
    let verb = VERBS.contains(&call.method());
    let bound = |module: &str| bound_to(site.code, module);
    if library("axios")
        && bound("axios")
            .is_some_and(|name| call.callee == name || (call.receiver() == name && verb))
    {
        return Verdict::of(
            says_timeout(site, &["timeout", "signal"])
                || passes_config(site)
                || app.axios_default(),
        );
    }
    if library("got")
        && bound("got").is_some_and(|name| call.callee == name || (call.receiver() == name && verb))
    {
        return Verdict::of(says_timeout(site, &["timeout", "signal"]));
    }
    if library("superagent")
        && bound("superagent")
            .is_some_and(|name| call.receiver() == name && (verb || call.method() == "del"))
    {
        return Verdict::of(
            site.code
                .calls
                .iter()
                .any(|other| other.method() == "timeout"),
        );
    }
    for module in ["request", "request-promise", "request-promise-native"] {
        if library(module)
            && bound(module)
                .is_some_and(|name| call.callee == name || (call.receiver() == name && verb))
        {
            return Verdict::of(says_timeout(site, &["timeout"]));
        }
    }
    if library("node-fetch") && bound("node-fetch").is_some_and(|name| call.callee == name) {
        return Verdict::of(says_timeout(site, &["timeout", "signal"]));
    }
    if library("undici") && bound("undici").is_some() && call.callee == "request" {
        return Verdict::of(says_timeout(site, &["Timeout", "signal", "dispatcher"]));
    }
    // A wrapper of the app's own may have the name.
    let global = || {
        !site
            .code
            .imports
            .iter()
            .any(|import| import.names.iter().any(|name| name == "fetch"))
            && !site
                .code
                .assignments
                .iter()
                .any(|assignment| assignment.target == "fetch")
    };
    if call.callee == "fetch" && global() && !library("node-fetch") && leaves_the_app(site) {
        return Verdict::of(
            says_timeout(site, &["signal"])
                || call
                    .positional(1)
                    .is_some_and(|options| !matches!(site.code.resolve(options), Expr::Object(_))),
        );
    }
    Verdict::None
}

/// Whether the address of a `fetch` is of another host: components that run in a browser ask
/// their own server.
fn leaves_the_app(site: Site<'_>) -> bool {
    let view = site
        .code
        .path
        .rsplit_once('.')
        .is_some_and(|(_, ending)| matches!(ending, "jsx" | "tsx"));
    let absolute = |value: &Expr| match site.code.resolve(value) {
        Expr::Text(text) => text.starts_with("http"),
        Expr::Env { .. } => true,
        Expr::Join(parts) => parts
            .iter()
            .find(|part| part.text() != Some(""))
            .is_some_and(|first| match site.code.resolve(first) {
                Expr::Text(text) => text.starts_with("http"),
                Expr::Env { .. } => true,
                _ => false,
            }),
        _ => false,
    };
    !view && site.call.positional(0).is_some_and(absolute)
}

/// Options by a name that this file does not define: they may hold a timeout.
fn passes_config(site: Site<'_>) -> bool {
    let at = if matches!(site.call.method(), "post" | "put" | "patch") {
        2
    } else {
        1
    };
    let value = if site.call.receiver().is_empty() {
        site.call.positional(0)
    } else {
        site.call.positional(at)
    };
    value.is_some_and(|value| {
        matches!(
            site.code.resolve(value),
            Expr::Name(_) | Expr::Call { .. } | Expr::Other
        ) && !value.is_literal()
    }) && !site.call.receiver().is_empty()
}

/// The local name of a module's import. A name that the file gives to something else as well
/// tells nothing.
fn bound_to<'a>(code: &'a Code, module: &str) -> Option<&'a str> {
    let imported = code
        .imports
        .iter()
        .filter(|import| import.module == module)
        .find_map(|import| import.names.first());
    let loads = |value: &Expr| match value {
        Expr::Call { callee, arguments } => {
            let first = arguments.first().and_then(|first| first.value.text());
            callee == "require" && first == Some(module)
        }
        _ => false,
    };
    let name = imported.map(String::as_str).or_else(|| {
        let required = code
            .assignments
            .iter()
            .find(|assignment| loads(&assignment.value));
        required.map(|assignment| assignment.target.as_str())
    })?;
    let other_value = code
        .assignments
        .iter()
        .any(|assignment| assignment.target == name && !loads(&assignment.value));
    let function = code
        .scopes
        .iter()
        .any(|scope| matches!(&scope.kind, ScopeKind::Function { name: own } if own == name));
    (!other_value && !function).then_some(name)
}

fn go(_app: &App<'_>, site: Site<'_>) -> Verdict {
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

fn php(_app: &App<'_>, site: Site<'_>) -> Verdict {
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
        return Verdict::of(
            call.arguments.len() > 2
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
