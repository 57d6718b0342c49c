//! Values that cross module borders: what an imported name holds.
//!
//! A setting is often read in one file and used in another (`config.py`, envalid, pydantic's
//! `Settings`, a package of constants). Each file's exported values are collected, and every
//! file that uses one by an imported name gets it as [`Code::imported`]. Names that are set
//! under a condition, or twice, are left unknown. Three passes follow chains of re-exports.

mod exports;
mod modules;
mod objects;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::flask;
use super::{Sources, in_pool};
use crate::code::{Assignment, Branch, Code, Expr, Language, branch, names_in};
use exports::exports;
use modules::{Kind, Module, modules};
use objects::packages;

/// Modules that a value may cross between its origin and its use.
const PASSES: usize = 3;
/// Objects nested deeper than this are not followed.
const DEPTH: usize = 3;
/// Stands for every name below an object that reads the environment.
const ANY: &str = "*";

/// Stands before the keys of a Flask app's configuration.
const APP_CONFIG: &str = "config().";
/// Stands before fields of Go structs that tags fill from the environment.
const FIELD: &str = "field().";

/// Exported values by name: `redis.url`, `default.port`, `Settings.*`.
type Table = BTreeMap<String, Expr>;

/// Gives every file the values of the names that it imports.
pub(super) fn names(sources: &mut Sources) {
    for _ in 0..PASSES {
        let found = pass(sources);
        let mut more = false;
        for (code, imported) in sources.files.iter_mut().zip(found) {
            more |= imported.len() > code.imported.len();
            code.imported = imported;
        }
        if !more {
            return;
        }
    }
}

fn pass(sources: &Sources) -> Vec<Vec<Assignment>> {
    let tables: Vec<Table> = in_pool(|| sources.files.par_iter().map(exports).collect());
    let index: BTreeMap<&str, usize> = sources
        .files
        .iter()
        .enumerate()
        .map(|(at, code)| (code.path.as_str(), at))
        .collect();
    let global = global(sources, &tables);
    let packages = packages(sources, &tables);
    let own = |at: usize, code: &Code| {
        let mut seen = Seen::default();
        for module in modules(sources, &index, code) {
            if let Some(table) = tables.get(module.file) {
                seen.take(table, &module);
            }
        }
        if let Some(table) = tables.get(at) {
            seen.names.extend(settings_of(table));
        }
        if let Some(table) = global.get(&code.language) {
            if code.language == Language::Java {
                seen.take_members(code, table);
            }
            seen.global = Some(table);
        }
        seen.package = packages
            .get(code.folder())
            .filter(|_| code.language == Language::Go);
        if seen.names.is_empty() && seen.package.is_none() && seen.global.is_none() {
            return Vec::new();
        }
        seen.used_in(code)
    };
    let files = sources.files.par_iter().enumerate();
    in_pool(|| files.map(|(at, code)| own(at, code)).collect())
}

/// What a file knows of others.
#[derive(Default)]
struct Seen<'t> {
    names: Table,
    /// Those of the package, as Go has them.
    package: Option<&'t Table>,
    /// Those that need no import, which win. Of a whole app, so that no file has a copy.
    global: Option<&'t Table>,
}

impl Seen<'_> {
    /// Takes in a module's values under a local name.
    fn take(&mut self, table: &Table, module: &Module) {
        let local = module.local.as_str();
        let mut add = |name: String, value: &Expr| {
            self.names.entry(name).or_insert_with(|| value.clone());
        };
        // A name that the module exports is that one; only another is what it exports as a whole.
        let is_named = matches!(module.kind, Kind::Name | Kind::Whole);
        if is_named {
            for (name, value) in table {
                let below = name.strip_prefix(local);
                if below.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '('])) {
                    add(name.clone(), value);
                }
            }
        }
        for (name, value) in table {
            if let Kind::Shared = module.kind {
                add(name.clone(), value);
                continue;
            }
            let below = name.strip_prefix("default").filter(|_| is_named);
            // A name may be a part of the module that is not known.
            if let Some(rest) =
                below.filter(|rest| !rest.is_empty() || may_be_whole(value, &module.kind))
            {
                add(format!("{local}{rest}"), value);
            }
            add(format!("{local}.{name}"), value);
        }
    }

    /// The values of those names that the file uses.
    fn used_in(&self, code: &Code) -> Vec<Assignment> {
        let mut used = BTreeSet::new();
        let mut note = |value| {
            Expr::walk(value, &mut |value| {
                match value {
                    Expr::Name(name) => used.insert(Cow::Borrowed(name.as_str())),
                    Expr::Call { callee, .. } => used.insert(format!("{callee}()").into()),
                    _ => false,
                };
            });
        };
        code.calls
            .iter()
            .flat_map(|call| &call.arguments)
            .for_each(|argument| note(&argument.value));
        code.assignments.iter().for_each(|one| note(&one.value));
        used.extend(code.calls.iter().map(|call| call.receiver().into()));
        let conditions = code
            .scopes
            .iter()
            .filter_map(|scope| scope.kind.condition());
        used.extend(conditions.flat_map(names_in).map(Cow::from));
        let known = used
            .iter()
            .filter_map(|name| Some((name, self.value(name, code)?)));
        known
            .map(|(name, value)| Assignment {
                target: name.to_string(),
                value,
                line: slugsmith_finding::LineSpan::default(),
                scope: 0,
            })
            .collect()
    }

    fn get(&self, name: &str) -> Option<&Expr> {
        let global = self.global.and_then(|table| table.get(name));
        global.or_else(|| self.names.get(name))
    }

    fn value(&self, name: &str, code: &Code) -> Option<Expr> {
        let language = code.language;
        let of_package = || self.package?.get(name);
        let known = self.get(name).or_else(of_package);
        if let Some(value) = known.or_else(|| self.of_object(name, code)) {
            return Some(value.clone());
        }
        // What a call gives is known by the function only.
        let (object, key) = name
            .rsplit_once('.')
            .filter(|(_, key)| !key.ends_with("()"))?;
        // `current_app.config["X"]` whatever the app is called; `cfg.Server.Port` by its field.
        let shared = match language {
            Language::Python if object == "config" || object.ends_with(".config") => APP_CONFIG,
            Language::Go => FIELD,
            _ => "",
        };
        if shared == FIELD {
            return self.field(object, key);
        }
        if let Some(value) = self
            .get(&format!("{shared}{key}"))
            .filter(|_| !shared.is_empty())
        {
            return Some(value.clone());
        }
        let any = self.get(&format!("{object}.{ANY}"))?;
        let Expr::Env { name: prefix, .. } = any else {
            return None;
        };
        let is_constant = key
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        let name = match language {
            Language::Python => format!(
                "{}{}",
                prefix.trim_end_matches(ANY),
                key.to_ascii_uppercase()
            ),
            _ if is_constant => key.to_owned(),
            _ => return None,
        };
        Some(Expr::Env {
            name,
            default: None,
        })
    }
}

impl Seen<'_> {
    /// `cfg.Server.Port`: the field of the one struct that has it, or of the one that is called
    /// after what stands before it (`serverConfig`).
    fn field(&self, object: &str, key: &str) -> Option<Expr> {
        let named = object
            .rsplit('.')
            .next()
            .unwrap_or(object)
            .to_ascii_lowercase();
        let fields: Vec<_> = self
            .global?
            .range(FIELD.to_owned()..)
            .take_while(|(name, _)| name.starts_with(FIELD))
            .filter_map(|(name, value)| {
                let (class, field) = name.strip_prefix(FIELD)?.rsplit_once('.')?;
                (field == key).then(|| (class.to_ascii_lowercase(), value))
            })
            .collect();
        match fields.as_slice() {
            [(_, only)] => Some((*only).clone()),
            several => {
                let mut own = several.iter().filter(|(class, _)| class.contains(&named));
                let first = own.next()?;
                own.next().is_none().then(|| first.1.clone())
            }
        }
    }
}

/// Whether what a module exports as a whole may be meant by a name.
fn may_be_whole(value: &Expr, kind: &Kind) -> bool {
    matches!(kind, Kind::Whole) || !matches!(value, Expr::Object(_))
}

/// What a file's own settings objects hold: their fields are not assigned by that name.
fn settings_of(table: &Table) -> Vec<(String, Expr)> {
    let dotted = table.iter().filter(|(name, _)| name.contains('.'));
    dotted
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Names that need no import: Ruby's and PHP's constants, fields of Java classes, Django's
/// `settings`.
fn global(sources: &Sources, tables: &[Table]) -> BTreeMap<Language, Table> {
    let mut found: BTreeMap<Language, Table> = BTreeMap::new();
    let mut twice = BTreeSet::new();
    for (code, table) in sources.files.iter().zip(tables) {
        let mut add = |name: String, value: &Expr| {
            let known = found.entry(code.language).or_default();
            if known
                .insert(name.clone(), value.clone())
                .is_some_and(|other| other != *value)
            {
                twice.insert((code.language, name));
            }
        };
        for (name, value) in table {
            let first = name.chars().next().unwrap_or_default();
            match code.language {
                Language::Ruby => {
                    if let Some(rest) = name.strip_prefix("config.x.") {
                        add(format!("Rails.configuration.x.{rest}"), value);
                        add(format!("Rails.application.config.x.{rest}"), value);
                    } else if first.is_ascii_uppercase() {
                        add(name.clone(), value);
                    }
                }
                Language::Java | Language::Php if name.contains('.') => add(name.clone(), value),
                Language::Python if is_settings(&code.path) && !name.contains('.') => {
                    add(format!("settings.{name}"), value);
                }
                Language::Go if matches!(value, Expr::Env { .. }) && name.contains('.') => {
                    add(format!("{FIELD}{name}"), value);
                }
                _ => {}
            }
        }
        // What a handler keeps on the request, another one takes from it.
        let kept = code.assignments.iter().filter(|one| {
            const KEPT: &[&str] = &["req.", "request.", "res.locals.", "ctx.state.", "ctx."];
            code.language == Language::JavaScript
                && KEPT.iter().any(|start| one.target.starts_with(start))
        });
        for one in kept {
            if !matches!(one.value, Expr::Other | Expr::Function) {
                add(one.target.clone(), &one.value);
            }
        }
        let defined = code.calls.iter().filter(|call| {
            code.language == Language::Php
                && call.callee == "define"
                && branch(code, call.scope) == Branch::Always
        });
        for call in defined {
            if let (Some(Expr::Text(name)), Some(value)) = (call.positional(0), call.positional(1))
            {
                add(name.clone(), value);
            }
        }
    }
    for (language, name) in twice {
        if let Some(table) = found.get_mut(&language) {
            table.remove(&name);
        }
    }
    let configured = flask::configuration(sources)
        .into_iter()
        .map(|(key, value)| (format!("{APP_CONFIG}{key}"), value));
    found
        .entry(Language::Python)
        .or_default()
        .extend(configured);
    found
}

/// A module of Django's settings.
fn is_settings(path: &str) -> bool {
    path.ends_with("settings.py") || path.contains("settings/")
}

#[cfg(test)]
mod tests;
