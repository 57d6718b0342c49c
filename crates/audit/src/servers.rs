//! Which calls start a server that the router is meant to reach?

use super::facts::{Facts, Site};
use slugsmith_facts::code::{Expr, Language};

/// Whether a call of Node code listens for HTTP: `listen` with something like a port.
pub(super) fn listens_in_node(site: Site<'_>) -> bool {
    let call = site.call;
    // Slack's Bolt: `await app.start(process.env.PORT || 3000)`; the first Yoga: `server.start({ port })`.
    let bolt = call.method() == "start"
        && ["@slack/bolt", "graphql-yoga"]
            .iter()
            .any(|one| site.code.imports(one))
        && !call.receiver().contains("receiver");
    if site.code.language != Language::JavaScript
        || call.method() != "listen" && !bolt
        || call.receiver().is_empty()
    {
        return false;
    }
    let Some(first) = call.positional(0) else {
        return false;
    };
    match site.code.resolve(first) {
        Expr::Object(entries) => entries.iter().any(|(key, _)| key == "port"),
        value => is_port(first) || is_port(value),
    }
}

fn is_port(value: &Expr) -> bool {
    match value {
        Expr::Number(_) => true,
        Expr::Name(name) => name
            .rsplit('.')
            .next()
            .is_some_and(|last| last.to_ascii_lowercase().contains("port")),
        Expr::Env { name, .. } => name.contains("PORT") || name == "*",
        Expr::Either(values) => values.iter().any(is_port),
        // `app.get("port")` is where Express apps keep it, `config.get("app.port")` where Nest's do.
        Expr::Call { arguments, .. } => arguments.iter().any(|argument| {
            is_port(&argument.value) || argument.value.text().is_some_and(names_port)
        }),
        _ => false,
    }
}

/// Whether a key names the port of something: `port`, `app.port`, `HTTP_PORT`.
fn names_port(key: &str) -> bool {
    let last = key.rsplit(['.', '_', ':']).next().unwrap_or(key);
    last.eq_ignore_ascii_case("port")
}

/// The address of a server that another module made with a framework for Go:
/// `server.Start(fmt.Sprintf(":%s", port))`.
pub(super) fn started_in_go<'a>(facts: &Facts<'_>, site: Site<'a>) -> Option<&'a Expr> {
    const FRAMEWORKS: &[&str] = &[
        "github.com/gin-gonic/gin",
        "github.com/labstack/echo",
        "github.com/gofiber/fiber",
    ];
    let call = site.call;
    let starts = site.code.language == Language::Go
        && matches!(call.method(), "Run" | "Start" | "Listen")
        && call.arguments.len() == 1;
    let address = call.positional(0).filter(|_| starts)?;
    let begins = |value: &Expr| value.text().is_some_and(|text| text.starts_with(':'));
    let is_address = match address {
        Expr::Call { callee, arguments } => {
            callee == "fmt.Sprintf" && arguments.first().is_some_and(|one| begins(&one.value))
        }
        Expr::Join(parts) => parts.first().is_some_and(begins),
        _ => false,
    };
    let framework = || {
        let mut files = facts.code(Language::Go);
        files.any(|code| FRAMEWORKS.iter().any(|module| code.imports(module)))
    };
    (is_address && framework()).then_some(address)
}
