//! Which variables must be set so that the app finds what was installed?

use std::collections::BTreeMap;
use std::ffi::OsString;

use libcnb::layer_env::{LayerEnv, ModificationBehavior, Scope};

/// A variable that the app needs when it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvChange {
    pub name: String,
    pub how: EnvRule,
    /// An absolute path of this build, or plain text. In a classic build a path in the
    /// app must be written with `$HOME`, since the app runs in another place.
    pub value: OsString,
    /// Whether the layer's own `env.launch` already has it.
    pub is_written: bool,
}

/// How a variable is changed (buildpack spec, "Environment Variable Modification Rules").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnvRule {
    /// Before what is there, with `:` between.
    Prepend,
    /// Only where nothing is set.
    Default,
    Override,
    /// After what is there, with a space between: options.
    AppendWord,
}

impl EnvChange {
    /// What a process needs when it starts, and no layer of a cache sets.
    #[must_use]
    pub fn launch(name: &str, how: EnvRule, value: impl Into<OsString>) -> Self {
        Self {
            name: name.to_owned(),
            how,
            value: value.into(),
            is_written: false,
        }
    }
}

/// What a command of this build sees with them, as a process of the app will.
pub(crate) fn apply(changes: &[EnvChange], variables: &mut BTreeMap<String, OsString>) {
    let joined = |first: &OsString, mark: &str, second: &OsString| {
        let mut joined = first.clone();
        joined.push(mark);
        joined.push(second);
        joined
    };
    for change in changes {
        let there = variables
            .get(&change.name)
            .filter(|value| !value.is_empty());
        let value = match (change.how, there) {
            (EnvRule::Default, Some(_)) => continue,
            (EnvRule::Prepend, Some(there)) => joined(&change.value, ":", there),
            (EnvRule::AppendWord, Some(there)) => joined(there, " ", &change.value),
            (EnvRule::Override, _) | (_, None) => change.value.clone(),
        };
        variables.insert(change.name.clone(), value);
    }
}

/// The variables as a layer holds them (buildpack spec, "Provided by the Buildpacks",
/// `env.launch`).
#[must_use]
pub fn layer_env(changes: &[EnvChange]) -> LayerEnv {
    let mut env = LayerEnv::new();
    for change in changes {
        let behavior = match change.how {
            EnvRule::Prepend => ModificationBehavior::Prepend,
            EnvRule::Default => ModificationBehavior::Default,
            EnvRule::Override => ModificationBehavior::Override,
            EnvRule::AppendWord => ModificationBehavior::Append,
        };
        let name = &change.name;
        env.insert(Scope::Launch, behavior, name, &change.value);
        let delimiter = match change.how {
            EnvRule::Prepend => ":",
            EnvRule::AppendWord => " ",
            EnvRule::Default | EnvRule::Override => continue,
        };
        env.insert(
            Scope::Launch,
            ModificationBehavior::Delimiter,
            name,
            delimiter,
        );
    }
    env
}
