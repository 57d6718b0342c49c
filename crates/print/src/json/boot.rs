//! `boot` of the report.

use serde_json::{Value, json};

use super::super::boot::word;
use slugsmith_boot::{BootReport, Observed};

/// `{"level","bytes","made":[…],"notes":[…],"taken_back"}`; times in seconds.
#[must_use]
pub fn value(report: &BootReport) -> Value {
    json!({
        "level": word(report.level),
        "bytes": report.bytes(),
        "taken_back": report.taken_back,
        "made": report.made.iter().map(|made| json!({
            "what": made.what, "files": made.files, "bytes": made.bytes, "kept": made.kept,
            "replaced": made.replaced, "seconds": made.took.as_secs_f64(),
            "places": made.places.iter().map(|(name, files)| json!({
                "name": name, "files": files,
            })).collect::<Vec<_>>(),
            "start": made.measured.map(|measured| json!({
                "without": measured.without.as_secs_f64(), "with": measured.with.as_secs_f64(),
            })),
        })).collect::<Vec<_>>(),
        "notes": report.notes.iter().map(|note| note.text.as_str()).collect::<Vec<_>>(),
        "variables": report.variables.iter().map(|one| one.name).collect::<Vec<_>>(),
    })
}

/// `{"seconds","failed","rows":[{"name","seconds","bytes","parts"}],"helps"}`.
#[must_use]
pub fn observed(observed: &Observed) -> Value {
    json!({
        "seconds": observed.spent.map(|spent| spent.as_secs_f64()),
        "failed": observed.failed,
        "rows": observed.rows.iter().map(|row| json!({
            "name": row.name, "seconds": row.took.as_secs_f64(), "bytes": row.bytes, "parts": row.parts,
        })).collect::<Vec<_>>(),
        "helps": observed.helps,
    })
}
