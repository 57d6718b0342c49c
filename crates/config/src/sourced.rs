//! Values that remember where they came from.

use std::fmt;

use super::FILE;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Default,
    /// 1-based line of `project.toml`.
    File {
        /// 1-based.
        line: usize,
    },
    Variable(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => formatter.write_str("default"),
            Self::File { line } => write!(formatter, "{FILE} line {line}"),
            Self::Variable(name) => formatter.write_str(name),
        }
    }
}

/// A value and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sourced<T> {
    pub value: T,
    pub source: Origin,
}

impl<T> Sourced<T> {
    /// A built-in value.
    pub const fn default(value: T) -> Self {
        Self {
            value,
            source: Origin::Default,
        }
    }

    /// Another value from the same source.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Sourced<U> {
        Sourced {
            value: change(self.value),
            source: self.source,
        }
    }
}
