//! What was done to a layer before it was stored, for the log: strip and boot say it, the cache passes it on.

use std::time::Duration;

/// What strip removed from a layer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stripped {
    /// Files that strip removed.
    pub files: u64,
    /// Apparent size.
    pub bytes: u64,
    /// Bytes by the reason of the catalogue, the most first.
    pub by_reason: Vec<(&'static str, u64)>,
}

/// One preparation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Made {
    /// `Python byte code`.
    pub what: &'static str,
    /// What the files are: `module`; empty where there is one of its kind.
    pub unit: &'static str,
    /// How many files were made.
    pub files: u64,
    /// Apparent size.
    pub bytes: u64,
    /// Files that an earlier build had made.
    pub kept: u64,
    /// Files that were there and could not be used.
    pub replaced: u64,
    /// Wall time.
    pub took: Duration,
    /// Where, with the number of files: `.venv`.
    pub places: Vec<(String, u64)>,
    /// What two starts took at build, where they were measured.
    pub measured: Option<Measured>,
}

/// What came of preparing a layer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prepared {
    /// `None` where there was nothing to make.
    pub made: Option<Made>,
    /// What was not made, and why.
    pub notes: Vec<String>,
}

/// Processor time of the app's start, as it was measured at build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// Without what was made.
    pub without: Duration,
    /// With it.
    pub with: Duration,
}
