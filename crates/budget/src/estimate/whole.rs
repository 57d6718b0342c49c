//! Every byte compressed: with the references, or with a faster coder whose bias is known.

use rayon::prelude::*;

use super::super::Compressed;
use super::super::codec::{BestSpeed, Census, DICTIONARY, Piece, Reference, SPEED_BLOCK};
use super::super::stream::Stream;
use super::bias::GNU;
use super::windows::Buffer;
use super::{COMPRESSING, Estimate, GZIP, Window, interval};
use slugsmith_finding::work;

/// Bytes of a block when an archive is compressed whole, as pigz does it.
const BLOCK: u64 = 128 * 1024;
/// Bytes of a chunk of the census.
const CHUNK: u64 = 512 * 1024;
/// Chunks on which the census is compared with the references.
const COMPARED: usize = 64;
/// Bytes of a chunk that is compressed as layers are: whole blocks.
const SPEED_CHUNK: u64 = 16 * SPEED_BLOCK as u64;
/// How far chunks of blocks differ from one stream of blocks, as a share.
const SPEED_SLACK: f64 = 0.001;

/// Starts and lengths of the parts of an archive.
fn parts(length: u64, size: u64) -> Vec<(u64, u64)> {
    (0..length.div_ceil(size))
        .map(|number| (number * size, size.min(length - number * size)))
        .collect()
}

/// Compresses all of it with the references, in blocks that know what stands before them.
pub(super) fn whole(stream: &Stream<'_>) -> Estimate {
    let step = work::bytes(COMPRESSING, stream.len());
    let windows: Vec<_> = parts(stream.len(), BLOCK)
        .into_par_iter()
        .inspect(|(_, length)| step.done(*length))
        .map_init(
            || (Buffer::default(), Reference::new(6)),
            |(buffer, reference), (start, length)| {
                let bytes = reference.measure(buffer.piece(stream, start, length, DICTIONARY));
                (start, length, bytes)
            },
        )
        .collect();
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )]
    let bytes = windows.iter().map(|(_, _, bytes)| bytes).sum::<u64>() + GZIP as u64;
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
        image: image(stream),
        windows: windows.collect(),
    }
}

/// All of it as Go's fastest level compresses it.
fn image(stream: &Stream<'_>) -> Compressed {
    let step = work::bytes(COMPRESSING, stream.len());
    let bytes: f64 = parts(stream.len(), SPEED_CHUNK)
        .into_par_iter()
        .inspect(|(_, length)| step.done(*length))
        .map_init(
            || (Buffer::default(), BestSpeed::new()),
            |(buffer, coder), (start, length)| {
                coder.blocks(buffer.piece(stream, start, length, SPEED_BLOCK))
            },
        )
        .sum();
    interval(bytes + GZIP, bytes * SPEED_SLACK, stream.len())
}

/// Compresses all of it with the faster coder, and measures how far off that is.
#[allow(clippy::cast_precision_loss)]
pub(super) fn census(stream: &Stream<'_>) -> (Compressed, Compressed) {
    let chunks = parts(stream.len(), CHUNK);
    let every = (chunks.len() / COMPARED).max(1);
    let step = work::bytes(COMPRESSING, stream.len());
    let measured: Vec<_> = chunks
        .into_par_iter()
        .inspect(|(_, length)| step.done(*length))
        .enumerate()
        .map_init(Coders::new, |coders, (place, (start, length))| {
            let compared = place % every == every / 2;
            let mut buffer = std::mem::take(&mut coders.buffer);
            let counted = coders.measure(buffer.piece(stream, start, length, DICTIONARY), compared);
            coders.buffer = buffer;
            counted
        })
        .collect();
    let sized = |reference: fn(&Counted) -> Option<f64>, ratio: f64| {
        let (total, half) = corrected(&measured, reference);
        interval(total * ratio + GZIP, half, stream.len())
    };
    (
        sized(|chunk| chunk.slug, GNU),
        sized(|chunk| chunk.layer, 1.0),
    )
}

/// Compressed bytes of a chunk, by the fast coder and by the references where compared.
#[derive(Debug, Clone, Copy)]
struct Counted {
    fast: f64,
    slug: Option<f64>,
    layer: Option<f64>,
}

struct Coders {
    buffer: Buffer,
    fast: Census,
    slug: Reference,
    layer: BestSpeed,
}

impl Coders {
    fn new() -> Self {
        Self {
            buffer: Buffer::default(),
            fast: Census::new(),
            slug: Reference::new(6),
            layer: BestSpeed::new(),
        }
    }

    #[allow(clippy::cast_precision_loss)]
    fn measure(&mut self, piece: Piece<'_>, compared: bool) -> Counted {
        Counted {
            fast: self.fast.measure(piece.content) as f64,
            slug: compared.then(|| self.slug.measure(piece) as f64),
            layer: compared.then(|| self.layer.blocks(piece)),
        }
    }
}

/// The fast coder's sum, corrected by its ratio to a reference, and the half-width of the
/// interval around it.
#[allow(clippy::cast_precision_loss)]
fn corrected(chunks: &[Counted], reference: fn(&Counted) -> Option<f64>) -> (f64, f64) {
    let sum: f64 = chunks.iter().map(|chunk| chunk.fast).sum();
    let pairs: Vec<_> = chunks
        .iter()
        .filter_map(|chunk| Some((chunk.fast, reference(chunk)?)))
        .collect();
    let fast: f64 = pairs.iter().map(|(fast, _)| fast).sum();
    let exact: f64 = pairs.iter().map(|(_, exact)| exact).sum();
    let ratio = if fast > 0.0 { exact / fast } else { 1.0 };
    let count = pairs.len().max(2) as f64;
    let squares: f64 = pairs.iter().map(|(x, y)| (y - ratio * x).powi(2)).sum();
    let spread = squares / (count - 1.0);
    let all = chunks.len() as f64;
    let half = 1.96 * (spread / count).sqrt() * all + 0.001 * sum;
    (ratio * sum, half)
}
