//! One entry of `dependencies` of the report.

use serde_json::{Value, json};

use slugsmith_cache::{Outcome, Verdict};

/// Name, verdict, reasons, sizes in bytes, times in seconds.
#[must_use]
pub fn value(outcome: &Outcome) -> Value {
    let (verdict, reasons) = match &outcome.decision.verdict {
        Verdict::Hit => ("hit", Vec::new()),
        Verdict::Miss { reasons } => ("miss", reasons.clone()),
        Verdict::Partial { reasons } => ("partial", reasons.clone()),
        Verdict::Adopted { by } => ("adopted", vec![by.clone()]),
        Verdict::Skipped { why } => ("skipped", vec![why.clone()]),
    };
    json!({
        "name": outcome.decision.name,
        "verdict": verdict,
        "reasons": reasons,
        "seconds": outcome.took.as_secs_f64(),
        "saved_seconds": outcome.saved.map(|saved| saved.as_secs_f64()),
        "bytes": outcome.tree_bytes,
        "stored_bytes": outcome.stored_bytes,
    })
}
