//! How big is the archive after compression, without compressing it all?
//!
//! 1. Windows of 32 KiB are taken at equal distances from the virtual archive, each with
//!    the 32 KiB before it, as deflate would see it. Neighbours resemble each other, so
//!    equal distances beat chance by a factor of two to four.
//! 2. A cheap proxy measures all of them, the two references (zlib -6 for the slug, Go's
//!    fastest level for the layers of an image) few of them; a regression of each on the
//!    proxy joins them ("two-phase sampling").
//! 3. The interval is two standard errors, from differences of neighbours, less what has
//!    been seen for certain. Windows added up differ from one long stream: by how much is
//!    measured on some stretches, and its error is part of the interval.
//! 4. Windows, or those of them that the references measure, are doubled, the old ones
//!    kept, until the interval is narrow and every budget lies well outside.
//! 5. If that does not come about, every byte is compressed with a faster coder, and its
//!    small bias is measured on some chunks and taken out ("census").
//! 6. Small archives are compressed whole with the references.

mod bias;
mod bytes;
mod sample;
mod whole;
mod windows;

use super::Compressed;
use super::stream::Stream;
use sample::Sample;
use slugsmith_finding::work;

/// Bytes of a window. Smaller ones pay for a Huffman table each (+0.2 % at 16 KiB),
/// larger ones cost more for the same knowledge.
pub(super) const WINDOW: u64 = 32 * 1024;
/// Windows of the first round.
const FIRST: u64 = 256;
/// Windows at most, before every byte is compressed.
const MOST: u64 = 8192;
/// How far outside the interval a budget must lie to stop: times its half-width.
const CLEAR: f64 = 1.25;
/// Half-width that a number needs where no budget asks for less.
const ENOUGH: f64 = 0.017;
/// Half-width that is worth having as long as it costs little,
const FINE: f64 = 0.01;
/// and what little is: about a second of processor time, in windows with the proxy.
const LITTLE: f64 = 8000.0;
/// Largest archive that the census takes on: a minute on two cores.
const LARGEST_CENSUS: u64 = 8_000_000_000;

/// What all of it counts as while it goes on.
const COMPRESSING: &str = "compressing";

/// What the estimate is for.
#[derive(Debug, Clone, Copy)]
pub struct Goal<'a> {
    /// Sizes of the slug in bytes that the answer must lie clear of.
    pub limits: &'a [u64],
    /// Half-width of the interval that suffices when `limits` are clear, as a share of the
    /// size; `f64::INFINITY` when only the verdict counts.
    pub precision: f64,
    /// What is spent for a finer number in any case, in windows; 0 when only the verdict
    /// counts.
    pub effort: f64,
    /// Where sampling starts, 0 to 1: for measuring the estimate itself.
    pub phase: Option<f64>,
    /// Never compress every byte: for measuring the estimate itself.
    pub sample_only: bool,
}

impl Goal<'_> {
    /// A number good enough to print.
    pub const NUMBER: Goal<'static> = Goal {
        limits: &[],
        precision: ENOUGH,
        effort: LITTLE,
        phase: None,
        sample_only: false,
    };
}

/// A window that was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Offset in the archive, bytes.
    pub start: u64,
    /// Bytes of the archive.
    pub length: u64,
    /// Compressed bytes in the slug, by the regression where only the proxy was measured.
    pub compressed: f64,
}

/// The answer and what it rests on.
#[derive(Debug, Clone, Default)]
pub struct Estimate {
    /// The slug: `gzip -6`.
    pub compressed: Compressed,
    /// The same bytes as layers of an image: Go's gzip at its fastest level.
    pub image: Compressed,
    /// In order of offset; all of the archive when it was compressed whole.
    pub windows: Vec<Window>,
}

/// Estimates the size of `stream` after compression.
#[must_use]
pub fn estimate(stream: &Stream<'_>, goal: &Goal<'_>) -> Estimate {
    // The rounds below add to it.
    let _all = work::bytes(COMPRESSING, 0);
    let windows = stream.len() / WINDOW;
    if windows < 4 * FIRST {
        return whole::whole(stream);
    }
    let mut sample = Sample::new(stream, goal.phase);
    loop {
        sample.measure(stream);
        let (estimate, spread) = sample.estimate(stream);
        let clear = goal
            .limits
            .iter()
            .all(|limit| is_clear(&estimate.compressed, *limit));
        #[allow(clippy::cast_precision_loss)]
        let half = (estimate.compressed.high - estimate.compressed.bytes) as f64
            / estimate.compressed.bytes.max(1) as f64;
        let enough = half <= goal.precision && sample.effort() >= goal.effort;
        if clear && (enough || half <= FINE) {
            return estimate;
        }
        if sample.grow(spread) {
            continue;
        }
        if clear || goal.sample_only || stream.len() > LARGEST_CENSUS {
            return estimate;
        }
        let (compressed, image) = whole::census(stream);
        return Estimate {
            compressed,
            image,
            ..estimate
        };
    }
}

/// True if `limit` lies outside a somewhat wider interval.
fn is_clear(compressed: &Compressed, limit: u64) -> bool {
    #[allow(clippy::cast_precision_loss)]
    let reach = CLEAR * (compressed.high - compressed.bytes) as f64;
    #[allow(clippy::cast_precision_loss)]
    let distance = compressed.bytes.abs_diff(limit) as f64;
    distance > reach
}

/// Every byte compressed with the faster coder, for measuring that alone: the slug, and
/// the layers.
#[must_use]
pub fn census(stream: &Stream<'_>) -> (Compressed, Compressed) {
    whole::census(stream)
}

/// An interval of bytes around `total`; no archive grows when it is compressed, but for a header.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]
fn interval(total: f64, half: f64, length: u64) -> Compressed {
    let most = length as f64 * 1.001 + 18.0;
    let total = total.clamp(0.0, most);
    Compressed {
        bytes: total.round() as u64,
        low: (total - half).max(0.0).floor() as u64,
        high: (total + half).min(most).ceil() as u64,
        exact: false,
    }
}

/// Bytes of gzip's own header and trailer (RFC 1952).
const GZIP: f64 = 18.0;
