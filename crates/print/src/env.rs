//! The environment of each process, as a table, as shell exports, as JSON, or the
//! history of one variable.
//!
//! Secrets are masked unless the caller asks for them: logs and reports are shared.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::safe;
use slugsmith_stack::diff::{self, VariableDifference};
use slugsmith_stack::environment::{By, Modification, Variable};
use slugsmith_stack::environments::{EnvReport, ProcessEnv};
use slugsmith_stack::secrets;

/// Whether secrets are shown as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrets {
    Masked,
    Shown,
}

impl Secrets {
    fn apply(self, name: &str, value: &str) -> String {
        match self {
            Self::Masked => secrets::shown(name, value),
            Self::Shown => value.to_owned(),
        }
    }
}

fn text(value: &OsStr) -> String {
    value.to_string_lossy().into_owned()
}

fn title(report: &EnvReport, process: &ProcessEnv) -> String {
    match (process.kind.as_str(), report.default.as_deref()) {
        ("", _) => "any command".to_owned(),
        (kind, Some(default)) if kind == default => format!("{kind} (default)"),
        (kind, _) => kind.to_owned(),
    }
}

/// A table per process: name, value, who set it.
///
/// # Errors
/// Those of the stream.
pub fn table(report: &EnvReport, shown: Secrets, out: &mut dyn Write) -> io::Result<()> {
    for (index, process) in report.processes.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        writeln!(out, "# {}", safe::word(&title(report, process)))?;
        if let Some(failure) = &process.environment.failure {
            writeln!(
                out,
                "! does not start: {}: {}",
                safe::word(&failure.file),
                safe::word(&failure.reason)
            )?;
        }
        let width = process
            .environment
            .variables
            .keys()
            .map(|name| name.to_string_lossy().chars().count())
            .max()
            .unwrap_or(0)
            .min(32);
        for (name, variable) in &process.environment.variables {
            let name = text(name);
            let value = safe::word(&shown.apply(&name, &text(&variable.value)));
            let name = safe::word(&name);
            writeln!(
                out,
                "{name:width$}  {value}  ({})",
                safe::word(&authors(report, variable))
            )?;
        }
    }
    for unknown in &report.unknown {
        writeln!(out, "? {}", safe::word(unknown))?;
    }
    Ok(())
}

/// Who set a variable, the last first; `base` only if nobody else did.
fn authors(report: &EnvReport, variable: &Variable) -> String {
    let mut names: Vec<&str> = Vec::new();
    for step in variable.steps.iter().rev().filter(|step| step.fired) {
        let who = report.who(step);
        if !names.contains(&who) {
            names.push(who);
        }
    }
    names.join(", ")
}

/// `export NAME='value'` lines of one process, ready for `eval` or `source`.
///
/// # Errors
/// Those of the stream.
pub fn exports(process: &ProcessEnv, shown: Secrets, out: &mut dyn Write) -> io::Result<()> {
    for (name, value) in process.environment.raw() {
        let name = text(&name);
        let valid = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !valid {
            writeln!(
                out,
                "# not a name that a shell can set: {}",
                safe::word(&name)
            )?;
            continue;
        }
        let value = shown.apply(&name, &text(&value));
        writeln!(out, "export {name}={}", quoted_for_shell(&value))?;
    }
    Ok(())
}

/// A value as a word of a shell. Where it would steer a terminal or a runner the form is that
/// of Bash, Zsh and Ksh (`$'…'`), which is printable.
fn quoted_for_shell(value: &str) -> String {
    if !value.contains(char::is_control) && safe::word(value) == value {
        return format!("'{}'", value.replace('\'', r"'\''"));
    }
    let mut out = String::from("$'");
    for byte in value.bytes() {
        match byte {
            b'\'' | b'\\' => {
                out.push('\\');
                out.push(char::from(byte));
            }
            b' '..=b'~' => out.push(char::from(byte)),
            // Writing to a String has no way to fail.
            _ => drop(write!(out, "\\{byte:03o}")),
        }
    }
    out.push('\'');
    out
}

#[derive(Serialize)]
struct ProcessV1 {
    r#type: String,
    default: bool,
    env: Map<String, Value>,
    set_by: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
}

/// The report as JSON (`slugsmith.report/1`); its form is frozen.
#[must_use]
pub fn json(report: &EnvReport, shown: Secrets) -> Value {
    let processes: Vec<ProcessV1> = report
        .processes
        .iter()
        .map(|process| {
            let mut env = Map::new();
            for (name, value) in process.environment.raw() {
                let name = text(&name);
                let value = shown.apply(&name, &text(&value));
                env.insert(name, value.into());
            }
            let mut set_by = Map::new();
            for (name, variable) in &process.environment.variables {
                let steps: Vec<Value> = variable
                    .steps
                    .iter()
                    .filter(|step| step.fired)
                    .map(|step| step_json(report, step))
                    .collect();
                set_by.insert(text(name), steps.into());
            }
            ProcessV1 {
                default: report.default.as_ref() == Some(&process.kind),
                r#type: process.kind.clone(),
                env,
                set_by,
                failure: process
                    .environment
                    .failure
                    .as_ref()
                    .map(|failure| format!("{}: {}", failure.file, failure.reason)),
            }
        })
        .collect();
    json!({
        "schema": "slugsmith.report/1",
        "processes": processes,
        "unknown": report.unknown,
    })
}

fn step_json(report: &EnvReport, step: &Modification) -> Value {
    let layer = match &step.by {
        By::Layer { layer, .. } => Value::from(text(layer)),
        By::Base | By::Platform | By::Operator => Value::Null,
    };
    json!({
        "buildpack": report.who(step),
        "layer": layer,
        "file": step.file,
        "how": step.how.word(),
    })
}

/// The history of one variable in each process.
///
/// # Errors
/// Those of the stream.
pub fn why(report: &EnvReport, name: &str, shown: Secrets, out: &mut dyn Write) -> io::Result<()> {
    for process in &report.processes {
        writeln!(
            out,
            "# {} of {}",
            safe::word(name),
            safe::word(&title(report, process))
        )?;
        let Some(variable) = process.environment.variables.get(OsStr::new(name)) else {
            writeln!(out, "nobody sets it")?;
            continue;
        };
        for (number, (step, before, after)) in (1..).zip(variable.history()) {
            let mut line = format!("{number}. {}", report.who(step));
            // A script of a classic slug is its own place.
            let script = |layer: &OsStr| step.file.starts_with(&text(layer));
            if let By::Layer { layer, .. } = &step.by
                && !script(layer)
            {
                let _ = write!(line, " layer {} {}", text(layer), step.file);
            } else if !step.file.is_empty() {
                let _ = write!(line, " {}", step.file);
            }
            writeln!(out, "{}: {}", safe::word(&line), step.how.word())?;
            if step.fired {
                writeln!(
                    out,
                    "   {} -> {}",
                    quoted(name, &before, shown),
                    quoted(name, &after, shown)
                )?;
            } else {
                writeln!(
                    out,
                    "   no effect: it is {} already",
                    quoted(name, &before, shown)
                )?;
            }
        }
    }
    Ok(())
}

/// Differences between two environments, lists by entry.
///
/// # Errors
/// Those of the stream.
pub fn changes(
    changes: &[VariableDifference],
    shown: Secrets,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut process = None;
    for change in changes {
        if process != Some(&change.process) {
            writeln!(
                out,
                "# {}",
                if change.process.is_empty() {
                    "any command".to_owned()
                } else {
                    safe::word(&change.process)
                }
            )?;
            process = Some(&change.process);
        }
        let value = |value: &str| safe::word(&shown.apply(&change.name, value));
        let name = &safe::word(&change.name);
        match (&change.before, &change.after) {
            (Some(before), None) => writeln!(out, "- {name}={}", value(before))?,
            (None, Some(after)) => writeln!(out, "+ {name}={}", value(after))?,
            (Some(before), Some(after)) => match diff::entries(&change.name, before, after) {
                Some((removed, added)) if !(removed.is_empty() && added.is_empty()) => {
                    writeln!(out, "~ {name}")?;
                    for entry in removed {
                        writeln!(out, "    - {}", value(entry))?;
                    }
                    for entry in added {
                        writeln!(out, "    + {}", value(entry))?;
                    }
                }
                _ => writeln!(out, "~ {name}: {} -> {}", value(before), value(after))?,
            },
            (None, None) => {}
        }
    }
    Ok(())
}

fn quoted(name: &str, value: &OsStr, shown: Secrets) -> String {
    format!("`{}`", safe::word(&shown.apply(name, &text(value))))
}
