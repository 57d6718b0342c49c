//! Are requests in flight finished when the dyno stops?

use crate::rules::prelude::*;
use crate::servers::{listens_in_node, started_in_go};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "no-graceful-shutdown",
    code: "SF706",
    title: "The server does not finish its requests on SIGTERM",
    level: Severity::Warn,
    group: Group::Jobs,
    ecosystems: &["node", "go", "java"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            A Node or Go server that listens, and no handler of SIGTERM or shutdown call anywhere in
            reachable code; Spring Boot before 3.4 without `server.shutdown=graceful`. The finding stands at the
            call that listens; for Spring Boot at the settings of the module that serves.
        "},
        why: indoc! {"
            Dynos get SIGTERM at every deploy, config change and daily restart, and SIGKILL 30
            seconds later. Without a handler the process dies at once: requests in flight fail with
            H13 or H18, and jobs are lost half-done.
        "},
        fix: indoc! {r#"
            ```js
            process.on("SIGTERM", () => server.close(() => process.exit(0)))
            app.enableShutdownHooks()     // Nest, before listen
            ```
            ```go
            ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
            defer stop()
            <-ctx.Done()
            server.Shutdown(timeout)
            ```
            ```
            server.shutdown=graceful      # application.properties
            ```
        "#},
        silent: indoc! {"
            Servers that do it themselves (gunicorn, Puma, uvicorn, Sidekiq, Next, Spring Boot 3.4
            and later); libraries such as terminus, stoppable or http-terminator; frameworks with
            their own server command.
        "},
    },
    check,
};

const LIBRARIES: &[&str] = &[
    "@godaddy/terminus",
    "http-terminator",
    "stoppable",
    "lightship",
    "http-graceful-shutdown",
    "http-shutdown",
    "close-with-grace",
    "fastify-graceful-shutdown",
    "async-exit-hook",
    "node-graceful-shutdown",
    "express-graceful-exit",
    "signal-exit",
    "death",
    "fastify-cli",
    "shutdown-cleanup",
    "@moebius/http-graceful-shutdown",
];

/// Frameworks of Go that listen by a call of their own.
const GO_SERVERS: &[&str] = &[
    "github.com/gin-gonic/gin",
    "github.com/labstack/echo",
    "github.com/gofiber/fiber",
];

fn check(facts: &Facts<'_>) -> Outcome {
    let node = node(facts);
    let go = go(facts);
    let java = spring(facts);
    let applies = node.is_some() || go.is_some() || java.is_some();
    let evidence = [node, go, java]
        .into_iter()
        .flatten()
        .filter_map(|server| server.loses)
        .collect();
    Outcome::when(applies, evidence)
}

/// A server, and what shows that it loses requests when it stops.
struct Server {
    loses: Option<Evidence>,
}

fn node(facts: &Facts<'_>) -> Option<Server> {
    let site = calls_to(facts, Language::JavaScript, listens_in_node).next()?;
    let handled = facts.code(Language::JavaScript).any(|code| {
        code.calls.iter().any(|call| {
            let listens = matches!(call.method(), "on" | "once" | "addListener")
                && call.positional(0).and_then(Expr::text).is_some_and(is_stop);
            let loops = matches!(call.callee.as_str(), "process.on" | "process.once")
                && !matches!(call.positional(0), Some(Expr::Text(_)))
                && code.calls_one_of(&["forEach"]);
            listens && call.receiver().contains("process")
                || loops
                || call.method() == "enableShutdownHooks"
        }) || LIBRARIES.iter().any(|library| code.imports(library))
    });
    let loses = (!handled).then(|| {
        Evidence::line(
            &site.code.path,
            site.call.line,
            format!(
                "`{}` has no SIGTERM handler: \
            every deploy and daily restart cuts the requests in flight.",
                named(&site.call.callee)
            ),
        )
        .help(stop_in_node(&site))
    });
    Some(Server { loses })
}

/// How the server of this call is stopped: by its own name where the code has one. Fastify's and
/// hapi's objects stop themselves; what `listen` of the others gives back is Node's server.
fn stop_in_node(site: &Site<'_>) -> String {
    let receiver = site.call.receiver();
    let is_name = is_name(receiver);
    let assigned = site
        .code
        .assignments
        .iter()
        .find(|one| {
            let made = one.value.callee() == Some(site.call.callee.as_str());
            made && one.line == site.call.line && !one.target.contains('.')
        })
        .map(|one| one.target.as_str());
    if is_name && site.code.imports("fastify") {
        return format!(
            "process.on(\"SIGTERM\", () => {receiver}.close().then(() => process.exit(0)))"
        );
    }
    // Nest's `listen` promises a server that its own hooks have to close.
    if is_name && site.code.imports("@nestjs/core") {
        return format!("{receiver}.enableShutdownHooks()");
    }
    // An app of Express beside Node's server has no `close`.
    let makes_server = site.code.assignments.iter().any(|one| {
        let made = one
            .value
            .callee()
            .and_then(|callee| callee.rsplit('.').next());
        one.target == receiver
            && matches!(made, Some("createServer" | "createSecureServer" | "Server"))
    });
    match (assigned, is_name && makes_server) {
        (Some(name), _) => {
            format!("process.on(\"SIGTERM\", () => {name}.close(() => process.exit(0)))")
        }
        (None, true) => {
            format!("process.on(\"SIGTERM\", () => {receiver}.close(() => process.exit(0)))")
        }
        (None, false) => format!(
            "const server = {}(…); process.on(\"SIGTERM\", () => server.close(() => process.exit(0)))",
            named(&site.call.callee)
        ),
    }
}

/// A call as people name it; of a chain (`require("express")().listen`) its last link, since the
/// arguments of the others are not in the name.
fn named(callee: &str) -> String {
    match callee.rsplit_once(").") {
        Some((_, last)) => format!("….{last}"),
        None => callee.to_owned(),
    }
}

/// Whether this is a name alone, which a fix can repeat.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|one| one.is_alphanumeric() || one == '_')
}

/// Ctrl+C is SIGINT; what the platform sends is SIGTERM.
fn is_stop(signal: &str) -> bool {
    signal == "SIGTERM"
}

fn go(facts: &Facts<'_>) -> Option<Server> {
    let sites: Vec<_> = calls_to(facts, Language::Go, |site| {
        matches!(
            site.call.callee.as_str(),
            "http.ListenAndServe" | "http.ListenAndServeTLS" | "http.Serve" | "http.ServeTLS"
        ) || site.call.method() == "ListenAndServe"
            || runs_framework(site)
            || started_in_go(facts, site).is_some()
    })
    .collect();
    // `server.Run()` of the app's own type leads to the framework's call in a method of that name, where it is mended.
    let first = sites.first()?;
    let inner = sites.iter().find(|inner| {
        inner.code.path != first.code.path
            && inner.code.function(inner.call.scope) == Some(first.call.method())
            && !is_of_framework(*first)
    });
    let site = *inner.unwrap_or(first);
    let waits = |site: Site<'_>| {
        matches!(
            site.call.callee.as_str(),
            "signal.Notify" | "signal.NotifyContext"
        )
    };
    // `signal.Notify(stop, os.Interrupt)` never hears the SIGTERM of the platform.
    let deaf = |site: Site<'_>| {
        let signals = site.call.arguments.iter().skip(1);
        let mut names = signals
            .filter_map(|argument| argument.value.name())
            .peekable();
        names.peek().is_some()
            && site.call.arguments.len() > 1
            && site
                .call
                .arguments
                .iter()
                .skip(1)
                .all(|argument| argument.value.name().is_some())
            && names
                .all(|name| name == "os.Interrupt" || name == "os.Kill" || is_other_signal(name))
    };
    let heard = guards::used(facts, Language::Go, |site| waits(site) && !deaf(site));
    let only_deaf = !heard && guards::used(facts, Language::Go, waits);
    let handled = heard
        || !only_deaf
            && guards::used(facts, Language::Go, |site| {
                matches!(
                    site.call.method(),
                    "Shutdown" | "GracefulStop" | "ShutdownWithTimeout"
                )
            });
    let loses = (!handled).then(|| {
        Evidence::line(
            &site.code.path,
            site.call.line,
            format!(
                "`{}` blocks, and nothing handles \
            SIGTERM: every deploy and daily restart cuts the requests in flight.",
                site.call.callee
            ),
        )
        .help(stop_in_go(&site))
    });
    Some(Server { loses })
}

/// A signal by its name that is not the one which the platform sends.
fn is_other_signal(name: &str) -> bool {
    let of_package = name
        .strip_prefix("syscall.")
        .or_else(|| name.strip_prefix("unix."));
    of_package.is_some_and(|signal| signal.starts_with("SIG") && signal != "SIGTERM")
}

/// `router.Run()` in a file that has one of the frameworks; Gin's takes PORT by itself.
fn runs_framework(site: Site<'_>) -> bool {
    matches!(site.call.method(), "Run" | "Start" | "Listen")
        && GO_SERVERS.iter().any(|module| site.code.imports(module))
        && (!site.call.arguments.is_empty() || site.call.method() == "Run")
}

/// Whether the object that a call runs was made by a framework in this file.
fn is_of_framework(site: Site<'_>) -> bool {
    let makers = ["gin.Default", "gin.New", "echo.New", "fiber.New"];
    let mut made = site
        .code
        .assignments
        .iter()
        .filter(|one| one.target == site.call.receiver());
    made.any(|one| {
        one.value
            .callee()
            .is_some_and(|callee| makers.contains(&callee))
    })
}

/// How the server of this call is stopped. `http.ListenAndServe` and the routers' own calls
/// have no server that could be asked to: it is made first. Fiber stops itself.
fn stop_in_go(site: &Site<'_>) -> String {
    let call = site.call;
    let receiver = call.receiver();
    let then = "with a timeout under 30 s";
    if site.code.imports("github.com/gofiber/fiber") && is_name(receiver) {
        return format!(
            "signal.NotifyContext(ctx, syscall.SIGTERM), then {receiver}.ShutdownWithContext {then}"
        );
    }
    if call.method() == "ListenAndServe" && is_name(receiver) && receiver != "http" {
        return format!(
            "signal.NotifyContext(ctx, syscall.SIGTERM), then {receiver}.Shutdown {then}"
        );
    }
    if site.code.imports("github.com/labstack/echo") && is_name(receiver) {
        return format!(
            "signal.NotifyContext(ctx, syscall.SIGTERM), then {receiver}.Shutdown {then}"
        );
    }
    // The handler: the router itself, or the second argument, where it has a name.
    let named = call
        .positional(1)
        .and_then(Expr::name)
        .filter(|name| is_name(name));
    let handler = match call.method() {
        "Run" if is_name(receiver) => receiver,
        _ => named.unwrap_or("handler"),
    };
    format!(
        "server := &http.Server{{Addr: \":\" + os.Getenv(\"PORT\"), Handler: {handler}}}; go server.ListenAndServe(); \
         signal.NotifyContext(ctx, syscall.SIGTERM), then server.Shutdown {then}"
    )
}

fn spring(facts: &Facts<'_>) -> Option<Server> {
    let (path, line, version) = crate::spring::version(facts)?;
    let graceful = facts.sources.texts.iter().any(|(path, text)| {
        path.contains("application")
            && (text.contains("server.shutdown=graceful") || text.contains("shutdown: graceful"))
    });
    let web = crate::spring::web_module(facts);
    let good = graceful || web.is_none() || guards::numbers(&version) >= vec![3, 4];
    let loses = (!good).then(|| {
        let message =
            format!("Spring Boot {version} drops requests on SIGTERM unless told otherwise.");
        // The version stands in the build file, the setting that is missing belongs into the properties.
        let settings = web.and_then(|module| crate::spring::settings_of(facts, &module));
        let found = match &settings {
            Some(settings) => Evidence::line(settings, 0, message),
            None => Evidence::line(path, line, message),
        };
        let is_yaml = settings
            .as_ref()
            .is_some_and(|path| !path.ends_with(".properties"));
        let found = if guards::numbers(&version) < vec![2, 3] {
            found.help(
                "Move to Spring Boot 2.3 or later first: this version does not know the setting.",
            )
        } else {
            found
        };
        found.help(if is_yaml {
            "server.shutdown: graceful and spring.lifecycle.timeout-per-shutdown-phase: 20s"
        } else {
            "application.properties: server.shutdown=graceful and \
             spring.lifecycle.timeout-per-shutdown-phase=20s"
        })
    });
    Some(Server { loses })
}
