//! Libraries that fit the schema to the models whenever the app boots, or make it anew: Hibernate, Sequelize,
//! `TypeORM`, GORM, `SQLAlchemy`.

mod gorm;
mod typeorm;

use crate::rules::prelude::*;
use crate::servers::listens_in_node;
use crate::spring;
use slugsmith_facts::code::{Call, ScopeKind};

/// What a library does to the schema when the app boots.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Does {
    /// Adds and changes columns.
    Alters,
    /// Drops the tables first.
    Wipes,
}

pub(super) fn find(facts: &Facts<'_>) -> Vec<Evidence> {
    [
        hibernate(facts),
        sequelize(facts),
        typeorm::find(facts),
        gorm::drops(facts).or_else(|| gorm::alters(facts)),
        sqlalchemy(facts),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn told(found: Evidence, does: Does) -> Evidence {
    found.level(match does {
        Does::Alters => Severity::Warn,
        Does::Wipes => Severity::Error,
    })
}

fn message(what: &str, does: Does) -> String {
    match does {
        Does::Alters => format!(
            "{what} changes the schema whenever the app boots: at each restart, all dynos at once, and what it can't \
             change it leaves."
        ),
        Does::Wipes => format!(
            "{what} drops the tables whenever the app boots: all rows are gone at each restart."
        ),
    }
}

/// Values of `hbm2ddl.auto` (docs.spring.io, "Database Initialization").
fn hibernate_does(value: &str) -> Option<Does> {
    match value.trim() {
        "update" => Some(Does::Alters),
        "create" | "create-drop" => Some(Does::Wipes),
        _ => None,
    }
}

/// `spring.jpa.generate-ddl=true` is `update` by another name (`HibernateJpaVendorAdapter`).
fn generates(key: &str, value: &str) -> Option<Does> {
    (key.ends_with("ddl") && value.trim() == "true").then_some(Does::Alters)
}

/// `spring.jpa.hibernate.ddl-auto` in what production loads, with a driver of a server database.
fn hibernate(facts: &Facts<'_>) -> Option<Evidence> {
    const JPA: &[&str] = &["spring-boot-starter-data-jpa", "hibernate-core"];
    if !spring::wants_any(facts, JPA) || !spring::wants_any(facts, spring::SERVER_DRIVERS) {
        return None;
    }
    let is_key = |key: &str| {
        let plain = key.replace(['-', '_'], "").to_ascii_lowercase();
        matches!(
            plain.as_str(),
            "spring.jpa.hibernate.ddlauto"
                | "spring.jpa.properties.hibernate.hbm2ddl.auto"
                | "spring.jpa.generateddl"
        )
    };
    let files = spring::files(facts);
    let set = || {
        files
            .iter()
            .flat_map(|file| file.entries.iter().map(move |entry| (file, entry)))
            .filter(|(_, entry)| is_key(&entry.key))
    };
    // A file or a document of production's own says it last.
    let own =
        || set().filter(|(file, entry)| file.path.contains("application-") || entry.document > 0);
    let (first, _) = own().next().or_else(|| set().next())?;
    let of_first = |(file, _): &(&spring::File, _)| file.path == first.path;
    let (file, entry) = own().rfind(of_first).or_else(|| set().next())?;
    if facts.declared("SPRING_JPA_HIBERNATE_DDL_AUTO") != Declared::No || in_memory(files) {
        return None;
    }
    let (value, is_default) = spring::settled(entry, facts)?;
    let does = hibernate_does(value).or_else(|| generates(&entry.key, value))?;
    let found = Evidence::line(
        &file.path,
        entry.line,
        message(&format!("`{}={value}`", entry.key), does),
    );
    Some(told(found, does).conditional(is_default).help(
        "spring.jpa.hibernate.ddl-auto=validate, and let Flyway or Liquibase change the schema",
    ))
}

/// Whether the settings name a database that lives in the process or in a file beside it.
fn in_memory(files: &[spring::File]) -> bool {
    let entries = files.iter().flat_map(|file| {
        let own = file.path.contains("application-");
        let urls = file.entries.iter();
        let urls = urls.filter(|entry| entry.key.ends_with("datasource.url"));
        urls.map(move |entry| (own || entry.document > 0, entry))
    });
    let entries: Vec<_> = entries.collect();
    let is_in_memory = |entry: &slugsmith_facts::formats::Entry| {
        ["jdbc:h2:", "jdbc:hsqldb:", "jdbc:derby:", "jdbc:sqlite:"]
            .iter()
            .any(|start| entry.value.contains(start))
    };
    // What production's own file says replaces the one for all, and the last profile the others.
    match entries.iter().find(|(own, _)| *own) {
        Some((_, entry)) => is_in_memory(entry),
        None => entries.iter().any(|(_, entry)| is_in_memory(entry)),
    }
}

/// `sequelize.sync({ force: true })`.
fn sequelize(facts: &Facts<'_>) -> Option<Evidence> {
    const DRIVERS: &[&str] = &["pg", "mysql2", "mysql", "mariadb", "tedious"];
    facts.packages.wants_any(Ecosystem::Npm, DRIVERS)?;
    facts.packages.wants(Ecosystem::Npm, "sequelize")?;
    facts
        .code(Language::JavaScript)
        .filter(|code| !is_tool(facts, &code.path))
        .find_map(|code| {
            code.calls.iter().find_map(|call| {
                if branch(code, call.scope) != Branch::Always {
                    return None;
                }
                let (what, does) = synced(code, call)?;
                let found = Evidence::line(&code.path, call.line, message(&format!("`{what}`"), does));
                Some(told(found, does).help(
                    "Take it out, and write migrations. Procfile: release: npx sequelize-cli db:migrate",
                ))
            })
        })
}

/// Files of a folder for tools, and those that a script of package.json other than the start names.
fn is_tool(facts: &Facts<'_>, path: &str) -> bool {
    const PARTS: &[&str] = &[
        "scripts",
        "seed",
        "seeds",
        "seeders",
        "seeder",
        "reset",
        "setup",
        "migrations",
        "migrate",
        "tools",
        "cli",
        "bin",
        "test",
        "tests",
        "fixtures",
    ];
    let by_name = path
        .split(['/', '.', '-', '_'])
        .any(|part| PARTS.contains(&part));
    let scripts = facts
        .app
        .package_json
        .good()
        .and_then(|manifest| manifest.get("scripts")?.as_object());
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let named = scripts.into_iter().flatten().any(|(name, text)| {
        let starts = matches!(
            name.as_str(),
            "start" | "dev" | "serve" | "develop" | "watch" | "build"
        );
        !starts && text.as_str().is_some_and(|text| text.contains(stem))
    });
    by_name || named
}

/// Sequelize's `sync` with options that change or drop tables, in what runs at the start.
fn synced(code: &Code, call: &Call) -> Option<(String, Does)> {
    if call.method() != "sync" || call.receiver().is_empty() {
        return None;
    }
    let is = |name: &str| call.named(name) == Some(&Expr::Bool(true));
    let does = if is("force") {
        Does::Wipes
    } else if is("alter") {
        Does::Alters
    } else {
        return None;
    };
    let option = if does == Does::Wipes {
        "force"
    } else {
        "alter"
    };
    at_start(code, call).then(|| (format!("{}({{ {option}: true }})", call.callee), does))
}

/// Whether a call runs when the file is loaded, or in a function that the file itself calls then, or beside `listen`.
fn at_start(code: &Code, call: &Call) -> bool {
    let named = |scope: usize| {
        code.around(scope)
            .any(|scope| matches!(&scope.kind, ScopeKind::Function { name } if !name.is_empty()))
    };
    let Some(function) = code.function(call.scope).filter(|name| !name.is_empty()) else {
        return !named(call.scope);
    };
    let starts = code
        .calls
        .iter()
        .any(|other| other.callee == function && !named(other.scope));
    let listens = code.calls.iter().any(|other| {
        code.function(other.scope) == Some(function) && listens_in_node(Site { code, call: other })
    });
    starts || listens
}

/// `db.drop_all()` as soon as the module is loaded that the web process serves.
fn sqlalchemy(facts: &Facts<'_>) -> Option<Evidence> {
    let web = facts.process("web")?;
    let is_served = |path: &str| {
        let Some(module) = path.strip_suffix(".py") else {
            return false;
        };
        let module = module.strip_suffix("/__init__").unwrap_or(module);
        let name = module.replace('/', ".");
        web.commands.iter().any(|command| {
            command.words.iter().any(|word| {
                word.split(':').next() == Some(&name)
                    || command.in_app(word).as_deref() == Some(path)
            })
        })
    };
    let site = facts.calls().find(|site| {
        let code = site.code;
        code.language == Language::Python
            && site.call.method() == "drop_all"
            && !site.call.receiver().is_empty()
            && code.function(site.call.scope).is_none()
            && code.class(site.call.scope).is_none()
            && branch(code, site.call.scope) == Branch::Always
            && is_served(&code.path)
    })?;
    let what = format!("`{}`", site.call.callee);
    let found = Evidence::line(&site.code.path, site.call.line, message(&what, Does::Wipes));
    Some(
        told(found, Does::Wipes)
            .help("Take it out; let Alembic change the schema in the release phase."),
    )
}
