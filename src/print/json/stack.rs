//! `stack` of the report.

use serde_json::{Value, json};

use crate::stack::StackReport;

/// Buildpacks in order.
#[must_use]
pub fn value(report: &StackReport) -> Value {
    json!({
        "buildpacks": report.buildpacks.iter().map(|buildpack| json!({
            "id": buildpack.id, "version": buildpack.version,
        })).collect::<Vec<_>>(),
    })
}
