//! The vocabulary that every other crate speaks: findings, rules, problems, units.
//!
//! A [`Finding`] is the one shape in which audit, stack, budget and configuration say that
//! something deserves attention; printers, SARIF and exit codes read only this. A rule is a
//! [`catalogue::Entry`], an error a [`error::Problem`] of some [`error::Kind`].
//!
//! In: nothing, this crate knows no other. Out: plain data and how numbers are written
//! ([`units`]), and the board of work in progress ([`work`]).

// Tests write what they like into folders of their own.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

pub mod catalogue;
pub mod error;
pub mod exit;
pub mod layer;
pub mod pages;
pub mod units;
pub mod verdict;
pub mod work;

use serde::Serialize;

/// How much a finding matters. Ordered: `Info < Warn < Error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Info,
    Warn,
    Error,
}

impl Level {
    /// The word that configuration and logs use.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }

    /// Reads [`Level::word`].
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Info, Self::Warn, Self::Error]
            .into_iter()
            .find(|level| level.word() == word)
    }
}

/// Where in the app the evidence stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Relative to the app, `/` as separator.
    pub path: String,
    /// 1-based.
    pub line: Option<u32>,
}

impl Place {
    /// A whole file.
    #[must_use]
    pub fn file(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            line: None,
        }
    }

    /// A 1-based line of a file.
    #[must_use]
    pub fn line(path: impl Into<String>, line: u32) -> Self {
        Self {
            path: path.into(),
            line: Some(line),
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(formatter, "{}:{line}", self.path),
            None => formatter.write_str(&self.path),
        }
    }
}

/// One thing that deserves attention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Kebab-case id that `slugsmith explain` takes.
    pub rule: &'static str,
    /// The catalogue's short code, such as `SF101`.
    pub code: Option<&'static str>,
    pub level: Level,
    pub place: Option<Place>,
    /// The fact, in one or two sentences.
    pub message: String,
    /// The variable, package or setting it is about, where a rule names one: what reads findings by machine (fixes)
    /// needs no search in the message.
    pub about: Option<String>,
    /// What to do: commands and edits, one per line.
    pub help: Vec<String>,
    /// Which configuration line or default decided the level.
    pub decided_by: String,
    /// Process types that do not start by it, where a rule about processes says so: another rule
    /// that meets the same cause then knows it by them.
    pub processes: Vec<String>,
}

impl Finding {
    /// The same finding with other words in its texts.
    #[must_use]
    pub fn reworded(mut self, words: impl Fn(&str) -> String) -> Self {
        self.message = words(&self.message);
        for help in &mut self.help {
            *help = words(help);
        }
        self
    }
}
