//! Secrets in files beside the code: app.json, a `.env` that production loads, private keys.

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
        let env = path.starts_with(".env")
            && !path
                .split(['.', '-', '_'])
                .any(|part| harmless.contains(&part));
        if !env {
            continue;
        }
        let loaded = is_loaded(facts, path);
        // `.env` is what `heroku local` reads; others are of a platform that the app runs on.
        if !loaded && path == ".env" {
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
    let others: Vec<_> = others.map(|one| one.name.as_str()).collect();
    let also = if others.is_empty() {
        String::new()
    } else {
        format!(" Also {}.", others.join(", "))
    };
    let message = format!(
        "{} has a real value in .env, which is here although .gitignore names it, and the app loads that file in \
         production: if it was committed, everybody who has the repository has it.{also}",
        first.name
    );
    Some(
        Evidence::line(".env", first.line, message)
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

/// Whether production code loads this file; `.env` alone is read by `heroku local` only.
fn is_loaded(facts: &Facts<'_>, path: &str) -> bool {
    let loaders = [
        "laravel/framework",
        "laravel/lumen-framework",
        "symfony/dotenv",
        "symfony/runtime",
    ];
    if path == ".env"
        && facts
            .packages
            .wants_any(Ecosystem::Composer, &loaders)
            .is_some()
    {
        return true;
    }
    // dotenv-rails loads it before the app in every group that has the gem.
    let gem = facts
        .packages
        .wants_any(Ecosystem::Gem, &["dotenv-rails"])
        .is_some_and(|gem| !gem.dev);
    if gem && matches!(path, ".env" | ".env.production") {
        return true;
    }
    facts.sources.files.iter().any(|code| {
        let by_import = path == ".env"
            && code.language == Language::JavaScript
            && code
                .imports
                .iter()
                .any(|import| import.module == "dotenv/config");
        by_import
            || code.calls.iter().any(|call| {
                let loads = match code.language {
                    Language::JavaScript => {
                        matches!(
                            call.callee.as_str(),
                            "require().config" | "dotenv.config" | "dotenv.load" | "config"
                        ) && (call.callee.starts_with("dotenv") || code.imports("dotenv"))
                    }
                    Language::Python => matches!(
                        call.callee.as_str(),
                        "load_dotenv"
                            | "dotenv.load_dotenv"
                            | "environ.Env.read_env"
                            | "env.read_env"
                    ),
                    // vlucas/phpdotenv: `Dotenv\Dotenv::createImmutable(__DIR__)->load()`.
                    Language::Php => {
                        path == ".env"
                            && call.callee.contains("Dotenv")
                            && matches!(call.method(), "load" | "safeLoad" | "overload")
                    }
                    Language::Ruby => matches!(
                        call.callee.as_str(),
                        "Dotenv.load" | "Dotenv.load!" | "Dotenv.overload"
                    ),
                    _ => false,
                };
                if !loads || branch(code, call.scope) == Branch::Development {
                    return false;
                }
                let mut names = Vec::new();
                for argument in &call.arguments {
                    argument.value.walk(&mut |value| names.extend(value.text()));
                }
                if names.is_empty() {
                    path == ".env"
                } else {
                    names.iter().any(|name| name.ends_with(path))
                }
            })
    })
}

/// Private keys in files of their own, besides those for a laptop.
pub(super) fn private_keys(facts: &Facts<'_>) -> Vec<Evidence> {
    let harmless = [
        "localhost",
        "local",
        "dev",
        "development",
        "test",
        "testing",
        "example",
        "sample",
        "dummy",
        "fake",
        "snakeoil",
        "selfsigned",
    ];
    facts
        .sources
        .texts
        .iter()
        .filter(|(path, text)| {
            let known = path
                .to_ascii_lowercase()
                .split(['/', '.', '-', '_'])
                .any(|part| harmless.contains(&part));
            let start = text.trim_start();
            let end = start.find(['\r', '\n']).unwrap_or(start.len());
            let start = start.get(..end).unwrap_or_default();
            let key_file = path
                .rsplit_once('.')
                .is_some_and(|(_, ending)| matches!(ending, "pem" | "key"));
            let holds_key = start.starts_with("-----BEGIN ") && start.ends_with("PRIVATE KEY-----")
                || key_file && text.contains("PRIVATE KEY-----");
            (holds_key || line_in_json(path, text).is_some()) && !known
        })
        .map(|(path, text)| {
            Evidence::line(
                path,
                line_in_json(path, text).unwrap_or(LineSpan::whole(1)),
                "A private key is committed: everybody who has the repository \
                has it, and removing the file does not take it back.",
            )
            .help(
                "Make a new key, keep it in a config var (heroku config:set NAME=\"$(cat \
                    key.pem)\"), and git rm the file",
            )
        })
        .collect()
}

/// The line with a private key in JSON: the PEM of a service account's file, or `d` of a JSON Web Key (RFC 7518,
/// section 6). The text has to be long enough to be one.
fn line_in_json(path: &str, text: &str) -> Option<LineSpan> {
    const LEAST: usize = 40;
    if !path.ends_with(".json") {
        return None;
    }
    let json: serde_json::Value = serde_json::from_str(text).ok()?;
    let is_pem = |value: &serde_json::Value| {
        let text = value.as_str().unwrap_or_default();
        text.len() > 200 && text.starts_with("-----BEGIN ") && text.contains("PRIVATE KEY-----")
    };
    let member = json.as_object()?.iter().find(|(_, value)| is_pem(value));
    let keys = json.get("keys").and_then(serde_json::Value::as_array);
    let web_key = |value: &serde_json::Value| {
        let private = value.get("d").and_then(serde_json::Value::as_str);
        value.get("kty").is_some() && private.is_some_and(|private| private.len() >= LEAST)
    };
    let is_web_key = || web_key(&json) || keys.is_some_and(|keys| keys.iter().any(web_key));
    let name = match member {
        Some((name, _)) => name.as_str(),
        None => is_web_key().then_some("d")?,
    };
    let quoted = format!("\"{name}\"");
    Some(slugsmith_facts::lines::line_of(text, &quoted))
}
