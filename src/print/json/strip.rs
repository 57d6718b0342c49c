//! `strip` of the report.

use serde_json::{Value, json};

use crate::strip::StripReport;

/// `{"files","bytes","kept","by_reason":[…]}`; files and bytes are what was removed.
#[must_use]
pub fn value(report: &StripReport) -> Value {
    json!({
        "dry_run": report.dry_run,
        "files": report.removed.files,
        "bytes": report.removed.bytes,
        "kept": report.kept.len(),
        "by_reason": report.by_reason.iter().map(|row| json!({
            "reason": row.reason, "files": row.totals.files, "bytes": row.totals.bytes,
        })).collect::<Vec<_>>(),
    })
}
