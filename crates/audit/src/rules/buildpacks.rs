//! Rules about the buildpack list, the stack and `app.json`.

pub(super) mod ambiguous_detection;
pub(super) mod app_json_invalid;
pub(super) mod build_refused;
pub(super) mod buildpack_order;
pub(super) mod buildpack_unpinned;
pub(super) mod stack_end_of_life;
