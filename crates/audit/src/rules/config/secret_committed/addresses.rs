//! Addresses of databases, caches and queues with a password in settings that production loads.
//!
//! Rails reads `config/cable.yml` and its kin by the environment's section, node-config `config/production.json`,
//! Sequelize `config/config.json`. One finding for each file.

use crate::addresses::{is_backing_address, local_host, masked};
use crate::rules::prelude::*;
use crate::secrets::{is_secret_value, is_stand_in};
use slugsmith_facts::formats::{self, Entry};

pub(super) fn find(facts: &Facts<'_>) -> Vec<Evidence> {
    let ruby = facts.packages.manifest(Ecosystem::Gem).is_some();
    let node = facts.packages.manifest(Ecosystem::Npm).is_some();
    let files = facts.sources.texts.iter().filter(|_| ruby || node);
    files
        .filter_map(|(path, text)| {
            let sections = sections(facts, path)?;
            let entries = formats::entries(path, text);
            let entry = entries.iter().find(|entry| sections.has(&entry.key) && holds_password(entry))?;
            let message = format!(
                "`{}` is `{}` with its password, in {path}, which production loads: everybody who has the repository \
                 can reach it.",
                entry.key,
                masked(&entry.value)
            );
            Some(Evidence::line(path, entry.line, message).help(
                "Change the password, and read the address from the add-on's variable (<%= ENV[\"REDIS_URL\"] %>)",
            ))
        })
        .collect()
}

/// Which parts of a file production takes.
enum Sections {
    All,
    /// Those below the name of the environment.
    Production,
}

impl Sections {
    fn has(&self, key: &str) -> bool {
        match self {
            Self::All => true,
            Self::Production => key.split('.').any(|part| part == "production"),
        }
    }
}

/// `None` for a file that is none of the settings.
fn sections(facts: &Facts<'_>, path: &str) -> Option<Sections> {
    let (folder, name) = path.rsplit_once('/')?;
    let (stem, ending) = name.rsplit_once('.')?;
    if folder != "config" && !folder.ends_with("/config")
        || !matches!(ending, "yml" | "yaml" | "json")
    {
        return None;
    }
    let by_stage = &facts.sources.node_config;
    match stem {
        _ if by_stage.iter().any(|loaded| loaded == path) => Some(Sections::All),
        "production" | "default" if by_stage.is_empty() && by_package(facts) => Some(Sections::All),
        _ => Some(Sections::Production),
    }
}

/// Files of YAML, and those of a package in a folder of its own.
fn by_package(facts: &Facts<'_>) -> bool {
    facts.packages.wants(Ecosystem::Npm, "config").is_some()
}

/// An address on another machine, with a password that is none of a stand-in's.
fn holds_password(entry: &Entry) -> bool {
    let address = entry.value.as_str();
    let login = address
        .split_once("://")
        .and_then(|(_, rest)| rest.split(['/', '?']).next()?.rsplit_once('@'));
    let Some((login, host)) = login else {
        return false;
    };
    let password = login.split_once(':').map_or("", |(_, password)| password);
    is_backing_address(address)
        && host.contains('.')
        && !local_host(host)
        && password.len() >= 6
        && is_secret_value(password)
        && !is_stand_in(password)
}
