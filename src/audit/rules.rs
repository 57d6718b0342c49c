//! One file per rule; `ALL` lists them by id.

use super::registry::Rule;

/// What nearly every rule needs.
mod prelude {
    pub(super) use crate::audit::guards::{self, Branch, Settled, branch, calls_to, settle};
    pub(super) use crate::audit::registry::{Docs, Evidence, Group, Outcome, Rule, Target};
    pub(super) use crate::audit::{Declared, Facts, Site};
    pub(super) use crate::facts::code::{Code, Expr, Language};
    pub(super) use crate::facts::packages::Ecosystem;
    pub(super) use crate::finding::Level;
}

mod ambiguous_detection;
mod app_json_invalid;
mod build_tools_in_slug;
mod buildpack_order;
mod buildpack_unpinned;
mod competing_lockfiles;
mod concurrency_hard_coded;
mod debug_mode;
mod development_dependency_at_runtime;
mod development_server;
mod env_contract_drift;
mod excludable_weight;
mod file_database;
mod formation_risk;
mod hard_coded_backing_service;
mod in_process_jobs;
mod jobs_lost_on_restart;
mod jobs_without_process;
mod local_path_handed_to_job;
mod local_pubsub;
mod local_sessions;
mod logs_to_file;
mod memory_mismatch;
mod migrations_at_build_or_boot;
mod migrations_not_in_release;
mod missing_lockfile;
mod no_error_tracker;
mod no_graceful_shutdown;
mod no_log_drain;
mod no_request_timeout;
mod outbound_without_timeout;
mod per_process_cache;
mod pool_vs_concurrency;
mod port_not_from_environment;
mod process_cannot_run;
mod release_command_hazard;
mod runtime_end_of_life;
mod runtime_version_loose;
mod runtime_write_to_app_tree;
mod scheduler_multiplies;
mod secret_committed;
mod secret_random_at_boot;
mod slow_boot;
mod slug_over_budget;
mod slugignore_hazard;
mod stack_end_of_life;
mod unknown_rule;
mod unpinned_dependency;
mod unused_suppression;
mod uploads_on_local_disk;
mod verbosity_left_on;
mod worker_inside_web;

/// Every rule, sorted by id.
pub(super) static ALL: &[&Rule] = &[
    &ambiguous_detection::RULE,
    &app_json_invalid::RULE,
    &build_tools_in_slug::RULE,
    &buildpack_order::RULE,
    &buildpack_unpinned::RULE,
    &competing_lockfiles::RULE,
    &concurrency_hard_coded::RULE,
    &debug_mode::RULE,
    &development_dependency_at_runtime::RULE,
    &development_server::RULE,
    &env_contract_drift::RULE,
    &excludable_weight::RULE,
    &file_database::RULE,
    &formation_risk::RULE,
    &hard_coded_backing_service::RULE,
    &in_process_jobs::RULE,
    &jobs_lost_on_restart::RULE,
    &jobs_without_process::RULE,
    &local_path_handed_to_job::RULE,
    &local_pubsub::RULE,
    &local_sessions::RULE,
    &logs_to_file::RULE,
    &memory_mismatch::RULE,
    &migrations_at_build_or_boot::RULE,
    &migrations_not_in_release::RULE,
    &missing_lockfile::RULE,
    &no_error_tracker::RULE,
    &no_graceful_shutdown::RULE,
    &no_log_drain::RULE,
    &no_request_timeout::RULE,
    &outbound_without_timeout::RULE,
    &per_process_cache::RULE,
    &pool_vs_concurrency::RULE,
    &port_not_from_environment::RULE,
    &process_cannot_run::RULE,
    &release_command_hazard::RULE,
    &runtime_end_of_life::RULE,
    &runtime_version_loose::RULE,
    &runtime_write_to_app_tree::RULE,
    &scheduler_multiplies::RULE,
    &secret_committed::RULE,
    &secret_random_at_boot::RULE,
    &slow_boot::RULE,
    &slug_over_budget::RULE,
    &slugignore_hazard::RULE,
    &stack_end_of_life::RULE,
    &unknown_rule::RULE,
    &unpinned_dependency::RULE,
    &unused_suppression::RULE,
    &uploads_on_local_disk::RULE,
    &verbosity_left_on::RULE,
    &worker_inside_web::RULE,
];
