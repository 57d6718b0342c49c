//! `budget` of the report.

use serde_json::{Value, json};

use slugsmith_budget::binaries::Binary;
use slugsmith_budget::duplicates::Duplicates;
use slugsmith_budget::history::{SizeChange, Trend};
use slugsmith_budget::image::{self, ImageReport};
use slugsmith_budget::layers::Known;
use slugsmith_budget::{BudgetReport, Compressed, Part};

/// Size, verdict and parts, largest first.
#[must_use]
pub fn value(report: &BudgetReport) -> Value {
    json!({
        "verdict": report.verdict.word(),
        "files": report.size.totals.files,
        "bytes": report.size.totals.bytes,
        "compressed": compressed_value(&report.size.compressed),
        "image": compressed_value(&report.size.image),
        "parts": parts(&report.parts),
        "kinds": parts(&report.kinds),
        "layers": report.layers.iter().map(|layer| json!({
            "name": layer.past.name, "buildpack": layer.past.buildpack,
            "known": match layer.known {
                Known::Seen => "seen",
                Known::Remembered => "remembered",
                Known::Unknown => "unknown",
            },
            "files": layer.past.files, "bytes": layer.past.bytes,
            "compressed": layer.past.compressed, "plus_minus": layer.past.plus_minus,
            "image": layer.past.image,
        })).collect::<Vec<_>>(),
        "repeated_links": report.size.repeated_links,
        "change": report.change.as_ref().map(change),
        "exceeded": report.exceeded.iter().map(|excess| json!({
            "what": excess.what, excess.measured.unit(): excess.measured.amount(),
            "limit": excess.limit, "decided_by": excess.source.to_string(),
        })).collect::<Vec<_>>(),
        "savings": report.savings.iter().map(|saving| json!({
            "bytes": saving.bytes, "how": saving.how,
        })).collect::<Vec<_>>(),
        "unread": report.unread.iter().map(|unread| json!({
            "path": unread.path.display().to_string(), "reason": unread.reason,
        })).collect::<Vec<_>>(),
    })
}

fn compressed_value(compressed: &Compressed) -> Value {
    json!({
        "bytes": compressed.bytes, "low": compressed.low,
        "high": compressed.high, "exact": compressed.exact,
    })
}

fn parts(parts: &[Part]) -> Vec<Value> {
    parts
        .iter()
        .map(|part| {
            json!({
                "name": part.name, "kind": part.kind, "files": part.totals.files,
                "bytes": part.totals.bytes, "compressed": part.compressed,
                "plus_minus": part.plus_minus,
            })
        })
        .collect()
}

/// What changed: compressed and raw bytes, and every part that moved.
#[must_use]
pub fn change(change: &SizeChange) -> Value {
    json!({
        "compressed": { "before": change.before, "after": change.after, "noise": change.noise },
        "bytes": { "before": change.bytes_before, "after": change.bytes_after },
        "parts": change.moved.iter().map(|moved| json!({
            "name": moved.name, "kind": moved.kind,
            "how": match moved.how {
                Trend::Grew => "grew",
                Trend::Shrank => "shrank",
                Trend::New => "new",
                Trend::Gone => "gone",
            },
            "before": moved.before, "after": moved.after,
        })).collect::<Vec<_>>(),
    })
}

/// Layers of an image, lowest first.
#[must_use]
pub fn layers(report: &ImageReport) -> Value {
    let layers = report.layers.iter().map(|layer| {
        json!({
            "name": layer.name, "files": layer.totals.files, "bytes": layer.totals.bytes,
            "compressed": layer.compressed, "exact": layer.exact,
        })
    });
    layers.collect()
}

/// Files that nobody sees, largest first.
#[must_use]
pub fn hidden(report: &ImageReport) -> Value {
    let files = report.hidden.iter().map(|hidden| {
        json!({
            "path": hidden.path.display().to_string(), "bytes": hidden.bytes,
            "layer": hidden.layer, "by": hidden.by,
            "how": match hidden.how {
                image::Hiding::Replaced => "replaced",
                image::Hiding::Removed => "removed",
            },
        })
    });
    json!({ "bytes": report.hidden_bytes(), "files": files.collect::<Vec<_>>() })
}

/// Files that are there more than once, largest groups first.
#[must_use]
pub fn duplicates(duplicates: &Duplicates) -> Value {
    json!({
        "files": duplicates.files, "bytes": duplicates.bytes,
        "largest": duplicates.largest.iter().map(|copies| json!({
            "bytes": copies.bytes, "paths": copies.paths,
        })).collect::<Vec<_>>(),
    })
}

/// Programs by section, largest first.
#[must_use]
pub fn binaries(binaries: &[Binary]) -> Value {
    let binaries = binaries.iter().map(|binary| {
        json!({
            "path": binary.path, "bytes": binary.bytes,
            "sections": binary.sections.iter().map(|section| json!({
                "name": section.name, "bytes": section.bytes, "compressed": section.compressed,
            })).collect::<Vec<_>>(),
        })
    });
    binaries.collect()
}
