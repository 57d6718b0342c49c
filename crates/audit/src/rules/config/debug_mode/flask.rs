//! Flask's own server with its debugger, and debug mode of Flask and `FastAPI` below another server.

use crate::python;
use crate::rules::prelude::*;
use slugsmith_facts::code::Assignment;

/// Flask's own server with its debugger, in the file that the web process starts.
pub(super) fn own_server(facts: &Facts<'_>) -> Option<Evidence> {
    let site = python::own_server(facts)?;
    let on = ["debug", "use_debugger"]
        .iter()
        .filter_map(|name| site.call.named(name))
        .any(|value| site.code.resolve(value) == &Expr::Bool(true));
    let message = "debug=True starts Flask's debugger: an error page shows the source, and runs \
                   code for whoever finds out the PIN.";
    on.then(|| {
        Evidence::line(&site.code.path, site.call.line, message)
            .help("debug=os.environ.get(\"FLASK_DEBUG\") == \"1\"")
    })
}

/// `app.config["DEBUG"] = True`, `app.debug = True` in what gunicorn or uWSGI serves: errors are raised past the app's
/// own error pages, and templates are read anew for each request.
pub(super) fn served(facts: &Facts<'_>) -> Option<Evidence> {
    facts.packages.wants(Ecosystem::Pypi, "flask")?;
    let web = facts.process("web")?;
    let servers = ["gunicorn", "uwsgi", "waitress-serve", "gevent"];
    web.commands
        .iter()
        .find(|command| servers.contains(&command.program()))?;
    facts.code(Language::Python).find_map(|code| {
        let is_debug = |target: &str| target.ends_with(".config.DEBUG") || target == "app.debug";
        let set = |one: &&Assignment| is_debug(&one.target);
        let one = code.assignments.iter().find(set)?;
        let later = code.assignments.iter().filter(set).count() > 1;
        let on = one.value == Expr::Bool(true)
            && !later
            && code.function(one.scope).is_none()
            && branch(code, one.scope) == Branch::Always
            && !guards::is_maintenance(facts, &code.path);
        let message = format!(
            "`{}` is on for visitors as well: errors pass the app's own error pages, and templates are read anew for \
             each request.",
            one.target
        );
        on.then(|| {
            Evidence::line(&code.path, one.line, message)
                .level(Severity::Warn)
                .help("app.config[\"DEBUG\"] = os.environ.get(\"FLASK_DEBUG\") == \"1\"")
        })
    })
}

/// `FastAPI(debug=True)`: a failed request answers with the traceback (fastapi.tiangolo.com, reference of `FastAPI`).
pub(super) fn fastapi(facts: &Facts<'_>) -> Option<Evidence> {
    facts.process("web")?;
    let site = calls_to(facts, Language::Python, |site| {
        let callee = site.call.callee.as_str();
        matches!(
            callee,
            "FastAPI" | "fastapi.FastAPI" | "Starlette" | "starlette.applications.Starlette"
        ) && site
            .call
            .named("debug")
            .map(|value| site.code.resolve(value))
            == Some(&Expr::Bool(true))
            && branch(site.code, site.call.scope) == Branch::Always
            && !guards::is_maintenance(facts, &site.code.path)
    })
    .next()?;
    let message = format!(
        "`{}(debug=True)` answers a failed request with the traceback, for visitors as well.",
        site.call.callee
    );
    Some(
        Evidence::line(&site.code.path, site.call.line, message)
            .level(Severity::Warn)
            .help("debug=os.environ.get(\"DEBUG\") == \"1\""),
    )
}
