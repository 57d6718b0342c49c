//! Rules about what is written to the ephemeral disk.

pub(super) mod file_database;
pub(super) mod local_path_handed_to_job;
pub(super) mod runtime_write_to_app_tree;
pub(super) mod uploads_on_local_disk;
