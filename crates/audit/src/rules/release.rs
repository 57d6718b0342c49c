//! Rules about the release phase and migrations.

pub(super) mod migrations_at_build_or_boot;
pub(super) mod migrations_not_in_release;
pub(super) mod release_command_hazard;
