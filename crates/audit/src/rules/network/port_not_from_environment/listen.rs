//! Calls that listen: which port and which host they are given.

use crate::Site;
use crate::servers::listens_in_node;
use slugsmith_facts::code::{Code, Expr, Language};

/// Where a call listens.
pub(super) struct Listen<'a> {
    pub(super) port: Option<&'a Expr>,
    pub(super) host: Option<&'a Expr>,
}

pub(super) fn listen(site: Site<'_>) -> Option<Listen<'_>> {
    let call = site.call;
    match site.code.language {
        Language::JavaScript if listens_in_node(site) => {
            let options = call.positional(0)?;
            let (port, host) = match options {
                Expr::Object(_) => (options.key("port"), options.key("host")),
                port => (Some(port), call.positional(1)),
            };
            Some(Listen { port, host })
        }
        Language::Python
            if matches!(
                call.callee.as_str(),
                "app.run"
                    | "uvicorn.run"
                    | "socketio.run"
                    | "web.run_app"
                    | "serve"
                    | "waitress.serve"
            ) =>
        {
            // Without a port these would be development servers, which another rule finds.
            Some(Listen {
                port: call.named("port"),
                host: call.named("host"),
            })
        }
        Language::Go
            if matches!(
                call.callee.as_str(),
                "http.ListenAndServe" | "http.ListenAndServeTLS"
            ) =>
        {
            Some(Listen {
                port: call.positional(0),
                host: call.positional(0),
            })
        }
        Language::Go
            if matches!(call.method(), "Run" | "Start" | "Listen") && go_framework(site.code) =>
        {
            Some(Listen {
                port: call.positional(0),
                host: call.positional(0),
            })
        }
        // `srv.ListenAndServe()` of a server whose address a line of its own sets: `srv.Addr = addr`.
        Language::Go if call.method() == "ListenAndServe" && call.arguments.is_empty() => {
            let field = format!("{}.Addr", call.receiver());
            let mut set = site.code.assignments.iter();
            let address = set.find(|one| one.target == field)?;
            Some(Listen {
                port: Some(&address.value),
                host: Some(&address.value),
            })
        }
        Language::Go if call.callee == "http.Server" && call.named("Addr").is_some() => {
            Some(Listen {
                port: call.named("Addr"),
                host: call.named("Addr"),
            })
        }
        Language::Java
            if matches!(
                call.callee.as_str(),
                "Server" | "InetSocketAddress" | "port" | "Spark.port" | "setPort"
            ) =>
        {
            Some(Listen {
                port: call.positional(0),
                host: None,
            })
        }
        Language::Ruby
            if call.method() == "set"
                && call.positional(0).and_then(Expr::name) == Some("port") =>
        {
            Some(Listen {
                port: call.positional(1),
                host: None,
            })
        }
        _ => None,
    }
}

fn go_framework(code: &Code) -> bool {
    [
        "github.com/gin-gonic/gin",
        "github.com/labstack/echo",
        "github.com/gofiber/fiber",
    ]
    .iter()
    .any(|module| code.imports(module))
}
