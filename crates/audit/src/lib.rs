//! Finds what in an app breaks on an ephemeral, stateless, many-dyno platform.
//!
//! In: [`Facts`] and configuration. Out: an [`AuditReport`].
//!
//! Rules (`rules/`, one file each) are pure functions of [`Facts`]; [`rules`] lists them.
//! Each composes the shared [`guards`], because a pattern alone is right one time in three.
//! `levels` then decides what a finding weighs, from the configuration and from inline
//! suppressions. A rule without input says "not applicable" and never passes silently.

// Tests write what they like into folders of their own.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

mod adding;
mod addresses;
mod build_scripts;
mod called;
mod composer;
pub mod contract;
mod django;
mod facts;
pub mod fix_plan;
pub mod guards;
mod gunicorn;
mod harm;
mod images;
mod jobs;
mod laravel;
mod levels;
mod migrations;
mod paths;
pub mod platform;
mod proxies;
mod python;
mod received;
pub mod registry;
mod required;
pub mod rules;
mod runtimes;
mod secrets;
mod sent_on;
mod served_module;
mod servers;
mod services;
mod shipped;
mod signed;
mod spring;
mod start;
mod symfony;
pub mod triage;
mod versions;
mod written;
mod yii;

pub use facts::{Declared, Facts, Site};

use rayon::prelude::*;
use slugsmith_config::Config;
use slugsmith_facts::sources;
use slugsmith_finding::Finding;

/// What a rule concluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Fail,
    Pass,
    /// Breaks only if a variable that we can't see is unset.
    Conditional,
    NotApplicable,
    /// Input exists but could not be read.
    Unknown,
}

impl Status {
    /// The word that JSON uses.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Pass => "pass",
            Self::Conditional => "conditional",
            Self::NotApplicable => "n/a",
            Self::Unknown => "unknown",
        }
    }
}

/// The result of all rules.
#[derive(Debug, Clone, Default)]
pub struct AuditReport {
    pub findings: Vec<Finding>,
    /// Every rule's id with its status, sorted by id.
    pub statuses: Vec<(&'static str, Status)>,
    /// Findings that the baseline already had; they are not among `findings`.
    pub known: usize,
    /// Files that rules could not look into, and why.
    pub skipped: Vec<(String, &'static str)>,
}

/// A runtime or stack that the app asks for, and when it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuntimeEnd {
    /// `node`, or `stack`.
    pub name: String,
    /// `20`, or `heroku-22`.
    pub line: String,
    /// The day of its end of life; empty where it is not known.
    pub end: String,
}

/// The runtimes that the app names, each once, and the stack that it is built for.
#[must_use]
pub fn runtimes_of(facts: &Facts<'_>, stack: &str) -> Vec<RuntimeEnd> {
    let platform = &platform::PLATFORM;
    let mut found: Vec<RuntimeEnd> = Vec::new();
    for wanted in runtimes::wanted(facts) {
        if found.iter().any(|one| one.name == wanted.runtime) {
            continue;
        }
        let line = runtimes::line(wanted.runtime, &wanted.range);
        let lines = platform.runtimes.get(wanted.runtime);
        let end = lines
            .zip(line.as_ref())
            .and_then(|(lines, line)| lines.lines.get(line));
        found.push(RuntimeEnd {
            name: wanted.runtime.to_owned(),
            end: end.cloned().unwrap_or_default(),
            line: line.unwrap_or(wanted.range),
        });
    }
    if let Some(known) = platform.stacks.get(stack) {
        found.push(RuntimeEnd {
            name: "stack".to_owned(),
            line: stack.to_owned(),
            end: known.end.clone(),
        });
    }
    found
}

/// Rules about dependencies and app.json that hold for container images as well.
const IN_CONTAINERS: &[&str] = &[
    "app-json-invalid",
    "runtime-end-of-life",
    "framework-end-of-life",
];

/// Whether findings of a rule point at lines that hold secrets, known by nothing but the rule.
#[must_use]
pub fn names_secret(rule: &str) -> bool {
    matches!(
        rule,
        "secret-committed" | "secret-random-at-boot" | "hard-coded-backing-service"
    )
}

/// Runs every rule.
#[must_use]
pub fn run(facts: &Facts<'_>, config: &Config) -> AuditReport {
    // Buildpacks have no part in a container image.
    let container = facts.is_container();
    let of_buildpacks = |group| {
        matches!(
            group,
            registry::Group::Dependencies | registry::Group::Buildpacks
        )
    };
    let judge = |rule: &&'static registry::Rule| {
        let apart = container && of_buildpacks(rule.group) && !IN_CONTAINERS.contains(&rule.id)
            || !rules::holds_on(rule, config.hosting.platform);
        let outcome = if apart {
            registry::Outcome::not_applicable()
        } else {
            (rule.check)(facts)
        };
        (*rule, outcome)
    };
    // Each for itself, since their costs differ a thousandfold; the answers come in the order of the list.
    let each = rules::RULES.par_iter().with_max_len(1);
    let outcomes = sources::in_pool(|| each.map(judge).collect());
    levels::decide(outcomes, facts, config)
}
