//! Can a slow service hold the app's threads for minutes?

mod fixes;
mod go;
mod java;
mod node;
mod php;
mod python;
mod ruby;

use go::go;
use node::node;
use php::php;
use python::python;
use ruby::ruby;
use std::cell::OnceCell;

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "outbound-without-timeout",
    code: "SF803",
    title: "Calls to other services have no timeout",
    level: Severity::Warn,
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
            Octokit, `URI.open`; axios, got, superagent, request, undici and `fetch` of another host;
            `http.Get`, `http.DefaultClient` and `http.Client{}`; Guzzle, curl and
            `file_get_contents` of an address; Java's `openConnection`, `HttpClient`, Spring's
            `RestTemplate`; Django's `send_mail` over SMTP in a view, where `EMAIL_TIMEOUT` is set nowhere. One
            finding per language, with the further places in its text.
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
            started program imports; classes of Rails' `lib/` that nothing names; modules that only management
            commands import which no process names.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let app = App {
        facts,
        axios_default: OnceCell::new(),
        rest_template: OnceCell::new(),
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
    /// See [`java::client`].
    rest_template: OnceCell<bool>,
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
    let message = format!(
        "`{}` has no timeout: when the other service is slow, this worker waits for minutes.",
        first.call.callee
    );
    let others: Vec<_> = rest
        .iter()
        .map(|site| format!("{}:{}", site.code.path, site.call.line))
        .collect();
    let mut fixes: Vec<&str> = Vec::new();
    for site in sites {
        let own = fixes::of(*site).unwrap_or(fix);
        if !fixes.contains(&own) {
            fixes.push(own);
        }
    }
    let found = Evidence::line(&first.code.path, first.call.line, message).also(&others);
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
