//! PHP: a tracked `.env` that a framework loads, and what constants hold.

use crate::rules::prelude::*;
use slugsmith_facts::code::Call;

/// Laravel and Lumen take what stands there unless a config var says otherwise.
pub(super) fn laravel(facts: &Facts<'_>) -> Option<Evidence> {
    facts.laravel()?;
    if facts.process("web").is_none() || facts.declared("APP_DEBUG") != Declared::No {
        return None;
    }
    let debug = facts.dotenv("APP_DEBUG")?;
    let on = matches!(
        debug.value.to_ascii_lowercase().as_str(),
        "true" | "(true)" | "1"
    );
    let message = "APP_DEBUG is true in a .env that is committed and loaded, and nothing declares another: error \
                   pages show settings and source to visitors.";
    on.then(|| {
        Evidence::line(".env", debug.line, message)
            .conditional(true)
            .help(
                "heroku config:set APP_DEBUG=false APP_ENV=production   then: git rm --cached .env",
            )
    })
}

/// Whether a call defines a constant that makes a framework show its errors: `define('YII_DEBUG', true)`, and
/// `WP_DEBUG` unless `WP_DEBUG_DISPLAY` says otherwise.
pub(super) fn switches_on(facts: &Facts<'_>, site: Site<'_>) -> bool {
    let defines = |site: Site<'_>, name: &str, value: bool| {
        defined(site.call, name) == Some(&Expr::Bool(value))
    };
    let hides = |site| defines(site, "WP_DEBUG_DISPLAY", false);
    defines(site, "YII_DEBUG", true) || defines(site, "WP_DEBUG", true) && !facts.calls().any(hides)
}

/// The front controller of `CodeIgniter` takes development unless `CI_ENV` says otherwise, and shows errors then.
pub(super) fn codeigniter(facts: &Facts<'_>) -> Option<Evidence> {
    if facts.process("web").is_none() || facts.declared("CI_ENV") != Declared::No {
        return None;
    }
    let site = facts.calls().find(|site| {
        defined(site.call, "ENVIRONMENT").is_some_and(|value| {
            value.reads("CI_ENV") && value.any(|one| one.text() == Some("development"))
        })
    })?;
    let message = "ENVIRONMENT is development unless CI_ENV says otherwise, and nothing declares CI_ENV: error pages \
                   show settings and source to visitors.";
    Some(
        Evidence::line(&site.code.path, site.call.line, message)
            .conditional(true)
            .help("heroku config:set CI_ENV=production   and in app.json: \"env\": { \"CI_ENV\": \"production\" }"),
    )
}

/// What a call gives the constant of a name: `define('YII_DEBUG', true)`.
fn defined<'a>(call: &'a Call, name: &str) -> Option<&'a Expr> {
    let is_it = call.callee == "define" && call.positional(0)?.text() == Some(name);
    call.positional(1).filter(|_| is_it)
}

/// What a constant holds that one file defines, whichever: `define("SHOW_ERRORS", true)`, `const SHOW_ERRORS = true`.
/// One with several definitions, or under a condition, is not known.
pub(super) fn constant<'a>(facts: &'a Facts<'_>, value: &Expr) -> Option<&'a Expr> {
    let name = value.name()?;
    let own = name.rsplit('.').next().unwrap_or(name);
    let is_constant = own
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    if own.is_empty() || !is_constant {
        return None;
    }
    let mut found = facts.code(Language::Php).flat_map(|code| {
        let defined = code.calls.iter().filter_map(move |call| {
            let value = defined(call, own)?;
            Some((branch(code, call.scope), code.resolve(value)))
        });
        let written = code
            .assignments
            .iter()
            .filter(|&one| one.target == own)
            .map(|one| (branch(code, one.scope), code.resolve(&one.value)));
        defined.chain(written)
    });
    let (when, value) = found.next()?;
    (found.next().is_none() && when == Branch::Always).then_some(value)
}
