//! Rules about manifests, lockfiles and versions of runtimes.

pub(super) mod competing_lockfiles;
pub(super) mod development_dependency_at_runtime;
pub(super) mod framework_end_of_life;
pub(super) mod install_incomplete;
pub(super) mod lockfile_disagrees;
pub(super) mod missing_lockfile;
pub(super) mod runtime_end_of_life;
pub(super) mod runtime_version_loose;
pub(super) mod unpinned_dependency;
