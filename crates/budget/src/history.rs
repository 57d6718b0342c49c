//! What grew, shrank or appeared since the last build?
//!
//! A [`History`] is a small, frozen form of a report that the caller keeps as JSON in a
//! layer or cache. The same comparison serves the log and `slugsmith diff`.

use serde::{Deserialize, Serialize};

use super::{BudgetReport, Compressed, PartKind};
use slugsmith_finding::units::{self, MB};

/// The name and version of the stored form.
const SCHEMA: &str = "slugsmith.history/1";

/// Parts that are kept: what no longer fits is summed up, so that totals stay comparable.
const KEPT: usize = 400;

/// Name of the part that sums up the rest.
const REST: &str = "everything else";

/// What is remembered of a build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    schema: String,
    /// Files and links of the slug.
    pub files: u64,
    /// Raw bytes.
    pub bytes: u64,
    /// Compressed bytes, with the interval's half-width.
    pub compressed: u64,
    /// Half of the interval's width, bytes.
    #[serde(default)]
    pub plus_minus: u64,
    pub parts: Vec<PastPart>,
    /// Launch layers whose size is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<PastLayer>,
    /// Whether these are sizes of sources without their dependencies.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_bare: bool,
    /// Whether it was read from a report that a user named, and not kept by the last build.
    #[serde(skip)]
    is_named: bool,
}

/// How the size of a layer is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Weighed in this build.
    Seen,
    /// Weighed in the build that made it.
    Remembered,
    /// Never seen.
    Unknown,
}

/// What is remembered of a launch layer. Sizes in bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastLayer {
    pub name: String,
    pub buildpack: String,
    /// Digest of the layer's `[metadata]`.
    pub(super) metadata: String,
    /// Digest of its contents in an image, once one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) digest: Option<String>,
    /// Files and links.
    pub files: u64,
    /// Apparent bytes.
    pub bytes: u64,
    /// In a slug, and the half-width of the interval around it.
    pub compressed: u64,
    /// Half of the interval's width, bytes.
    pub plus_minus: u64,
    /// As a layer of an image.
    pub image: u64,
    /// What it is made of: a layer that is taken over is still the same packages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) shares: Vec<Share>,
}

impl PastLayer {
    /// `node (heroku/nodejs)`.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{} ({})", self.name, self.buildpack)
    }
}

/// What a part of a report has in one layer. Sizes in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Share {
    pub(super) kind: PartKind,
    pub(super) name: String,
    pub(super) files: u64,
    pub(super) bytes: u64,
    pub(super) compressed: u64,
}

/// A part as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastPart {
    pub name: String,
    pub kind: String,
    /// Files and links.
    pub files: u64,
    /// Apparent bytes.
    pub bytes: u64,
    /// Compressed bytes.
    pub compressed: u64,
}

impl History {
    /// What to remember of a report.
    #[must_use]
    pub fn of(report: &BudgetReport) -> Self {
        let past = |part: &super::Part| PastPart {
            name: part.name.clone(),
            kind: part.kind.word().to_owned(),
            files: part.totals.files,
            bytes: part.totals.bytes,
            compressed: part.compressed,
        };
        let mut parts: Vec<_> = report.parts.iter().take(KEPT).map(past).collect();
        let rest = report.parts.iter().skip(KEPT);
        if rest.len() > 0 {
            let mut sum = PastPart {
                name: REST.to_owned(),
                kind: "rest".to_owned(),
                files: 0,
                bytes: 0,
                compressed: 0,
            };
            for part in rest {
                sum.files += part.totals.files;
                sum.bytes += part.totals.bytes;
                sum.compressed += part.compressed;
            }
            parts.push(sum);
        }
        let compressed = report.size.compressed;
        Self {
            schema: SCHEMA.to_owned(),
            files: report.size.totals.files,
            bytes: report.size.totals.bytes,
            compressed: compressed.bytes,
            plus_minus: half_width(&compressed),
            parts,
            layers: report
                .layers
                .iter()
                .filter(|layer| layer.known != Known::Unknown)
                .map(|layer| layer.past.clone())
                .collect(),
            is_bare: report.missing.is_some(),
            is_named: false,
        }
    }

    /// Reads what [`History::to_json`] wrote; `None` if it is anything else, which only
    /// means that nothing can be compared.
    #[must_use]
    pub fn from_json(text: &str) -> Option<Self> {
        let history: Self = serde_json::from_str(text).ok()?;
        (history.schema == SCHEMA).then_some(history)
    }

    /// Reads the JSON of `inspect` or `check`, or a stored history.
    #[must_use]
    pub fn from_report(text: &str) -> Option<Self> {
        if let Some(history) = Self::from_json(text) {
            return Some(history);
        }
        let value: serde_json::Value = serde_json::from_str(text).ok()?;
        let (size, parts) = match (value.get("size"), value.get("budget")) {
            (Some(size), _) => (size, value.get("parts")?),
            (None, Some(budget)) => (budget, budget.get("parts")?),
            (None, None) => return None,
        };
        let compressed = size.get("compressed")?;
        let number = |value: &serde_json::Value, key: &str| value.get(key)?.as_u64();
        let bytes = number(compressed, "bytes")?;
        Some(Self {
            schema: SCHEMA.to_owned(),
            files: number(size, "files")?,
            bytes: number(size, "bytes")?,
            compressed: bytes,
            plus_minus: number(compressed, "high")
                .unwrap_or(bytes)
                .saturating_sub(bytes),
            parts: serde_json::from_value(parts.clone()).ok()?,
            layers: Vec::new(),
            is_bare: size.get("verdict").and_then(serde_json::Value::as_str)
                == Some(super::Verdict::SourcesOnly.word()),
            is_named: true,
        })
    }

    /// The stored form.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Half of an interval's width, bytes.
pub(super) fn half_width(compressed: &Compressed) -> u64 {
    (compressed.high - compressed.bytes.min(compressed.high))
        .max(compressed.bytes.saturating_sub(compressed.low))
}

/// What changes less is not told: half of the last digit that sizes in MB are printed with.
const SLIGHT: u64 = MB / 20;

/// Bytes of a file's header in an archive, compressed; and what the estimate of a small part may
/// be off by.
const HEADER: u64 = 200;
const UNSURE: u64 = 10_000;

/// Whether a small part seems to have changed by more than was added to it or taken away, or the other way.
fn is_noise(was: &PastPart, is: &PastPart) -> bool {
    let told = was.compressed.abs_diff(is.compressed);
    let real = was.bytes.abs_diff(is.bytes) + HEADER * was.files.abs_diff(is.files);
    let is_opposed = (was.compressed < is.compressed) != (was.bytes < is.bytes);
    (told > real || is_opposed) && told < UNSURE
}

/// How a part changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trend {
    Grew,
    Shrank,
    New,
    Gone,
}

/// One part that changed. Sizes are compressed bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    pub name: String,
    pub kind: String,
    pub how: Trend,
    /// In the last build; 0 if it is new.
    pub before: u64,
    /// In this build; 0 if it is gone.
    pub after: u64,
}

/// What changed between two builds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SizeChange {
    /// Compressed bytes.
    pub before: u64,
    /// Compressed bytes of this build.
    pub after: u64,
    /// Raw bytes.
    pub bytes_before: u64,
    /// Raw bytes of this build.
    pub bytes_after: u64,
    /// Half-widths of both intervals together: changes below this say nothing.
    pub noise: u64,
    /// Whether both are sizes of sources without their dependencies.
    pub is_bare: bool,
    /// `the last build`.
    pub since: &'static str,
    /// Parts whose raw bytes changed; the largest compressed change first.
    pub moved: Vec<Moved>,
}

impl SizeChange {
    /// Compares two builds.
    #[must_use]
    pub fn between(before: &History, after: &History) -> Self {
        let key = |part: &PastPart| (part.kind.clone(), part.name.clone());
        let old: std::collections::BTreeMap<_, _> =
            before.parts.iter().map(|part| (key(part), part)).collect();
        let new: std::collections::BTreeMap<_, _> =
            after.parts.iter().map(|part| (key(part), part)).collect();
        let mut moved = Vec::new();
        for (key, part) in &new {
            let was = old.get(key);
            // The same raw bytes: what differs is the estimate, not the part.
            if was.is_some_and(|was| was.bytes == part.bytes || is_noise(was, part)) {
                continue;
            }
            moved.push(Moved {
                name: part.name.clone(),
                kind: part.kind.clone(),
                how: match was {
                    None => Trend::New,
                    Some(was) if was.bytes < part.bytes => Trend::Grew,
                    Some(_) => Trend::Shrank,
                },
                before: was.map_or(0, |was| was.compressed),
                after: part.compressed,
            });
        }
        for (_, part) in old.iter().filter(|(key, _)| !new.contains_key(*key)) {
            moved.push(Moved {
                name: part.name.clone(),
                kind: part.kind.clone(),
                how: Trend::Gone,
                before: part.compressed,
                after: 0,
            });
        }
        moved.sort_by(|a, b| {
            let size = |moved: &Moved| moved.before.abs_diff(moved.after);
            size(b).cmp(&size(a)).then_with(|| a.name.cmp(&b.name))
        });
        Self {
            before: before.compressed,
            after: after.compressed,
            bytes_before: before.bytes,
            bytes_after: after.bytes,
            noise: before.plus_minus + after.plus_minus,
            is_bare: before.is_bare && after.is_bare,
            since: if before.is_named {
                "the baseline"
            } else {
                "the last build"
            },
            moved,
        }
    }

    /// True if nothing that can be said has changed.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.moved.is_empty() && self.bytes_before == self.bytes_after
    }

    /// True if a user would see no difference: neither the whole nor any part moved a size in
    /// MB by its last digit.
    #[must_use]
    pub fn is_slight(&self) -> bool {
        let parts = self.moved.iter().map(|moved| (moved.before, moved.after));
        let all = parts.chain([
            (self.before, self.after),
            (self.bytes_before, self.bytes_after),
        ]);
        all.into_iter()
            .all(|(before, after)| before.abs_diff(after) < SLIGHT)
    }

    /// `Since the last build: +2.3 MB (87.2 MB → 89.5 MB)`.
    #[must_use]
    pub fn summary(&self) -> String {
        format!(
            "Since {}: {} ({} → {})",
            self.since,
            units::size_change(self.before, self.after),
            units::size(self.before),
            units::size(self.after)
        )
    }
}

impl Moved {
    /// `+71.4 MB  models/intent.onnx (new)`.
    #[must_use]
    pub fn line(&self) -> String {
        let how = match self.how {
            Trend::New => " (new)",
            Trend::Gone => " (gone)",
            Trend::Grew | Trend::Shrank => "",
        };
        let change = units::size_change(self.before, self.after);
        format!("{change:>10}  {}{how}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str, bytes: u64) -> PastPart {
        PastPart {
            name: name.to_owned(),
            kind: "package".to_owned(),
            files: 1,
            bytes,
            compressed: bytes / 2,
        }
    }

    fn history(parts: Vec<PastPart>) -> History {
        History {
            schema: SCHEMA.to_owned(),
            files: parts.len() as u64,
            bytes: parts.iter().map(|part| part.bytes).sum(),
            compressed: parts.iter().map(|part| part.compressed).sum(),
            plus_minus: 0,
            parts,
            layers: Vec::new(),
            is_bare: false,
            is_named: false,
        }
    }

    #[test]
    fn what_moved_comes_largest_first() {
        let before = history(vec![part("a", 100), part("b", 1000), part("c", 50)]);
        let after = history(vec![part("a", 100), part("b", 400), part("d", 4000)]);
        let change = SizeChange::between(&before, &after);
        let moved: Vec<_> = change
            .moved
            .iter()
            .map(|moved| (moved.name.as_str(), moved.how))
            .collect();
        assert_eq!(
            moved,
            [("d", Trend::New), ("b", Trend::Shrank), ("c", Trend::Gone)]
        );
        assert!(!change.is_nothing() && change.is_slight());
        assert!(SizeChange::between(&before, &before).is_nothing());
    }

    #[test]
    fn a_part_does_not_grow_by_more_than_was_added() {
        let before = history(vec![part("files at the root", 5000)]);
        let mut grown = part("files at the root", 5004);
        (grown.files, grown.compressed) = (2, 3500);
        let change = SizeChange::between(&before, &history(vec![grown]));
        assert!(change.moved.is_empty() && !change.is_nothing());
        // Beside a large package the same files pack better: they did not shrink.
        let mut beside = part("files at the root", 5400);
        beside.compressed = 2200;
        let change = SizeChange::between(&before, &history(vec![beside]));
        assert!(change.moved.is_empty() && !change.is_nothing());
    }

    #[test]
    fn parts_that_outweigh_each_other_are_no_slight_change() {
        let before = history(vec![part("a", 3 * MB), part("b", MB)]);
        let after = history(vec![part("a", MB), part("b", 3 * MB)]);
        let change = SizeChange::between(&before, &after);
        assert_eq!(change.before, change.after);
        assert!(!change.is_slight());
    }

    #[test]
    fn the_stored_form_comes_back_and_other_json_does_not() {
        let history = history(vec![part("a", 100)]);
        assert_eq!(History::from_json(&history.to_json()), Some(history));
        assert_eq!(History::from_json("{}"), None);
        assert_eq!(
            History::from_json(
                "{\"schema\":\"slugsmith.history/9\",\"files\":1,\"bytes\":1,\"compressed\":1,\"parts\":[]}"
            ),
            None
        );
        assert_eq!(History::from_report("[1]"), None);
    }
}
