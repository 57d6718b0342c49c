//! Which variables does the app need, and who gives them a value?
//!
//! One table over all places that speak of variables: reads in code, app.json, add-ons, the
//! platform, example files and Terraform. The rule `env-contract-drift` and
//! `slugsmith check --config` both read it.

mod gaps;

use slugsmith_finding::LineSpan;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::facts::Facts;
use super::guards::{self, Branch, branch};
use slugsmith_facts::code::{Code, Expr, ScopeKind};
use slugsmith_facts::formats::env_file;
use slugsmith_facts::lines::line_of;
use slugsmith_facts::sources::is_env_file;
use slugsmith_finding::Location;

pub use gaps::{misnamed, read_by_others, unread};

/// One variable with everyone who speaks of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Variable {
    pub name: String,
    /// A read somewhere has a default of its own.
    pub defaulted: bool,
    /// Where reachable code reads it, in file order.
    pub reads: Vec<Read>,
    /// Line in app.json's `env` (0 if the line is not known).
    pub app_json: Option<LineSpan>,
    /// app.json has a value or a generator, or says that it is required.
    pub promised: bool,
    /// The add-on that sets it.
    pub addon: Option<String>,
    /// The platform or a buildpack sets it.
    pub platform: bool,
    /// Example or default files that name it, with lines.
    pub examples: Vec<Location>,
    pub terraform: Option<Location>,
    /// Whether it is really set; `None` where that can't be seen.
    pub set: Option<bool>,
}

/// One read of a variable in reachable code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    pub location: Location,
    /// The process fails here if the variable is not set.
    pub required: bool,
}

impl Variable {
    /// Whether anything says that the variable exists.
    #[must_use]
    pub fn is_declared(&self) -> bool {
        self.app_json.is_some()
            || self.addon.is_some()
            || self.platform
            || !self.examples.is_empty()
            || self.terraform.is_some()
    }

    /// The first read that fails without a value.
    #[must_use]
    pub fn required(&self) -> Option<&Read> {
        self.reads.iter().find(|read| read.required)
    }
}

/// Every variable, sorted by name.
#[must_use]
pub fn variables(facts: &Facts<'_>) -> Vec<Variable> {
    let mut table = BTreeMap::new();
    reads(facts, &mut table);
    declared_in_app_json(facts, &mut table);
    for (path, names) in examples(facts) {
        for (name, line) in names {
            entry(&mut table, &name)
                .examples
                .push(Location::line(&path, line));
        }
    }
    for variable in &facts.terraform.variables {
        entry(&mut table, &variable.name).terraform =
            Some(Location::line(&variable.path, variable.line));
    }
    for plan in facts.addons() {
        for name in facts.platform.addon(plan) {
            entry(&mut table, name).addon = Some(plan.to_owned());
        }
    }
    // A build sees config vars only on some platforms: one of the app's own shows that it does.
    let sees = facts.set.as_ref().filter(|set| {
        table
            .values()
            .any(|variable| !facts.platform.sets(&variable.name) && set.contains(&variable.name))
    });
    for variable in table.values_mut() {
        variable.platform = facts.platform.sets(&variable.name);
        variable.set = sees.map(|set| set.contains(&variable.name));
    }
    table.into_values().collect()
}

/// Whether the app says anywhere which variables it has.
#[must_use]
pub fn exists(facts: &Facts<'_>) -> bool {
    facts.app_json(&["env"]).is_some()
        || facts.app_json(&["addons"]).is_some()
        || !facts.terraform.variables.is_empty()
        || examples(facts).next().is_some()
}

fn entry<'t>(table: &'t mut BTreeMap<String, Variable>, name: &str) -> &'t mut Variable {
    table.entry(name.to_owned()).or_insert_with(|| Variable {
        name: name.to_owned(),
        ..Variable::default()
    })
}

fn reads(facts: &Facts<'_>, table: &mut BTreeMap<String, Variable>) {
    for code in &facts.sources.files {
        if guards::is_maintenance(facts, &code.path) {
            continue;
        }
        for read in &code.reads {
            let location = branch(code, read.scope);
            if !is_variable(&read.name) || location == Branch::Development {
                continue;
            }
            // Where there is none, the app goes on without it.
            let caught = code
                .around(read.scope)
                .any(|scope| matches!(scope.kind, ScopeKind::Try));
            if caught {
                continue;
            }
            entry(table, &read.name).reads.push(Read {
                location: Location::line(&code.path, read.line),
                required: location == Branch::Always
                    && (read.required || stops_without(code, &read.name, read.line)),
            });
        }
    }
    // django-environ takes types and defaults where it is made: `Env(DEBUG=(bool, False))`.
    let typed: BTreeSet<_> = facts
        .calls()
        .filter(|site| site.call.method() == "Env")
        .flat_map(|site| &site.call.arguments)
        .filter(|argument| matches!(&argument.value, Expr::List(items) if items.len() > 1))
        .filter_map(|argument| argument.name.as_deref())
        .collect();
    for variable in table
        .values_mut()
        .filter(|variable| typed.contains(variable.name.as_str()))
    {
        for read in &mut variable.reads {
            read.required = false;
        }
    }
    // A default or a check anywhere shows that the app can do without.
    for code in &facts.sources.files {
        for read in code.reads.iter().filter(|read| read.has_default) {
            if let Some(variable) = table.get_mut(&read.name) {
                variable.defaulted = true;
                for read in &mut variable.reads {
                    read.required = false;
                }
            }
        }
    }
}

/// Whether the code stops where the variable is not set: `if not os.environ.get("X"): raise`.
fn stops_without(code: &Code, name: &str, line: LineSpan) -> bool {
    let bound = code.assignments.iter().find(|one| {
        one.line == line
            && matches!(&one.value, Expr::Env { name: read, default: None } if read == name)
    });
    let asks = |condition: &str, holds: bool| {
        let words = condition.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let mut words = words.filter(|word| !word.is_empty());
        let named = words.any(|word| {
            word == name || bound.is_some_and(|one| one.target.rsplit('.').next() == Some(word))
        });
        let plain = condition.trim().trim_start_matches('(');
        let denied = plain.starts_with(['!', ' ']) && !plain.starts_with("!=")
            || plain.starts_with("not ")
            || [
                "== nil",
                "is None",
                ".nil?",
                ".blank?",
                ".empty?",
                "== \"\"",
                "== ''",
                "=== undefined",
                "== null",
                "=== null",
            ]
            .iter()
            .any(|mark| plain.contains(mark));
        let joined = [" and ", " or ", "&&", "||"]
            .iter()
            .any(|mark| condition.contains(mark));
        named && !joined && denied == holds
    };
    code.calls.iter().any(|call| {
        let stops = ["Error", "Exception", "raise", "panic", "exit", "abort"]
            .iter()
            .any(|word| call.method().ends_with(word))
            || call.callee.starts_with("log.Fatal");
        stops
            && call.line >= line
            && code
                .around(call.scope)
                .next()
                .is_some_and(|scope| match &scope.kind {
                    ScopeKind::Branch { condition, holds } => asks(condition, *holds),
                    _ => false,
                })
    })
}

/// `DATABASE_URL`; not `*`, and not a key of some other settings object.
fn is_variable(name: &str) -> bool {
    let mut characters = name.chars();
    characters
        .next()
        .is_some_and(|first| first.is_ascii_uppercase())
        && characters.all(|rest| rest.is_ascii_uppercase() || rest.is_ascii_digit() || rest == '_')
}

fn declared_in_app_json(facts: &Facts<'_>, table: &mut BTreeMap<String, Variable>) {
    let text = facts.sources.text("app.json").unwrap_or_default();
    let declared = facts.app_json(&["env"]).and_then(Value::as_object);
    for (name, value) in declared.into_iter().flatten() {
        let optional = value.get("required") == Some(&Value::Bool(false));
        let filled = value
            .as_str()
            .or_else(|| value.get("value")?.as_str())
            .is_some_and(|value| !value.is_empty());
        let variable = entry(table, name);
        variable.app_json = Some(line_of(text, &format!("\"{name}\"")));
        variable.promised = filled || value.get("generator").is_some() || !optional;
    }
}

/// Files that show or supply variables, each with the names and lines.
fn examples<'a>(
    facts: &'a Facts<'_>,
) -> impl Iterator<Item = (String, Vec<(String, LineSpan)>)> + 'a {
    let files = facts
        .sources
        .texts
        .iter()
        .filter(|(path, _)| is_example(path));
    files.map(|(path, text)| {
        // Optional ones are often shown as comments.
        let names = env_file::read(text)
            .into_iter()
            .filter(|one| is_variable(&one.name))
            .map(|one| (one.name, one.name_place));
        (path.clone(), names.collect())
    })
}

fn is_example(path: &str) -> bool {
    is_env_file(path.rsplit('/').next().unwrap_or(path))
}

/// Names that reachable code cannot do without and that nothing in the app or the platform
/// supplies: what `required` of `launch-check` should hold.
#[must_use]
pub fn required_names(variables: &[Variable]) -> BTreeSet<&str> {
    variables
        .iter()
        .filter(|variable| !variable.platform && variable.required().is_some())
        .map(|variable| variable.name.as_str())
        .collect()
}
