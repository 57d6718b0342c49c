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
pub mod location;
pub mod pages;
pub mod units;
pub mod verdict;
pub mod work;

pub use location::{Excerpt, LineSpan, Location};

use std::ops::Range;

use serde::Serialize;

/// How much a finding matters. Ordered: `Info < Warn < Error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Info,
    Warn,
    Error,
}

impl Severity {
    /// The word that configuration and logs use.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }

    /// Reads [`Severity::word`].
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Info, Self::Warn, Self::Error]
            .into_iter()
            .find(|level| level.word() == word)
    }
}

/// One thing that deserves attention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Kebab-case id that `slugsmith explain` takes.
    pub rule: &'static str,
    /// The catalogue's short code, such as `SF101`.
    pub code: Option<&'static str>,
    pub level: Severity,
    pub location: Option<Location>,
    /// The line at `location`, where it could be read.
    pub excerpt: Option<Excerpt>,
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
    /// The part of its line that is meant, in UTF-16 code units from 1 on, where it is known.
    #[must_use]
    pub fn columns(&self) -> Option<&Range<u32>> {
        self.excerpt.as_ref()?.columns.as_ref()
    }

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
