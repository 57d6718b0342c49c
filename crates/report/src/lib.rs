//! What a run reports: events as it goes ([`event`]), and one [`Report`] at its end.
//!
//! In: the results of all capabilities. Out: one value with everything that printers show.

// Tests write what they like into folders of their own.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

pub mod event;

use std::collections::BTreeSet;
use std::time::Duration;

use slugsmith_audit::AuditReport;
use slugsmith_boot::BootReport;
use slugsmith_budget::BudgetReport;
use slugsmith_cache as cache;
use slugsmith_facts::Unread;
use slugsmith_facts::installed::InstalledPackage;
use slugsmith_finding::{Finding, Severity};
use slugsmith_stack::{StackReport, expected};
use slugsmith_strip::StripReport;

/// Everything one run found and did. A part is `None` when its question was not asked.
#[derive(Debug, Default)]
pub struct Report {
    pub stack: Option<StackReport>,
    pub caches: Vec<cache::Outcome>,
    /// What the app has to be installed beside the caches.
    pub survey: cache::survey::Survey,
    pub strip: Option<StripReport>,
    /// What was prepared; only in a build.
    pub boot: Option<BootReport>,
    pub budget: Option<BudgetReport>,
    pub audit: Option<AuditReport>,
    /// Findings of the configuration itself (unknown keys, unused suppressions).
    pub config_findings: Vec<Finding>,
    /// Packages in the folders that we filled; only where a bill of materials is wanted.
    pub installed: BTreeSet<InstalledPackage>,
    /// Variables that the app's code reads without a default, by name.
    pub env_reads: Vec<expected::Read>,
    /// Runtimes and the stack, with their ends of life.
    pub runtimes: Vec<slugsmith_audit::RuntimeEnd>,
    /// Whether the platform finds no process type: a classic build without a Procfile and default processes.
    pub starts_nothing: bool,
    /// What could not be read; taints the budget's verdict.
    pub unread: Vec<Unread>,
    /// The whole run.
    pub took: Duration,
    /// Where that time went, in order; empty unless the configuration asks for it.
    pub phases: Vec<Phase>,
}

/// A part of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phase {
    pub name: &'static str,
    /// Wall time.
    pub took: Duration,
    /// What it went through.
    pub files: u64,
    /// Apparent size of that.
    pub bytes: u64,
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

    /// Puts the app's folder before the path of every finding, for whoever looks from a
    /// folder above it.
    pub fn prefix_paths(&mut self, folder: &str) {
        if folder.is_empty() {
            return;
        }
        let findings = self
            .config_findings
            .iter_mut()
            .chain(self.stack.iter_mut().flat_map(|stack| &mut stack.findings))
            .chain(
                self.budget
                    .iter_mut()
                    .flat_map(|budget| &mut budget.findings),
            )
            .chain(self.audit.iter_mut().flat_map(|audit| &mut audit.findings));
        for location in findings.filter_map(|finding| finding.location.as_mut()) {
            location.path = format!("{folder}/{}", location.path);
        }
    }

    /// The worst level among all findings.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.findings().map(|finding| finding.level).max()
    }
}
