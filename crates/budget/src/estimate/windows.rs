//! How long do single windows of the archive get?

use rayon::prelude::*;

use super::super::codec::{self, BestSpeed, DICTIONARY, Piece, Reference};
use super::super::memory::{Memory, Sizes};
use super::super::stream::Stream;
use super::bytes::{Bytes, What};
use super::{COMPRESSING, WINDOW};
use slugsmith_finding::work;

/// Windows that one job reads and measures.
const BATCH: usize = 8;

/// Compressed bytes of one window by the two references.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    pub(super) slug: f64,
    pub(super) layer: f64,
}

/// One window to measure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Job {
    /// What the caller knows it by.
    pub(super) place: usize,
    /// Offset in the archive, bytes.
    pub(super) start: u64,
    pub(super) proxy: bool,
    pub(super) reference: bool,
}

/// [`Job::place`], the proxy and the references, as far as they were wanted.
pub(super) type Measured = (usize, Option<f64>, Option<Reading>);

/// Measures windows on all cores, in their order.
pub(super) fn measure(stream: &Stream<'_>, jobs: &[Job]) -> Vec<Measured> {
    let step = work::bytes(COMPRESSING, jobs.len() as u64 * WINDOW);
    jobs.par_chunks(BATCH)
        .inspect(|jobs| step.done(jobs.len() as u64 * WINDOW))
        .map_init(
            || (Arena::new(), References::new()),
            |(arena, references), jobs| arena.measure(stream, jobs, references),
        )
        .flatten_iter()
        .collect()
}

/// The coders of slugs and layers.
pub(super) struct References {
    slug: Reference,
    layer: BestSpeed,
}

impl References {
    pub(super) fn new() -> Self {
        Self {
            slug: Reference::new(6),
            layer: BestSpeed::new(),
        }
    }

    #[allow(clippy::cast_precision_loss)]
    /// A window; in a layer the first part of a block if there is something `after` it, else
    /// the last.
    pub(super) fn measure(&mut self, piece: Piece<'_>, after: &[u8]) -> Reading {
        let layer = if after.is_empty() {
            self.layer.measure_last(piece)
        } else {
            self.layer.measure_first(piece, after)
        };
        Reading {
            slug: self.slug.measure(piece) as f64,
            layer,
        }
    }
}

/// Room for a batch of windows.
struct Arena {
    buffers: Vec<Buffer>,
}

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
        references: &mut References,
    ) -> Vec<Measured> {
        let memory = stream.memory();
        let pieces: Vec<_> = self
            .buffers
            .iter_mut()
            .zip(jobs)
            .map(|(buffer, job)| {
                let windows = 1 + usize::from(job.reference && is_first(job.start, stream));
                let length = WINDOW * windows as u64;
                let piece = buffer.piece(stream, job.start, length, DICTIONARY);
                let half = piece.content.len() / windows;
                let (content, after) = piece.content.split_at_checked(half).unwrap_or_default();
                Wanted {
                    job,
                    bytes: memory.map(|_| Bytes::of(stream, job.start, piece)),
                    piece: Piece { content, ..piece },
                    after,
                }
            })
            .collect();
        let known: Vec<_> = pieces
            .iter()
            .map(|one| Some(memory?.get(&one.key(What::Proxy)?)?[0]))
            .collect();
        let wanted: Vec<_> = pieces
            .iter()
            .zip(&known)
            .filter(|(one, known)| one.job.proxy && known.is_none())
            .map(|(one, _)| one.piece)
            .collect();
        let mut proxies = codec::proxy(&wanted).into_iter();
        pieces
            .iter()
            .zip(known)
            .map(|(one, known)| {
                let proxy = one.job.proxy.then(|| {
                    known.unwrap_or_else(|| {
                        let bytes = proxies.next().unwrap_or_default() as f64;
                        one.keep(memory, What::Proxy, [bytes, 0.0]);
                        bytes
                    })
                });
                let reference = one.job.reference.then(|| one.reference(memory, references));
                (one.job.place, proxy, reference)
            })
            .collect()
    }
}

/// A window that is in memory.
struct Wanted<'a> {
    job: &'a Job,
    piece: Piece<'a>,
    /// What stands behind it, if it is the first half of a block.
    after: &'a [u8],
    /// The digest of all of that, where it is remembered.
    bytes: Option<Bytes>,
}

impl Wanted<'_> {
    fn key(&self, what: What) -> Option<String> {
        self.bytes.as_ref().map(|bytes| bytes.key(what))
    }

    fn keep(&self, memory: Option<&Memory>, what: What, sizes: Sizes) {
        if let (Some(memory), Some(key)) = (memory, self.key(what)) {
            memory.put(key, sizes);
        }
    }

    fn reference(&self, memory: Option<&Memory>, references: &mut References) -> Reading {
        let known = || memory?.get(&self.key(What::References)?);
        if let Some([slug, layer]) = known() {
            return Reading { slug, layer };
        }
        let reading = references.measure(self.piece, self.after);
        self.keep(memory, What::References, [reading.slug, reading.layer]);
        reading
    }
}

/// Whether a window is measured as the first half of a block of a layer rather than the
/// second: the coder hurries in the second. By chance, since equal distances may well be
/// even numbers of windows; and never where nothing comes after it.
fn is_first(start: u64, stream: &Stream<'_>) -> bool {
    let chance = (start / WINDOW).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 63;
    chance == 1 && start + 2 * WINDOW <= stream.len()
}

/// A part of the archive with what stands before it.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
}

impl Buffer {
    /// `length` bytes from `start` on, with at most `before` bytes that precede them.
    pub(super) fn piece(
        &mut self,
        stream: &Stream<'_>,
        start: u64,
        length: u64,
        before: usize,
    ) -> Piece<'_> {
        let before = start.min(before as u64);
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
