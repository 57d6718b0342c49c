//! `SQLite` in Rails' production: the only database, or one of several that no variable replaces.

use super::at;
use crate::registry::Evidence;
use crate::{Declared, Facts};
use serde_yaml_ng::Value;
use slugsmith_facts::code::Language;
use slugsmith_facts::packages::Ecosystem;

const PATH: &str = "config/database.yml";

pub(super) fn check(facts: &Facts<'_>) -> Vec<Evidence> {
    if !loads_active_record(facts) {
        return Vec::new();
    }
    let Some(mut yaml) = facts
        .sources
        .text(PATH)
        .and_then(slugsmith_facts::bounds::yaml)
    else {
        return Vec::new();
    };
    // Production's own adapter, or the one it inherits by `<<`.
    if yaml.apply_merge().is_err() {
        return Vec::new();
    }
    // Without Rails one connection may stand there for all environments.
    let alone = yaml.get("adapter").map(|_| &yaml);
    let Some(production) = yaml.get("production").or(alone) else {
        return Vec::new();
    };
    // DATABASE_URL replaces the primary database, whatever stands here.
    let served = facts.has_addon(&["heroku-postgresql", "jawsdb", "cleardb"])
        || facts
            .packages
            .has_any(Ecosystem::Gem, &["pg", "mysql2", "trilogy"]);
    let at_line = |name: &str| {
        let own = facts.line(PATH, &format!("{name}:"));
        own.or_else(|| facts.line(PATH, "production:"))
            .unwrap_or_default()
    };
    let mut primary = Some(production).filter(|entry| entry.get("adapter").is_some());
    let mut lost = Vec::new();
    if primary.is_none() {
        let named = production.as_mapping().into_iter().flatten();
        for (at, (name, entry)) in named
            .filter(|(_, entry)| entry.get("adapter").is_some())
            .enumerate()
        {
            let name = name.as_str().unwrap_or_default();
            // The first is the primary one, and so is one of that name.
            if name == "primary" || at == 0 && production.get("primary").is_none() {
                primary = Some(entry);
            } else if is_file(entry) && !is_replaced(facts, name) && is_used(facts, name) {
                lost.push(name.to_owned());
            }
        }
    }
    let mut found = Vec::new();
    if primary.is_some_and(is_file) && !served {
        found.push(at(
            PATH,
            facts
                .line(PATH, "production:")
                .or_else(|| facts.line(PATH, "adapter:"))
                .unwrap_or_default(),
            "SQLite in production",
        ));
    } else if let Some(first) = lost.first() {
        let names: Vec<String> = lost.iter().map(|name| format!("`{name}`")).collect();
        let message = format!(
            "DATABASE_URL replaces the primary database only; SQLite keeps {} of production in files \
             on the dyno's disk: lost at each restart and deploy.",
            names.join(", ")
        );
        let fixes = lost
            .iter()
            .map(|name| format!("{}_DATABASE_URL", name.to_ascii_uppercase()));
        found.push(Evidence::line(PATH, at_line(first), message).help(format!(
            "url: <%= ENV[\"DATABASE_URL\"] %> below each of them, or set {}",
            fixes.collect::<Vec<_>>().join(", ")
        )));
    }
    found
}

/// Whether `config/application.rb` loads Active Record, alone or with all of Rails: without it
/// nothing reads `config/database.yml`. An application that names no
/// framework counts as if: it may load them in a loop.
fn loads_active_record(facts: &Facts<'_>) -> bool {
    let application = facts
        .code(Language::Ruby)
        .find(|code| code.path == "config/application.rb");
    application.is_none_or(|code| {
        let is_framework = |module: &str| module == "rails/all" || module.ends_with("/railtie");
        let modules = code.imports.iter().map(|import| import.module.as_str());
        let mut loaded = modules.filter(|module| is_framework(module)).peekable();
        loaded.peek().is_none()
            || loaded.any(|module| matches!(module, "rails/all" | "active_record/railtie"))
    })
}

fn is_file(entry: &Value) -> bool {
    let text = |key: &str| entry.get(key).and_then(Value::as_str);
    let name = text("database").unwrap_or_default();
    // The environment's name is no address.
    let rest = name
        .replace("ENV[\"RAILS_ENV\"]", "")
        .replace("ENV['RAILS_ENV']", "");
    text("adapter") == Some("sqlite3")
        && entry.get("url").is_none()
        && !rest.contains("ENV")
        && name != ":memory:"
}

/// `QUEUE_DATABASE_URL` replaces the database that is called `queue` (Rails, "Multiple Databases").
fn is_replaced(facts: &Facts<'_>, name: &str) -> bool {
    facts.declared(&format!("{}_DATABASE_URL", name.to_ascii_uppercase())) != Declared::No
}

/// Whether something of production connects to it: the parts of Rails that are called after it, or
/// a `connects_to`.
fn is_used(facts: &Facts<'_>, name: &str) -> bool {
    let texts = facts
        .sources
        .texts
        .iter()
        .filter(|(path, _)| path.starts_with("config/"));
    let by_text = texts.clone().any(|(path, text)| {
        path != PATH
            && [
                format!("writing: {name}"),
                format!("writing: :{name}"),
                format!("database: {name}"),
            ]
            .iter()
            .any(|words| text.contains(words))
    });
    let symbol = format!(":{name}");
    let by_code = facts.sources.files.iter().any(|code| {
        let mentions = |value: &slugsmith_facts::code::Expr| {
            value.any(|part| part.word() == Some(name) || part.name() == Some(&symbol))
        };
        code.assignments
            .iter()
            .any(|one| one.target.ends_with("connects_to") && mentions(&one.value))
            || code.calls.iter().any(|call| {
                call.method() == "connects_to"
                    && call
                        .arguments
                        .iter()
                        .any(|argument| mentions(&argument.value))
            })
    });
    by_text || by_code
}
