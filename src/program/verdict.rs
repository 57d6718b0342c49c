//! Does this build fail although everything ran?

use crate::budget;
use crate::config::Config;
use crate::error::Problem;
use crate::program::problems::FINDINGS;
use crate::report::Report;

/// What ends a build although everything ran: a broken budget, or findings where the
/// app's configuration asks for it.
///
/// # Errors
/// The problem to print.
pub(super) fn of(report: &Report, config: &Config) -> Result<(), Problem> {
    if let Some(problem) = report.budget.as_ref().and_then(budget::problem) {
        return Err(problem);
    }
    if let Some(uninstalled) = report.survey.fatal() {
        return Err(uninstalled.problem());
    }
    let limit = &config.audit.fail_build_on;
    let counted = report
        .findings()
        .filter(|finding| limit.value.includes(finding.level));
    let failing: Vec<_> = counted.map(|finding| finding.rule).collect();
    if failing.is_empty() {
        return Ok(());
    }
    Err(Problem::new(&FINDINGS)
        .saw(failing.join(", "))
        .saw(format!("fail_build_on is set in {}", limit.source)))
}
