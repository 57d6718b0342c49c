//! Databases in files in Symfony and Laravel.

use super::at;
use crate::rules::prelude::*;
use slugsmith_facts::formats::env_file;

/// Symfony loads `.env` in production, where a variable of the platform wins over it.
pub(super) fn symfony(facts: &Facts<'_>) -> Option<Evidence> {
    facts.packages.wants_any(
        Ecosystem::Composer,
        &["symfony/framework-bundle", "symfony/runtime"],
    )?;
    if facts.declared("DATABASE_URL") != Declared::No {
        return None;
    }
    let variables = env_file::read(facts.sources.text(".env")?);
    let variable = variables.iter().find(|one| {
        !one.is_comment && one.name == "DATABASE_URL" && one.value.starts_with("sqlite:")
    })?;
    Some(
        at(
            ".env",
            variable.line,
            "Without DATABASE_URL, which nothing declares, SQLite",
        )
        .conditional(true),
    )
}

/// Laravel since 11: `env('DB_CONNECTION', 'sqlite')` in its `config/database.php`, and nothing declares another one.
pub(super) fn laravel(facts: &Facts<'_>) -> Option<Evidence> {
    const VARIABLE: &str = "DB_CONNECTION";
    facts
        .packages
        .wants(Ecosystem::Composer, "laravel/framework")?;
    let databases = ["heroku-postgresql", "jawsdb", "jawsdb-maria", "cleardb"];
    if facts.has_addon(&databases)
        || facts
            .dotenv(VARIABLE)
            .is_some_and(|one| one.value != "sqlite")
    {
        return None;
    }
    let setting = crate::laravel::settings(facts, "database")?;
    let (chosen, true) = setting.chosen(facts, "default")? else {
        return None;
    };
    let read = setting
        .code
        .reads
        .iter()
        .find(|read| read.name == VARIABLE)?;
    (chosen == "sqlite").then(|| {
        at(
            &setting.code.path,
            read.line,
            "Without DB_CONNECTION, which nothing declares, SQLite",
        )
        .conditional(true)
    })
}

/// `define('DB_DRIVER', getenv('DB_DRIVER') ?: 'sqlite')`, which nothing declares.
pub(super) fn php_default(facts: &Facts<'_>) -> Option<Evidence> {
    if facts.has_addon(&["heroku-postgresql", "jawsdb", "cleardb"]) {
        return None;
    }
    calls_to(facts, Language::Php, |site| site.call.callee == "define").find_map(|site| {
        let constant = site.call.positional(0)?.text()?.to_ascii_uppercase();
        let names = ["DB_", "DATABASE"]
            .iter()
            .any(|word| constant.contains(word));
        let (variable, default) = match site.call.positional(1)? {
            Expr::Env { name, default } => (Some(name), default.as_deref()?.text()?),
            Expr::Text(text) => (None, text.as_str()),
            _ => return None,
        };
        let file = matches!(default, "sqlite" | "sqlite3")
            || default.starts_with("sqlite:") && !default.contains(":memory:");
        let open = variable.is_none_or(|variable| facts.declared(variable) == Declared::No);
        let always = branch(site.code, site.call.scope) == Branch::Always;
        (names && file && open && always).then(|| {
            at(
                &site.code.path,
                site.call.line,
                "Where nothing else is set, SQLite",
            )
            .conditional(true)
        })
    })
}
