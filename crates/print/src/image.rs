//! The layers of an image and what is hidden in it.

use super::line::Line;
use slugsmith_budget::image::{Hiding, ImageReport};
use slugsmith_finding::units;

/// Hidden files that are named.
const SHOWN: usize = 10;

/// Layers, lowest first, and the largest hidden files.
#[must_use]
pub fn lines(report: &ImageReport) -> Vec<Line> {
    let mut lines = vec![Line::section("Layers")];
    for layer in &report.layers {
        let about = if layer.exact { "" } else { "about " };
        lines.push(Line::item(
            1,
            format!(
                "{about}{} compressed, {} unpacked, {}: {}",
                units::size(layer.compressed),
                units::size(layer.totals.bytes),
                units::counted(layer.totals.files, "file"),
                layer.name
            ),
        ));
    }
    if report.hidden.is_empty() {
        return lines;
    }
    lines.push(Line::section("Hidden"));
    lines.push(Line::item(
        1,
        format!(
            "{} in {} that a later layer replaces or removes",
            units::size(report.hidden_bytes()),
            units::counted(report.hidden.len() as u64, "file")
        ),
    ));
    for hidden in report.hidden.iter().take(SHOWN) {
        let how = match hidden.how {
            Hiding::Replaced => "replaced",
            Hiding::Removed => "removed",
        };
        lines.push(Line::row(
            1,
            format!(
                "{:>10}  {} of {}, {how} by {}",
                units::size(hidden.bytes),
                hidden.path.display().to_string().escape_debug(),
                hidden.layer,
                hidden.by
            ),
        ));
    }
    lines
}
