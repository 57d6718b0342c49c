//! The rules of the audit, one file each, in folders by what they are about; [`RULES`] lists them by id.

use super::registry::Rule;
use slugsmith_facts::hosting::Platform;
use slugsmith_finding::catalogue;

/// What nearly every rule needs.
mod prelude {
    pub(super) use indoc::indoc;

    pub(super) use crate::guards::{self, Branch, Settled, branch, calls_to, settle};
    pub(super) use crate::registry::{Docs, Evidence, Group, Outcome, Rule, Target};
    pub(super) use crate::{Declared, Facts, Site};
    pub(super) use slugsmith_facts::code::{Code, Expr, Language};
    pub(super) use slugsmith_facts::packages::Ecosystem;
    pub(super) use slugsmith_finding::Severity;
}

mod audit;
mod buildpacks;
mod config;
mod dependencies;
mod jobs;
mod network;
mod observability;
mod release;
mod scaling;
mod sessions;
mod slug;
mod storage;

/// Every rule, sorted by id.
pub static RULES: &[&Rule] = &[
    &buildpacks::ambiguous_detection::RULE,
    &buildpacks::app_json_invalid::RULE,
    &buildpacks::build_refused::RULE,
    &slug::build_tools_in_slug::RULE,
    &buildpacks::buildpack_order::RULE,
    &buildpacks::buildpack_unpinned::RULE,
    &dependencies::competing_lockfiles::RULE,
    &scaling::concurrency_hard_coded::RULE,
    &config::debug_mode::RULE,
    &dependencies::development_dependency_at_runtime::RULE,
    &jobs::development_server::RULE,
    &config::env_contract_drift::RULE,
    &slug::excludable_weight::RULE,
    &storage::file_database::RULE,
    &scaling::formation_risk::RULE,
    &dependencies::framework_end_of_life::RULE,
    &config::hard_coded_backing_service::RULE,
    &jobs::in_process_jobs::RULE,
    &dependencies::install_incomplete::RULE,
    &jobs::jobs_lost_on_restart::RULE,
    &jobs::jobs_without_process::RULE,
    &storage::local_path_handed_to_job::RULE,
    &sessions::local_pubsub::RULE,
    &sessions::local_sessions::RULE,
    &dependencies::lockfile_disagrees::RULE,
    &observability::logs_to_file::RULE,
    &scaling::memory_mismatch::RULE,
    &release::migrations_at_build_or_boot::RULE,
    &release::migrations_not_in_release::RULE,
    &dependencies::missing_lockfile::RULE,
    &observability::no_error_tracker::RULE,
    &jobs::no_graceful_shutdown::RULE,
    &observability::no_log_drain::RULE,
    &network::no_request_timeout::RULE,
    &network::outbound_without_timeout::RULE,
    &sessions::per_process_cache::RULE,
    &scaling::pool_vs_concurrency::RULE,
    &network::port_not_from_environment::RULE,
    &jobs::process_cannot_run::RULE,
    &release::release_command_hazard::RULE,
    &dependencies::runtime_end_of_life::RULE,
    &dependencies::runtime_version_loose::RULE,
    &storage::runtime_write_to_app_tree::RULE,
    &jobs::scheduler_multiplies::RULE,
    &config::secret_committed::RULE,
    &sessions::secret_random_at_boot::RULE,
    &network::slow_boot::RULE,
    &slug::slug_over_budget::RULE,
    &slug::slugignore_hazard::RULE,
    &buildpacks::stack_end_of_life::RULE,
    &audit::unknown_rule::RULE,
    &dependencies::unpinned_dependency::RULE,
    &audit::unused_suppression::RULE,
    &storage::uploads_on_local_disk::RULE,
    &observability::verbosity_left_on::RULE,
    &jobs::worker_inside_web::RULE,
];

/// Rules about what only Heroku has: its stacks, app.json as it reads it, dyno sizes, log drains.
const OF_HEROKU: &[&str] = &[
    "app-json-invalid",
    "formation-risk",
    "memory-mismatch",
    "no-log-drain",
    "stack-end-of-life",
];

/// Rules about Heroku's buildpacks, which Dokku's default builder runs as well.
const OF_ITS_BUILDPACKS: &[&str] = &[
    "ambiguous-detection",
    "build-refused",
    "buildpack-order",
    "buildpack-unpinned",
];

/// Whether a rule says something that is true on this platform.
#[must_use]
pub fn holds_on(rule: &Rule, platform: Platform) -> bool {
    match platform {
        Platform::Heroku => true,
        Platform::Dokku => !OF_HEROKU.contains(&rule.id),
        _ => !OF_HEROKU.contains(&rule.id) && !OF_ITS_BUILDPACKS.contains(&rule.id),
    }
}

/// The rule with this id or code.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    catalogue::find(RULES, id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn rules_are_sorted_and_unique() {
        let ids: Vec<_> = RULES.iter().map(|rule| rule.id).collect();
        let mut sorted = ids.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(ids, sorted, "sort `RULES` in rules.rs by id, each once");
        let codes: BTreeSet<_> = RULES.iter().map(|rule| rule.code).collect();
        assert_eq!(codes.len(), RULES.len(), "two rules share a code");
    }

    #[test]
    fn rules_of_one_platform_are_rules() {
        for id in OF_HEROKU.iter().chain(OF_ITS_BUILDPACKS) {
            assert!(find(id).is_some(), "{id}");
        }
    }

    #[test]
    fn every_rule_file_is_registered() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules");
        let rules_of = |group: std::path::PathBuf| {
            fs_err::read_dir(group)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        };
        let files: BTreeSet<_> = fs_err::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_dir())
            .flat_map(rules_of)
            // A large rule has its parts in a folder of its name.
            .filter(|name| name.contains('.'))
            .collect();
        let expected: BTreeSet<_> = RULES
            .iter()
            .map(|rule| format!("{}.rs", rule.id.replace('-', "_")))
            .collect();
        assert_eq!(files, expected);
    }

    #[test]
    fn rules_are_complete() {
        for rule in RULES {
            assert!(
                !rule.title.is_empty() && !rule.title.ends_with('.'),
                "{}",
                rule.id
            );
            assert!(!rule.ecosystems.is_empty(), "{}", rule.id);
            for text in [
                rule.docs.finds,
                rule.docs.why,
                rule.docs.fix,
                rule.docs.silent,
            ] {
                assert!(text.trim().len() > 40, "{}: {text:?} is too short", rule.id);
            }
            for cause in rule.silenced_by {
                assert!(
                    find(cause).is_some_and(|other| other.id == *cause),
                    "{cause}"
                );
            }
        }
    }
}
