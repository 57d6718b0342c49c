//! Does code of Python that the server loads run the migrations?

use crate::called::decorators;
use crate::facts::{Facts, Site};
use crate::guards::{Branch, branch};
use slugsmith_facts::code::{Call, Code, Expr, Language, Scope};
use slugsmith_facts::process::{Command, Need};

/// Functions between the server and the call that are followed.
const STEPS: usize = 4;

/// `flask_migrate.upgrade()`, Alembic's `command.upgrade(config, "head")` or Django's `call_command("migrate")` in what
/// the web process runs before it serves: at the top of a file, or in functions that are called from there.
pub(super) fn at_boot(facts: &Facts<'_>, site: Site<'_>) -> bool {
    migrates(site) && facts.process("web").is_some() && runs(facts, site, STEPS)
}

/// Whether a command runs code of the app in Python, and some of that migrates: a script, or a command of Flask's own.
pub(crate) fn may_run_code(facts: &Facts<'_>, command: &Command) -> bool {
    let program = command.program();
    let of_python = program.starts_with("python") || program == "flask";
    of_python
        && facts.code(Language::Python).any(|code| {
            let mut sites = code.calls.iter().map(|call| Site { code, call });
            sites.any(migrates)
        })
}

fn migrates(site: Site<'_>) -> bool {
    let call = site.call;
    let is = |package: &str, name: &str| {
        let mut imports = site.code.imports.iter();
        let from =
            imports.any(|one| one.module == package && one.names.iter().any(|known| known == name));
        call.callee == format!("{package}.{name}") || from && call.callee == name
    };
    let by_alembic = is("alembic.command", "upgrade")
        || call.callee == "command.upgrade" && site.code.imports("alembic");
    let by_django = is("django.core.management", "call_command")
        && call.positional(0).and_then(Expr::text) == Some("migrate");
    is("flask_migrate", "upgrade") || by_alembic || by_django
}

/// Whether a call runs when the web process starts.
fn runs(facts: &Facts<'_>, site: Site<'_>, steps: usize) -> bool {
    let code = site.code;
    if !is_unasked(facts, site) {
        return false;
    }
    let Some(at) = code.enclosing_function(site.call.scope) else {
        return is_loaded(facts, code);
    };
    let Some(name) = code.function(at) else {
        return false;
    };
    let mut marks = decorators(code, at).peekable();
    if marks.peek().is_some() {
        return marks.all(|mark| is_at_start(facts, mark, name));
    }
    if let Some((_, bases)) = code.class(at) {
        // `AppConfig.ready` of Django; who calls other methods is not known.
        return name == "ready" && bases.iter().any(|base| base.ends_with("AppConfig"));
    }
    let factory = format!(":{name}");
    let served = facts
        .process("web")
        .is_some_and(|web| web.mentions(&[&factory]));
    served
        || steps > 0
            && facts
                .calls()
                .filter(|caller| {
                    caller.call.method() == name && caller.code.language == code.language
                })
                .any(|caller| runs(facts, caller, steps - 1))
}

/// A decorator of what frameworks run once at the start: `@app.on_event("startup")`, the `lifespan` of Starlette.
fn is_at_start(facts: &Facts<'_>, mark: &Call, name: &str) -> bool {
    match mark.method().trim_start_matches('@') {
        "on_event" => mark.positional(0).and_then(Expr::text) == Some("startup"),
        "before_serving" | "before_first_request" => true,
        "asynccontextmanager" => facts.calls().any(|site| {
            let given = site.call.named("lifespan").and_then(Expr::name);
            given == Some(name)
        }),
        _ => false,
    }
}

/// Whether nothing asks before the call: no condition around it but the one of a script that the web process starts,
/// and none of the environment's above it, behind which a function may end.
fn is_unasked(facts: &Facts<'_>, site: Site<'_>) -> bool {
    let code = site.code;
    let around: Vec<&str> = code
        .around(site.call.scope)
        .filter_map(|scope| scope.kind.condition())
        .collect();
    let plain = match around.as_slice() {
        [only] if only.contains("__name__") => starts_web(facts, &code.path),
        _ => branch(code, site.call.scope) == Branch::Always,
    };
    let function = code.enclosing_function(site.call.scope);
    let asks = |(at, scope): (usize, &Scope)| {
        let reads = |condition: &str| {
            ["environ", "getenv", "app.config", "settings."]
                .iter()
                .any(|read| condition.contains(read))
        };
        let is_here = code.enclosing_function(at) == function;
        let asks = scope.kind.condition().is_some_and(reads);
        is_here && asks && scope.line < site.call.line.number()
    };
    plain && (function.is_none() || !code.scopes.iter().enumerate().any(asks))
}

/// Whether the web process starts a file as its program.
fn starts_web(facts: &Facts<'_>, path: &str) -> bool {
    let commands = facts
        .process("web")
        .into_iter()
        .flat_map(|web| &web.commands);
    commands.into_iter().any(|command| {
        command.needs().into_iter().any(|need| match need {
            Need::Script { path: script, .. } => command.in_app(&script).as_deref() == Some(path),
            _ => false,
        })
    })
}

/// Whether the web process loads a file: it names it, or another file imports it, and no other process starts it.
fn is_loaded(facts: &Facts<'_>, code: &Code) -> bool {
    let module = code
        .path
        .trim_end_matches(".py")
        .trim_end_matches("/__init__");
    let stem = module.rsplit('/').next().unwrap_or(module);
    let named = |command: &str| {
        let mut words = command.split(|one: char| !(one.is_alphanumeric() || one == '_'));
        words.any(|word| word == stem)
    };
    let mut others = facts.processes.iter().filter(|one| one.name != "web");
    let by_web = facts
        .process("web")
        .is_some_and(|web| web.commands.iter().any(|command| named(&command.text)));
    let imported = || {
        facts.code(code.language).any(|other| {
            let mut imports = other.imports.iter();
            other.path != code.path
                && imports.any(|one| {
                    one.module.rsplit('.').next() == Some(stem)
                        || one.names.iter().any(|name| name == stem)
                })
        })
    };
    let by_other =
        others.any(|process| process.commands.iter().any(|command| named(&command.text)));
    by_web || imported() && !by_other
}
