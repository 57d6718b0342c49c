//! Groups of entries, what is known of each, and its share in the compressed total.

use std::collections::HashMap;

use crate::estimate::WINDOW;
use crate::history::half_width;
use crate::{Compressed, Part, PartKind};
use slugsmith_facts::tree::Totals;

/// How many bytes of windows the ratio of the file types counts for: four windows.
#[allow(clippy::cast_precision_loss)] // a small power of two
pub(super) const PRIOR: f64 = 4.0 * WINDOW as f64;
/// Compressed bytes of the name and header of a file, at most.
const NAMED: f64 = 100.0;

/// Sums of one group of entries.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    pub(super) totals: Totals,
    /// Bytes in the archive, headers included.
    pub(super) archive: u64,
    /// What [`Self::archive`] would compress to by the ratios of its file types.
    pub(super) expected: f64,
    /// Bytes seen in windows, each weighed by the group's share of its window; what they
    /// were compressed to; and the squares of the windows' ratios, weighed likewise.
    pub(super) seen: f64,
    pub(super) seen_compressed: f64,
    pub(super) seen_squares: f64,
}

impl Sum {
    /// Notes `bytes` of a window of `length` bytes and its ratio.
    pub(super) fn see(&mut self, bytes: f64, length: f64, ratio: f64) {
        let weight = bytes * bytes / length;
        self.seen += weight;
        self.seen_compressed += weight * ratio;
        self.seen_squares += weight * ratio * ratio;
    }

    /// How much the ratios of its windows differ.
    pub(super) fn variance(&self) -> f64 {
        if self.seen <= 0.0 {
            return 0.0;
        }
        let mean = self.seen_compressed / self.seen;
        (self.seen_squares / self.seen - mean * mean).max(0.0)
    }
}

/// A partition of entries into groups, by number.
#[derive(Default)]
pub(super) struct Groups<K> {
    pub(super) numbers: HashMap<K, usize>,
    pub(super) keys: Vec<K>,
    pub(super) sums: Vec<Sum>,
}

impl<K: Clone + Eq + std::hash::Hash> Groups<K> {
    pub(super) fn new() -> Self {
        Self {
            numbers: HashMap::new(),
            keys: Vec::new(),
            sums: Vec::new(),
        }
    }

    pub(super) fn number(&mut self, key: K) -> usize {
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        let number = self.keys.len();
        self.keys.push(key.clone());
        self.sums.push(Sum::default());
        self.numbers.insert(key, number);
        number
    }

    pub(super) fn sum(&mut self, number: usize) -> Option<&mut Sum> {
        self.sums.get_mut(number)
    }
}

/// Compressed bytes of a group, and the half-width of the interval around them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Share {
    pub(super) compressed: f64,
    pub(super) plus_minus: f64,
}

/// The share of each group in the total. A group's own windows are joined with what its
/// file types lead to expect; the same holds for how much its windows differ.
#[allow(clippy::cast_precision_loss)]
pub(super) fn scaled<K>(groups: &Groups<K>, all: &Sum, total: &Compressed) -> Vec<Share> {
    let usual = all.variance();
    let raw: Vec<Share> = groups
        .sums
        .iter()
        .map(|sum| {
            let archive = (sum.archive as f64).max(1.0);
            let weight = sum.seen + PRIOR;
            let ratio = (sum.seen_compressed + PRIOR * sum.expected / archive) / weight;
            let variance = (sum.seen * sum.variance() + PRIOR * usual) / weight;
            let windows = weight / WINDOW as f64;
            let unseen = (1.0 - sum.seen / archive).max(0.0);
            // What stands in one window with a large neighbour has its ratio; but nothing packs to
            // more than it is, and a name with its header.
            let most = sum.totals.bytes as f64 * 1.001 + NAMED * sum.totals.files as f64;
            Share {
                compressed: (archive * ratio).min(most),
                plus_minus: 1.96 * archive * (variance / windows * unseen).sqrt(),
            }
        })
        .collect();
    let sum: f64 = raw.iter().map(|share| share.compressed).sum();
    let scale = total.bytes as f64 / sum.max(1.0);
    let common = half_width(total) as f64 / (total.bytes as f64).max(1.0);
    raw.into_iter()
        .map(|share| {
            let compressed = share.compressed * scale;
            Share {
                compressed,
                plus_minus: share.plus_minus * scale + compressed * common,
            }
        })
        .collect()
}

/// Groups as parts, largest first.
pub(super) fn parts_of<K>(
    groups: &Groups<K>,
    shares: &[Share],
    name: impl Fn(&K) -> (PartKind, String),
) -> Vec<Part> {
    let mut parts: Vec<_> = parts_in_order(groups, shares, name).collect();
    parts.sort_by(|a, b| {
        b.compressed
            .cmp(&a.compressed)
            .then_with(|| a.name.cmp(&b.name))
    });
    parts
}

/// Groups as parts, in the order in which they were met.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(super) fn parts_in_order<K>(
    groups: &Groups<K>,
    shares: &[Share],
    name: impl Fn(&K) -> (PartKind, String),
) -> impl Iterator<Item = Part> {
    let known = groups.keys.iter().zip(&groups.sums).zip(shares);
    known.map(move |((key, sum), share)| {
        let (kind, name) = name(key);
        Part {
            name,
            kind,
            totals: sum.totals,
            compressed: share.compressed.round() as u64,
            plus_minus: share.plus_minus.round() as u64,
        }
    })
}
