//! Spring Boot: the version that the build file asks for (the parent of Maven, the plugin of
//! Gradle), and the properties that hold in production.

mod modules;

use std::collections::{BTreeMap, BTreeSet};

use super::Facts;
use super::facts::Declared;
use slugsmith_ecosystems::java;
use slugsmith_facts::formats;
pub(super) use slugsmith_facts::formats::{Entry, File};
use slugsmith_facts::packages::Ecosystem;
use slugsmith_finding::LineSpan;

pub(super) use modules::{served, wants, wants_any};

/// Drivers of databases that run as servers of their own.
pub(super) const SERVER_DRIVERS: &[&str] = &[
    "postgresql",
    "mysql-connector-j",
    "mysql-connector-java",
    "mariadb-java-client",
    "mssql-jdbc",
    "ojdbc8",
    "ojdbc11",
];

/// File, line and text of the version of Spring Boot.
pub(super) fn version(facts: &Facts<'_>) -> Option<(&'static str, LineSpan, String)> {
    let read = |path: &'static str, read: &dyn Fn(&str) -> Option<(String, LineSpan)>| {
        let (version, line) = read(facts.sources.text(path)?)?;
        Some((path, line, version))
    };
    let plugin = |script: &str| {
        java::plugin_version(script, "org.springframework.boot").or_else(|| {
            java::classpath_version(script, "org.springframework.boot:spring-boot-gradle-plugin")
        })
    };
    let parent = |pom: &str| java::parent_version(pom, "spring-boot-starter-parent");
    read(java::POM, &parent)
        .or_else(|| read(java::BUILD_GRADLE, &plugin))
        .or_else(|| read(java::BUILD_GRADLE_KTS, &plugin))
}

/// The folder of the module that serves, with a slash behind it, empty for the root: the one that the web process
/// starts, else the one of which the build file asks for a web starter.
pub(super) fn web_module(facts: &Facts<'_>) -> Option<String> {
    // Some bring one of the two along, and listen like them.
    const STARTERS: &[&str] = &[
        "spring-boot-starter-web",
        "spring-boot-starter-webflux",
        "spring-boot-starter-data-rest",
        "spring-boot-starter-graphql",
        "spring-boot-starter-hateoas",
        "spring-boot-starter-jersey",
        "spring-boot-starter-websocket",
        "spring-boot-starter-web-services",
        "graphql-spring-boot-starter",
        "graphql-kickstart-spring-boot-starter-webmvc",
        "springdoc-openapi-ui",
        "springdoc-openapi-starter-webmvc-ui",
        "vaadin-spring-boot-starter",
    ];
    if let Some(module) = served(facts)
        && wants_any(facts, STARTERS)
    {
        return Some(module);
    }
    if facts
        .packages
        .wants_any(Ecosystem::Maven, STARTERS)
        .is_some()
    {
        return Some(String::new());
    }
    let builds = [java::POM, java::BUILD_GRADLE, java::BUILD_GRADLE_KTS];
    facts.sources.texts.iter().find_map(|(path, text)| {
        let (folder, name) = path.rsplit_once('/')?;
        let asks = STARTERS.iter().any(|starter| {
            text.contains(&format!("<artifactId>{starter}</artifactId>"))
                || text.contains(&format!("org.springframework.boot:{starter}"))
        });
        (builds.contains(&name) && asks).then(|| format!("{folder}/"))
    })
}

/// The file without a profile in which a module's settings stand.
pub(super) fn settings_of(facts: &Facts<'_>, module: &str) -> Option<String> {
    let names = [
        "application.properties",
        "application.yml",
        "application.yaml",
    ];
    let folders = ["src/main/resources/", "src/main/resources/config/"];
    let paths = folders.iter().flat_map(|folder| {
        names
            .iter()
            .map(move |name| format!("{module}{folder}{name}"))
    });
    paths.into_iter().find(|path| facts.sources.has(path))
}

/// Whether the program that the web process starts may load this file of settings: one of its own module, where that
/// is known and has some. They come first on its class path, and hide those of the same name in other modules.
pub(super) fn is_served(facts: &Facts<'_>, path: &str) -> bool {
    served(facts)
        .filter(|module| settings_of(facts, module).is_some())
        .is_none_or(|module| path.starts_with(&format!("{module}src/main/resources/")))
}

/// The variable of `${NAME}` or `${NAME:default}`.
pub(super) fn variable(value: &str) -> Option<&str> {
    let inner = value.strip_prefix("${")?.strip_suffix('}')?;
    let name = inner.split(':').next().unwrap_or(inner);
    (!name.contains(['$', '{'])).then_some(name)
}

/// What a value is in production, and whether that is only what stands in for a variable that
/// nothing declares. `None` where it can't be known.
pub(super) fn settled<'e>(entry: &'e Entry, facts: &Facts<'_>) -> Option<(&'e str, bool)> {
    let value = entry.value.as_str();
    let Some(name) = variable(value) else {
        return (!value.contains("${")).then_some((value, false));
    };
    let default = value.strip_suffix('}')?.split_once(':')?.1;
    let is_variable = name
        .chars()
        .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    (is_variable && facts.declared(name) == Declared::No && !default.contains("${"))
        .then_some((default, true))
}

/// The first of these files that sets a key, and what it sets.
pub(super) fn set<'f>(files: &'f [File], key: &str) -> Option<(&'f File, &'f Entry)> {
    files.iter().find_map(|file| Some((file, file.entry(key)?)))
}

/// The files that Spring loads in production, read once for all rules.
pub(super) fn files<'f>(facts: &'f Facts<'_>) -> &'f [File] {
    facts.spring_files.get_or_init(|| read(facts))
}

/// The files that Spring loads in production: those without a profile, those of the profile that
/// is active by the command, app.json or the base file, and those that are called after production.
fn read(facts: &Facts<'_>) -> Vec<File> {
    let texts = facts.sources.texts.iter();
    let all: Vec<File> = texts
        .filter(|(path, _)| profile_of(path).is_some() && is_served(facts, path))
        .map(|(path, text)| File::read(path, text))
        .collect();
    let named = named_sources(facts);
    let texts = facts.sources.texts.iter();
    let named: Vec<File> = texts
        .filter(|(path, _)| {
            profile_of(path).is_none() && named.iter().any(|one| path.ends_with(one))
        })
        .map(|(path, text)| File::read(path, text))
        .collect();
    let active = active(facts, &all);
    let mut found: Vec<File> = all
        .into_iter()
        .filter(|file| {
            let profile = profile_of(&file.path).unwrap_or_default();
            profile.is_empty()
                || matches!(profile, "prod" | "production" | "heroku")
                || active.iter().any(|one| one == profile)
        })
        .collect();
    // Of several profiles the last one that is named wins (docs.spring.io, Spring Boot, "Profiles").
    found.sort_by_key(|file| {
        let profile = profile_of(&file.path).unwrap_or_default();
        let named = active.iter().rev().position(|one| one == profile);
        named.unwrap_or(active.len() + usize::from(profile.is_empty()))
    });
    found.extend(named);
    for file in &mut found {
        let others = other_profiles(&file.entries, &active);
        file.entries
            .retain(|entry| !others.contains(&entry.document));
    }
    found
}

/// The documents of a file that are for profiles which production does not run with.
fn other_profiles(entries: &[Entry], active: &[String]) -> BTreeSet<usize> {
    let mut wanted: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for entry in entries {
        // One profile, several with commas, or a list of them.
        let key = entry.key.split('[').next().unwrap_or(&entry.key);
        if matches!(key, "spring.profiles" | "spring.config.activate.on-profile") {
            wanted.entry(entry.document).or_default().push(&entry.value);
        }
    }
    let is_meant = |value: &&str| {
        value.contains("prod")
            || value.contains("heroku")
            || active.iter().any(|one| value.contains(one.as_str()))
    };
    wanted.retain(|_, values| {
        let named = values.iter().any(|value| !value.is_empty());
        named && !values.iter().any(is_meant)
    });
    wanted.into_keys().collect()
}

/// Files of the class path that a class takes in by its annotation: `@PropertySource("classpath:mail.properties")`.
fn named_sources(facts: &Facts<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let annotations = facts
        .calls()
        .filter(|site| site.call.callee == "@PropertySource");
    for argument in annotations.flat_map(|site| &site.call.arguments) {
        argument.value.walk(&mut |value| {
            let name = value
                .text()
                .and_then(|text| text.strip_prefix("classpath:"));
            let plain = name.filter(|name| !name.contains("${"));
            found.extend(
                plain.map(|name| format!("src/main/resources/{}", name.trim_start_matches('/'))),
            );
        });
    }
    found
}

/// The profiles that production runs with, as far as the repository says.
pub(super) fn profiles(facts: &Facts<'_>) -> Vec<String> {
    let texts = facts.sources.texts.iter();
    let base: Vec<File> = texts
        .filter(|(path, _)| profile_of(path) == Some(""))
        .map(|(path, text)| File::read(path, text))
        .collect();
    active(facts, &base)
}

/// Whether `<springProfile name="prod | !dev">` holds; where no profile is known, names of
/// production do.
pub(super) fn is_active(wanted: &str, active: &[String]) -> bool {
    wanted
        .split([',', '|'])
        .map(str::trim)
        .any(|one| match one.strip_prefix('!') {
            Some(other) => !active.iter().any(|name| name == other),
            None if active.is_empty() => matches!(one, "prod" | "production" | "heroku"),
            None => active.iter().any(|name| name == one),
        })
}

/// The profile that a file of Spring's is for, empty for all; `None` for other files.
fn profile_of(path: &str) -> Option<&str> {
    let (_, name) = path.split_once("src/main/resources/")?;
    let name = name.strip_prefix("config/").unwrap_or(name);
    let (stem, "yml" | "yaml" | "properties") = name.rsplit_once('.')? else {
        return None;
    };
    let rest = stem
        .strip_prefix("application")
        .or_else(|| stem.strip_prefix("bootstrap"))?;
    match rest {
        "" => Some(""),
        rest => rest
            .strip_prefix('-')
            .filter(|profile| !profile.contains('/')),
    }
}

/// Profiles that are active on a dyno, as far as the repository says.
fn active(facts: &Facts<'_>, files: &[File]) -> Vec<String> {
    let list = |text: &str| -> Vec<String> {
        text.split(',')
            .map(|one| one.trim().to_owned())
            .filter(|one| !one.is_empty())
            .collect()
    };
    let web = facts.process("web");
    let by_command = web
        .into_iter()
        .flat_map(|web| &web.commands)
        .find_map(|command| {
            let mut words = command.words.iter();
            words.find_map(|word| {
                word.split_once("spring.profiles.active=")
                    .map(|(_, value)| list(value))
            })
        });
    if let Some(found) = by_command {
        return found;
    }
    match facts.declared("SPRING_PROFILES_ACTIVE") {
        Declared::Value(value) => return list(&value),
        Declared::Set => return Vec::new(),
        Declared::No => {}
    }
    let base = files
        .iter()
        .filter(|file| profile_of(&file.path) == Some(""));
    let Some((file, entry)) = base
        .clone()
        .find_map(|file| Some((file, file.entry("spring.profiles.active")?)))
    else {
        return Vec::new();
    };
    if entry.value.is_empty() {
        let items = formats::items(&file.entries, "spring.profiles.active");
        return items.map(|item| item.value.clone()).collect();
    }
    settled(entry, facts).map_or_else(Vec::new, |(value, _)| list(value))
}

/// Whether an address leads to another machine: a host with a dot, or Oracle's name for one.
pub(super) fn is_elsewhere(place: &str) -> bool {
    if place.contains("localhost")
        || place.contains("127.0.0.1")
        || place.contains("host.docker.internal")
    {
        return false;
    }
    if place.contains(":oracle:") {
        return place.contains("TNS_ADMIN") || place.contains('.');
    }
    let host = place.split_once("//").map_or(place, |(_, rest)| rest);
    let host = host.split(['/', '?', ',']).next().unwrap_or(host);
    let host = host.rsplit('@').next().unwrap_or(host);
    let host = host.split(':').next().unwrap_or(host);
    let parts: Vec<&str> = host.split('.').collect();
    let last = parts.last().copied().unwrap_or_default();
    parts.len() > 1
        && last.chars().all(|c| c.is_ascii_alphanumeric())
        && !matches!(last, "local" | "internal" | "example")
        && !host.starts_with("192.168.")
        && !host.starts_with("10.")
        && !host.starts_with("172.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_of_other_profiles_are_left_out_and_the_base_is_not() {
        let text = "spring:\n  profiles:\n    active: prod\n---\nspring:\n  profiles: dev\n---\n\
                    spring.config.activate.on-profile: [test, production]\n---\n\
                    spring:\n  config:\n    activate:\n      on-profile:\n        - test\n";
        let entries = formats::yaml::read(text);
        let documents: Vec<usize> = entries.iter().map(|entry| entry.document).collect();
        let first = documents.iter().min().copied().unwrap_or_default();
        let others = other_profiles(&entries, &[]);
        assert_eq!(
            others
                .into_iter()
                .map(|number| number - first)
                .collect::<Vec<_>>(),
            [1, 3]
        );
    }

    #[test]
    fn a_place_elsewhere_has_a_host_with_a_dot() {
        for place in [
            "jdbc:mysql://db.acme.net:3306/a?x=y",
            "smtp.gmail.com",
            "jdbc:oracle:thin:@shop_high?TNS_ADMIN=a",
        ] {
            assert!(is_elsewhere(place), "{place}");
        }
        for place in [
            "jdbc:mysql://localhost:3306/a.b",
            "jdbc:postgresql://db:5432/x",
            "jdbc:h2:mem:a",
            "redis",
            "10.0.0.3",
        ] {
            assert!(!is_elsewhere(place), "{place}");
        }
    }
}
