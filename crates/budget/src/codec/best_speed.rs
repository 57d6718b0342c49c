//! How long would a layer of an image get, which Go compresses at its fastest level?
//!
//! The lifecycle writes layers as plain tar; the registry client compresses them with Go's
//! gzip at `BestSpeed` (google/go-containerregistry, pkg/v1/tarball, default level). That
//! is an algorithm of its own: matches of four bytes and more from one small hash table,
//! the search hurrying on where nothing matches, blocks of 65,535 bytes, each with codes
//! of its own, or literals only, or stored. A size from another coder is off by up to
//! 9 %, so this one follows it, and counts bits instead of writing them.

use super::Piece;
use super::huffman::{Codes, Counts};

/// Bytes of a block.
pub(crate) const BLOCK: usize = 65_535;
const TABLE_BITS: u32 = 14;
const FARTHEST: usize = 32_768;
const LONGEST_MATCH: usize = 258;
/// Bytes at a block's end in which no match begins.
const MARGIN: usize = 15;

/// The coder, used for one piece after another.
pub(crate) struct BestSpeed {
    /// By hash: four bytes, and where they stood, plus one (0: nowhere yet).
    table: Vec<(u32, usize)>,
    buffer: Vec<u8>,
}

impl BestSpeed {
    pub(crate) fn new() -> Self {
        Self {
            table: vec![(0, 0); 1 << TABLE_BITS],
            buffer: Vec::new(),
        }
    }

    /// Compressed bytes of a piece's content, as the first part of a block that goes on
    /// with `after`; what stands before it was the block before.
    pub(crate) fn measure_first(&mut self, piece: Piece<'_>, after: &[u8]) -> f64 {
        self.begin(piece.before, piece.content);
        self.buffer.extend_from_slice(after);
        let buffer = std::mem::take(&mut self.buffer);
        let begin = piece.before.len();
        self.count(piece.before, 0, 0);
        let [own, others] = self.count(&buffer, begin, begin + piece.content.len());
        self.buffer = buffer;
        block(after, piece.content, [others, own]) / 8.0
    }

    /// Compressed bytes of a piece's content, as the last part of a block that begins with
    /// what stands before it.
    pub(crate) fn measure_last(&mut self, piece: Piece<'_>) -> f64 {
        self.begin(piece.before, piece.content);
        let buffer = std::mem::take(&mut self.buffer);
        let counts = self.count(&buffer, 0, piece.before.len());
        self.buffer = buffer;
        block(piece.before, piece.content, counts) / 8.0
    }

    /// Compressed bytes of a piece's content, block by block; what stands before it (best
    /// a whole number of blocks) is only looked back at.
    pub(crate) fn blocks(&mut self, piece: Piece<'_>) -> f64 {
        self.begin(piece.before, piece.content);
        let buffer = std::mem::take(&mut self.buffer);
        let split = piece.before.len();
        let ranges = |from: usize, end: usize| {
            (from..end)
                .step_by(BLOCK)
                .map(move |from| (from, end.min(from + BLOCK)))
        };
        let mut bits = 0.0;
        for (from, end) in ranges(0, split).chain(ranges(split, buffer.len())) {
            let seen = buffer.get(..end).unwrap_or_default();
            let counts = self.count(seen, from, from);
            if from >= split {
                bits += block(&[], seen.get(from..).unwrap_or_default(), counts);
            }
        }
        self.buffer = buffer;
        bits / 8.0
    }

    fn begin(&mut self, before: &[u8], content: &[u8]) {
        self.table.fill((0, 0));
        self.buffer.clear();
        self.buffer.extend_from_slice(before);
        self.buffer.extend_from_slice(content);
    }

    /// Symbols of the block `from..` of `bytes`: those before `split`, and from there on.
    fn count(&mut self, bytes: &[u8], from: usize, split: usize) -> [Counts; 2] {
        let mut counts = Split {
            parts: [Counts::default(), Counts::default()],
            at: split,
        };
        let limit = bytes.len().saturating_sub(MARGIN);
        let mut emitted = from;
        while let Some((mut start, mut earlier)) = self.search(bytes, emitted, from, limit) {
            counts.literals(bytes, emitted, start);
            loop {
                let length = matching(bytes, earlier, start);
                counts.copy(start, length, start - earlier);
                start += length;
                emitted = start;
                if start >= limit {
                    break;
                }
                self.insert(bytes, start - 1);
                match self.insert(bytes, start) {
                    Some(next) => earlier = next,
                    None => break,
                }
            }
            if start >= limit {
                break;
            }
        }
        counts.literals(bytes, emitted, bytes.len());
        counts.parts
    }

    /// The next match from `emitted` on: where it begins, and what it repeats. The place
    /// right after a match has been looked up already.
    fn search(
        &mut self,
        bytes: &[u8],
        emitted: usize,
        from: usize,
        limit: usize,
    ) -> Option<(usize, usize)> {
        let mut next = if emitted > from { emitted + 1 } else { emitted };
        // Each 32 places without a match make the steps longer by one.
        let mut skip = 32;
        loop {
            let place = next;
            let step = skip >> 5;
            next += step;
            skip += step;
            if next > limit {
                return None;
            }
            if let Some(earlier) = self.insert(bytes, place) {
                return Some((place, earlier));
            }
        }
    }

    /// Notes the four bytes at `place`; says where they stood last if that is near enough.
    fn insert(&mut self, bytes: &[u8], place: usize) -> Option<usize> {
        let four = u32::from_le_bytes(*bytes.get(place..)?.first_chunk()?);
        let hash = four.wrapping_mul(0x1e35_a7bd) >> (32 - TABLE_BITS);
        let slot = self.table.get_mut(hash as usize)?;
        let (known, after) = std::mem::replace(slot, (four, place + 1));
        let earlier = after.checked_sub(1)?;
        (known == four && place - earlier <= FARTHEST).then_some(earlier)
    }
}

/// Symbols of the two parts of a block.
struct Split {
    parts: [Counts; 2],
    at: usize,
}

impl Split {
    fn part(&mut self, place: usize) -> &mut Counts {
        let [before, after] = &mut self.parts;
        if place < self.at { before } else { after }
    }

    fn literals(&mut self, bytes: &[u8], from: usize, until: usize) {
        let literals = bytes.get(from..until).unwrap_or_default();
        for (byte, place) in literals.iter().zip(from..) {
            self.part(place).literal(*byte);
        }
    }

    fn copy(&mut self, place: usize, length: usize, distance: usize) {
        self.part(place).copy(length, distance);
    }
}

/// How many bytes repeat, given that four do.
fn matching(bytes: &[u8], earlier: usize, start: usize) -> usize {
    let end = bytes.len().min(start + LONGEST_MATCH);
    let here = bytes.get(start..end).unwrap_or_default();
    let earlier_bytes = bytes.get(earlier..).unwrap_or_default();
    here.iter()
        .zip(earlier_bytes)
        .take_while(|(a, b)| a == b)
        .count()
}

/// Bits of the content's part of a block that it makes up with others.
#[allow(clippy::cast_precision_loss)]
fn block(others: &[u8], content: &[u8], counts: [Counts; 2]) -> f64 {
    let length = others.len() + content.len();
    let share = content.len() as f64 / length.max(1) as f64;
    let stored = (length as u64 + 5) * 8;
    if length <= 16 {
        return stored as f64 * share;
    }
    let [mut all, mut own] = counts;
    all.add(&own);
    // Where matches save less than a sixteenth, literals alone are coded.
    if length < 128 || all.tokens() > (length - length / 16) as u64 {
        all = Counts::default();
        own = Counts::default();
        for byte in others {
            all.literal(*byte);
        }
        for byte in content {
            own.literal(*byte);
        }
        all.add(&own);
    }
    let codes = Codes::of(&all);
    let around = codes.header + codes.end();
    let size = around + codes.bits(&all);
    if stored < size + size / 16 {
        return stored as f64 * share;
    }
    (codes.bits(&own) + own.extra) as f64 + around as f64 * share
}
