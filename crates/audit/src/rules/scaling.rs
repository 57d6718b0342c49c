//! Rules about concurrency, memory and the formation.

pub(super) mod concurrency_hard_coded;
pub(super) mod formation_risk;
pub(super) mod memory_mismatch;
pub(super) mod pool_vs_concurrency;
