//! The bytes of a window as a key of what is measured of them.
//!
//! Only the times of files differ whenever the same packages are installed again, and they are in
//! the headers between contents. So they are left out of the digest, but for how often they change
//! from one header to the next: that is what they cost a coder, two or three bytes each time.

use super::super::codec::Piece;
use super::super::stream::Stream;

/// Where time and checksum are in a header (GNU format).
const TIMES: std::ops::Range<u64> = 136..156;

/// What is measured of some bytes.
#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    Proxy,
    References,
    /// In one go and window by window.
    Bias,
}

/// The bytes of the archive from `start` on, as a key of measurements.
#[derive(Debug)]
pub(super) struct Bytes(blake3::Hash);

impl Bytes {
    /// A piece whose content begins at `start`.
    pub(super) fn of(stream: &Stream<'_>, start: u64, piece: Piece<'_>) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&(piece.before.len() as u64).to_le_bytes());
        let (mut last, mut changes) = (None, 0_u32);
        let parts = [
            (start - piece.before.len() as u64, piece.before),
            (start, piece.content),
        ];
        for (start, bytes) in parts {
            let mut done = 0;
            for (header, modified) in stream.headers(start, start + bytes.len() as u64) {
                changes += u32::from(last.is_some_and(|last| last != modified));
                last = Some(modified);
                // A header may begin before the bytes or end behind them.
                let place = |at: u64| {
                    let at = (header + at).saturating_sub(start);
                    usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len())
                };
                let (from, to) = (place(TIMES.start), place(TIMES.end));
                hasher.update(bytes.get(done..from).unwrap_or_default());
                done = to;
            }
            hasher.update(bytes.get(done..).unwrap_or_default());
        }
        // By powers of two: a second more or less changes next to nothing.
        hasher.update(&(changes + 1).ilog2().to_le_bytes());
        Self(hasher.finalize())
    }

    pub(super) fn key(&self, what: What) -> String {
        let mark = match what {
            What::Proxy => 'p',
            What::References => 'r',
            What::Bias => 'b',
        };
        let digest = self.0.to_hex();
        format!("{mark}{}", digest.get(..32).unwrap_or(&digest))
    }
}

#[cfg(test)]
mod tests;
