//! Secrets in files beside the code: app.json, and a `.env` that production loads.

use super::loaders::is_loaded;
use crate::rules::prelude::*;
use crate::secrets::{is_generated, is_secret_name, is_secret_value, is_stand_in};
use slugsmith_facts::formats::env_file;
use slugsmith_finding::LineSpan;

pub(super) fn app_json(facts: &Facts<'_>) -> Vec<Evidence> {
    let env = facts
        .app_json(&["env"])
        .and_then(serde_json::Value::as_object);
    env.into_iter()
        .flatten()
        .filter_map(|(name, entry)| {
            let value = entry.as_str().or_else(|| entry.get("value")?.as_str())?;
            (is_secret_name(name) && is_secret_value(value) && !is_stand_in(value)).then(|| {
                Evidence::line(
                    "app.json",
                    facts
                        .line("app.json", &format!("\"{name}\""))
                        .unwrap_or_default(),
                    format!(
                        "{name} has a value in app.json: every app made from it has the same \
                        secret, readable by all."
                    ),
                )
                .about(name)
                .help(format!(
                    "\"{name}\": {{ \"generator\": \"secret\" }}   and on running apps: \
                    heroku config:set {name}=$(openssl rand -hex 32)"
                ))
            })
        })
        .collect()
}

pub(super) fn env_files(facts: &Facts<'_>) -> Vec<Evidence> {
    let harmless = [
        "example",
        "sample",
        "template",
        "test",
        "testing",
        "development",
        "dev",
        "local",
        "dist",
        "ci",
        "docker",
        "staging",
    ];
    let mut found = Vec::new();
    for (path, text) in &facts.sources.texts {
        let env = (path.starts_with(".env") || path.ends_with(".env"))
            && !path
                .split(['.', '-', '_', '/'])
                .any(|part| harmless.contains(&part));
        if !env {
            continue;
        }
        let loaded = is_loaded(facts, path);
        // `.env` is what `heroku local` reads; `.env.NAME` are of a platform that the app runs on.
        if !loaded && path.ends_with(".env") {
            continue;
        }
        for variable in env_file::read(text).iter().filter(|one| !one.is_comment) {
            let (name, value, span) = (&variable.name, variable.value.as_str(), variable.line);
            let secret = is_secret_name(name);
            if !loaded {
                if secret && is_generated(value.trim_start_matches("base64:")) {
                    found.push(tracked(path, span, name));
                }
                continue;
            }
            if secret && is_secret_value(value) {
                found.push(
                    Evidence::line(
                        path,
                        span,
                        format!(
                            "{name} is committed in {path}, and the \
                        app loads that file in production: if the config var is missing, this \
                        known value is used."
                        ),
                    )
                    .help(format!(
                        "Remove it from {path}, and: heroku config:set \
                            {name}=$(openssl rand -hex 32)"
                    )),
                );
            }
        }
    }
    found
}

/// A `.env` that `.gitignore` names and the app loads, in a folder without a repository: what was built from a commit
/// has it only if it was committed in spite of the list, and what was built from a folder has it in the image.
/// One finding, a warning, and only where a value looks generated.
pub(super) fn unproven_env(facts: &Facts<'_>) -> Option<Evidence> {
    let text = facts.sources.unproven_env.as_deref()?;
    let variables = env_file::read(text);
    let secrets: Vec<_> = variables
        .iter()
        .filter(|one| !one.is_comment && is_secret_name(&one.name))
        .filter(|one| is_secret_value(&one.value) && !is_stand_in(&one.value))
        .collect();
    let first = secrets
        .iter()
        .find(|one| is_generated(one.value.trim_start_matches("base64:")))?;
    if !is_loaded(facts, ".env") {
        return None;
    }
    let others = secrets.iter().filter(|one| one.name != first.name);
    let others: Vec<_> = others.map(|one| one.name.clone()).collect();
    let message = format!(
        "{} has a real value in .env, which is here although .gitignore names it, and the app loads that file in \
         production: if it was committed, everybody who has the repository has it.",
        first.name
    );
    Some(
        Evidence::line(".env", first.line, message)
            .also(&others)
            .level(Severity::Warn)
            .help(format!(
                "git rm --cached .env, make new values, and: heroku config:set {}=…",
                first.name
            )),
    )
}

/// A real secret in a file that is for another platform or for production.
pub(super) fn tracked(path: &str, line: LineSpan, name: &str) -> Evidence {
    let message =
        format!("{name} has a real value in {path}: everybody who has the repository has it.");
    Evidence::line(path, line, message).help(format!(
        "Make a new one: heroku config:set {name}=…   then: git rm --cached {path}, and add it to \
         .gitignore"
    ))
}
