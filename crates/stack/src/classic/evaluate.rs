//! What do assignments of shell scripts make of an environment?

use std::ffi::{OsStr, OsString};

use crate::environment::{By, Environment, How, Raw, Step};
use slugsmith_facts::classic::NamedScript;
use slugsmith_facts::layers::EnvDir;
use slugsmith_facts::shell::{Assignment, Part, Script};

/// Stands for what a script computes.
const COMPUTED: &str = "…";
/// Longest variable that a process can be given, in bytes (`MAX_ARG_STRLEN` of execve(2)); what
/// would be longer is not known.
const LONGEST: usize = 131_072;
/// Most bytes of all values that scripts set; the kernel takes less at once.
const MOST: usize = 8_000_000;

/// The environment before any script: the dyno's own, and config vars over it.
pub(super) fn base(base: &Raw, platform: &EnvDir) -> Environment {
    let mut environment = Environment::default();
    for (name, value) in base {
        environment.take(name, step(By::Base, "", How::Base, value.clone()));
    }
    for file in platform.files() {
        if let Ok(value) = &file.value {
            let shown = format!("env/{}", file.name.to_string_lossy());
            let step = step(By::Platform, &shown, How::Override, value.clone());
            environment.take(&file.name, step);
        }
    }
    environment
}

/// The environment after all scripts.
pub(super) fn environment(
    base: &Environment,
    scripts: &[NamedScript],
    makers: &[String],
) -> Environment {
    let mut environment = base.clone();
    let mut bytes = 0_usize;
    for one in scripts {
        let buildpack = makers.iter().position(|maker| *maker == one.maker);
        let by = By::Layer {
            buildpack: buildpack.unwrap_or(usize::MAX),
            layer: OsString::from(&one.path),
        };
        for assignment in &one.script.assignments {
            for mut step in steps(&environment, &by, &one.path, assignment) {
                bytes += step.value.len() + environment.get(&assignment.name).len();
                if bytes > MOST {
                    step.value = COMPUTED.into();
                    step.how = How::Override;
                }
                environment.take(OsStr::new(&assignment.name), step);
            }
        }
    }
    environment
}

/// Variables that a script computes or sets only under a condition.
pub(super) fn computed(script: &Script) -> Vec<&str> {
    fn is_computed(parts: &[Part]) -> bool {
        parts.iter().any(|part| match part {
            Part::Computed => true,
            Part::Default(_, more) | Part::Alternative(_, more) => is_computed(more),
            Part::Text(_) | Part::Variable(_) => false,
        })
    }
    let unclear = |one: &&Assignment| one.conditional || is_computed(&one.value);
    let mut names: Vec<&str> = script
        .assignments
        .iter()
        .filter(unclear)
        .map(|one| one.name.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// An assignment as what it does: a value around the old one is a prepend, an append, or both.
fn steps(environment: &Environment, by: &By, path: &str, assignment: &Assignment) -> Vec<Step> {
    let name = assignment.name.as_str();
    let file = format!("{path} line {}", assignment.line);
    let old = environment.get(name);
    // Only the usual case of a condition is followed: unless it has a value.
    if assignment.conditional {
        let value = expanded(environment, &assignment.value);
        let mut one = step(by.clone(), &file, How::Default, value);
        one.fired = old.is_empty();
        return vec![one];
    }
    match assignment.value.as_slice() {
        [Part::Default(own, otherwise)] if own == name => {
            let value = expanded(environment, otherwise);
            let mut one = step(by.clone(), &file, How::Default, value);
            one.fired = old.is_empty();
            vec![one]
        }
        parts => {
            let at = parts
                .iter()
                .position(|part| *part == Part::Variable(name.to_owned()));
            let Some((before, [_, after @ ..])) = at.map(|at| parts.split_at(at)) else {
                let value = expanded(environment, parts);
                return vec![step(by.clone(), &file, How::Override, value)];
            };
            // What stands between the old value and the new one belongs to the new one.
            let (before, after) = (expanded(environment, before), expanded(environment, after));
            let mut found = Vec::new();
            if !before.is_empty() {
                found.push(joined(by, &file, How::Prepend, &before, old));
            }
            if !after.is_empty() {
                found.push(joined(by, &file, How::Append, &after, old));
            }
            found
        }
    }
}

/// A shell leaves the separator where the old value was empty, a layer would not.
fn joined(by: &By, file: &str, how: How, value: &OsStr, old: &OsStr) -> Step {
    let text = value.to_string_lossy();
    let (separator, bare) = match how {
        How::Prepend => (text.ends_with(':'), text.trim_end_matches(':')),
        _ => (text.starts_with(':'), text.trim_start_matches(':')),
    };
    let whole = old.is_empty() || !separator || text.len() != bare.len() + 1;
    let mut one = step(
        by.clone(),
        file,
        how,
        if whole { value.to_owned() } else { bare.into() },
    );
    one.delim = if whole { "" } else { ":" }.into();
    one
}

fn expanded(environment: &Environment, parts: &[Part]) -> OsString {
    let value = expanded_whole(environment, parts);
    if value.len() > LONGEST {
        return COMPUTED.into();
    }
    value
}

fn expanded_whole(environment: &Environment, parts: &[Part]) -> OsString {
    let mut value = OsString::new();
    for part in parts {
        if value.len() > LONGEST {
            break;
        }
        match part {
            Part::Text(text) => value.push(text),
            Part::Variable(name) => value.push(environment.get(name)),
            Part::Default(name, otherwise) => {
                let own = environment.get(name);
                if own.is_empty() {
                    value.push(expanded(environment, otherwise));
                } else {
                    value.push(own);
                }
            }
            Part::Alternative(name, instead) if !environment.get(name).is_empty() => {
                value.push(expanded(environment, instead));
            }
            Part::Alternative(..) => {}
            Part::Computed => value.push(COMPUTED),
        }
    }
    value
}

fn step(by: By, file: &str, how: How, value: OsString) -> Step {
    Step {
        by,
        file: file.to_owned(),
        how,
        value,
        delim: OsString::new(),
        fired: true,
    }
}
