//! GORM: models that a program for Go fits the schema to, or makes it anew from, whenever it starts.

use super::{Does, message, told};
use crate::rules::prelude::*;
use std::cell::LazyCell;
use std::collections::BTreeSet;

/// Drivers of a database in a file.
const SQLITE: &[&str] = &[
    "gorm.io/driver/sqlite",
    "github.com/glebarez/sqlite",
    "github.com/mattn/go-sqlite3",
];
/// Drivers of databases that all dynos share.
const SERVERS: &[&str] = &[
    "gorm.io/driver/postgres",
    "gorm.io/driver/mysql",
    "github.com/lib/pq",
    "github.com/jackc/pgx",
    "github.com/jinzhu/gorm/dialects/postgres",
    "github.com/jinzhu/gorm/dialects/mysql",
];

/// `db.Migrator().DropTable(…)` in `main` or `init`, without a condition around it.
pub(super) fn drops(facts: &Facts<'_>) -> Option<Evidence> {
    let site = facts.calls().find(|site| {
        let code = site.code;
        let gorm = code.imports("gorm.io/gorm") || code.imports("github.com/jinzhu/gorm");
        code.language == Language::Go
            && gorm
            && matches!(site.call.method(), "DropTable" | "DropTableIfExists")
            && matches!(code.function(site.call.scope), Some("main" | "init"))
            && branch(code, site.call.scope) == Branch::Always
            && !guards::is_maintenance(facts, &code.path)
            && serves(facts, code)
    })?;
    let what = format!("`{}`", site.call.callee);
    let found = Evidence::line(&site.code.path, site.call.line, message(&what, Does::Wipes));
    Some(
        told(found, Does::Wipes)
            .help("Take it out; let migrations change the schema in the release phase."),
    )
}

/// `db.AutoMigrate(&User{})` that runs whenever a program that listens starts: in `main` or `init`, or in what they
/// call, without a condition around it.
pub(super) fn alters(facts: &Facts<'_>) -> Option<Evidence> {
    facts.process("web")?;
    let imported = |module| facts.code(Language::Go).any(|code| code.imports(module));
    (imported("gorm.io/gorm") || imported("github.com/jinzhu/gorm")).then_some(())?;
    let from_start = |function: &str| {
        facts.code(Language::Go).any(|code| {
            let mut calls = code.calls.iter().filter(|call| call.method() == function);
            calls.any(|call| {
                matches!(code.function(call.scope), Some("main" | "init"))
                    && branch(code, call.scope) == Branch::Always
            })
        })
    };
    // Few apps have a call that asks for them.
    let started = LazyCell::new(|| started(facts));
    let site = facts.calls().find(|site| {
        let code = site.code;
        code.language == Language::Go
            && site.call.method() == "AutoMigrate"
            && branch(code, site.call.scope) == Branch::Always
            && !guards::is_maintenance(facts, &code.path)
            && code.function(site.call.scope).is_some_and(|function| {
                let key = (code.folder(), function);
                matches!(function, "main" | "init")
                    || from_start(function)
                    || started.contains(&key)
            })
    })?;
    let any = |drivers: &[&'static str]| drivers.iter().any(|driver| imported(driver));
    let sqlite = any(SQLITE) && !any(SERVERS);
    let listens = facts.code(Language::Go).any(|code| serves(facts, code));
    let what = format!("`{}`", site.call.callee);
    let found = Evidence::line(
        &site.code.path,
        site.call.line,
        message(&what, Does::Alters),
    );
    (listens && !sqlite).then(|| {
        told(found, Does::Alters).help(
            "Put it behind a flag that only the release phase sets. Procfile: release: bin/app -migrate",
        )
    })
}

/// Calls between the start of a program and a function are followed so far.
const STEPS: usize = 4;

/// Functions that run whenever a program starts, by their package's folder and their name: what `main` and `init` call
/// without a condition, and what those call. Methods of objects are not followed.
fn started<'f>(facts: &'f Facts<'_>) -> BTreeSet<(&'f str, &'f str)> {
    let packages: BTreeSet<&str> = facts.code(Language::Go).map(Code::folder).collect();
    let starts = packages
        .iter()
        .flat_map(|at| [(*at, "main"), (*at, "init")]);
    let mut found: BTreeSet<(&str, &str)> = starts.collect();
    let calls: Vec<_> = facts
        .calls()
        .filter(|site| site.code.language == Language::Go)
        .filter(|site| branch(site.code, site.call.scope) == Branch::Always)
        .filter_map(|site| {
            let from = (site.code.folder(), site.code.function(site.call.scope)?);
            Some((from, called(&packages, site)?))
        })
        .collect();
    for _ in 0..STEPS {
        let more = calls.iter().filter(|(from, _)| found.contains(from));
        let more: Vec<_> = more.map(|(_, to)| *to).collect();
        found.extend(more);
    }
    found
}

/// The function of the app that a call means: of the same package, or of an imported one.
fn called<'f>(packages: &BTreeSet<&'f str>, site: Site<'f>) -> Option<(&'f str, &'f str)> {
    let callee = site.call.callee.as_str();
    let Some((package, function)) = callee.split_once('.') else {
        return Some((site.code.folder(), callee));
    };
    let import = site.code.imports.iter().find(|import| {
        let last = import.module.rsplit('/').next();
        last == Some(package) || import.names.iter().any(|name| name == package)
    })?;
    // The module's own path stands in front of the folder: the longest rest that is one.
    let parts = import.module.match_indices('/');
    let mut rests = parts.filter_map(|(slash, _)| import.module.get(slash + 1..));
    Some((rests.find_map(|rest| packages.get(rest))?, function))
}

/// Whether a package of Go also listens.
fn serves(facts: &Facts<'_>, code: &Code) -> bool {
    let own = code.folder();
    facts.code(Language::Go).any(|other| {
        other.folder() == own
            && other.calls.iter().any(|call| {
                matches!(
                    call.method(),
                    "ListenAndServe" | "Run" | "Start" | "Listen" | "Serve"
                )
            })
    })
}
