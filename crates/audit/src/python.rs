//! Which Python files do the web process's commands start, and does a server of the framework's
//! own run there?

use super::facts::{Facts, Site};
use slugsmith_facts::code::{Code, Expr, Language, Scope, ScopeKind};
use slugsmith_facts::process::Need;

/// Files that the web process runs as `__main__`.
pub(super) fn started<'a>(facts: &'a Facts<'_>) -> Vec<&'a Code> {
    let commands = facts.process("web").map(|web| web.commands.as_slice());
    let paths: Vec<String> = commands
        .unwrap_or_default()
        .iter()
        .filter(|command| !command.conditional)
        .flat_map(|command| {
            let needs = command.needs().into_iter();
            needs.filter_map(|need| match need {
                Need::Script {
                    path,
                    language: "Python",
                } => command.in_app(&path),
                _ => None,
            })
        })
        .collect();
    facts
        .code(Language::Python)
        .filter(|code| paths.contains(&code.path))
        .collect()
}

/// `if __name__ == "__main__"` runs on a laptop where the web process is a real server.
pub(super) fn is_main_guarded(code: &Code, scope: usize) -> bool {
    let asks = |scope: &Scope| {
        let condition = scope.kind.condition();
        condition.is_some_and(|condition| condition.contains("__main__"))
    };
    code.language == Language::Python && code.around(scope).any(asks)
}

/// Whether a call runs for sure when its file is started: at the top, below the question for
/// `__main__`, or in a function that is called there.
pub(super) fn runs_at_start(site: Site<'_>) -> bool {
    let code = site.code;
    let mut function = None;
    for scope in code.around(site.call.scope) {
        match &scope.kind {
            ScopeKind::Branch { condition, holds } => {
                if !(condition.contains("__main__") && *holds) {
                    return false;
                }
            }
            ScopeKind::Function { name } if function.is_none() => function = Some(name.as_str()),
            ScopeKind::Function { .. } | ScopeKind::Class { .. } => return false,
            ScopeKind::File | ScopeKind::Try | ScopeKind::Loop => {}
        }
    }
    function.is_none_or(|function| {
        code.calls
            .iter()
            .any(|call| call.callee == function && code.function(call.scope).is_none())
    })
}

/// The call by which a started file runs Flask's own server.
pub(super) fn own_server<'a>(facts: &'a Facts<'_>) -> Option<Site<'a>> {
    let sites = started(facts).into_iter();
    sites
        .flat_map(|code| code.calls.iter().map(move |call| Site { code, call }))
        .find(|site| {
            let call = site.call;
            let run = call.method() == "run" && is_flask(facts, site.code, call.receiver());
            let simple = call.callee == "run_simple" && site.code.imports("werkzeug")
                || call.callee == "werkzeug.serving.run_simple";
            (run || simple) && runs_at_start(*site)
        })
}

/// Whether a name holds an app of Flask, made here, in the module that it comes from, or by a
/// function of the app (`create_app()`).
fn is_flask(facts: &Facts<'_>, code: &Code, name: &str) -> bool {
    if let Some(function) = name.strip_suffix("()") {
        return makes_flask(facts, function);
    }
    let asked = Expr::Name(name.to_owned());
    match code.resolve(&asked).callee() {
        Some("Flask" | "flask.Flask") => true,
        Some(callee) => makes_flask(facts, callee),
        None => false,
    }
}

/// Whether a function of this name makes an app of Flask.
fn makes_flask(facts: &Facts<'_>, function: &str) -> bool {
    let name = function.rsplit('.').next().unwrap_or(function);
    facts.code(Language::Python).any(|code| {
        code.calls.iter().any(|call| {
            matches!(call.callee.as_str(), "Flask" | "flask.Flask")
                && code.function(call.scope) == Some(name)
        })
    })
}
