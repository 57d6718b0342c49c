//! PHP: a tracked `.env` that a framework loads, and what constants hold.

use crate::rules::prelude::*;

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
            let is_own = call.callee == "define" && call.positional(0)?.text() == Some(own);
            let value = call.positional(1).filter(|_| is_own)?;
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
