//! One file per rule; [`ALL`] lists them by id.

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
    buildpack_order,
    buildpack_unpinned,
    development_dependency_at_runtime,
    in_process_jobs,
    jobs_lost_on_restart,
    jobs_without_process,
    migrations_at_build_or_boot,
    migrations_not_in_release,
    missing_lockfile,
    no_graceful_shutdown,
    outbound_without_timeout,
    port_not_from_environment,
    process_cannot_run,
    runtime_end_of_life,
    runtime_version_loose,
    scheduler_multiplies,
    secret_committed,
    stack_end_of_life,
    unknown_rule,
    unused_suppression,
    uploads_on_local_disk,
    worker_inside_web,
}
