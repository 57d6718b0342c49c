//! Rules about what is shipped.

pub(super) mod build_tools_in_slug;
pub(super) mod excludable_weight;
pub(super) mod slug_over_budget;
pub(super) mod slugignore_hazard;
