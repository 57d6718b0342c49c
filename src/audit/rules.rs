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

macro_rules! rules {
    ($($name:ident),* $(,)?) => {
        $(mod $name;)*
        /// Every rule, sorted by id.
        pub(super) static ALL: &[&Rule] = &[$(&$name::RULE),*];
    };
}

rules! {
    ambiguous_detection,
    app_json_invalid,
    build_tools_in_slug,
    buildpack_order,
    buildpack_unpinned,
    competing_lockfiles,
    concurrency_hard_coded,
    debug_mode,
    development_dependency_at_runtime,
    development_server,
    env_contract_drift,
    excludable_weight,
    file_database,
    formation_risk,
    hard_coded_backing_service,
    in_process_jobs,
    jobs_lost_on_restart,
    jobs_without_process,
    local_path_handed_to_job,
    local_pubsub,
    local_sessions,
    logs_to_file,
    memory_mismatch,
    migrations_at_build_or_boot,
    migrations_not_in_release,
    missing_lockfile,
    no_error_tracker,
    no_graceful_shutdown,
    no_log_drain,
    no_request_timeout,
    outbound_without_timeout,
    per_process_cache,
    pool_vs_concurrency,
    port_not_from_environment,
    process_cannot_run,
    release_command_hazard,
    runtime_end_of_life,
    runtime_version_loose,
    runtime_write_to_app_tree,
    scheduler_multiplies,
    secret_committed,
    secret_random_at_boot,
    slow_boot,
    slug_over_budget,
    slugignore_hazard,
    stack_end_of_life,
    unknown_rule,
    unpinned_dependency,
    unused_suppression,
    uploads_on_local_disk,
    verbosity_left_on,
    worker_inside_web,
}
