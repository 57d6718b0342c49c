//! Options of `TypeORM` for a server database that change or drop its tables at each start.
//!
//! Wherever an object with a kind of database has them: in the call that connects, in what a function returns
//! (`registerAs("database", () => ({ … }))`), in a constant, in `ormconfig.json`.

use serde_json::Value;
use slugsmith_finding::LineSpan;

use super::{Does, is_tool, message, told};
use crate::rules::prelude::*;

/// Values of `type` that mean a server, which all dynos share (typeorm.io, "Data Source Options").
const SERVERS: &[&str] = &[
    "postgres",
    "mysql",
    "mariadb",
    "mssql",
    "cockroachdb",
    "oracle",
];

pub(super) fn find(facts: &Facts<'_>) -> Option<Evidence> {
    let uses = |code: &Code| code.imports("typeorm") || code.imports("@nestjs/typeorm");
    facts.code(Language::JavaScript).find(|code| uses(code))?;
    let in_code = || {
        let mut files = facts
            .code(Language::JavaScript)
            .filter(|code| !is_tool(facts, &code.path));
        files.find_map(|code| {
            let (line, does) = options(code)?;
            Some((code.path.as_str(), line, does))
        })
    };
    let (path, line, does) = in_code().or_else(|| in_json(facts))?;
    let what = match does {
        Does::Wipes => "dropSchema: true",
        Does::Alters => "synchronize: true",
    };
    let found = Evidence::line(path, line, message(&format!("`{what}`"), does));
    Some(told(found, does).help(
        "Take it out, and write migrations. Procfile: release: npx typeorm migration:run -d dist/data-source.js",
    ))
}

/// The first such options in what a file always runs.
fn options(code: &Code) -> Option<(LineSpan, Does)> {
    let found = code
        .passed()
        .chain(code.given())
        .filter(|(_, scope, _)| branch(code, *scope) == Branch::Always)
        .filter_map(|(line, _, value)| {
            let mut does = None;
            value.walk(&mut |part| does = does.or_else(|| synchronized(part)));
            Some((line, does?))
        });
    found.min_by_key(|(line, _)| *line)
}

fn synchronized(options: &Expr) -> Option<Does> {
    let names_server =
        |kind: &Expr| kind.any(|part| part.text().is_some_and(|text| SERVERS.contains(&text)));
    options.key("type").filter(|kind| names_server(kind))?;
    let is = |name: &str| options.key(name) == Some(&Expr::Bool(true));
    if is("dropSchema") {
        return Some(Does::Wipes);
    }
    is("synchronize").then_some(Does::Alters)
}

/// The file that `createConnection()` without arguments reads.
fn in_json<'f>(facts: &'f Facts<'_>) -> Option<(&'f str, LineSpan, Does)> {
    const FILE: &str = "ormconfig.json";
    let used = |name| facts.calls().any(|site| site.call.method() == name);
    let value: Value = serde_json::from_str(facts.sources.text(FILE)?).ok()?;
    let options = match &value {
        Value::Array(all) => all.first()?,
        one => one,
    };
    options
        .get("type")?
        .as_str()
        .filter(|kind| SERVERS.contains(kind))?;
    let is = |name: &str| options.get(name) == Some(&Value::Bool(true));
    let (key, does) = if is("dropSchema") {
        ("\"dropSchema\"", Does::Wipes)
    } else {
        ("\"synchronize\"", Does::Alters)
    };
    let set = is("dropSchema") || is("synchronize");
    let reads = used("createConnection") || used("createConnections") || used("forRoot");
    (set && reads).then(|| (FILE, facts.line(FILE, key).unwrap_or_default(), does))
}
