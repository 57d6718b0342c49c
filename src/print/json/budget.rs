//! `budget` of the report.

use serde_json::{Value, json};

use crate::budget::{BudgetReport, Verdict};

/// Size, verdict and parts, largest first.
#[must_use]
pub fn value(report: &BudgetReport) -> Value {
    let compressed = &report.size.compressed;
    json!({
        "verdict": match report.verdict {
            Verdict::Within => "within",
            Verdict::Warn => "warn",
            Verdict::Over => "over",
            Verdict::TooClose => "too-close",
            Verdict::Unknown => "unknown",
        },
        "files": report.size.totals.files,
        "bytes": report.size.totals.bytes,
        "compressed": {
            "bytes": compressed.bytes, "low": compressed.low,
            "high": compressed.high, "exact": compressed.exact,
        },
        "parts": report.parts.iter().map(|part| json!({
            "name": part.name, "kind": part.kind, "files": part.totals.files,
            "bytes": part.totals.bytes, "compressed": part.compressed,
        })).collect::<Vec<_>>(),
    })
}
