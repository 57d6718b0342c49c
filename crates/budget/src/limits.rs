//! Is this size allowed, and what would make it so?

mod excess;
mod findings;
mod savings;

use super::estimate::{self, Goal};
use super::history::{History, SizeChange};
use super::stream::Stream;
use super::{BudgetReport, Compressed, Load, Part, PartKind, Size, Verdict, attribute, sources};
pub use excess::{Excess, Measure, measured};
pub use savings::Saving;
use slugsmith_config::{BudgetConfig, Growth, Origin, Sourced};
use slugsmith_facts::tree::{EntryKind, Totals};

/// Parts that a log and an error name.
pub const LARGEST: usize = 10;

pub use slugsmith_config::{PLATFORM_LIMIT, UNLIMITED};

/// A slug above this is worth a second warning, bytes: 500M in the platform's units, its limit
/// until March 2026 and the size that its guides still name.
pub const HEAVY: u64 = 500 << 20;

/// A verdict closer than this to a limit fails no build.
const TOO_CLOSE: f64 = 0.005;
/// The rule of a broken budget.
pub const EXCEEDED: &str = "budget-exceeded";

/// The limits that a report was judged by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    pub warn: Sourced<u64>,
    pub fail: Sourced<u64>,
}

/// How a size stands to a limit.
fn against(compressed: &Compressed, limit: u64) -> Verdict {
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )]
    let margin = (limit as f64 * TOO_CLOSE) as u64;
    if compressed.low > limit && compressed.bytes > limit.saturating_add(margin) {
        Verdict::Over
    } else if compressed.high <= limit && compressed.bytes <= limit.saturating_sub(margin) {
        Verdict::Within
    } else if compressed.exact && compressed.bytes <= limit {
        // Every byte was compressed by the very algorithm: below is below.
        Verdict::Within
    } else {
        Verdict::TooClose
    }
}

/// Judges a weighed report by its budgets.
pub(super) fn judge(report: &mut BudgetReport, load: &Load<'_>, config: &BudgetConfig) {
    report.limits = Some(Limits {
        warn: config.warn.clone(),
        fail: config.fail.clone(),
    });
    let compressed = report.size.compressed;
    let total = against(&compressed, config.fail.value);
    if total == Verdict::Over {
        report.exceeded.push(Excess {
            what: "Slug".to_owned(),
            measured: Measure::Compressed(compressed),
            limit: config.fail.value,
            source: config.fail.source.clone(),
            total: true,
        });
    }
    counted(report, load, config);
    let close = parts(report, load, config) || total == Verdict::TooClose;
    // Sources grow by nothing when their dependencies are installed for once.
    let is_bare = load.missing.is_some();
    if let Some(previous) = load.previous.filter(|previous| previous.is_bare == is_bare) {
        let change = SizeChange::between(previous, &History::of(report));
        growth(report, &change, config.growth.as_ref());
        report.change = Some(change);
    }
    report.verdict = if !report.exceeded.is_empty() {
        Verdict::Over
    } else if !report.unread.is_empty() || report.unseen().next().is_some() {
        Verdict::Unknown
    } else if close {
        Verdict::TooClose
    } else if compressed.bytes > config.warn.value {
        Verdict::Warn
    } else {
        Verdict::Within
    };
    report.savings = savings::savings(report);
    report.findings = findings::findings(report);
}

/// Judges what needs no compression: bytes on disk, number of files, the largest file.
fn counted(report: &mut BudgetReport, load: &Load<'_>, config: &BudgetConfig) {
    let totals = report.size.totals;
    let (name, size) = largest_file(load);
    let measures = [
        (
            "Slug".to_owned(),
            Measure::Unpacked(totals.bytes),
            &config.unpacked,
        ),
        (
            "Slug with".to_owned(),
            Measure::Files(totals.files),
            &config.files,
        ),
        (name, Measure::Unpacked(size), &config.largest_file),
    ];
    for (what, measured, limit) in measures {
        if let Some(limit) = limit
            && measured.amount() > limit.value
        {
            report.exceeded.push(Excess {
                what,
                measured,
                limit: limit.value,
                source: limit.source.clone(),
                total: false,
            });
        }
    }
}

/// Path and bytes of the largest file.
fn largest_file(load: &Load<'_>) -> (String, u64) {
    let layers = load.layers.iter().map(|layer| (Some(layer), &layer.tree));
    std::iter::once((None, load.app))
        .chain(layers)
        .flat_map(|(layer, tree)| tree.entries().iter().map(move |entry| (layer, entry)))
        .filter(|(_, entry)| entry.kind() == EntryKind::File)
        .max_by_key(|(_, entry)| entry.size())
        .map(|(layer, entry)| {
            let path = attribute::printable(&entry.path().to_string_lossy());
            let name = match layer {
                Some(layer) => format!("{path} in {}", super::label(layer)),
                None => path,
            };
            (name, entry.size())
        })
        .unwrap_or_default()
}

/// Judges budgets for parts, each compressed on its own; true if one is too close to call.
fn parts(report: &mut BudgetReport, load: &Load<'_>, config: &BudgetConfig) -> bool {
    let mut close = false;
    for (name, limit) in &config.parts {
        let compressed = part_size(load, name, limit.value);
        match against(&compressed, limit.value) {
            Verdict::Over => report.exceeded.push(Excess {
                what: name.clone(),
                measured: Measure::Compressed(compressed),
                limit: limit.value,
                source: limit.source.clone(),
                total: false,
            }),
            Verdict::TooClose => close = true,
            _ => {}
        }
    }
    close
}

/// The compressed size of everything that `name` means: a path, a package, a kind of file
/// or a layer.
fn part_size(load: &Load<'_>, name: &str, limit: u64) -> Compressed {
    let sources = sources(load);
    let packages: Vec<_> = sources
        .iter()
        .map(|source| attribute::Packages::read(source.tree))
        .collect();
    let folder = name.trim_end_matches('/').as_bytes();
    let kind = attribute::is_kind(name);
    let stream = Stream::of(sources, |source, entry| {
        if kind && attribute::kind_of(entry) == name {
            return true;
        }
        let layer = source
            .checked_sub(1)
            .and_then(|layer| load.layers.get(layer));
        if layer.is_some_and(|layer| layer.name == name || super::label(layer) == name) {
            return true;
        }
        let path = entry.path_bytes();
        let below = path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"));
        below
            || packages
                .get(source)
                .and_then(|packages| packages.of(path))
                .is_some_and(|package| package == name)
    });
    let goal = Goal {
        limits: &[limit],
        ..Goal::NUMBER
    };
    estimate::estimate(&stream, &goal).compressed
}

/// Judges growth against the last build; what the intervals leave open is no growth.
fn growth(report: &mut BudgetReport, change: &SizeChange, limit: Option<&Sourced<Growth>>) {
    let Some(limit) = limit else { return };
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )]
    let allowed = match limit.value {
        Growth::Bytes(bytes) => bytes,
        Growth::Percent(percent) => (change.before as f64 * percent / 100.0) as u64,
    };
    let grown = change.after.saturating_sub(change.before);
    if change.is_nothing() || grown <= allowed.saturating_add(change.noise) {
        return;
    }
    report.exceeded.push(Excess {
        what: format!("Growth since {}", change.since),
        measured: Measure::Compressed(Compressed {
            bytes: grown,
            low: grown.saturating_sub(change.noise),
            high: grown.saturating_add(change.noise),
            exact: false,
        }),
        limit: allowed,
        source: limit.source.clone(),
        total: false,
    });
}

/// A report that is over its budget, for the documentation.
pub(super) fn example() -> BudgetReport {
    let part = |name: &str, kind, megabytes: u64| Part {
        name: name.to_owned(),
        kind,
        totals: Totals {
            files: 12,
            bytes: megabytes * 3_000_000,
        },
        compressed: megabytes * 1_000_000,
        plus_minus: 0,
    };
    let compressed = Compressed {
        bytes: 512_600_000,
        low: 510_500_000,
        high: 514_700_000,
        exact: false,
    };
    let mut report = BudgetReport {
        size: Size {
            compressed,
            ..Size::default()
        },
        parts: vec![
            part("@tensorflow/tfjs-node", PartKind::Package, 188),
            part("models/intent.onnx", PartKind::File, 71),
            part("public/", PartKind::Folder, 40),
        ],
        verdict: Verdict::Over,
        exceeded: vec![Excess {
            what: "Slug".to_owned(),
            measured: Measure::Compressed(compressed),
            limit: 500_000_000,
            source: Origin::File { line: 14 },
            total: true,
        }],
        ..BudgetReport::default()
    };
    report.savings = savings::savings(&report);
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(low: u64, bytes: u64, high: u64) -> Compressed {
        Compressed {
            bytes,
            low,
            high,
            exact: low == high,
        }
    }

    #[test]
    fn a_verdict_needs_the_whole_interval_on_one_side() {
        assert_eq!(against(&size(950, 970, 990), 1000), Verdict::Within);
        assert_eq!(against(&size(980, 990, 1001), 1000), Verdict::TooClose);
        assert_eq!(against(&size(999, 1010, 1020), 1000), Verdict::TooClose);
        assert_eq!(against(&size(1001, 1010, 1020), 1000), Verdict::Over);
        assert_eq!(against(&size(1004, 1004, 1004), 1000), Verdict::TooClose);
        assert_eq!(against(&size(999, 999, 999), 1000), Verdict::Within);
    }
}
