//! `[[com.slugsmith.cache]]` and the cache's switches: what is kept between builds?

use super::section::switch;
use super::{Key, Origin, Section, Sourced};
use slugsmith_facts::environment::Environment;
use slugsmith_finding::error::Result;

/// Custom caches and switches.
#[derive(Debug, Clone, Default)]
pub struct CacheConfig {
    pub custom: Vec<CustomCache>,
    /// Folders that are installed on their own, relative to the app.
    pub projects: Vec<String>,
    /// Most bytes of all caches together.
    pub most: Option<u64>,
    /// `SLUGSMITH_CACHE=off`: install, but restore and keep nothing.
    pub off: bool,
    /// `SLUGSMITH_CACHE_RESET=npm,next` or `all`: discard these once.
    pub reset: Vec<String>,
    /// Whether `slugsmith/restore` answers installs of later buildpacks.
    pub intercept: bool,
}

/// One `[[com.slugsmith.cache]]`.
#[derive(Debug, Clone)]
pub struct CustomCache {
    pub name: Sourced<String>,
    /// Relative to the app.
    pub paths: Vec<String>,
    /// Globs of files whose contents make the key.
    pub key: Vec<String>,
    /// Variables whose values are part of the key.
    pub env: Vec<String>,
    /// Program and arguments, run without a shell when an input of the key changed.
    pub run: Option<Sourced<String>>,
    /// In bytes; a larger cache is emptied.
    pub max_size: Option<u64>,
    /// Whether the app needs the paths when it runs; if not, they leave the slug.
    pub launch: bool,
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
        "path",
        "",
        "A sub-project with its own lockfile, such as `frontend`, to be installed in its folder. Build scripts, \
         also the root's, run when all are installed.",
    ),
    Key::new(
        "env",
        "[]",
        "Variables whose values decide whether the cache still fits.",
    ),
    Key::new(
        "max_size",
        "\"512 MB\"",
        "A cache that grows larger starts anew. An entry with nothing but this limits all caches together (`2 GB`).",
    ),
    Key::new(
        "launch",
        "true",
        "Whether the app needs the paths when it runs; with `false` they leave the slug once they are kept.",
    ),
    Key::new(
        "intercept",
        "true",
        "Whether slugsmith/restore answers the installs of later buildpacks with stored trees; an entry with nothing \
         but `intercept = false` switches it off, as `SLUGSMITH_INTERCEPT=off` does.",
    ),
    Key::new(
        "run",
        "",
        "Command that makes the paths; runs only when an input of the key changed.",
    ),
];

pub(super) fn read(root: &Section<'_>, environment: &Environment) -> Result<CacheConfig> {
    let (mut custom, mut projects) = (Vec::new(), Vec::new());
    let mut most_of_all = None;
    let mut intercept = true;
    for section in root.children("cache", KEYS) {
        let paths = paths_inside(&section, "paths")?;
        if let Some(project) = file_only(&section, "path")? {
            if !is_inside(&project.value) {
                return Err(section.invalid("path", "is not a folder inside the app"));
            }
            projects.push(project.value.trim_end_matches('/').to_owned());
            if paths.is_empty() {
                continue;
            }
        }
        let most = section.size("max_size")?.map(|size| size.value);
        let name = file_only(&section, "name")?;
        if let Some(switch) = section.file_flag("intercept")? {
            intercept = switch.value;
            if name.is_none() && paths.is_empty() {
                most_of_all = most.or(most_of_all);
                continue;
            }
        }
        if name.is_none() && paths.is_empty() && most.is_some() {
            most_of_all = most;
            continue;
        }
        let Some(name) = name else {
            return Err(section.invalid("name", "is missing"));
        };
        if paths.is_empty() {
            return Err(section.invalid("paths", "is missing: what should be kept?"));
        }
        if let Some(why) = taken(&name.value, &custom) {
            return Err(section.invalid("name", why));
        }
        custom.push(CustomCache {
            name,
            paths,
            key: paths_inside(&section, "key")?,
            env: list(&section, "env")?,
            run: file_only(&section, "run")?,
            max_size: most,
            launch: section
                .file_flag("launch")?
                .is_none_or(|launch| launch.value),
        });
    }
    Ok(CacheConfig {
        custom,
        projects,
        most: most_of_all,
        off: match environment.get("SLUGSMITH_CACHE") {
            Some(text) => !switch("SLUGSMITH_CACHE", text)?,
            None => false,
        },
        reset: environment
            .get("SLUGSMITH_CACHE_RESET")
            .map(|names| {
                names
                    .split(',')
                    .map(|name| name.trim().to_owned())
                    .collect()
            })
            .unwrap_or_default(),
        intercept: match environment.get("SLUGSMITH_INTERCEPT") {
            Some(text) => switch("SLUGSMITH_INTERCEPT", text)?,
            None => intercept,
        },
    })
}

/// Names of the caches that slugsmith makes by itself: with one of them two caches would
/// overwrite each other in every build.
const OWN: &[&str] = &[
    "all",
    "bun",
    "bundler",
    "cargo",
    "cargo-home",
    "cargo-target",
    "composer",
    "go",
    "go-modules",
    "go-objects",
    "gradle",
    "gradle-home",
    "left-out",
    "ledger",
    "maven",
    "maven-repository",
    "npm",
    "pip",
    "pipenv",
    "pnpm",
    "poetry",
    "store-secret",
    "uv",
    "yarn",
];

/// Why a cache can't have this name.
fn taken(name: &str, others: &[CustomCache]) -> Option<&'static str> {
    if OWN.contains(&name) {
        Some("is the name of one of slugsmith's own caches")
    } else if others.iter().any(|other| other.name.value == name) {
        Some("is the name of another cache, too")
    } else {
        None
    }
}

/// A variable can't say which of several caches it means, so only the file counts.
fn file_only(section: &Section<'_>, key: &str) -> Result<Option<Sourced<String>>> {
    Ok(section
        .text(key)?
        .filter(|value| matches!(value.source, Origin::File { .. })))
}

/// Paths that stay inside the app; anything else could keep or remove what isn't ours.
fn paths_inside(section: &Section<'_>, key: &str) -> Result<Vec<String>> {
    let paths = list(section, key)?;
    match paths.iter().find(|path| !is_inside(path)) {
        Some(path) => {
            Err(section.invalid(key, &format!("has {path:?}, which is not inside the app")))
        }
        None => Ok(paths),
    }
}

fn is_inside(path: &str) -> bool {
    use std::path::Component;
    let mut parts = std::path::Path::new(path).components().peekable();
    let only_this = |part: &Component<'_>| matches!(part, Component::CurDir);
    parts.next_if(only_this);
    parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
}

fn list(section: &Section<'_>, key: &str) -> Result<Vec<String>> {
    Ok(section
        .list(key)?
        .map(|list| list.value)
        .unwrap_or_default())
}
