//! Rules about state that only one dyno has: sessions, caches, channels, keys.

pub(super) mod local_pubsub;
pub(super) mod local_sessions;
pub(super) mod per_process_cache;
pub(super) mod secret_random_at_boot;
