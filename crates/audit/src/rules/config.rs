//! Rules about variables, secrets and addresses of services.

pub(super) mod debug_mode;
pub(super) mod env_contract_drift;
pub(super) mod hard_coded_backing_service;
pub(super) mod secret_committed;
