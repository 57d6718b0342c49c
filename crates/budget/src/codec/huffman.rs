//! How many bits does a deflate block take with the best codes for its symbols?
//!
//! Code lengths are found by the package-merge algorithm, which is optimal under deflate's
//! limit of 15 bits; the description of the codes in the block's header is counted too.
//!
//! Source: RFC 1951, sections 3.2.5 and 3.2.7.

/// Literals, the end mark and length codes.
pub(super) const LITERALS: usize = 286;
/// Distance codes.
pub(super) const DISTANCES: usize = 30;
/// The symbol that ends a block.
const END: usize = 256;
/// Longest code of literals and distances, bits.
const LONGEST: usize = 15;
/// Longest code of the codes that describe the others, bits.
const LONGEST_DESCRIPTION: usize = 7;
/// In which order a header gives the lengths of the description's own codes.
const ORDER: [usize; 19] = [
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
];

/// How often each symbol stands in a block or a part of one.
#[derive(Debug, Clone)]
pub(super) struct Counts {
    pub(super) literals: [u32; LITERALS],
    pub(super) distances: [u32; DISTANCES],
    /// Bits behind length and distance codes.
    pub(super) extra: u64,
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            literals: [0; LITERALS],
            distances: [0; DISTANCES],
            extra: 0,
        }
    }
}

impl Counts {
    pub(super) fn literal(&mut self, byte: u8) {
        if let Some(count) = self.literals.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }

    /// A copy of `length` (3 to 258) bytes from `distance` (1 to 32,768) bytes before.
    pub(super) fn copy(&mut self, length: usize, distance: usize) {
        let (symbol, bits) = length_code(length);
        if let Some(count) = self.literals.get_mut(END + 1 + symbol) {
            *count += 1;
        }
        self.extra += u64::from(bits);
        let (symbol, bits) = distance_code(distance);
        if let Some(count) = self.distances.get_mut(symbol) {
            *count += 1;
        }
        self.extra += u64::from(bits);
    }

    /// Literals, copies counting one each.
    pub(super) fn tokens(&self) -> u64 {
        self.literals.iter().copied().map(u64::from).sum()
    }

    pub(super) fn add(&mut self, other: &Self) {
        let pairs = self.literals.iter_mut().zip(&other.literals);
        let more = self.distances.iter_mut().zip(&other.distances);
        for (count, added) in pairs.chain(more) {
            *count += added;
        }
        self.extra += other.extra;
    }
}

/// Code and number of extra bits of a length: four codes for each power of two from 8 on.
fn length_code(length: usize) -> (usize, u32) {
    match length {
        258.. => (28, 0),
        11.. => {
            let bits = (length - 3).ilog2() - 2;
            let place = ((length - 3) >> bits) & 3;
            (4 + 4 * bits as usize + place, bits)
        }
        _ => (length.saturating_sub(3), 0),
    }
}

/// Code and number of extra bits of a distance: two codes for each power of two from 4 on.
fn distance_code(distance: usize) -> (usize, u32) {
    let distance = distance.saturating_sub(1);
    if distance < 4 {
        return (distance, 0);
    }
    let bits = distance.ilog2() - 1;
    (2 + 2 * bits as usize + ((distance >> bits) & 1), bits)
}

/// The codes of one block.
#[derive(Debug)]
pub(super) struct Codes {
    literals: Vec<u8>,
    distances: Vec<u8>,
    /// Bits of the block's header.
    pub(super) header: u64,
}

impl Codes {
    /// The best codes for a block with these symbols; the end mark is added.
    pub(super) fn of(counts: &Counts) -> Self {
        let mut literals = counts.literals;
        literals[END] = 1;
        let mut distances = counts.distances;
        if distances.iter().all(|count| *count == 0) {
            // A header has to describe at least one distance code.
            distances[0] = 1;
        }
        let literals = trimmed(lengths(&literals, LONGEST));
        let distances = trimmed(lengths(&distances, LONGEST));
        let header = 3 + 5 + 5 + 4 + description(&literals, &distances);
        Self {
            literals,
            distances,
            header,
        }
    }

    /// Bits of these symbols in the block, without the extra bits behind them.
    pub(super) fn bits(&self, counts: &Counts) -> u64 {
        weigh(&counts.literals, &self.literals) + weigh(&counts.distances, &self.distances)
    }

    /// Bits of the mark that ends the block.
    pub(super) fn end(&self) -> u64 {
        self.literals.get(END).copied().map_or(0, u64::from)
    }
}

fn weigh(counts: &[u32], lengths: &[u8]) -> u64 {
    let pairs = counts.iter().zip(lengths);
    pairs
        .map(|(count, length)| u64::from(*count) * u64::from(*length))
        .sum()
}

fn trimmed(mut lengths: Vec<u8>) -> Vec<u8> {
    let used = lengths.iter().rposition(|length| *length > 0);
    lengths.truncate(used.map_or(0, |last| last + 1));
    lengths
}

/// Optimal code lengths of at most `longest` bits (Larmore and Hirschberg, 1990).
///
/// Level by level, symbols are merged with the pairs ("packages") of the level below; the
/// cheapest 2n − 2 items of the last level hold each symbol as often as its code has bits.
fn lengths(counts: &[u32], longest: usize) -> Vec<u8> {
    let mut leaves: Vec<(u64, usize)> = counts
        .iter()
        .enumerate()
        .filter(|(_, count)| **count > 0)
        .map(|(symbol, count)| (u64::from(*count), symbol))
        .collect();
    leaves.sort_unstable();
    let mut lengths = vec![0_u8; counts.len()];
    if leaves.len() <= 2 {
        for (_, symbol) in leaves {
            if let Some(length) = lengths.get_mut(symbol) {
                *length = 1;
            }
        }
        return lengths;
    }
    // By level: is the item a package (of the two next items below)?
    let mut levels: Vec<Vec<bool>> = Vec::with_capacity(longest);
    let mut below: Vec<u64> = Vec::new();
    for _ in 0..longest {
        let packages: Vec<u64> = below
            .as_chunks::<2>()
            .0
            .iter()
            .map(|[first, second]| first + second)
            .collect();
        let (weights, kinds) = merge(&leaves, &packages);
        below = weights;
        levels.push(kinds);
    }
    let mut taken = 2 * leaves.len() - 2;
    for level in levels.iter().rev() {
        let packages = level.iter().take(taken).filter(|package| **package).count();
        for (_, symbol) in leaves.iter().take(taken - packages) {
            if let Some(length) = lengths.get_mut(*symbol) {
                *length += 1;
            }
        }
        taken = 2 * packages;
    }
    lengths
}

/// Leaves and packages in order of weight, leaves first among equals.
fn merge(leaves: &[(u64, usize)], packages: &[u64]) -> (Vec<u64>, Vec<bool>) {
    let mut leaves = leaves.iter().map(|(weight, _)| *weight).peekable();
    let mut packages = packages.iter().copied().peekable();
    let mut weights = Vec::new();
    let mut kinds = Vec::new();
    loop {
        let is_package = match (leaves.peek(), packages.peek()) {
            (None, None) => return (weights, kinds),
            (Some(leaf), Some(package)) => package < leaf,
            (leaf, _) => leaf.is_none(),
        };
        let next = if is_package {
            packages.next()
        } else {
            leaves.next()
        };
        weights.extend(next);
        kinds.push(is_package);
    }
}

/// Bits that describe the code lengths: runs are shortened, and the result is coded itself.
fn description(literals: &[u8], distances: &[u8]) -> u64 {
    let all: Vec<u8> = literals.iter().chain(distances).copied().collect();
    let mut counts = [0_u32; ORDER.len()];
    let mut extra = 0;
    let mut count = |symbol: usize, bits: u64| {
        if let Some(count) = counts.get_mut(symbol) {
            *count += 1;
        }
        extra += bits;
    };
    for run in all.chunk_by(|a, b| a == b) {
        let Some(length) = run.first() else { continue };
        let mut left = run.len();
        if *length > 0 {
            count(usize::from(*length), 0);
            left -= 1;
            while left >= 3 {
                count(16, 2);
                left -= left.min(6);
            }
        } else {
            while left >= 11 {
                count(18, 7);
                left -= left.min(138);
            }
            if left >= 3 {
                count(17, 3);
                left = 0;
            }
        }
        for _ in 0..left {
            count(usize::from(*length), 0);
        }
    }
    let lengths = lengths(&counts, LONGEST_DESCRIPTION);
    let used = ORDER
        .iter()
        .rposition(|symbol| counts.get(*symbol).is_some_and(|count| *count > 0));
    let described = used.map_or(4, |last| (last + 1).max(4)) as u64;
    3 * described + weigh(&counts, &lengths) + extra
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn codes_of_lengths_and_distances_are_those_of_the_rfc() {
        // RFC 1951, section 3.2.5: first and last length of some codes, extra bits.
        for (length, code, bits) in [
            (3, 0, 0),
            (10, 7, 0),
            (11, 8, 1),
            (12, 8, 1),
            (13, 9, 1),
            (18, 11, 1),
            (19, 12, 2),
            (130, 23, 4),
            (131, 24, 5),
            (257, 27, 5),
            (258, 28, 0),
        ] {
            assert_eq!(length_code(length), (code, bits), "length {length}");
        }
        for (distance, code, bits) in [
            (1, 0, 0),
            (4, 3, 0),
            (5, 4, 1),
            (7, 5, 1),
            (9, 6, 2),
            (24_577, 29, 13),
            (32_768, 29, 13),
        ] {
            assert_eq!(distance_code(distance), (code, bits), "distance {distance}");
        }
    }

    /// Plain Huffman coding without a limit: the sum of all merged weights.
    fn unlimited(counts: &[u32]) -> u64 {
        let mut heap: std::collections::BinaryHeap<_> = counts
            .iter()
            .filter(|count| **count > 0)
            .map(|count| std::cmp::Reverse(u64::from(*count)))
            .collect();
        let mut bits = 0;
        while heap.len() > 1 {
            let pair = heap.pop().unwrap().0 + heap.pop().unwrap().0;
            bits += pair;
            heap.push(std::cmp::Reverse(pair));
        }
        bits
    }

    proptest! {
        #[test]
        fn codes_are_complete_and_never_better_than_without_a_limit(
            counts in proptest::collection::vec(prop_oneof![Just(0_u32), 1..9_u32, 1..60_000_u32], 3..286),
            longest in 9..16_usize,
        ) {
            let used = counts.iter().filter(|count| **count > 0).count();
            prop_assume!(used > 1);
            let lengths = lengths(&counts, longest);
            let kraft: f64 = lengths.iter().filter(|l| **l > 0).map(|l| 0.5_f64.powi(i32::from(*l))).sum();
            prop_assert!((kraft - 1.0).abs() < 1e-12, "{kraft}");
            prop_assert!(lengths.iter().all(|length| usize::from(*length) <= longest));
            let bits = weigh(&counts, &lengths);
            let best = unlimited(&counts);
            prop_assert!(bits >= best);
            if longest == 15 && lengths.iter().max().copied() < Some(15) {
                prop_assert_eq!(bits, best);
            }
        }
    }
}
