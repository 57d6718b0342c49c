//! `[com.slugsmith.audit]`: which rules run, and what may they stop?

use std::collections::BTreeMap;

use super::baseline::Baseline;
use super::{INVALID, Key, Origin, Section, Sourced};
use slugsmith_facts::environment::Environment;
use slugsmith_finding::Severity;
use slugsmith_finding::error::{Problem, Result};

/// From which level on findings change the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    Never,
    At(Severity),
}

impl FailOn {
    /// Whether a finding of this level counts.
    #[must_use]
    pub fn includes(self, level: Severity) -> bool {
        match self {
            Self::Never => false,
            Self::At(least) => level >= least,
        }
    }

    fn parse(word: &str) -> Option<Self> {
        match word {
            "never" => Some(Self::Never),
            word => Severity::parse(word).map(Self::At),
        }
    }
}

/// What the user said of one rule.
#[derive(Debug, Clone)]
pub struct RuleConfig {
    /// `None` is "off".
    pub level: Sourced<Option<Severity>>,
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
        rules.insert(name.to_owned(), rule(&table, name)?);
    }
    rules.extend(of_variables(section.environment())?);
    Ok(AuditConfig {
        fail_on: section
            .checked("fail_on", expected, FailOn::parse)?
            .unwrap_or(Sourced::default(FailOn::At(Severity::Error))),
        fail_build_on: section
            .checked("fail_build_on", expected, FailOn::parse)?
            .unwrap_or(Sourced::default(FailOn::Never)),
        rules,
        baseline: Baseline::default(),
    })
}

/// Prefix of the variables that set a rule's level, behind it the rule's name in capitals.
pub(super) const RULE_VARIABLES: &str = "SLUGSMITH_AUDIT_RULES_";

const LEVELS: &str = "one of off, info, warn, error";

/// `off` is `Some(None)`.
fn level(word: &str) -> Option<Option<Severity>> {
    match word {
        "off" => Some(None),
        word => Severity::parse(word).map(Some),
    }
}

/// One entry of `[com.slugsmith.audit.rules]`: a level, or a table with level and reason.
fn rule(table: &Section<'_>, name: &str) -> Result<RuleConfig> {
    let entry = table.child(name, RULE_KEYS);
    let (found, reason) = if entry.is_absent() {
        (table.checked(name, LEVELS, level)?, None)
    } else {
        let reason = entry.text("reason")?.map(|reason| reason.value);
        (entry.checked("level", LEVELS, level)?, reason)
    };
    let write = format!("{name} = {{ level = \"off\", reason = \"…\" }}");
    let Some(found) = found else {
        return Err(table
            .invalid(name, "has no `level`")
            .step(format!("Write: {write}")));
    };
    if found.value.is_none() && reason.as_deref().is_none_or(|text| text.trim().is_empty()) {
        let problem = table.invalid(name, "is off without a `reason`");
        return Err(problem.step(format!("Say why, for those who read it later: {write}")));
    }
    Ok(RuleConfig {
        level: found,
        reason,
    })
}

/// Levels that variables set, for a build whose project.toml can't be changed.
fn of_variables(environment: &Environment) -> Result<Vec<(String, RuleConfig)>> {
    let mut rules = Vec::new();
    for variable in environment.variables.keys() {
        let Some(name) = variable.strip_prefix(RULE_VARIABLES) else {
            continue;
        };
        let Some(word) = environment.get(variable) else {
            continue;
        };
        let Some(value) = level(&word.to_ascii_lowercase()) else {
            let seen = format!("{variable} is {word:?}, expected {LEVELS}");
            return Err(Problem::new(&INVALID).saw(seen));
        };
        let rule = RuleConfig {
            level: Sourced {
                value,
                source: Origin::Variable(variable.clone()),
            },
            reason: Some(format!("set by {variable}")),
        };
        rules.push((name.replace('_', "-").to_ascii_lowercase(), rule));
    }
    Ok(rules)
}
