//! `strip` of the report.

use serde_json::{Value, json};

use slugsmith_strip::StripReport;
use slugsmith_strip::legacy::ListReport;

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
        "kept_because": report.kept.iter().filter(|kept| kept.tell).map(|kept| json!({
            "path": kept.path, "because": kept.because, "files": kept.totals.files, "bytes": kept.totals.bytes,
        })).collect::<Vec<_>>(),
        "offers": report.offers.iter().map(|offer| json!({
            "path": offer.path, "because": offer.because, "files": offer.totals.files, "bytes": offer.totals.bytes,
        })).collect::<Vec<_>>(),
        "dev_dependencies": report.dev_dependencies.iter().map(|needed| json!({
            "name": needed.name, "path": needed.path, "line": needed.line,
        })).collect::<Vec<_>>(),
        "undecided": report.undecided.iter().map(|load| json!({
            "path": load.path, "line": load.line,
        })).collect::<Vec<_>>(),
        "identical": report.identical.iter().map(|copies| json!({
            "paths": copies.paths, "bytes": copies.bytes,
        })).collect::<Vec<_>>(),
        "lists": report.lists.iter().map(list).collect::<Vec<_>>(),
        "put_back": report.put_back.as_ref().map(|back| &back.command),
        "failed": report.failed.iter().map(|failed| json!({
            "path": failed.path.to_string_lossy(), "reason": failed.reason,
        })).collect::<Vec<_>>(),
        "shrunk": report.shrunk.iter().map(|file| json!({
            "path": file.path.to_string_lossy(), "bytes": file.bytes, "entry": file.entry,
        })).collect::<Vec<_>>(),
        "manifest": report.manifest.iter().map(|removed| json!({
            "path": removed.path.to_string_lossy(), "bytes": removed.bytes, "entry": removed.entry,
        })).collect::<Vec<_>>(),
    })
}

/// A list for another tool, and what each of its lines means here.
fn list(list: &ListReport) -> Value {
    json!({
        "name": list.name, "applied": list.applied, "note": list.note,
        "lines": list.lines.iter().map(|line| json!({
            "line": line.line, "text": line.text, "files": line.names.files,
            "bytes": line.names.bytes, "refused": line.refused, "note": line.note,
        })).collect::<Vec<_>>(),
    })
}
