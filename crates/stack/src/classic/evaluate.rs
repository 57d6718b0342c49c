//! The environment that shell scripts make, with the history of each variable.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

use crate::environment::{By, Environment, Modification, ModificationRule, Raw};
use crate::rules::separator;
use slugsmith_facts::classic::NamedScript;
use slugsmith_facts::layers::EnvDir;
use slugsmith_facts::shell::{Event, Note, OPEN, Shell, Trouble, Value, Variable};

/// What the scripts of a slug leave behind them.
#[derive(Debug, Clone, Default)]
pub(super) struct Outcome {
    pub(super) environment: Environment,
    /// Variables that only a run can tell, with the place: `.profile.d/a.sh line 3`.
    pub(super) open: BTreeMap<String, String>,
    pub(super) notes: Vec<Note>,
    /// `set -e` or `set -u` is still on.
    pub(super) strict: bool,
}

impl Outcome {
    /// A script runs what can't be followed, or may end early: nothing is certain then.
    pub(super) fn may_be_anything(&self) -> bool {
        let loses = |note: &Note| {
            matches!(
                note.trouble,
                Trouble::RunsCode(_) | Trouble::MayExit | Trouble::TooLong
            )
        };
        self.notes.iter().any(loses)
    }
}

/// The environment before any script: the dyno's own, and config vars over it.
pub(super) fn base(base: &Raw, platform: &EnvDir) -> Environment {
    let mut environment = Environment::default();
    for (name, value) in base {
        environment.take(
            name,
            step(By::Base, "", ModificationRule::Base, value.clone()),
        );
    }
    for file in platform.files() {
        if let Ok(value) = &file.value {
            let shown = format!("env/{}", file.name.to_string_lossy());
            let step = step(
                By::Platform,
                &shown,
                ModificationRule::Override,
                value.clone(),
            );
            environment.take(&file.name, step);
        }
    }
    environment
}

/// What is left after all scripts.
pub(super) fn run(
    base: &Environment,
    scripts: &[NamedScript],
    sourced: &BTreeMap<String, String>,
    makers: &[String],
) -> Outcome {
    let read = |path: &str| sourced.get(path).cloned();
    let start = base
        .raw()
        .into_iter()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let mut shell = Shell::new(start, &read);
    // `export` files have one name for all buildpacks: the place in the list tells them apart.
    for (index, one) in scripts.iter().enumerate() {
        if !shell.source(&format!("{index}:{}", one.path), &one.script.tree) {
            break;
        }
    }
    let (stops, unset) = shell.is_strict();
    let (variables, events, mut notes) = shell.into_history();
    for note in &mut notes {
        note.script = named(&note.script).1.to_owned();
    }
    let mut outcome = Outcome {
        environment: base.clone(),
        notes,
        strict: stops || unset,
        ..Outcome::default()
    };
    let by = |name: &str| {
        let (index, path) = named(name);
        let maker = scripts.get(index).map(|one| &one.maker);
        By::Layer {
            buildpack: makers
                .iter()
                .position(|known| Some(known) == maker)
                .unwrap_or(usize::MAX),
            layer: OsString::from(path),
        }
    };
    for (name, variable) in &variables {
        let own: Vec<&Event> = events.iter().filter(|event| event.name == *name).collect();
        if variable.exported == Some(false)
            && !outcome.environment.variables.contains_key(OsStr::new(name))
        {
            continue;
        }
        for event in &own {
            for step in steps(&outcome.environment, &by(&event.script), event) {
                outcome.environment.take(OsStr::new(name), step);
            }
        }
        close(&mut outcome, name, variable, own.last().copied(), &by);
    }
    outcome
}

/// Place in the list and path of a script.
fn named(script: &str) -> (usize, &str) {
    let (index, path) = script.split_once(':').unwrap_or(("", script));
    (index.parse().unwrap_or(usize::MAX), path)
}

/// Brings the history to the value that is known to be last.
fn close(
    outcome: &mut Outcome,
    name: &str,
    variable: &Variable,
    last: Option<&Event>,
    by: &dyn Fn(&str) -> By,
) {
    let Some(last) = last else {
        return;
    };
    let place = |line: u32| format!("{} line {line}", named(&last.script).1);
    let open = match &variable.value {
        Value::Text(text) => text.open || variable.exported.is_none(),
        Value::Open => true,
        Value::List(_) | Value::Unset => false,
    };
    if open {
        outcome
            .open
            .insert(name.to_owned(), place(variable.line.max(1)));
    }
    let (value, how) = match &variable.value {
        Value::Text(text) if variable.exported != Some(false) => {
            (OsString::from(&text.text), ModificationRule::Override)
        }
        Value::Open if variable.exported != Some(false) => {
            (OPEN.to_string().into(), ModificationRule::Override)
        }
        // Lists are never exported, and what is not exported is not there.
        _ => (OsString::new(), ModificationRule::Removed),
    };
    let before = outcome.environment.get(name);
    let is_there = outcome.environment.is_set(name);
    if (before != value.as_os_str()) || (is_there == (how == ModificationRule::Removed)) {
        let step = step(by(&last.script), &place(last.line), how, value);
        outcome.environment.take(OsStr::new(name), step);
    }
}

/// An assignment as what it does: a value around the old one is a prepend, an append, or both.
fn steps(environment: &Environment, by: &By, event: &Event) -> Vec<Modification> {
    let name = event.name.as_str();
    let file = format!("{} line {}", named(&event.script).1, event.line);
    let old = environment.get(name).to_string_lossy().into_owned();
    let one = |how, value: &str| step(by.clone(), &file, how, value.into());
    let after = match &event.after {
        Value::Text(text) => text.text.clone(),
        Value::Open => OPEN.to_string(),
        Value::Unset | Value::List(_) => {
            let mut removed = one(ModificationRule::Removed, "");
            removed.fired = !event.conditional;
            return vec![removed];
        }
    };
    if event.conditional {
        let mut maybe = one(ModificationRule::Override, &after);
        maybe.fired = false;
        return vec![maybe];
    }
    if let Some(default) = &event.default {
        let mut yielding = one(ModificationRule::Default, &default.text);
        yielding.fired = old.is_empty();
        return vec![yielding];
    }
    let list = separator(name).is_some();
    if !event.extends || (old.is_empty() && !list) {
        return vec![one(ModificationRule::Override, &after)];
    }
    let Some(at) = after.find(&old) else {
        return vec![one(ModificationRule::Override, &after)];
    };
    let (front, back) = (
        after.get(..at).unwrap_or_default(),
        after.get(at + old.len()..).unwrap_or_default(),
    );
    let mut found = Vec::new();
    if old.is_empty() {
        found.push(one(ModificationRule::Prepend, &after));
    } else {
        if !front.is_empty() {
            found.push(joined(one(ModificationRule::Prepend, front), ':'));
        }
        if !back.is_empty() {
            found.push(joined(one(ModificationRule::Append, back), ':'));
        }
    }
    found
}

/// The separator between the old value and the new one belongs to neither.
fn joined(mut one: Modification, separator: char) -> Modification {
    let text = one.value.to_string_lossy().into_owned();
    let bare = match one.how {
        ModificationRule::Prepend => text.strip_suffix(separator),
        _ => text.strip_prefix(separator),
    };
    if let Some(bare) = bare.filter(|bare| !bare.is_empty()) {
        one.value = bare.into();
        one.delim = separator.to_string().into();
    }
    one
}

fn step(by: By, file: &str, how: ModificationRule, value: OsString) -> Modification {
    Modification {
        by,
        file: file.to_owned(),
        how,
        value,
        delim: OsString::new(),
        fired: true,
    }
}
