//! Lines of byte offsets.

/// Line numbers of byte offsets.
pub(in crate::code) struct Lines(Vec<u32>);

impl Lines {
    pub(in crate::code) fn of(text: &str) -> Self {
        Self(
            text.bytes()
                .zip(0_u32..)
                .filter(|(byte, _)| *byte == b'\n')
                .map(|(_, at)| at)
                .collect(),
        )
    }

    /// 1-based line of an offset.
    pub(super) fn line(&self, offset: u32) -> u32 {
        u32::try_from(self.0.partition_point(|newline| *newline < offset)).unwrap_or(0) + 1
    }

    /// The offset at which a 1-based line begins.
    pub(super) fn begin(&self, line: u32) -> usize {
        let newline = (line as usize).checked_sub(2).and_then(|at| self.0.get(at));
        newline.map_or(0, |newline| *newline as usize + 1)
    }
}
