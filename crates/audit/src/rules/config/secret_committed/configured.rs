//! Which secrets stand in configuration that frameworks load: Rails' `secrets.yml`, figaro's
//! `application.yml`, and keys of known form anywhere in such files?

use std::collections::BTreeMap;

use super::settings::key_of;
use crate::registry::Evidence;
use crate::secrets::{
    is_generated, is_secret_name, is_secret_value, is_signing_name, is_stand_in, issued_key,
};
use crate::{Facts, guards};
use slugsmith_facts::formats::{self, Entry, yaml};
use slugsmith_facts::packages::Ecosystem;
use slugsmith_finding::LineSpan;

pub(super) fn find(facts: &Facts<'_>) -> Vec<Evidence> {
    let mut found = rails(facts);
    found.extend(rails_services(facts));
    found.extend(figaro(facts));
    found.extend(deployment(facts));
    found.extend(issued(facts));
    found.extend(named_by_command(facts));
    found
}

/// Generated keys and passwords in a file of settings that a process's command names (`bin/shop -c config.yml`). One
/// finding for each file.
fn named_by_command(facts: &Facts<'_>) -> Vec<Evidence> {
    let is_named = |path: &str| {
        facts
            .processes
            .iter()
            .flat_map(|process| &process.commands)
            .any(|command| {
                command.words.iter().skip(1).any(|word| {
                    let word = word.rsplit('=').next().unwrap_or(word);
                    command.in_app(word).as_deref() == Some(path)
                })
            })
    };
    let is_settings = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        let compose = name.starts_with("docker-compose");
        [".yml", ".yaml", ".toml", ".ini", ".properties", ".cfg"]
            .iter()
            .any(|ending| name.ends_with(ending))
            && !compose
    };
    let files = facts
        .sources
        .texts
        .iter()
        .filter(|(path, _)| is_settings(path) && is_named(path));
    files
        .filter_map(|(path, text)| {
            let entry = formats::entries(path, text).into_iter().find(|entry| {
                let last = entry.key.rsplit('.').next().unwrap_or(&entry.key);
                (is_secret_name(last) || is_signing_name(last))
                    && is_generated(&entry.value)
                    && !is_stand_in(&entry.value)
            })?;
            let variable = entry.key.replace(['.', '-'], "_").to_ascii_uppercase();
            let message = format!(
                "`{}` is written out in {path}, which a process is started with: everybody who has the repository \
                 has it.",
                entry.key
            );
            Some(Evidence::line(path, entry.line, message).help(format!(
                "Make a new one, and read it from the environment: heroku config:set {variable}=…"
            )))
        })
        .collect()
}

/// Secrets with a real value in the files of other platforms: `render.yaml`, `fly.toml`,
/// compose files, manifests of Kubernetes. One finding for each file.
fn deployment(facts: &Facts<'_>) -> Vec<Evidence> {
    let is_deployment = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        let compose = name.starts_with("docker-compose") || name.starts_with("compose.");
        let harmless = ["test", "dev", "local", "example", "ci", "override"];
        let part = |part: &str| harmless.contains(&part);
        (compose
            || matches!(
                name,
                "render.yaml" | "fly.toml" | "railway.toml" | "do-app.yaml" | "app.yaml"
            ))
            && !path.split(['/', '.', '-', '_']).any(part)
    };
    let files = facts
        .sources
        .texts
        .iter()
        .filter(|(path, _)| is_deployment(path));
    files
        .filter_map(|(path, text)| {
            let (name, line) = real_secret(&formats::entries(path, text))?;
            let message = format!(
                "{name} has a real value in {path}: everybody who has the repository has it."
            );
            Some(Evidence::line(path, line, message).help(format!(
                "Make a new one, and read it from a variable of that platform instead of {path}"
            )))
        })
        .collect()
}

/// The first name of a secret with a value that looks generated: `NAME: value`, an item `NAME=value`, or `key: NAME`
/// (`name: NAME`) beside `value:`.
fn real_secret(entries: &[Entry]) -> Option<(String, LineSpan)> {
    let by_key: BTreeMap<&str, &Entry> = entries
        .iter()
        .map(|entry| (entry.key.as_str(), entry))
        .collect();
    entries.iter().find_map(|entry| {
        let (above, last) = entry.key.rsplit_once('.').unwrap_or(("", &entry.key));
        let beside = |name: &str| by_key.get(format!("{above}.{name}").as_str()).copied();
        let (name, value) = match last {
            "value" => {
                let named = beside("key").or_else(|| beside("name"))?;
                (named.value.as_str(), entry.value.as_str())
            }
            _ if last.ends_with(']') => entry.value.split_once('=')?,
            _ => (last, entry.value.as_str()),
        };
        let is_variable = name
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        (is_variable && is_secret_name(name) && is_generated(value))
            .then(|| (name.to_owned(), entry.line))
    })
}

/// Values of `production` and `shared`, with those that they take in by `<<`.
fn rails(facts: &Facts<'_>) -> Vec<Evidence> {
    const PATH: &str = "config/secrets.yml";
    let Some(text) = facts.sources.text(PATH) else {
        return Vec::new();
    };
    let mut entries = yaml::read(text);
    entries.sort_by_key(|entry| entry.line);
    // Since 5.2 the variable wins, which the platform sets.
    let variable_wins =
        guards::at_least(facts, Ecosystem::Gem, "railties", &[5, 2]).unwrap_or(false);
    let production = |name: &str| {
        entries.iter().any(|entry| {
            entry.key == format!("production.{name}") && !is_secret_value(&entry.value)
        })
    };
    entries
        .iter()
        .filter_map(|entry| {
            let (section, name) = entry.key.split_once('.')?;
            let signs = is_signing_name(name);
            let literal = if signs {
                is_secret_value(&entry.value) && !is_stand_in(&entry.value)
            } else {
                is_secret_name(name) && is_generated(&entry.value)
            };
            (matches!(section, "production" | "shared")
                && literal
                && (section == "production" || !production(name)))
            .then(|| {
                Evidence::line(
                    PATH,
                    entry.line,
                    format!(
                        "`{name}` of production is written out: \
                    everybody who has the repository has it."
                    ),
                )
                .conditional(name == "secret_key_base" && variable_wins)
                .help(format!(
                    "{name}: <%= ENV[\"{0}\"] %>, and: heroku config:set \
                        {0}=$(openssl rand -hex 64)",
                    name.to_ascii_uppercase()
                ))
            })
        })
        .collect()
}

/// Secrets of services in production's part of other files below `config/`, where gems and
/// initializers look for them (`cloudinary.yml`, `panda.yml`, `mail.yml`). One for each file.
fn rails_services(facts: &Facts<'_>) -> Vec<Evidence> {
    if facts
        .packages
        .wants_any(Ecosystem::Gem, &["rails", "railties"])
        .is_none()
    {
        return Vec::new();
    }
    let files = facts.sources.texts.iter().filter(|(path, _)| {
        let name = path.strip_prefix("config/");
        name.is_some_and(|name| {
            let stem = name
                .strip_suffix(".yml")
                .or_else(|| name.strip_suffix(".yaml"));
            stem.is_some_and(|stem| {
                !stem.contains(['/', '.']) && !matches!(stem, "secrets" | "application")
            })
        })
    });
    files
        .filter_map(|(path, text)| {
            let entry = yaml::read(text).into_iter().find(|entry| {
                let name = entry.key.strip_prefix("production.");
                name.is_some_and(is_secret_name) && is_generated(&entry.value)
            })?;
            let name = entry.key.strip_prefix("production.").unwrap_or(&entry.key);
            let variable = name.replace('.', "_").to_ascii_uppercase();
            let message = format!(
                "`{name}` of production is written out in {path}: everybody who has the repository \
                 has it."
            );
            Some(Evidence::line(path, entry.line, message).help(format!(
                "Make a new one; {name}: <%= ENV[\"{variable}\"] %>, and: heroku config:set {variable}=…"
            )))
        })
        .collect()
}

/// figaro loads a committed `config/application.yml`; a config var wins over it.
fn figaro(facts: &Facts<'_>) -> Vec<Evidence> {
    const PATH: &str = "config/application.yml";
    let (Some(text), Some(_)) = (
        facts.sources.text(PATH),
        facts.packages.wants(Ecosystem::Gem, "figaro"),
    ) else {
        return Vec::new();
    };
    yaml::read(text)
        .into_iter()
        .filter(|entry| {
            let name = entry.key.strip_prefix("production.").unwrap_or(&entry.key);
            !name.contains('.') && is_secret_name(name) && is_generated(&entry.value)
        })
        .map(|entry| {
            let name = entry.key.rsplit('.').next().unwrap_or(&entry.key);
            Evidence::line(
                PATH,
                entry.line,
                format!(
                    "{name} is committed in {PATH}, which figaro \
                loads in production: if the config var is missing, this known value is used."
                ),
            )
            .conditional(true)
            .help(format!(
                "git rm --cached {PATH}, and: heroku config:set {name}=…"
            ))
        })
        .collect()
}

/// Keys of which the form tells who issued them, one for each file.
fn issued(facts: &Facts<'_>) -> Vec<Evidence> {
    const HARMLESS: &[&str] = &[
        "example",
        "sample",
        "template",
        "test",
        "testing",
        "dev",
        "development",
        "local",
        "dist",
    ];
    let configuration = |path: &str| {
        [".yml", ".yaml", ".properties", ".ini"]
            .iter()
            .any(|ending| path.ends_with(ending))
    };
    let harmless = |path: &str| {
        path.starts_with('.')
            || path.contains("-lock.")
            || path
                .split(['/', '.', '-', '_'])
                .any(|part| HARMLESS.contains(&part))
    };
    let files = facts
        .sources
        .texts
        .iter()
        .filter(|(path, _)| configuration(path) && !harmless(path));
    files
        .filter_map(|(path, text)| {
            let entries = formats::entries(path, text);
            let words = entries.iter().flat_map(|entry| {
                let words = entry.value.split(|letter: char| {
                    letter.is_whitespace() || matches!(letter, '"' | '\'' | '=' | ',')
                });
                words.map(|word| (entry.line, word))
            });
            let (line, issuer) = issued_key(words)?;
            Some(key_of(issuer, path, line, path))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Option<(String, u32)> {
        let found = real_secret(&formats::entries(path, text));
        found.map(|(name, line)| (name, line.number()))
    }

    #[test]
    fn secrets_of_other_platforms_are_found_by_name_and_value_in_any_order() {
        let secret = "k9Jx2mQ7vR4tZ8wB3nL6pS1d";
        let named = Some(("API_SECRET".to_owned(), 4));
        let render = format!(
            "envVars:\n  # key: API_SECRET\n  -\n    value: {secret}\n    key: API_SECRET\n"
        );
        assert_eq!(found("render.yaml", &render), named);
        let compose =
            format!("services:\n  web:\n    environment:\n      - API_SECRET={secret} # real\n");
        assert_eq!(found("docker-compose.yml", &compose), named);
        let fly = format!("[env]\n# API_SECRET = 'old'\nA = 1\nAPI_SECRET = '{secret}'\n");
        assert_eq!(found("fly.toml", &fly), named);
        let variable = "services:\n  web:\n    environment:\n      API_SECRET: ${API_SECRET}\n";
        assert_eq!(found("docker-compose.yml", variable), None);
    }
}
