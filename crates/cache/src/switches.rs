//! The switches of Heroku's own buildpacks: which of them are followed here, and which are not.
//!
//! An app brings them along from its old list of buildpacks. Where slugsmith installs an ecosystem
//! itself, a switch that is set and not followed is said in the log; `docs/caches.md` has the whole
//! table, made from this one.

mod known;

use std::fmt::Write;

use slugsmith_ecosystems as ecosystems;

use crate::{Context, Outcome};
use Here::{Followed, Not};
use Of::{ComposerScript, ConfigVar, Field, GoMod, Hook, Script};
use known::NODE;
use slugsmith_config::Config;
use slugsmith_facts::beneath;
use slugsmith_facts::environment::Environment;

pub use known::SWITCHES;
pub(crate) use known::{PYTHON, RUBY};

/// One switch.
#[derive(Debug)]
pub struct Switch {
    pub name: &'static str,
    pub of: Of,
    /// What it does with Heroku's buildpack.
    pub does: &'static str,
    /// What slugsmith does with it.
    pub here: Here,
    /// Beginnings of the names of the caches that it concerns.
    caches: &'static [&'static str],
}

/// Where it is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    ConfigVar,
    /// A script of package.json.
    Script,
    /// A script of composer.json.
    ComposerScript,
    /// A field of package.json.
    Field,
    /// A comment of go.mod.
    GoMod,
    /// A file that is run.
    Hook,
}

/// Whether it is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Here {
    Followed(&'static str),
    Not(&'static str),
}

/// The last part of a cache's name: its manager.
fn manager(cache: &str) -> &str {
    cache.rsplit('/').next().unwrap_or(cache)
}

/// Why nothing of this cache may be used or kept, if the user says so.
pub(crate) fn off(context: &Context<'_>, cache: &str) -> Option<&'static str> {
    if context.config.cache.off {
        return Some("SLUGSMITH_CACHE=off");
    }
    let is_off = value(context.environment, "NODE_MODULES_CACHE") == Some("false");
    (is_off && NODE.contains(&manager(cache))).then_some("NODE_MODULES_CACHE=false")
}

/// The same for folders that build tools keep for themselves; what the app's configuration names
/// stays what it is.
pub(crate) fn off_folder(context: &Context<'_>, name: &str) -> bool {
    let is_custom = is_custom(context.config, name);
    let is_off = value(context.environment, "NODE_MODULES_CACHE") == Some("false");
    context.config.cache.off || is_off && !is_custom && !name.starts_with("tmp/cache")
}

fn is_custom(config: &Config, name: &str) -> bool {
    let mut custom = config.cache.custom.iter();
    custom.any(|one| one.name.value == name)
}

/// Switches that are set, concern something that slugsmith installed, and are not followed: a line
/// for each.
pub(crate) fn not_followed(context: &Context<'_>, outcomes: &[Outcome]) -> Vec<String> {
    let installed: Vec<_> = outcomes
        .iter()
        .filter(|outcome| outcome.is_ours())
        .map(|outcome| manager(&outcome.decision.name))
        .collect();
    let root = &context.app.root;
    let is_set = |one: &Switch| match one.of {
        ConfigVar => {
            let (name, value) = one.name.split_once('=').unwrap_or((one.name, ""));
            if let Some(beginning) = name.strip_suffix('*') {
                let mut names = context.environment.variables.keys();
                return names.any(|name| name.starts_with(beginning));
            }
            let set = context.environment.get(name);
            set.is_some_and(|set| value.is_empty() || set.trim() == value)
        }
        Hook => fs_err::symlink_metadata(root.join(one.name)).is_ok_and(|found| found.is_file()),
        GoMod => beneath::text_in(root, ecosystems::go::MANIFEST)
            .is_ok_and(|text| text.contains(one.name)),
        Script | ComposerScript | Field => false,
    };
    let lines = SWITCHES.iter().filter_map(|one| {
        let Not(why) = one.here else {
            return None;
        };
        let concerns = one.caches.iter().any(|cache| installed.contains(cache));
        (concerns && is_set(one)).then(|| format!("{} is not followed here: {why}", one.name))
    });
    lines.collect()
}

/// The value of a config var, without blanks around it; `None` where it is empty.
pub(crate) fn value<'a>(environment: &'a Environment, name: &str) -> Option<&'a str> {
    let value = environment.get(name)?.trim();
    (!value.is_empty()).then_some(value)
}

/// The table of the documentation.
#[must_use]
pub fn table() -> String {
    let mut text =
        String::from("| switch | set as | with Heroku's buildpack | here |\n|---|---|---|---|\n");
    for one in SWITCHES {
        let place = match one.of {
            ConfigVar => "config var",
            Script => "script of package.json",
            ComposerScript => "script of composer.json",
            Field => "field of package.json",
            GoMod => "comment in go.mod",
            Hook => "file",
        };
        let here = match one.here {
            Followed(how) => format!("followed: {how}"),
            Not(why) => format!("**not followed**: {why}"),
        };
        let _ = writeln!(text, "| `{}` | {place} | {} | {here} |", one.name, one.does);
    }
    text
}
