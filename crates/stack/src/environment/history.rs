//! What happened to a variable, step by step?

use std::ffi::{OsStr, OsString};

/// What a step did to a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ModificationRule {
    /// Was there at the beginning.
    Base,
    /// Removed the lifecycle's own folders from PATH.
    Cleaned,
    /// A `bin`, `lib`, `include` or `pkgconfig` folder of a layer.
    Root,
    Override,
    Append,
    Prepend,
    /// `NAME.` (empty suffix): prepended, with `:` unless there is a `.delim`.
    PrependPath,
    Default,
    /// `unset NAME` of a script.
    Removed,
}

impl ModificationRule {
    /// The word that logs and JSON use.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Cleaned => "cleaned",
            Self::Root | Self::Prepend | Self::PrependPath => "prepend",
            Self::Override => "override",
            Self::Append => "append",
            Self::Default => "default",
            Self::Removed => "unset",
        }
    }
}

/// Who did a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// The environment that the command started with.
    Base,
    /// The index of the buildpack in the group, and its layer.
    Layer { buildpack: usize, layer: OsString },
    /// `<platform>/env`: `-e` of `pack build`, project.toml, config vars.
    Platform,
    /// `/cnb/build-config/env`: the operator of the builder.
    Operator,
}

/// One thing that happened to a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modification {
    pub by: By,
    /// Relative to the layer: `env.launch/PATH.prepend`, `bin`.
    pub file: String,
    pub how: ModificationRule,
    /// What the file or folder adds.
    pub value: OsString,
    /// Put between the old and the new value.
    pub delim: OsString,
    /// False for a `default` that found a value.
    pub fired: bool,
}

impl Modification {
    /// The variable after this step. Before and after are not stored: in a large stack the
    /// copies of PATH would weigh hundreds of MB.
    #[must_use]
    pub fn apply(&self, before: &OsStr) -> OsString {
        if !self.fired {
            return before.to_owned();
        }
        let parts: [&OsStr; 3] = match self.how {
            ModificationRule::Base
            | ModificationRule::Cleaned
            | ModificationRule::Override
            | ModificationRule::Default
            | ModificationRule::Removed => [&self.value, "".as_ref(), "".as_ref()],
            _ if before.is_empty() => [&self.value, "".as_ref(), "".as_ref()],
            ModificationRule::Append => [before, &self.delim, &self.value],
            ModificationRule::Root | ModificationRule::Prepend | ModificationRule::PrependPath => {
                [&self.value, &self.delim, before]
            }
        };
        let mut after = OsString::with_capacity(parts.iter().map(|part| part.len()).sum());
        for part in parts {
            after.push(part);
        }
        after
    }
}

/// A variable with everything that happened to it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Variable {
    pub value: OsString,
    pub steps: Vec<Modification>,
}

impl Variable {
    /// Whether a process gets the variable, be it empty.
    #[must_use]
    pub fn is_set(&self) -> bool {
        let last = self.steps.iter().rfind(|step| step.fired);
        last.is_some_and(|step| step.how != ModificationRule::Removed)
    }

    /// Whether the value holds something of a config var or `pack build --env`.
    #[must_use]
    pub fn is_from_platform(&self) -> bool {
        let fired = self.steps.iter().filter(|step| step.fired);
        fired.fold(false, |holds, step| {
            let is_new = matches!(
                step.how,
                ModificationRule::Base | ModificationRule::Override | ModificationRule::Default
            );
            (holds && !is_new) || step.by == By::Platform
        })
    }

    /// Every step with the value before and after it.
    pub fn history(&self) -> impl Iterator<Item = (&Modification, OsString, OsString)> {
        let mut current = OsString::new();
        self.steps.iter().map(move |step| {
            let after = step.apply(&current);
            let before = std::mem::replace(&mut current, after.clone());
            (step, before, after)
        })
    }
}
