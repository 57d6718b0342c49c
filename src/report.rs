//! What did a run find and do? One value with everything that printers show.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::audit::AuditReport;
use crate::budget::BudgetReport;
use crate::cache;
use crate::facts::Unread;
use crate::facts::installed::InstalledPackage;
use crate::finding::{Finding, Level};
use crate::stack::{StackReport, expected};
use crate::strip::StripReport;

/// Everything one run found and did. A part is `None` when its question was not asked.
#[derive(Debug, Default)]
pub struct Report {
    pub stack: Option<StackReport>,
    pub caches: Vec<cache::Outcome>,
    pub strip: Option<StripReport>,
    pub budget: Option<BudgetReport>,
    pub audit: Option<AuditReport>,
    /// Findings of the configuration itself (unknown keys, unused suppressions).
    pub config_findings: Vec<Finding>,
    /// Packages in the folders that we filled; only where a bill of materials is wanted.
    pub installed: BTreeSet<InstalledPackage>,
    /// Variables that the app's code reads without a default, by name.
    pub env_reads: Vec<expected::Read>,
    /// What could not be read; taints the budget's verdict.
    pub unread: Vec<Unread>,
    pub took: Duration,
}

impl Report {
    /// All findings, in the order of the log: configuration, stack, budget, audit.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.config_findings
            .iter()
            .chain(self.stack.iter().flat_map(|stack| &stack.findings))
            .chain(self.budget.iter().flat_map(|budget| &budget.findings))
            .chain(self.audit.iter().flat_map(|audit| &audit.findings))
    }

    /// The worst level among all findings.
    #[must_use]
    pub fn worst(&self) -> Option<Level> {
        self.findings().map(|finding| finding.level).max()
    }
}
