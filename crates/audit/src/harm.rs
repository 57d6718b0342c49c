//! The order of findings: what keeps the app from starting or loses data comes first.

/// Rules by the harm of what they find, the worst first; others follow by their ids.
const ORDER: &[&str] = &[
    // The deploy or the process fails.
    "process-cannot-run",
    "development-dependency-at-runtime",
    "port-not-from-environment",
    "hard-coded-backing-service",
    "release-command-hazard",
    "missing-lockfile",
    "competing-lockfiles",
    "app-json-invalid",
    "buildpack-order",
    "ambiguous-detection",
    // Data is lost.
    "file-database",
    "uploads-on-local-disk",
    "local-path-handed-to-job",
    "jobs-without-process",
    "jobs-lost-on-restart",
    "in-process-jobs",
    "runtime-write-to-app-tree",
    // Strangers get in.
    "secret-committed",
    "debug-mode",
    "development-server",
    // It works on one dyno only.
    "local-sessions",
    "secret-random-at-boot",
    "local-pubsub",
    "per-process-cache",
    "scheduler-multiplies",
    "migrations-at-build-or-boot",
    "migrations-not-in-release",
];

/// The rank of a rule, smaller for more harm.
pub(super) fn rank(rule: &str) -> usize {
    ORDER
        .iter()
        .position(|id| *id == rule)
        .unwrap_or(ORDER.len())
}

#[cfg(test)]
mod tests {
    use super::ORDER;
    use crate::rules;

    #[test]
    fn every_name_is_a_rule() {
        for id in ORDER {
            assert!(rules::find(id).is_some(), "{id}");
        }
    }
}
