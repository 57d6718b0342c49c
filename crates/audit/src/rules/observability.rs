//! Rules about logs, drains and error trackers.

pub(super) mod logs_to_file;
pub(super) mod no_error_tracker;
pub(super) mod no_log_drain;
pub(super) mod verbosity_left_on;
