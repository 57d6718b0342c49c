//! How big is the archive after compression, without compressing it all?
//!
//! 1. Windows of 32 KiB are taken at equal distances from the virtual archive, each with
//!    the 32 KiB before it, as deflate would see it. Neighbours resemble each other, so
//!    equal distances beat chance by a factor of two to four.
//! 2. A cheap proxy measures all of them, the reference (zlib -6) every fourth or eighth;
//!    a regression of one on the other joins both ("two-phase sampling").
//! 3. The interval is two standard errors, from successive differences, plus half a per
//!    cent, since windows added up differ that much from one long stream.
//! 4. Windows are doubled, the old ones kept, until every budget lies well outside.
//! 5. If that does not come about, every byte is compressed with a faster coder, and its
//!    small bias is measured on some chunks and taken out ("census").
//! 6. Small archives are compressed whole with the reference.

use rayon::prelude::*;

use super::Compressed;
use super::codec::{self, Census, DICTIONARY, Piece, Reference};
use super::stream::Stream;

/// Bytes of a window. Smaller ones pay for a Huffman table each (+0.2 % at 16 KiB),
/// larger ones cost more for the same knowledge.
pub(super) const WINDOW: u64 = 32 * 1024;
/// Windows of the first round.
const FIRST: usize = 256;
/// Windows at most, before every byte is compressed.
const MOST: usize = 4096;
/// Windows measured with the reference, at most.
const MOST_REFERENCE: usize = 512;
/// Sums of windows against one long stream: −0.46 % to +0.18 % on ten trees.
const SLACK: f64 = 0.005;
/// How far outside the interval a budget must lie to stop: times its half-width.
const CLEAR: f64 = 1.25;
/// Half-width that a number needs where no budget asks for less.
const ENOUGH: f64 = 0.017;
/// Bytes of a chunk of the census.
const CHUNK: u64 = 512 * 1024;
/// Chunks on which the census is compared with the reference.
const COMPARED: usize = 64;
/// Largest archive that the census takes on: a minute on two cores.
const LARGEST_CENSUS: u64 = 8_000_000_000;
/// Largest archive of which a census costs no more than the last round of windows.
const CHEAP_CENSUS: u64 = 2 * MOST as u64 * WINDOW;
/// Bytes of a block when an archive is compressed whole, as pigz does it.
const BLOCK: u64 = 128 * 1024;

/// What the estimate is for.
#[derive(Debug, Clone, Copy)]
pub struct Goal<'a> {
    /// Sizes in bytes that the answer must lie clear of.
    pub limits: &'a [u64],
    /// Half-width of the interval that suffices when `limits` are clear, as a share of the
    /// size; `f64::INFINITY` when only the verdict counts.
    pub precision: f64,
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
        phase: None,
        sample_only: false,
    };
}

/// A window that was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Offset in the archive, bytes.
    pub start: u64,
    pub length: u64,
    /// Compressed bytes, by the regression where only the proxy was measured.
    pub compressed: f64,
}

/// The answer and what it rests on.
#[derive(Debug, Clone, Default)]
pub struct Estimate {
    pub compressed: Compressed,
    /// In order of offset; all of the archive when it was compressed whole.
    pub windows: Vec<Window>,
}

/// Estimates the size of `stream` after `gzip -6`.
#[must_use]
pub fn estimate(stream: &Stream<'_>, goal: &Goal<'_>) -> Estimate {
    let windows = stream.len() / WINDOW;
    if windows < 4 * FIRST as u64 {
        return whole(stream);
    }
    let mut sample = Sample::new(stream, goal.phase);
    loop {
        sample.measure(stream);
        let estimate = sample.estimate(stream);
        let clear = goal
            .limits
            .iter()
            .all(|limit| is_clear(&estimate.compressed, *limit));
        #[allow(clippy::cast_precision_loss)]
        let narrow = (estimate.compressed.high - estimate.compressed.bytes) as f64
            <= goal.precision * estimate.compressed.bytes as f64;
        let full = sample.points.len() * 2 > MOST || sample.points.len() as u64 * 8 > windows;
        let census_is_cheap = !narrow && stream.len() <= CHEAP_CENSUS;
        if clear && (narrow || full && !census_is_cheap) {
            return estimate;
        }
        if full && (goal.sample_only || stream.len() > LARGEST_CENSUS) {
            return estimate;
        }
        if full {
            return Estimate {
                compressed: census(stream),
                ..estimate
            };
        }
        sample.double();
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

/// One place in the archive.
#[derive(Debug, Clone, Copy)]
struct Point {
    /// 0 to 1, of all windows.
    at: f64,
    proxy: Option<f64>,
    reference: Option<f64>,
}

/// Equally spaced windows.
struct Sample {
    /// Whole windows in the archive.
    windows: u64,
    points: Vec<Point>,
    /// Compressed bytes of what is left after the last whole window.
    tail: f64,
}

impl Sample {
    #[allow(clippy::cast_precision_loss)]
    fn new(stream: &Stream<'_>, phase: Option<f64>) -> Self {
        // Any start would do; one that follows from the length is the same on every run.
        let phase = phase.unwrap_or_else(|| (stream.len() as f64 * 0.618_033_988_75).fract());
        let points = (0..FIRST).map(|number| Point {
            at: (number as f64 + phase) / FIRST as f64,
            proxy: None,
            reference: None,
        });
        let windows = stream.len() / WINDOW;
        let rest = windows * WINDOW;
        let mut buffer = Buffer::default();
        let tail = buffer.piece(stream, rest, stream.len() - rest);
        let tail = Reference::new(6).measure(tail) as f64;
        Self {
            windows,
            points: points.collect(),
            tail,
        }
    }

    /// Adds the middles between the points.
    #[allow(clippy::cast_precision_loss)]
    fn double(&mut self) {
        let half = 0.5 / self.points.len() as f64;
        let middles: Vec<_> = self
            .points
            .iter()
            .map(|point| Point {
                at: (point.at + half).fract(),
                proxy: None,
                reference: None,
            })
            .collect();
        self.points.extend(middles);
        self.points.sort_unstable_by(|a, b| a.at.total_cmp(&b.at));
    }

    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )]
    fn start(&self, point: &Point) -> u64 {
        let window = (point.at * self.windows as f64) as u64;
        window.min(self.windows.saturating_sub(1)) * WINDOW
    }

    /// Measures what is not measured yet, on all cores.
    fn measure(&mut self, stream: &Stream<'_>) {
        let every = (self.points.len() / MOST_REFERENCE).max(4);
        let jobs: Vec<_> = self
            .points
            .iter()
            .enumerate()
            .map(|(place, point)| Job {
                place,
                start: self.start(point),
                proxy: point.proxy.is_none(),
                reference: point.reference.is_none() && place.is_multiple_of(every),
            })
            .filter(|job| job.proxy || job.reference)
            .collect();
        let measured: Vec<_> = jobs
            .par_chunks(BATCH)
            .map_init(
                || (Arena::new(), Reference::new(6)),
                |(arena, reference), jobs| arena.measure(stream, jobs, reference),
            )
            .flatten_iter()
            .collect();
        for (place, proxy, reference) in measured {
            if let Some(point) = self.points.get_mut(place) {
                point.proxy = proxy.or(point.proxy);
                point.reference = reference.or(point.reference);
            }
        }
    }

    /// Regression of the reference on the proxy.
    #[allow(clippy::cast_precision_loss)]
    fn estimate(&self, stream: &Stream<'_>) -> Estimate {
        let proxies: Vec<_> = self.points.iter().filter_map(|point| point.proxy).collect();
        let pairs: Vec<_> = self
            .points
            .iter()
            .filter_map(|point| Some((point.proxy?, point.reference?)))
            .collect();
        let line = Line::through(&pairs);
        let all = proxies.len() as f64;
        let mean = proxies.iter().sum::<f64>() / all;
        let total = self.windows as f64 * line.at(mean) + self.tail + 18.0;
        let residuals: Vec<_> = pairs.iter().map(|(x, y)| y - line.at(*x)).collect();
        let variance = successive_variance(&residuals) / residuals.len() as f64
            + line.slope.powi(2) * successive_variance(&proxies) / all;
        let half = 1.96 * variance.sqrt() * self.windows as f64 + SLACK * total;
        Estimate {
            compressed: interval(total, half, stream.len()),
            windows: self
                .points
                .iter()
                .map(|point| Window {
                    start: self.start(point),
                    length: WINDOW,
                    compressed: point.reference.unwrap_or_else(|| {
                        line.at(point.proxy.unwrap_or(0.0))
                            .clamp(1.0, WINDOW as f64)
                    }),
                })
                .collect(),
        }
    }
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

/// A least-squares line.
#[derive(Debug, Clone, Copy)]
struct Line {
    mean_x: f64,
    mean_y: f64,
    slope: f64,
}

impl Line {
    #[allow(clippy::cast_precision_loss)]
    fn through(pairs: &[(f64, f64)]) -> Self {
        let count = pairs.len().max(1) as f64;
        let mean_x = pairs.iter().map(|(x, _)| x).sum::<f64>() / count;
        let mean_y = pairs.iter().map(|(_, y)| y).sum::<f64>() / count;
        let xx: f64 = pairs.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
        let xy: f64 = pairs.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
        let slope = if xx > 0.0 { xy / xx } else { 0.0 };
        Self {
            mean_x,
            mean_y,
            slope,
        }
    }

    fn at(self, x: f64) -> f64 {
        self.mean_y + self.slope * (x - self.mean_x)
    }
}

/// Variance from differences of neighbours: what is common to neighbours cancels out, as
/// it does in the estimate.
#[allow(clippy::cast_precision_loss)]
fn successive_variance(values: &[f64]) -> f64 {
    let pairs = values.len().saturating_sub(1).max(1) as f64;
    let squares: f64 = values
        .windows(2)
        .filter_map(|pair| Some((pair.get(1)? - pair.first()?).powi(2)))
        .sum();
    squares / (2.0 * pairs)
}

/// Windows that one job reads and measures.
const BATCH: usize = 8;

/// One window to measure.
#[derive(Debug, Clone, Copy)]
struct Job {
    place: usize,
    start: u64,
    proxy: bool,
    reference: bool,
}

/// Room for a batch of windows.
struct Arena {
    buffers: Vec<Buffer>,
}

type Measured = (usize, Option<f64>, Option<f64>);

impl Arena {
    fn new() -> Self {
        Self {
            buffers: (0..BATCH).map(|_| Buffer::default()).collect(),
        }
    }

    #[allow(clippy::cast_precision_loss)]
    fn measure(
        &mut self,
        stream: &Stream<'_>,
        jobs: &[Job],
        reference: &mut Reference,
    ) -> Vec<Measured> {
        let pieces: Vec<_> = self
            .buffers
            .iter_mut()
            .zip(jobs)
            .map(|(buffer, job)| (job, buffer.piece(stream, job.start, WINDOW)))
            .collect();
        let wanted: Vec<_> = pieces
            .iter()
            .filter(|(job, _)| job.proxy)
            .map(|(_, piece)| *piece)
            .collect();
        let mut proxies = codec::proxy(&wanted).into_iter();
        pieces
            .iter()
            .map(|(job, piece)| {
                let proxy = if job.proxy { proxies.next() } else { None };
                let reference = job.reference.then(|| reference.measure(*piece) as f64);
                (job.place, proxy.map(|bytes| bytes as f64), reference)
            })
            .collect()
    }
}

/// A part of the archive with what stands before it.
#[derive(Debug, Default)]
struct Buffer {
    bytes: Vec<u8>,
}

impl Buffer {
    fn piece(&mut self, stream: &Stream<'_>, start: u64, length: u64) -> Piece<'_> {
        let before = start.min(DICTIONARY as u64);
        let total = usize::try_from(before + length).unwrap_or(0);
        self.bytes.resize(total, 0);
        stream.fill(start - before, &mut self.bytes);
        let (before, content) = self
            .bytes
            .split_at_checked(usize::try_from(before).unwrap_or(0))
            .unwrap_or_default();
        Piece { before, content }
    }
}

/// Starts and lengths of the parts of an archive.
fn parts(length: u64, size: u64) -> Vec<(u64, u64)> {
    (0..length.div_ceil(size))
        .map(|number| (number * size, size.min(length - number * size)))
        .collect()
}

/// Compresses all of it with the reference, in blocks that know what stands before them.
fn whole(stream: &Stream<'_>) -> Estimate {
    let windows: Vec<_> = parts(stream.len(), BLOCK)
        .into_par_iter()
        .map_init(
            || (Buffer::default(), Reference::new(6)),
            |(buffer, reference), (start, length)| {
                let bytes = reference.measure(buffer.piece(stream, start, length));
                (start, length, bytes)
            },
        )
        .collect();
    // 18 bytes: gzip's header and trailer (RFC 1952).
    let bytes = windows.iter().map(|(_, _, bytes)| bytes).sum::<u64>() + 18;
    #[allow(clippy::cast_precision_loss)]
    let windows = windows.into_iter().map(|(start, length, bytes)| Window {
        start,
        length,
        compressed: bytes as f64,
    });
    Estimate {
        compressed: Compressed {
            bytes,
            low: bytes,
            high: bytes,
            exact: true,
        },
        windows: windows.collect(),
    }
}

/// Compresses all of it with the faster coder, and measures how far off that is.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn census(stream: &Stream<'_>) -> Compressed {
    let chunks = parts(stream.len(), CHUNK);
    let every = (chunks.len() / COMPARED).max(1);
    let measured: Vec<_> = chunks
        .into_par_iter()
        .enumerate()
        .map_init(
            || (Buffer::default(), Census::new(), Reference::new(6)),
            |(buffer, census, reference), (place, (start, length))| {
                let piece = buffer.piece(stream, start, length);
                let fast = census.measure(piece.content) as f64;
                let compared = place % every == every / 2;
                (fast, compared.then(|| reference.measure(piece) as f64))
            },
        )
        .collect();
    let sum: f64 = measured.iter().map(|(fast, _)| fast).sum();
    let pairs: Vec<_> = measured
        .iter()
        .filter_map(|(fast, exact)| Some((*fast, (*exact)?)))
        .collect();
    let fast: f64 = pairs.iter().map(|(fast, _)| fast).sum();
    let exact: f64 = pairs.iter().map(|(_, exact)| exact).sum();
    let ratio = if fast > 0.0 { exact / fast } else { 1.0 };
    let residuals: Vec<_> = pairs.iter().map(|(x, y)| y - ratio * x).collect();
    let count = residuals.len().max(2) as f64;
    let spread = residuals.iter().map(|value| value * value).sum::<f64>() / (count - 1.0);
    let chunks = measured.len() as f64;
    let half = 1.96 * (spread / count).sqrt() * chunks + 0.001 * sum;
    interval(ratio * sum + 18.0, half, stream.len())
}
