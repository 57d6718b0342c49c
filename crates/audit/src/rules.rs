//! The rules, one file each, in folders by what they are about; `ALL` lists them by id.

use super::registry::Rule;

/// What nearly every rule needs.
mod prelude {
    pub(super) use indoc::indoc;

    pub(super) use crate::guards::{self, Branch, Settled, branch, calls_to, settle};
    pub(super) use crate::registry::{Docs, Evidence, Group, Outcome, Rule, Target};
    pub(super) use crate::{Declared, Facts, Site};
    pub(super) use slugsmith_facts::code::{Code, Expr, Language};
    pub(super) use slugsmith_facts::packages::Ecosystem;
    pub(super) use slugsmith_finding::Level;
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
pub(super) static ALL: &[&Rule] = &[
    &buildpacks::ambiguous_detection::RULE,
    &buildpacks::app_json_invalid::RULE,
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
