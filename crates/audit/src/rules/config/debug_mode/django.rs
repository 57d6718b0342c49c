//! Django's `DEBUG`: by default, overwritten, switched on, and in the settings that WSGI loads.

mod served;
mod unset;

use crate::rules::prelude::*;
use slugsmith_facts::code::Assignment;

pub(super) fn django(facts: &Facts<'_>) -> Option<Evidence> {
    if !facts.is_django() {
        return None;
    }
    if let Some(found) = switched_on(facts) {
        return Some(found);
    }
    let settings: Vec<_> = facts
        .code(Language::Python)
        .filter(|code| code.path.contains("settings"))
        .flat_map(|code| {
            code.assignments
                .iter()
                .filter(|assignment| assignment.target == "DEBUG")
                .map(move |assignment| (code, assignment))
        })
        .collect();
    if let Some(found) = unset::on(facts, &settings).filter(|_| !names_other_settings(facts)) {
        return Some(found);
    }
    // Of several the one has the last word that production loads.
    if settings.len() != 1 {
        return in_served(facts);
    }
    let (code, setting) = settings.first()?;
    if let Some(found) = on_by_default(facts, code, setting) {
        return Some(found);
    }
    if names_other_settings(facts) {
        return in_served(facts);
    }
    (setting.value == Expr::Bool(true) && branch(code, setting.scope) == Branch::Always).then(
        || {
            Evidence::line(
                &code.path,
                setting.line,
                "DEBUG = True: error pages show settings and source to visitors.",
            )
            .help("DEBUG = os.environ.get(\"DEBUG\") == \"1\"")
        },
    )
}

/// `DEBUG` in the one of several modules of settings that production loads.
fn in_served(facts: &Facts<'_>) -> Option<Evidence> {
    let served = served::debug(facts)?;
    let (code, setting) = (served.code, served.setting);
    if setting.value != Expr::Bool(true) {
        return on_by_default(facts, code, setting);
    }
    let message = "DEBUG = True in the settings that production loads: error pages show settings and source to \
                   visitors.";
    let found = Evidence::line(&code.path, setting.line, message);
    Some(
        found
            .conditional(served.is_default)
            .help("DEBUG = os.environ.get(\"DEBUG\") == \"1\""),
    )
}

/// `DEBUG = os.environ.get("DEBUG", "true") == "true"`, and nothing declares the variable.
fn on_by_default(facts: &Facts<'_>, code: &Code, setting: &Assignment) -> Option<Evidence> {
    let on = |value: &Expr| {
        let word = value.text().unwrap_or_default().to_ascii_lowercase();
        value == &Expr::Bool(true)
            || value.number() == Some(1)
            || matches!(word.as_str(), "true" | "1" | "yes" | "on")
    };
    let (read, compared) = match &setting.value {
        Expr::Join(parts) => match parts.as_slice() {
            [read, other] if on(other) => (read, true),
            // `… in ("1", "true")`
            [read, Expr::List(others)] if others.iter().any(on) => (read, true),
            _ => return None,
        },
        // `bool(int(os.environ.get("DEBUG", "1")))`
        Expr::Call { callee, arguments } if matches!(callee.as_str(), "bool" | "int") => {
            (&arguments.first()?.value, false)
        }
        value => (value, false),
    };
    let read = match read {
        Expr::Call { callee, arguments } if matches!(callee.as_str(), "int" | "bool" | "str") => {
            &arguments.first()?.value
        }
        read => read,
    };
    let Settled::Unless { variable, fallback } = settle(facts, code, read) else {
        return None;
    };
    // A text that is not compared is true whatever it says, so only what reads like it counts.
    let holds = on(fallback)
        && !unset::is_of_platform(variable)
        && (compared || !names_other_settings(facts));
    (holds && branch(code, setting.scope) == Branch::Always).then(|| {
        let message = format!(
            "DEBUG is on unless {variable} says otherwise, and nothing declares {variable}: error pages \
             show settings and source to visitors."
        );
        Evidence::line(&code.path, setting.line, message)
            .conditional(true)
            .help(format!("Make off the default, and until then: heroku config:set {variable}=false"))
    })
}

/// `process.env.NODE_ENV = "development"` in code that a process loads, whatever the platform set.
pub(super) fn overwritten(facts: &Facts<'_>) -> Option<Evidence> {
    const NAMES: &[&str] = &["NODE_ENV", "RAILS_ENV", "RACK_ENV", "FLASK_ENV", "APP_ENV"];
    facts.sources.files.iter().find_map(|code| {
        let set = code.assignments.iter().find(|one| {
            let (of, name) = one.target.rsplit_once('.').unwrap_or_default();
            let environment = matches!(of, "process.env" | "os.environ" | "ENV");
            environment
                && NAMES.contains(&name)
                && matches!(one.value.text(), Some("development" | "dev"))
                && code.function(one.scope).is_none()
                && branch(code, one.scope) == Branch::Always
        })?;
        let name = set.target.rsplit('.').next().unwrap_or_default();
        let message = format!(
            "The code sets {name} to development whatever the platform says: production runs in \
             development mode."
        );
        (!guards::is_maintenance(facts, &code.path)).then(|| {
            Evidence::line(&code.path, set.line, message)
                .level(Severity::Warn)
                .help("Remove the line: the environment decides.")
        })
    })
}

/// `DEBUG = env("DEBUG")`, and app.json turns the variable on.
fn switched_on(facts: &Facts<'_>) -> Option<Evidence> {
    let settings = facts
        .code(Language::Python)
        .filter(|code| code.path.contains("settings"));
    let mut debug = settings
        .flat_map(|code| code.assignments.iter())
        .filter(|assignment| assignment.target == "DEBUG");
    let name = debug.find_map(|assignment| {
        let mut name = None;
        assignment.value.walk(&mut |value| {
            if let Expr::Env { name: read, .. } = value {
                name = name.or(Some(read.as_str()));
            }
        });
        name
    })?;
    let on = facts.declared(name).value().is_some_and(|value| {
        matches!(
            value.to_ascii_lowercase().as_str(),
            "true" | "1" | "yes" | "on"
        )
    });
    let line = facts
        .line("app.json", &format!("\"{name}\""))
        .filter(|_| on)?;
    Some(
        Evidence::line(
            "app.json",
            line,
            format!(
                "{name} is on in app.json, and the settings read \
            DEBUG from it: error pages show settings and source to visitors."
            ),
        )
        .help(format!(
            "Remove it from app.json, and on running apps: heroku config:unset {name}"
        )),
    )
}

/// Imports of `local_settings` may change everything; `django_heroku` leaves DEBUG alone.
fn names_other_settings(facts: &Facts<'_>) -> bool {
    facts
        .code(Language::Python)
        .filter(|code| code.path.contains("settings"))
        .any(|code| {
            code.imports.iter().any(|import| {
                import.module.contains("local_settings") || import.module.starts_with('.')
            })
        })
}
