//! What a file exports: names with values that hold wherever they are imported.

use std::collections::BTreeSet;

use super::{ANY, DEPTH, Table};
use crate::code::given::{handed_out, plainly_given};
use crate::code::{Assignment, Branch, Code, Expr, Language, ScopeKind, branch};

/// The values that a file gives to others.
pub(in super::super) fn exports(code: &Code) -> Table {
    let mut table = Table::new();
    let mut twice = BTreeSet::new();
    for one in &code.assignments {
        let class = code
            .class(one.scope)
            .map(|(name, bases)| (name.to_owned(), bases));
        let runs = branch(code, one.scope);
        if code.function(one.scope).is_some() || runs != Branch::Always {
            // What a condition replaces is not known, unless only development asks for it.
            if runs != Branch::Development && code.function(one.scope).is_none() {
                twice.insert(exported(&one.target).to_owned());
            }
            continue;
        }
        let (name, value) = match &class {
            Some((class, bases)) => {
                let reads = bases.iter().any(|base| base.ends_with("BaseSettings"));
                let value = if reads {
                    settings_field(code, one)
                } else {
                    one.value.clone()
                };
                let field = one.target.trim_start_matches("this.");
                (format!("{class}.{field}"), value)
            }
            None => (exported(&one.target).to_owned(), one.value.clone()),
        };
        if table.contains_key(&name) {
            twice.insert(name.clone());
        }
        put(code, &mut table, &name, &value, 0);
    }
    for (name, value) in plainly_given(code) {
        put(
            code,
            &mut table,
            &format!("{}()", exported(name)),
            value,
            DEPTH,
        );
        let default = code.assignments.iter().any(|one| {
            one.target == "module.exports" && one.scope == 0 && one.value.name() == Some(name)
        });
        if default {
            put(code, &mut table, "default()", value, DEPTH);
        }
    }
    for (name, value) in handed_out(code) {
        let name = exported(name).to_owned();
        // A chain of names that leads nowhere tells nothing.
        if !table.contains_key(&format!("{name}()")) {
            put(code, &mut table, &format!("{name}()"), value, 0);
        }
    }
    table.retain(|name, _| !twice.contains(name));
    if code.language == Language::Python {
        settings(code, &mut table);
    }
    table
}

pub(in super::super) fn exported(target: &str) -> &str {
    match target {
        "module.exports" => "default",
        // What a file of PHP gives to `$config = require "config.php"`; those of functions are not asked.
        "return" => "default",
        _ => target
            .strip_prefix("module.exports.")
            .or_else(|| target.strip_prefix("exports."))
            .unwrap_or(target),
    }
}

pub(in super::super) fn put(
    code: &Code,
    table: &mut Table,
    name: &str,
    value: &Expr,
    depth: usize,
) {
    let value = code.resolve(value);
    let reads_environment = |value: &Expr| value.name() == Some("process.env");
    match value {
        Expr::Object(entries) if depth < DEPTH => {
            table.insert(name.to_owned(), value.clone());
            for (key, value) in entries {
                put(code, table, &format!("{name}.{key}"), value, depth + 1);
                if name == "default" {
                    put(code, table, key, value, depth + 1);
                }
            }
        }
        // `cleanEnv(process.env, { REDIS_URL: str({ default: … }) })`, `schema.parse(process.env)`.
        Expr::Call { arguments, .. }
            if arguments
                .iter()
                .any(|argument| reads_environment(&argument.value)) =>
        {
            let described = arguments.iter().find_map(|argument| match &argument.value {
                Expr::Object(entries) => Some(entries),
                _ => None,
            });
            for (key, validator) in described.into_iter().flatten() {
                let default = match validator {
                    Expr::Call { arguments, .. } => arguments
                        .iter()
                        .find_map(|argument| argument.value.key("default")),
                    _ => None,
                };
                let read = Expr::Env {
                    name: key.clone(),
                    default: default.cloned().map(Box::new),
                };
                table.insert(format!("{name}.{key}"), read);
            }
            table.insert(format!("{name}.{ANY}"), environment(""));
            table.insert(name.to_owned(), Expr::Other);
        }
        // `module.exports = process.env`
        value if reads_environment(value) => {
            table.insert(format!("{name}.{ANY}"), environment(""));
        }
        Expr::Function | Expr::Other | Expr::Nil => {}
        value => {
            table.insert(name.to_owned(), value.clone());
        }
    }
}

pub(in super::super) fn environment(prefix: &str) -> Expr {
    Expr::Env {
        name: format!("{prefix}{ANY}"),
        default: None,
    }
}

/// A field of pydantic's `BaseSettings`, which is filled from the variable of its name.
pub(in super::super) fn settings_field(code: &Code, field: &Assignment) -> Expr {
    let value = code.resolve(&field.value);
    let (named, default) = match value {
        Expr::Call { callee, arguments } if callee.ends_with("Field") => {
            let of = |names: &[&str]| {
                arguments
                    .iter()
                    .find(|argument| {
                        argument
                            .name
                            .as_deref()
                            .is_some_and(|name| names.contains(&name))
                    })
                    .map(|argument| &argument.value)
            };
            let first = arguments.first().filter(|argument| argument.name.is_none());
            let default = of(&["default"]).or_else(|| first.map(|argument| &argument.value));
            let named = of(&["env", "alias", "validation_alias"]).and_then(Expr::text);
            (
                named.map(str::to_owned),
                default.filter(|default| default.is_literal()).cloned(),
            )
        }
        value => (None, value.is_literal().then(|| value.clone())),
    };
    let prefix = settings_prefix(code);
    Expr::Env {
        name: named.unwrap_or_else(|| format!("{prefix}{}", field.target.to_ascii_uppercase())),
        default: default.map(Box::new),
    }
}

/// `env_prefix` of pydantic's settings.
pub(in super::super) fn settings_prefix(code: &Code) -> String {
    let plain = code
        .assignments
        .iter()
        .find(|one| one.target == "env_prefix");
    let config = code
        .assignments
        .iter()
        .find(|one| one.target == "model_config");
    let named = config.and_then(|config| match &config.value {
        Expr::Call { arguments, .. } => arguments
            .iter()
            .find(|argument| argument.name.as_deref() == Some("env_prefix"))
            .map(|argument| &argument.value),
        value => value.key("env_prefix"),
    });
    let text = plain.map(|one| &one.value).or(named).and_then(Expr::text);
    text.unwrap_or_default().to_ascii_uppercase()
}

/// Objects of settings classes: `settings = Settings()`, `def get_settings(): return Settings()`.
pub(in super::super) fn settings(code: &Code, table: &mut Table) {
    for scope in &code.scopes {
        let ScopeKind::Class { name: class, bases } = &scope.kind else {
            continue;
        };
        let reads = bases.iter().any(|base| base.ends_with("BaseSettings"));
        if reads {
            table.insert(
                format!("{class}.{ANY}"),
                environment(&settings_prefix(code)),
            );
        }
        let objects = code
            .assignments
            .iter()
            .filter(|one| one.value.callee() == Some(class))
            .map(|one| one.target.clone());
        let functions = code.scopes.iter().filter_map(|scope| match &scope.kind {
            ScopeKind::Function { name } if reads && name.contains("settings") => {
                Some(format!("{name}()"))
            }
            _ => None,
        });
        let objects: Vec<_> = objects
            .chain(functions)
            .chain([format!("{class}()")])
            .collect();
        let fields: Vec<_> = table
            .iter()
            .filter_map(|(name, value)| {
                let field = name.strip_prefix(class.as_str())?.strip_prefix('.')?;
                Some((field.to_owned(), value.clone()))
            })
            .collect();
        for (field, value) in &fields {
            for object in &objects {
                table.insert(format!("{object}.{field}"), value.clone());
            }
        }
    }
}
