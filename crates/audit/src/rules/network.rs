//! Rules about ports, timeouts and the start of a web process.

pub(super) mod no_request_timeout;
pub(super) mod outbound_without_timeout;
pub(super) mod port_not_from_environment;
pub(super) mod slow_boot;
