//! Which edits of app.json, the Procfile and project.toml would answer findings?
//!
//! Only edits whose content is certain: variables that code cannot do without, plans that
//! have a successor, process lines that the framework at hand needs. Everything else stays
//! in the help text of its finding. The result is data; a printer makes a patch of it.

use std::fmt::Write as _;

use serde_json::Value;

use super::contract;
use super::facts::Facts;
use super::{AuditReport, jobs, migrations};
use slugsmith_facts::process::script;
use slugsmith_facts::secrets::is_secret;
use slugsmith_finding::Finding;

/// One file as it is and as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub path: &'static str,
    /// `None`: the file does not exist yet.
    pub before: Option<String>,
    pub after: String,
    /// The rules that it answers.
    pub rules: Vec<&'static str>,
    /// What must not be shown of it, as it is written there.
    pub secrets: Vec<String>,
}

/// The edits for the findings of a report.
#[must_use]
pub fn plan(facts: &Facts<'_>, report: &AuditReport) -> Vec<Edit> {
    let edits = [
        app_json(facts, report),
        procfile(facts, report),
        project(facts, report),
    ];
    edits
        .into_iter()
        .flatten()
        .filter(|edit| edit.before.as_ref() != Some(&edit.after))
        .collect()
}

fn of<'r>(
    report: &'r AuditReport,
    rule: &'static str,
    path: &'r str,
) -> impl Iterator<Item = &'r Finding> {
    report.findings.iter().filter(move |finding| {
        finding.rule == rule
            && (path.is_empty()
                || finding
                    .location
                    .as_ref()
                    .is_some_and(|location| location.path == path))
    })
}

fn app_json(facts: &Facts<'_>, report: &AuditReport) -> Option<Edit> {
    let before = facts.sources.text("app.json")?.to_owned();
    let mut after = before.clone();
    let mut rules = Vec::new();
    if of(report, "app-json-invalid", "app.json").next().is_some() {
        for (old, new) in &facts.platform.retired.plans {
            // A successor that is a sentence needs a person.
            if !new.contains(' ') {
                after = after.replace(&format!("\"{old}\""), &format!("\"{new}\""));
            }
        }
        for (size, successor) in &facts.platform.retired.sizes {
            for spaced in [
                format!("\"size\": \"{size}\""),
                format!("\"size\":\"{size}\""),
            ] {
                after = after.replace(&spaced, &format!("\"size\": \"{successor}\""));
            }
        }
        rules.push("app-json-invalid");
    }
    for finding in of(report, "secret-committed", "app.json") {
        let Some(name) = finding.about.as_deref() else {
            continue;
        };
        if let Some(value) = facts
            .app_json(&["env", name])
            .and_then(|entry| entry.as_str().or_else(|| entry.get("value")?.as_str()))
        {
            let quoted = serde_json::to_string(value).unwrap_or_default();
            after = after.replace(
                &format!("\"{name}\": {quoted}"),
                &format!("\"{name}\": {{ \"generator\": \"secret\" }}"),
            );
            rules.push("secret-committed");
        }
    }
    if of(report, "env-contract-drift", "").next().is_some() {
        let variables = contract::variables(facts);
        let missing = variables
            .iter()
            .filter(|variable| !variable.is_declared() && variable.required().is_some());
        for variable in missing {
            after = with_variable(&after, &variable.name);
            rules.push("env-contract-drift");
        }
    }
    rules.dedup();
    // Whatever the form of the file was: what comes out must be JSON that says the same.
    serde_json::from_str::<Value>(&after).ok()?;
    Some(Edit {
        path: "app.json",
        before: Some(before),
        after,
        rules,
        secrets: secret_values(facts),
    })
}

/// Values of app.json's variables that are secret by their names or their form.
fn secret_values(facts: &Facts<'_>) -> Vec<String> {
    let variables = facts.app_json(&["env"]).and_then(Value::as_object);
    let text = |entry: &Value| {
        let value = entry.as_str().or_else(|| entry.get("value")?.as_str());
        value.map(str::to_owned)
    };
    let found = variables.into_iter().flatten();
    found
        .filter_map(|(name, entry)| Some((name, text(entry)?)))
        .filter(|(name, value)| !value.is_empty() && is_secret(name, value))
        .map(|(_, value)| serde_json::to_string(&value).unwrap_or(value))
        .collect()
}

/// app.json with one more required variable, in the file's own form.
fn with_variable(text: &str, name: &str) -> String {
    let entry = format!("\"{name}\": {{ \"required\": true }}");
    let at = text
        .find("\"env\"")
        .and_then(|at| Some(at + text.get(at..)?.find('{')? + 1));
    let Some(at) = at else {
        let Some(open) = text.find('{') else {
            return text.to_owned();
        };
        let comma = if text
            .get(open + 1..)
            .is_some_and(|rest| rest.trim_start().starts_with('}'))
        {
            ""
        } else {
            ","
        };
        let (head, tail) = text.split_at(open + 1);
        return format!("{head}\n  \"env\": {{\n    {entry}\n  }}{comma}{tail}");
    };
    let (head, tail) = text.split_at(at);
    let empty = tail.trim_start().starts_with('}');
    if empty {
        format!("{head}\n    {entry}\n  {}", tail.trim_start())
    } else if tail.starts_with('\n') || tail.starts_with("\r\n") {
        format!("{head}\n    {entry},{tail}")
    } else {
        format!("{head} {entry},{tail}")
    }
}

fn procfile(facts: &Facts<'_>, report: &AuditReport) -> Option<Edit> {
    let before = facts.sources.text("Procfile").map(str::to_owned);
    let mut lines = Vec::new();
    let mut rules = Vec::new();
    let has = |name: &str| facts.app.process(name).is_some();
    if of(report, "migrations-not-in-release", "").next().is_some()
        && let (Some(found), false) = (migrations::find(facts), has("release"))
        // The release phase has no dev dependencies: that comes first, by hand.
        && migrations::pruned(facts, found.command).is_empty()
    {
        lines.push(format!("release: {}", found.command));
        rules.push("migrations-not-in-release");
    }
    if of(report, "jobs-without-process", "").next().is_some()
        && let (Some(used), false) = (jobs::used(facts).into_iter().next(), has("worker"))
        && let Some(line) = jobs::line(facts, used.library)
    {
        lines.push(line);
        rules.push("jobs-without-process");
    }
    let root = of(
        report,
        "process-cannot-run",
        slugsmith_ecosystems::php::MANIFEST,
    )
    .next()
    .is_some();
    if root && !has("web") {
        lines.insert(0, "web: heroku-php-apache2 public/".to_owned());
        rules.push("process-cannot-run");
    }
    if lines.is_empty() {
        return None;
    }
    let mut after = before.clone().unwrap_or_default();
    // Without a web line the platform would have taken the start script.
    if before.is_none() && !root && script(facts.app, "start").is_some() {
        lines.insert(0, "web: npm start".to_owned());
    }
    if !after.is_empty() && !after.ends_with('\n') {
        after.push('\n');
    }
    for line in lines {
        after.push_str(&line);
        after.push('\n');
    }
    Some(Edit {
        path: "Procfile",
        before,
        after,
        rules,
        secrets: Vec::new(),
    })
}

fn project(facts: &Facts<'_>, report: &AuditReport) -> Option<Edit> {
    let before = facts.sources.text("project.toml").map(str::to_owned);
    let mut after = before
        .clone()
        .unwrap_or_else(|| "[_]\nschema-version = \"0.2\"\n".to_owned());
    let mut rules = Vec::new();
    let variables = contract::variables(facts);
    let required = contract::required_names(&variables);
    let drift = of(report, "env-contract-drift", "").next().is_some();
    if drift && !required.is_empty() && !after.contains("[com.slugsmith.launch]") {
        let list: Vec<_> = required.iter().map(|name| format!("\"{name}\"")).collect();
        let _ = write!(
            after,
            "\n[com.slugsmith.launch]\nrequired = [{}]\n",
            list.join(", ")
        );
        rules.push("env-contract-drift");
    }
    let weight = of(report, "excludable-weight", "").next();
    if let Some(finding) = weight.filter(|_| !after.contains("[io.buildpacks]")) {
        let list: Vec<_> = finding
            .help
            .iter()
            .filter_map(|help| help.strip_prefix(".slugignore: "))
            .flat_map(|help| help.split("   ").next().unwrap_or(help).split(" then "))
            .map(|pattern| format!("\"{pattern}\""))
            .collect();
        let _ = write!(
            after,
            "\n[io.buildpacks]\nexclude = [{}]\n",
            list.join(", ")
        );
        rules.push("excludable-weight");
    }
    (!rules.is_empty()).then_some(Edit {
        path: "project.toml",
        before,
        after,
        rules,
        secrets: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::with_variable;

    #[test]
    fn variables_are_added_in_the_form_of_the_file() {
        for text in [
            "{}",
            "{\n  \"name\": \"a\"\n}\n",
            "{ \"env\": {} }",
            "{ \"env\": { \"B\": \"1\" } }",
            "{\n  \"env\": {\n    \"B\": \"1\"\n  }\n}\n",
        ] {
            let added = with_variable(text, "A");
            let value: serde_json::Value = serde_json::from_str(&added).unwrap();
            assert_eq!(value["env"]["A"]["required"], true, "{added}");
        }
    }
}
