//! In which encoding is a text of the app written, as the mark at its start says?
//!
//! Editors on Windows write UTF-16, or UTF-8 behind a mark. pip reads both; the platform reads a
//! Procfile as plain UTF-8, so that its first line, or all of it, names no process.

/// The byte order mark at the start of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Utf8,
    Utf16Little,
    Utf16Big,
}

impl Mark {
    /// The mark that these bytes begin with.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xEF, 0xBB, 0xBF, ..] => Some(Self::Utf8),
            [0xFF, 0xFE, ..] => Some(Self::Utf16Little),
            [0xFE, 0xFF, ..] => Some(Self::Utf16Big),
            _ => None,
        }
    }
}

/// The text behind its mark. Bytes that fit no encoding become replacement characters: other
/// encodings than UTF-8 appear in comments, and the code itself is ASCII then.
#[must_use]
pub fn text(bytes: &[u8]) -> String {
    let wide = |unit: fn([u8; 2]) -> u16| {
        let pairs = bytes.get(2..).unwrap_or_default().chunks_exact(2);
        let units: Vec<u16> = pairs
            .filter_map(|pair| Some(unit(pair.try_into().ok()?)))
            .collect();
        String::from_utf16_lossy(&units)
    };
    match Mark::of(bytes) {
        None => String::from_utf8_lossy(bytes).into_owned(),
        Some(Mark::Utf8) => {
            String::from_utf8_lossy(bytes.get(3..).unwrap_or_default()).into_owned()
        }
        Some(Mark::Utf16Little) => wide(u16::from_le_bytes),
        Some(Mark::Utf16Big) => wide(u16::from_be_bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_say_how_a_text_is_read() {
        assert_eq!(text(b"\xEF\xBB\xBFweb: a"), "web: a");
        assert_eq!(text(b"\xFF\xFEw\0e\0b\0"), "web");
        assert_eq!(text(b"\xFE\xFF\0w\0e\0b"), "web");
        assert_eq!(text(b"\xFF\xFEw\0e"), "w");
        assert_eq!(text(b"plain \xE9"), "plain \u{FFFD}");
        assert_eq!(Mark::of(b"web: a"), None);
    }
}
