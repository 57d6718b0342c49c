//! Rules about processes, background jobs and schedulers.

pub(super) mod development_server;
pub(super) mod in_process_jobs;
pub(super) mod jobs_lost_on_restart;
pub(super) mod jobs_without_process;
pub(super) mod no_graceful_shutdown;
pub(super) mod process_cannot_run;
pub(super) mod scheduler_multiplies;
pub(super) mod worker_inside_web;
