//! Does this build fail although everything ran?

use crate::budget;
use crate::config::Config;
use crate::error::{Kind, Problem};
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

/// Findings stop the build because the app's configuration says so.
pub static FINDINGS: Kind = Kind {
    id: "findings",
    header: "Findings stop this build, as the configuration asks",
    why: "The app's own configuration says that findings of this level must not be deployed.",
    steps: &[
        "Mend what the log above lists; `slugsmith explain ID` tells more about each.",
        "To accept one, set its level with a reason: [com.slugsmith.audit.rules] ID = \
         { level = \"off\", reason = \"…\" }.",
        "To let findings pass, set [com.slugsmith.audit] fail_build_on = \"never\".",
    ],
    example: || {
        Problem::new(&FINDINGS)
            .saw("uploads-on-local-disk")
            .saw("fail_build_on is set in project.toml line 12")
    },
};
