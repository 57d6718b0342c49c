//! The header of a file of byte code: PEP 552, "Deterministic pycs".

/// Bytes of the header.
pub(crate) const HEADER: usize = 16;

/// What Python would do with a file of byte code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Read it.
    Good,
    /// Compile the source again, at every start.
    Stale,
}

/// The source as it is now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source {
    pub size: u64,
    /// Seconds since 1970; `None` where the platform gives files another time.
    pub modified: Option<u64>,
}

/// Holds the header of a file against the interpreter's magic number and the source. A
/// digest in it is not compared: Python does that itself, or is told not to.
pub(crate) fn state(header: &[u8], magic: [u8; 4], source: Source) -> State {
    let Some(header) = header.get(..HEADER) else {
        return State::Stale;
    };
    let word = |at: usize| {
        let bytes = header
            .get(at..at + 4)
            .and_then(|bytes| bytes.try_into().ok());
        bytes.map_or(0, u32::from_le_bytes)
    };
    if header.get(..4) != Some(&magic[..]) {
        return State::Stale;
    }
    match word(4) {
        // Time and size of the source, cut to 32 bits.
        0 => {
            let is_same = |time: u64| word(8) == low(time) && word(12) == low(source.size);
            match source.modified {
                Some(time) if is_same(time) => State::Good,
                _ => State::Stale,
            }
        }
        1 | 3 => State::Good,
        _ => State::Stale,
    }
}

fn low(number: u64) -> u32 {
    u32::try_from(number & u64::from(u32::MAX)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAGIC: [u8; 4] = [0xa7, 0x0d, 0x0d, 0x0a];

    fn header(flags: u32, first: u32, second: u32) -> Vec<u8> {
        let words = [flags, first, second].map(u32::to_le_bytes).concat();
        [&MAGIC[..], &words].concat()
    }

    #[test]
    fn byte_code_is_good_by_time_and_size_or_by_digest() {
        let source = Source {
            size: 7,
            modified: Some(1_000),
        };
        let moved = Source {
            modified: None,
            ..source
        };
        let is = |header: &[u8], source| state(header, MAGIC, source);
        assert_eq!(is(&header(0, 1_000, 7), source), State::Good);
        assert_eq!(is(&header(0, 1_001, 7), source), State::Stale);
        assert_eq!(is(&header(0, 1_000, 8), source), State::Stale);
        // An image gives every file the same time of years ago.
        assert_eq!(is(&header(0, 1_000, 7), moved), State::Stale);
        assert_eq!(is(&header(1, 5, 6), moved), State::Good);
        assert_eq!(is(&header(3, 5, 6), moved), State::Good);
        assert_eq!(is(&header(2, 5, 6), moved), State::Stale);
        assert_eq!(state(&header(1, 5, 6), [0; 4], source), State::Stale);
        assert_eq!(is(&[], source), State::Stale);
    }
}
