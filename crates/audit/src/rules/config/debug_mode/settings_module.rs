//! `wsgi.py` and `asgi.py` that fall back to settings of development, and nothing names others.

use crate::rules::prelude::*;
use slugsmith_finding::LineSpan;

pub(super) const NAME: &str = "DJANGO_SETTINGS_MODULE";
/// Names are followed through so many values.
const STEPS: usize = 6;

/// `wsgi.py` falls back to settings of development, and nothing names others.
pub(super) fn wsgi_settings(facts: &Facts<'_>) -> Option<Evidence> {
    let by_command = facts
        .processes
        .iter()
        .filter(|process| process.name == "web")
        .any(|web| {
            web.mentions(&[NAME])
                || web
                    .commands
                    .iter()
                    .any(|command| command.environment.iter().any(|(name, _)| name == NAME))
        });
    if by_command || facts.declared(NAME) != Declared::No || facts.process("web").is_none() {
        return None;
    }
    // Files of other ways to run the app (an image, a workflow) say nothing of this one.
    let in_file = facts.sources.texts.iter().any(|(path, text)| {
        let started = path.starts_with("bin/") || path == ".profile" || path == "project.toml";
        started && text.contains(NAME)
    });
    let code = entry(facts).filter(|_| !in_file)?;
    let (line, module) = by_default(facts, code)?;
    let production = module.rsplit_once('.').map_or("", |(package, _)| package);
    let message = format!(
        "{NAME} falls back to {module}, and nothing sets another: production runs with the \
         settings of development."
    );
    let found = Evidence::line(&code.path, line, message).conditional(true);
    Some(found.help(format!("heroku config:set {NAME}={production}.production")))
}

/// The file that the web process starts Django with: `wsgi.py` or `asgi.py`, by its command.
pub(super) fn entry<'a>(facts: &'a Facts<'_>) -> Option<&'a Code> {
    let named = |file: &str| {
        let mut code = facts.code(Language::Python);
        code.find(|code| code.path.ends_with(file))
    };
    let web = facts.process("web");
    let (first, second) = if web.is_some_and(|web| web.mentions(&["asgi"])) {
        ("asgi.py", "wsgi.py")
    } else {
        ("wsgi.py", "asgi.py")
    };
    named(first).or_else(|| named(second))
}

/// The module of development's settings that a file names where no variable says otherwise.
fn by_default(facts: &Facts<'_>, code: &Code) -> Option<(LineSpan, String)> {
    let set = code.assignments.iter().filter(|one| {
        one.target == format!("os.environ.{NAME}") && runs_by_default(facts, code, one.scope)
    });
    set.filter_map(|one| {
        let value = match &one.value {
            // `setdefault`
            Expr::Env {
                name,
                default: Some(default),
            } if name == NAME => default,
            other => other,
        };
        Some((one.line, text(facts, code, value, STEPS)?))
    })
    .find(|(_, module)| {
        let last = module.rsplit('.').next().unwrap_or_default();
        module.contains("settings.") && matches!(last, "dev" | "development" | "develop" | "local")
    })
}

/// Whether code runs where only what the app declares is set.
fn runs_by_default(facts: &Facts<'_>, code: &Code, scope: usize) -> bool {
    code.around(scope)
        .filter_map(|scope| match &scope.kind {
            slugsmith_facts::code::ScopeKind::Branch { condition, holds } => {
                Some((condition, *holds))
            }
            _ => None,
        })
        .all(|(condition, holds)| {
            let names = slugsmith_facts::code::names_in(condition);
            let turned = condition.trim_start().starts_with("not ")
                || condition.contains("!=")
                || condition.contains(" not in ");
            // Nothing that is asked for is set.
            let is_open = |name: &String| {
                let last = name.rsplit('.').next().unwrap_or(name);
                let read = match code.resolve(&Expr::Name(name.clone())) {
                    value if is_unset(facts, code, value) => true,
                    _ => code
                        .reads
                        .iter()
                        .any(|read| read.name == last && facts.declared(last) == Declared::No),
                };
                read && !matches!(last, "environ" | "getenv" | "os")
            };
            holds == turned && names.iter().any(is_open)
        })
}

/// Whether a value is that of a variable which nothing declares, and is false or empty without it.
fn is_unset(facts: &Facts<'_>, code: &Code, value: &Expr) -> bool {
    match code.resolve(value) {
        Expr::Env { name, default } => {
            let empty = match default.as_deref() {
                None | Some(Expr::Nil | Expr::Bool(false)) => true,
                Some(other) => other.text() == Some("") || other.number() == Some(0),
            };
            empty && facts.declared(name) == Declared::No
        }
        Expr::Call { callee, arguments } if matches!(callee.as_str(), "bool" | "int") => arguments
            .first()
            .is_some_and(|one| is_unset(facts, code, &one.value)),
        // `os.environ.get("STAGE") == "production"`
        Expr::Join(parts) => match parts.as_slice() {
            [read, Expr::Text(word)] => word.contains("prod") && is_unset(facts, code, read),
            _ => false,
        },
        _ => false,
    }
}

/// The name of a module that a value gives where only what the app declares is set.
pub(super) fn module_text(facts: &Facts<'_>, code: &Code, value: &Expr) -> Option<String> {
    text(facts, code, value, STEPS)
}

/// What a text is where only what the app declares is set; `None` where that is not known.
fn text(facts: &Facts<'_>, code: &Code, value: &Expr, steps: usize) -> Option<String> {
    let inner = |value: &Expr| text(facts, code, value, steps.checked_sub(1)?);
    match value {
        Expr::Text(text) => Some(text.clone()),
        Expr::Name(_) => match code.resolve(value) {
            Expr::Name(_) => None,
            other => inner(other),
        },
        Expr::Env { name, default } => match (facts.declared(name), default) {
            (Declared::Value(given), _) => Some(given),
            (Declared::No, Some(default)) => inner(default),
            _ => None,
        },
        // `a if condition else b`
        Expr::Either(parts) => match parts.as_slice() {
            [_, condition, other] if is_unset(facts, code, condition) => inner(other),
            _ => None,
        },
        Expr::Join(parts) => match parts.as_slice() {
            [Expr::Text(form), one] if form.matches("%s").count() == 1 => {
                Some(form.replace("%s", &inner(one)?))
            }
            parts => parts.iter().map(inner).collect(),
        },
        // `"shop.settings.{}".format(stage)`
        Expr::Call { callee, arguments } => {
            let form = callee.strip_suffix(".format")?.trim_matches(['"', '\'']);
            let [only] = arguments.as_slice() else {
                return None;
            };
            let hole = form.find('[')?;
            let (before, rest) = form.split_at(hole);
            let (_, after) = rest.split_once(']')?;
            Some(format!("{before}{}{after}", inner(&only.value)?))
        }
        _ => None,
    }
}
