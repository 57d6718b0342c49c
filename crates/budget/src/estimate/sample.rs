//! Windows at equal distances, and what they say about the whole.

use super::super::codec::DICTIONARY;
use super::super::stream::Stream;
use super::bias::{self, Bias};
use super::windows::{self, Buffer, Job, Reading, References};
use super::{Estimate, FIRST, GZIP, MOST, WINDOW, Window, interval};

/// Of the first windows, one in so many is measured with the references.
const STRIDE: u64 = 4;
/// What the references cost, in windows that are read and measured by the proxy. Measured: 0.8 ms
/// against 0.14 ms.
const REFERENCE_COST: f64 = 6.0;
/// Windows measured with the references at most.
const MOST_REFERENCES: usize = 2048;
/// From so many windows on, the bias of windows is measured and no longer assumed.
const BIAS_FROM_WINDOWS: usize = 1024;

/// One place in the archive.
#[derive(Debug, Clone, Copy)]
struct Point {
    /// 0 to 1, of all windows.
    at: f64,
    /// To be measured with the references as well.
    chosen: bool,
    proxy: Option<f64>,
    reference: Option<Reading>,
}

/// Equally spaced windows.
pub(super) struct Sample {
    /// Whole windows in the archive.
    windows: u64,
    points: Vec<Point>,
    /// Measured once there are enough windows for it to count.
    bias: Option<Bias>,
    /// What is left after the last whole window.
    tail: Reading,
}

impl Sample {
    #[allow(clippy::cast_precision_loss)]
    pub(super) fn new(stream: &Stream<'_>, phase: Option<f64>) -> Self {
        // Any start would do; one that follows from the length is the same on every run.
        let phase = phase.unwrap_or_else(|| (stream.len() as f64 * 0.618_033_988_75).fract());
        let points = (0..FIRST).map(|number| Point {
            at: (number as f64 + phase) / FIRST as f64,
            chosen: number % STRIDE == 0,
            proxy: None,
            reference: None,
        });
        let windows = stream.len() / WINDOW;
        let rest = windows * WINDOW;
        let mut buffer = Buffer::default();
        let tail = buffer.piece(stream, rest, stream.len() - rest, DICTIONARY);
        Self {
            windows,
            points: points.collect(),
            bias: None,
            tail: References::new().measure(tail, &[]),
        }
    }

    /// What was spent so far, in windows with the proxy.
    #[allow(clippy::cast_precision_loss)]
    pub(super) fn effort(&self) -> f64 {
        let chosen = self.points.iter().filter(|point| point.chosen).count();
        self.points.len() as f64 + REFERENCE_COST * chosen as f64
    }

    /// Takes more windows, or measures more of them with the references: whichever narrows
    /// the interval by more for what it costs. False if there is no more to take.
    #[allow(clippy::cast_precision_loss)]
    pub(super) fn grow(&mut self, spread: Spread) -> bool {
        let windows = self.points.len();
        let more = windows as u64 * 2 <= MOST.min(self.windows);
        let denser = self.middles_of_chosen();
        let references = self.points.iter().filter(|point| point.chosen).count();
        let grown = (references + denser.len()) as f64;
        // A variance v of n falls to v n/m when m are measured.
        let gain = spread.proxies / (2 * windows) as f64;
        let dear_gain = spread.references / (grown * REFERENCE_COST);
        if !denser.is_empty() && (!more || dear_gain > gain) {
            for place in denser {
                if let Some(point) = self.points.get_mut(place) {
                    point.chosen = true;
                }
            }
            return true;
        }
        if more {
            self.add_middles();
        }
        more
    }

    /// Places in the middle of the widest gaps between chosen points. Where all gaps are
    /// alike, every other one, so that steps stay small. None when there are enough.
    fn middles_of_chosen(&self) -> Vec<usize> {
        let points = self.points.iter().enumerate();
        let chosen: Vec<_> = points
            .filter(|(_, point)| point.chosen)
            .map(|(place, _)| place)
            .collect();
        let gaps = || {
            chosen.windows(2).filter_map(|pair| match pair {
                [from, to] => Some((*from, to - from)),
                _ => None,
            })
        };
        let widest = gaps().map(|(_, gap)| gap).max().unwrap_or(0);
        if widest < 2 || chosen.len() >= MOST_REFERENCES {
            return Vec::new();
        }
        let wide = gaps().filter(|(_, gap)| *gap == widest);
        let every = if wide.clone().count() + 1 == chosen.len() {
            2
        } else {
            1
        };
        wide.step_by(every)
            .map(|(from, gap)| from + gap / 2)
            .collect()
    }

    /// Adds the middles between the points, behind each, unless the last would then be
    /// behind the end.
    #[allow(clippy::cast_precision_loss)]
    fn add_middles(&mut self) {
        let half = 0.5 / self.points.len() as f64;
        let last = self.points.last().map_or(0.0, |point| point.at);
        let step = if last + half < 1.0 { half } else { -half };
        let middles: Vec<_> = self
            .points
            .iter()
            .map(|point| Point {
                at: point.at + step,
                chosen: false,
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
    pub(super) fn measure(&mut self, stream: &Stream<'_>) {
        if self.bias.is_none() && self.points.len() >= BIAS_FROM_WINDOWS {
            self.bias = Some(bias::measure(stream));
        }
        let jobs: Vec<_> = self
            .points
            .iter()
            .enumerate()
            .map(|(place, point)| Job {
                place,
                start: self.start(point),
                proxy: point.proxy.is_none(),
                reference: point.reference.is_none() && point.chosen,
            })
            .filter(|job| job.proxy || job.reference)
            .collect();
        for (place, proxy, reference) in windows::measure(stream, &jobs) {
            if let Some(point) = self.points.get_mut(place) {
                point.proxy = proxy.or(point.proxy);
                point.reference = reference.or(point.reference);
            }
        }
    }

    /// Regressions of the references on the proxy, and where the slug's interval is from.
    pub(super) fn estimate(&self, stream: &Stream<'_>) -> (Estimate, Spread) {
        let slug = self.regression(|reading| reading.slug, self.bias.unwrap_or(bias::ASSUMED));
        let image = self.regression(|reading| reading.layer, bias::LAYER);
        let windows = self.points.iter().map(|point| Window {
            start: self.start(point),
            length: WINDOW,
            compressed: point.reference.map_or_else(
                || slug.line.at(point.proxy.unwrap_or(0.0)).max(1.0),
                |reading| reading.slug,
            ),
        });
        let estimate = Estimate {
            compressed: interval(slug.total, slug.half, stream.len()),
            image: interval(image.total, image.half, stream.len()),
            windows: windows.collect(),
        };
        (estimate, slug.spread)
    }

    #[allow(clippy::cast_precision_loss)]
    fn regression(&self, reference: impl Fn(&Reading) -> f64, bias: Bias) -> Regression {
        let proxies: Vec<_> = self.points.iter().filter_map(|point| point.proxy).collect();
        let pairs: Vec<_> = self
            .points
            .iter()
            .filter_map(|point| Some((point.proxy?, reference(point.reference.as_ref()?))))
            .collect();
        let line = Line::through(&pairs);
        let all = proxies.len().max(1) as f64;
        let windows = self.windows as f64;
        let mean = proxies.iter().sum::<f64>() / all;
        let sum = windows * line.at(mean) + reference(&self.tail);
        let total = sum * bias.ratio + GZIP;
        let residuals: Vec<_> = pairs.iter().map(|(x, y)| y - line.at(*x)).collect();
        // What was looked at is known: the error is that of the rest alone.
        let unseen = |count: f64| (1.0 - count / windows).max(0.0);
        let measured = residuals.len().max(1) as f64;
        let spread = Spread {
            references: difference_variance(&residuals) / measured * unseen(measured),
            proxies: line.slope.powi(2) * difference_variance(&proxies) / all * unseen(all),
        };
        let sampled = (spread.references + spread.proxies) * windows.powi(2);
        let deviation = (sampled + bias.variance * sum.powi(2)).sqrt();
        Regression {
            line,
            total,
            half: 1.96 * deviation + bias.slack * total,
            spread,
        }
    }
}

/// What the sample says about the whole.
struct Regression {
    line: Line,
    /// Compressed bytes.
    total: f64,
    /// Half-width of the interval, bytes.
    half: f64,
    spread: Spread,
}

/// Variances of a window's mean, bytes squared: what more of either would halve.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spread {
    /// From taking few windows.
    proxies: f64,
    /// From measuring few of them with the references.
    references: f64,
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

/// Variance from second differences of neighbours: what is common to neighbours, and what
/// rises or falls evenly, cancels out, as it does in the estimate (Wolter, "Introduction to
/// Variance Estimation", systematic sampling).
#[allow(clippy::cast_precision_loss)]
fn difference_variance(values: &[f64]) -> f64 {
    let squares: f64 = values
        .windows(3)
        .map(|three| match three {
            [before, middle, after] => (before - 2.0 * middle + after).powi(2),
            _ => 0.0,
        })
        .sum();
    squares / (6.0 * values.len().saturating_sub(2).max(1) as f64)
}
