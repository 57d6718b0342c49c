//! `[[com.slugsmith.cache]]` and the cache's switches: what is kept between builds?

use super::{Key, Section, Source, Sourced};
use crate::error::Result;
use crate::facts::environment::Environment;

/// Custom caches and switches.
#[derive(Debug, Clone, Default)]
pub struct CacheConfig {
    pub custom: Vec<CustomCache>,
    /// `SLUGSMITH_CACHE=off`: install, but restore and keep nothing.
    pub off: bool,
    /// `SLUGSMITH_CACHE_RESET=npm,next` or `all`: discard these once.
    pub reset: Vec<String>,
}

/// One `[[com.slugsmith.cache]]`.
#[derive(Debug, Clone)]
pub struct CustomCache {
    pub name: Sourced<String>,
    /// Relative to the app.
    pub paths: Vec<String>,
    /// Globs of files whose contents make the key.
    pub key: Vec<String>,
    /// Program and arguments, run without a shell when an input of the key changed.
    pub run: Option<Sourced<String>>,
}

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "name",
        "",
        "The cache's name in logs and in SLUGSMITH_CACHE_RESET.",
    ),
    Key::new("paths", "[]", "Files and folders of the app to keep."),
    Key::new(
        "key",
        "[]",
        "Files whose contents decide whether the cache still fits.",
    ),
    Key::new(
        "run",
        "",
        "Command that makes the paths; runs only when an input of the key changed.",
    ),
];

pub(super) fn read(root: &Section<'_>, environment: &Environment) -> Result<CacheConfig> {
    let mut custom = Vec::new();
    for section in root.children("cache", KEYS) {
        let Some(name) = file_only(&section, "name")? else {
            return Err(section.invalid("name", "is missing"));
        };
        custom.push(CustomCache {
            name,
            paths: list(&section, "paths")?,
            key: list(&section, "key")?,
            run: file_only(&section, "run")?,
        });
    }
    Ok(CacheConfig {
        custom,
        off: environment
            .get("SLUGSMITH_CACHE")
            .is_some_and(|value| matches!(value, "off" | "0" | "false")),
        reset: environment
            .get("SLUGSMITH_CACHE_RESET")
            .map(|names| {
                names
                    .split(',')
                    .map(|name| name.trim().to_owned())
                    .collect()
            })
            .unwrap_or_default(),
    })
}

/// A variable can't say which of several caches it means, so only the file counts.
fn file_only(section: &Section<'_>, key: &str) -> Result<Option<Sourced<String>>> {
    Ok(section
        .text(key)?
        .filter(|value| matches!(value.source, Source::File { .. })))
}

fn list(section: &Section<'_>, key: &str) -> Result<Vec<String>> {
    Ok(section
        .list(key)?
        .map(|list| list.value)
        .unwrap_or_default())
}
