//! The verdict as findings.

use super::{HEAVY, Saving, measured};
use crate::{BudgetReport, Verdict};
use slugsmith_finding::units;
use slugsmith_finding::{Finding, Severity};

/// Every broken budget is an error; what is close or unknown a warning.
pub(super) fn findings(report: &BudgetReport) -> Vec<Finding> {
    let finding = |rule, level, message: String, decided_by: String| Finding {
        rule,
        code: Some("SF301"),
        level,
        location: None,
        excerpt: None,
        message,
        help: report.savings.iter().map(Saving::to_string).collect(),
        decided_by,
        about: None,
        processes: Vec::new(),
    };
    let mut findings: Vec<_> = report
        .exceeded
        .iter()
        .map(|excess| {
            finding(
                super::EXCEEDED,
                Severity::Error,
                excess.to_string(),
                excess.source.to_string(),
            )
        })
        .collect();
    let Some(limits) = &report.limits else {
        return findings;
    };
    let size = measured(&report.size.compressed);
    let (message, source) = match report.verdict {
        Verdict::Warn => (
            format!(
                "Slug {size} is above {}, the size from which deploys get slow{}.",
                units::limit(limits.warn.value),
                heavy(report)
            ),
            &limits.warn.source,
        ),
        Verdict::TooClose => (
            format!(
                "Slug {size}: too close to a budget to call (total: {}). The build goes on.",
                units::limit(limits.fail.value)
            ),
            &limits.fail.source,
        ),
        Verdict::Unknown => (
            format!(
                "Slug {size} or more: {}, so there is no verdict.",
                report.gaps()
            ),
            &limits.fail.source,
        ),
        Verdict::Within | Verdict::Over | Verdict::SourcesOnly => return findings,
    };
    findings.push(finding(
        "budget-warning",
        Severity::Warn,
        message,
        source.to_string(),
    ));
    findings
}

/// What a slug above the platform's former limit is told beside the warning.
fn heavy(report: &BudgetReport) -> &'static str {
    if report.size.compressed.low > HEAVY {
        ", and above 500M, the platform's limit until March 2026"
    } else {
        ""
    }
}
