//! The connection that Adonis' Lucid takes by default.

use super::at;
use crate::rules::prelude::*;

/// `connection: Env.get("DB_CONNECTION", "sqlite")` of config/database: what a variable says, else what the `.env`
/// does that Adonis loads, else the default that stands there.
pub(super) fn adonis(facts: &Facts<'_>) -> Option<Evidence> {
    facts.packages.wants(Ecosystem::Npm, "@adonisjs/lucid")?;
    let mut files = facts.code(Language::JavaScript);
    let code = files.find(|code| {
        matches!(
            code.path.as_str(),
            "config/database.js" | "config/database.ts"
        )
    })?;
    let (line, connection) = code
        .values()
        .find_map(|(line, _, value)| Some((line, value.key("connection")?)))?;
    let (name, line, conditional) = match code.resolve(connection) {
        Expr::Text(name) => (name.clone(), line, false),
        Expr::Call { callee, arguments } if callee.ends_with(".get") => {
            let text = |at: usize| arguments.get(at)?.value.text();
            let variable = text(0)?;
            let mut reads = code.calls.iter();
            let read = reads.find(|call| {
                call.callee == *callee && call.positional(0).and_then(Expr::text) == Some(variable)
            });
            let line = read.map_or(line, |read| read.line);
            match facts.declared(variable) {
                Declared::Value(value) => (value, line, false),
                Declared::Set => return None,
                Declared::No => {
                    let given = facts.dotenv(variable).map(|one| one.value);
                    (given.or_else(|| text(1).map(str::to_owned))?, line, true)
                }
            }
        }
        _ => return None,
    };
    let what = if conditional {
        "Lucid's connection is SQLite as long as no variable says otherwise, which"
    } else {
        "Lucid's connection is SQLite, which"
    };
    name.contains("sqlite")
        .then(|| at(&code.path, line, what).conditional(conditional))
}
