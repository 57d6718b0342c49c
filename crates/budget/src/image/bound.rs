//! How much of an image is read? What is unpacked is bounded by what is stored, since a few megabytes can say that
//! they are terabytes; so are names, which are kept in memory.

use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};

/// A layer may unpack to so many bytes for each that is stored: text has 5 to 20, what is empty a thousand.
const FACTOR: u64 = 50;
/// What may be unpacked of an image however little is stored, in bytes: one large file without content.
const FLOOR: u64 = 500_000_000;
/// Names in an image, and their letters: the largest ones have some hundred thousand.
const MOST_NAMES: u64 = 1_000_000;
const MOST_LETTERS: u64 = 100_000_000;

/// What may still be read.
#[derive(Debug)]
pub(super) struct Bound {
    bytes: AtomicU64,
    names: AtomicU64,
    letters: AtomicU64,
}

impl Bound {
    /// For an image of which so many bytes are stored.
    pub(super) fn of(stored: u64) -> Self {
        Self {
            bytes: AtomicU64::new(FLOOR.saturating_add(stored.saturating_mul(FACTOR))),
            names: AtomicU64::new(MOST_NAMES),
            letters: AtomicU64::new(MOST_LETTERS),
        }
    }

    /// For tests: so many bytes, whatever is stored.
    #[cfg(test)]
    pub(super) fn of_bytes(bytes: u64) -> Self {
        let bound = Self::of(0);
        bound.bytes.store(bytes, Ordering::Relaxed);
        bound
    }

    /// May a name of so many letters be kept?
    pub(super) fn has_room_for(&self, letters: usize) -> bool {
        take(&self.names, 1) && take(&self.letters, letters as u64)
    }

    /// A reader that ends with an error where more is unpacked.
    pub(super) fn over<R: Read>(&self, inner: R) -> Bounded<'_, R> {
        Bounded { inner, bound: self }
    }
}

/// Is there so much left? It is gone then.
fn take(left: &AtomicU64, much: u64) -> bool {
    let less = |left: u64| left.checked_sub(much);
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less)
        .is_ok()
}

/// See [`Bound::over`].
pub(super) struct Bounded<'b, R> {
    inner: R,
    bound: &'b Bound,
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(room)?;
        if take(&self.bound.bytes, read as u64) {
            return Ok(read);
        }
        let why = format!("it unpacks to more than {FACTOR} times what is stored");
        Err(io::Error::other(why))
    }
}
