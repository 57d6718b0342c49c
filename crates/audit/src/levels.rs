//! What does a finding weigh, and who decided that?
//!
//! The rule's default, unless `[com.slugsmith.audit.rules]` says otherwise; nothing, where a
//! comment silences it with a reason, or where another finding has the same cause. What is
//! silenced and would not have fired is a finding itself, so that suppressions don't rot.

use super::registry::{Evidence, Group, Outcome, Rule};
use super::rules;
use super::{AuditReport, Facts, Status};
use slugsmith_config::{Config, Origin, RuleConfig};
use slugsmith_facts::sources::Suppression;
use slugsmith_finding::{Finding, Location, Severity};

/// Turns outcomes into the report.
pub(super) fn decide(
    outcomes: Vec<(&'static Rule, Outcome)>,
    facts: &Facts<'_>,
    config: &Config,
) -> AuditReport {
    let mut report = AuditReport {
        skipped: facts.sources.skipped.clone(),
        ..AuditReport::default()
    };
    let mut used = vec![false; facts.sources.suppressions.len()];
    let fired: Vec<_> = outcomes
        .iter()
        .filter(|(_, outcome)| !outcome.evidence.is_empty())
        .map(|(rule, _)| rule.id)
        .collect();
    for (rule, outcome) in outcomes {
        if rule.group == Group::Audit {
            continue;
        }
        let setting = setting(config, rule);
        let mut status = outcome.status;
        let told_here = !outcome.evidence.is_empty();
        if rule.silenced_by.iter().any(|cause| fired.contains(cause)) {
            status = Status::NotApplicable;
        } else {
            let findings: Vec<_> = outcome
                .evidence
                .into_iter()
                .filter(|evidence| !evidence.only_on_heroku || config.hosting.is_heroku())
                .filter(|evidence| !silenced(rule, evidence, facts, &mut used))
                .filter_map(|evidence| finding(rule, evidence, setting))
                .map(|finding| super::adding::of_finding(facts, finding))
                .map(|finding| config.hosting.of_finding(finding))
                .collect();
            let fails = matches!(status, Status::Fail | Status::Conditional);
            if findings.is_empty() && fails && told_here {
                status = Status::Pass;
            }
            report.findings.extend(findings);
        }
        report.statuses.push((rule.id, status));
    }
    report
        .findings
        .extend(unknown_rules(config, &facts.other_rules));
    report.findings.extend(unused_in_config(config, &fired));
    report
        .findings
        .extend(unused_inline(&facts.sources.suppressions, &used));
    report.known = config.audit.baseline.take(&mut report.findings);
    report.findings.sort_by(|a, b| {
        let harm = |finding: &Finding| super::harm::rank(finding.rule);
        (b.level, harm(a), a.rule, &a.location).cmp(&(a.level, harm(b), b.rule, &b.location))
    });
    report
}

fn setting<'a>(config: &'a Config, rule: &Rule) -> Option<&'a RuleConfig> {
    let rules = &config.audit.rules;
    rules.get(rule.id).or_else(|| rules.get(rule.code))
}

fn finding(rule: &Rule, evidence: Evidence, setting: Option<&RuleConfig>) -> Option<Finding> {
    let default = evidence.level.unwrap_or(rule.level);
    let default = if evidence.conditional {
        default.min(Severity::Warn)
    } else {
        default
    };
    let (level, decided_by) = match setting {
        Some(setting) => (setting.level.value?, setting.level.source.to_string()),
        None => (default, Origin::Default.to_string()),
    };
    Some(Finding {
        rule: rule.id,
        code: Some(rule.code),
        level,
        location: evidence.location,
        excerpt: None,
        message: evidence.message,
        help: evidence.help,
        decided_by,
        about: evidence.about,
        processes: Vec::new(),
    })
}

/// Whether a comment on the same line or the one before silences this, with a reason.
fn silenced(rule: &Rule, evidence: &Evidence, facts: &Facts<'_>, used: &mut [bool]) -> bool {
    let Some(location) = &evidence.location else {
        return false;
    };
    let line = location.number().unwrap_or(1);
    let mut found = false;
    for (suppression, used) in facts.sources.suppressions.iter().zip(used) {
        let near = suppression.line == line || suppression.line == line - 1;
        if suppression.path == location.path && near && names(suppression, rule) {
            *used = true;
            found = found || suppression.reason.is_some();
        }
    }
    found
}

fn names(suppression: &Suppression, rule: &Rule) -> bool {
    suppression.rule == rule.id || suppression.rule.eq_ignore_ascii_case(rule.code)
}

fn unknown_rules(config: &Config, others: &[[&'static str; 2]]) -> Vec<Finding> {
    let is_other = |name: &str| {
        let mut names = others.iter();
        names.any(|[id, code]| *id == name || code.eq_ignore_ascii_case(name))
    };
    let unknown = config
        .audit
        .rules
        .iter()
        .filter(|(id, _)| rules::find(id).is_none() && !is_other(id));
    unknown
        .map(|(id, setting)| {
            let nearest = rules::RULES
                .iter()
                .map(|rule| rule.id)
                .chain(others.iter().map(|[id, _]| *id))
                .map(|known| (strsim::damerau_levenshtein(known, id), known))
                .min();
            let help = nearest
                .filter(|(distance, _)| *distance <= 6)
                .map(|(_, rule)| format!("Did you mean `{rule}`?"))
                .into_iter()
                .collect();
            about_config(
                "unknown-rule",
                setting,
                format!("`{id}` is not a rule that slugsmith knows; its setting has no effect."),
                help,
            )
        })
        .collect()
}

fn unused_in_config(config: &Config, fired: &[&str]) -> Vec<Finding> {
    let unused = config.audit.rules.iter().filter(|(id, setting)| {
        // What a variable or an option says is for this once, and needs no cleaning up.
        let is_kept = matches!(setting.level.source, Origin::File { .. });
        is_kept
            && setting.level.value.is_none()
            && rules::find(id).is_some_and(|rule| !fired.contains(&rule.id))
    });
    unused
        .map(|(id, setting)| {
            about_config(
                "unused-suppression",
                setting,
                format!("`{id}` is switched off, but it would not fire."),
                vec![format!("Remove `{id}` from [com.slugsmith.audit.rules].")],
            )
        })
        .collect()
}

fn about_config(
    rule: &'static str,
    setting: &RuleConfig,
    message: String,
    help: Vec<String>,
) -> Finding {
    let location = match &setting.level.source {
        Origin::File { line } => Some(Location::line(
            slugsmith_config::FILE,
            u32::try_from(*line).unwrap_or(u32::MAX),
        )),
        Origin::Default | Origin::Variable(_) => None,
    };
    notice(rule, location, message, help)
}

fn unused_inline(suppressions: &[Suppression], used: &[bool]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (suppression, used) in suppressions.iter().zip(used) {
        let location = Some(Location::line(&suppression.path, suppression.line));
        if rules::find(&suppression.rule).is_none() {
            findings.push(notice(
                "unknown-rule",
                location,
                format!(
                    "`{}` is not a rule that slugsmith knows; the comment has no effect.",
                    suppression.rule
                ),
                Vec::new(),
            ));
        } else if !used {
            findings.push(notice(
                "unused-suppression",
                location,
                format!(
                    "`{}` is silenced here, but it would not fire.",
                    suppression.rule
                ),
                vec!["Remove the comment.".to_owned()],
            ));
        } else if suppression.reason.is_none() {
            findings.push(notice(
                "unused-suppression",
                location,
                format!(
                    "`{}` is silenced here without a reason, so it still fires.",
                    suppression.rule
                ),
                vec![format!(
                    "Write why: slugsmith: ignore {} -- reason",
                    suppression.rule
                )],
            ));
        }
    }
    findings
}

fn notice(
    rule: &'static str,
    location: Option<Location>,
    message: String,
    help: Vec<String>,
) -> Finding {
    let known = rules::find(rule);
    Finding {
        rule,
        code: known.map(|rule| rule.code),
        level: known.map_or(Severity::Info, |rule| rule.level),
        location,
        excerpt: None,
        message,
        help,
        decided_by: Origin::Default.to_string(),
        about: None,
        processes: Vec::new(),
    }
}
