//! How do windows added up stand to one long stream?
//!
//! A window has code tables of its own, and no match goes on beyond its end; zlib's stream
//! has tables for every 16,383 symbols (`deflate.h`, `lit_bufsize`), which fit worse and are
//! written less often. What outweighs what depends on the content: the sum was off by
//! −0.5 % to +0.8 % on eleven trees. So it is measured: some stretches are compressed in one
//! go, and again window by window. A layer's blocks are two windows long, and windows are
//! measured as halves of blocks, so that nothing is to be corrected there.

use rayon::prelude::*;

use super::super::codec::{DICTIONARY, Reference};
use super::super::stream::Stream;
use super::WINDOW;
use super::bytes::{Bytes, What};
use super::windows::Buffer;

/// Stretches that are compressed both ways.
const STRETCHES: u64 = 16;
/// Windows in a stretch.
const LENGTH: u64 = 8;

/// One stream's bytes per byte of windows added up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bias {
    pub(super) ratio: f64,
    pub(super) variance: f64,
    /// What is still unknown beside that, as a share of the size.
    pub(super) slack: f64,
}

/// What gzip makes of a stream, per byte of what zlib makes: the same matches, but blocks
/// of up to 32,768 symbols (gzip `trees.c`, `LIT_BUFSIZE`). Measured: 1.0016 and 1.0021.
pub(super) const GNU: f64 = 1.0018;

/// Where nothing is measured: the width of what trees had.
pub(super) const ASSUMED: Bias = Bias {
    ratio: GNU,
    variance: 0.0,
    slack: 0.006,
};

/// For layers; their blocks also begin where windows don't.
pub(super) const LAYER: Bias = Bias {
    ratio: 1.0,
    variance: 0.0,
    slack: 0.002,
};

/// A stretch ends somewhere as well, but rarely.
const SLACK: f64 = 0.001;

/// Measures the bias on stretches at equal distances.
pub(super) fn measure(stream: &Stream<'_>) -> Bias {
    let room = (stream.len() / WINDOW).saturating_sub(LENGTH + 1);
    let both: Vec<_> = (0..STRETCHES)
        .into_par_iter()
        .map(|number| {
            let first = 1 + room * (2 * number + 1) / (2 * STRETCHES);
            stretch(stream, first * WINDOW)
        })
        .collect();
    bias(&both)
}

/// Compressed bytes of a stretch in one go, and of its windows.
#[allow(clippy::cast_precision_loss)]
fn stretch(stream: &Stream<'_>, start: u64) -> (f64, f64) {
    let (mut long, mut short) = (Buffer::default(), Buffer::default());
    let all = long.piece(stream, start, LENGTH * WINDOW, DICTIONARY);
    let memory = stream.memory().map(|memory| {
        let key = Bytes::of(stream, start, all).key(What::Bias);
        (memory, key)
    });
    if let Some([whole, sum]) = memory.as_ref().and_then(|(memory, key)| memory.get(key)) {
        return (whole, sum);
    }
    let mut reference = Reference::new(6);
    let whole = reference.measure(all);
    let windows = (0..LENGTH).map(|number| {
        let at = start + number * WINDOW;
        reference.measure(short.piece(stream, at, WINDOW, DICTIONARY))
    });
    let sum: u64 = windows.sum();
    let both = (whole as f64, sum as f64);
    if let Some((memory, key)) = memory {
        memory.put(key, both.into());
    }
    both
}

/// The ratio of the sums, and how much it varies from stretch to stretch.
#[allow(clippy::cast_precision_loss)]
fn bias(both: &[(f64, f64)]) -> Bias {
    let count = both.len().max(2) as f64;
    let long: f64 = both.iter().map(|(long, _)| long).sum();
    let short: f64 = both.iter().map(|(_, short)| short).sum();
    let ratio = if short > 0.0 { long / short } else { 1.0 };
    let squares: f64 = both
        .iter()
        .map(|(long, short)| (long - ratio * short).powi(2))
        .sum();
    let mean = (short / count).max(1.0);
    Bias {
        ratio: ratio * GNU,
        variance: squares / (count - 1.0) / count / mean.powi(2),
        slack: SLACK,
    }
}
