//! `[com.slugsmith.audit]`: which rules run, and what may they stop?

use std::collections::BTreeMap;

use super::{Key, Section, Sourced};
use crate::audit::baseline::Baseline;
use crate::error::Result;
use crate::finding::Level;

/// From which level on findings change the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    Never,
    At(Level),
}

impl FailOn {
    /// Whether a finding of this level counts.
    #[must_use]
    pub fn includes(self, level: Level) -> bool {
        match self {
            Self::Never => false,
            Self::At(least) => level >= least,
        }
    }

    fn parse(word: &str) -> Option<Self> {
        match word {
            "never" => Some(Self::Never),
            word => Level::parse(word).map(Self::At),
        }
    }
}

/// What the user said of one rule.
#[derive(Debug, Clone)]
pub struct RuleConfig {
    /// `None` is "off".
    pub level: Sourced<Option<Level>>,
    pub reason: Option<String>,
}

/// `[com.slugsmith.audit]`.
#[derive(Debug, Clone)]
pub struct AuditConfig {
    /// Exit code of `slugsmith check`.
    pub fail_on: Sourced<FailOn>,
    /// Whether findings fail a build.
    pub fail_build_on: Sourced<FailOn>,
    /// By rule id.
    pub rules: BTreeMap<String, RuleConfig>,
    /// Findings of an earlier report that are not told again (`check --baseline`).
    pub baseline: Baseline,
}

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "fail_on",
        "\"error\"",
        "From which level on `slugsmith check` exits with 1: `never`, `info`, `warn` or `error`.",
    ),
    Key::new(
        "fail_build_on",
        "\"never\"",
        "From which level on findings fail a build.",
    ),
    Key::table(
        "rules",
        "Level per rule with a reason: `uploads-on-local-disk = { level = \"off\", reason = \"…\" }`.",
    ),
];

const RULE_KEYS: &[Key] = &[
    Key::new("level", "", "`off`, `info`, `warn` or `error`."),
    Key::new("reason", "", "Why; required for `off`."),
];

pub(super) fn read(section: &mut Section<'_>) -> Result<AuditConfig> {
    let expected = "one of never, info, warn, error";
    let table = section.child("rules", &[]);
    let mut rules = BTreeMap::new();
    for name in table.names() {
        let rule = table.child(name, RULE_KEYS);
        let level = rule.checked(
            "level",
            "one of off, info, warn, error",
            |word| match word {
                "off" => Some(None),
                word => Level::parse(word).map(Some),
            },
        )?;
        let reason = rule.text("reason")?.map(|reason| reason.value);
        let Some(level) = level else {
            return Err(table.invalid(name, "has no `level`"));
        };
        if level.value.is_none() && reason.as_deref().is_none_or(|text| text.trim().is_empty()) {
            return Err(table.invalid(name, "is off without a `reason`"));
        }
        rules.insert(name.to_owned(), RuleConfig { level, reason });
    }
    Ok(AuditConfig {
        fail_on: section
            .checked("fail_on", expected, FailOn::parse)?
            .unwrap_or(Sourced::default(FailOn::At(Level::Error))),
        fail_build_on: section
            .checked("fail_build_on", expected, FailOn::parse)?
            .unwrap_or(Sourced::default(FailOn::Never)),
        rules,
        baseline: Baseline::default(),
    })
}
