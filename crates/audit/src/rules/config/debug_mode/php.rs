//! A tracked `.env` that a PHP framework loads, with its settings of development.

use crate::rules::prelude::*;
use slugsmith_facts::formats::env_file;

/// Laravel and Lumen take what stands there unless a config var says otherwise.
pub(super) fn laravel(facts: &Facts<'_>) -> Option<Evidence> {
    facts.laravel()?;
    if facts.process("web").is_none() || facts.declared("APP_DEBUG") != Declared::No {
        return None;
    }
    let variables = env_file::read(facts.sources.text(".env")?);
    let debug = variables
        .iter()
        .find(|one| !one.is_comment && one.name == "APP_DEBUG")?;
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
