//! What was measured, what was allowed, and how that is said.

use std::fmt;

use super::PLATFORM_LIMIT;
use crate::{Compressed, history};
use slugsmith_config::Origin;
use slugsmith_finding::units;

/// Something that has a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    Compressed(Compressed),
    /// Bytes on disk.
    Unpacked(u64),
    Files(u64),
}

impl Measure {
    /// Bytes or files; of an interval its middle.
    #[must_use]
    pub fn amount(&self) -> u64 {
        match self {
            Self::Compressed(compressed) => compressed.bytes,
            Self::Unpacked(amount) | Self::Files(amount) => *amount,
        }
    }

    /// `bytes` or `files`, as JSON says it.
    #[must_use]
    pub fn unit(&self) -> &'static str {
        match self {
            Self::Compressed(_) | Self::Unpacked(_) => "bytes",
            Self::Files(_) => "files",
        }
    }

    /// A limit in the unit that it was given in.
    fn show_limit(&self, limit: u64) -> String {
        match self {
            Self::Compressed(_) | Self::Unpacked(_) => units::limit(limit),
            Self::Files(_) => self.show(limit),
        }
    }

    /// An amount in this measure's unit.
    fn show(&self, amount: u64) -> String {
        match self {
            Self::Compressed(_) | Self::Unpacked(_) => units::size(amount),
            Self::Files(_) => units::counted(amount, "file"),
        }
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compressed(compressed) => formatter.write_str(&measured(compressed)),
            Self::Unpacked(bytes) => write!(formatter, "{} unpacked", units::size(*bytes)),
            Self::Files(count) => formatter.write_str(&units::counted(*count, "file")),
        }
    }
}

/// A budget that is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excess {
    /// `Slug`, the name of a part or file, or `Growth since the last build`.
    pub what: String,
    pub measured: Measure,
    /// Bytes or files allowed.
    pub limit: u64,
    pub source: Origin,
    /// True for the compressed size of the whole slug, which the platform limits as well.
    pub total: bool,
}

impl fmt::Display for Excess {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let over = self.measured.amount().saturating_sub(self.limit);
        let heroku = if self.total {
            let megabytes = units::heroku_megabytes(self.measured.amount());
            format!(" ({megabytes} in Heroku's units)")
        } else {
            String::new()
        };
        write!(
            formatter,
            "{} {}{heroku} is over the budget of {} by {} ({})",
            self.what,
            self.measured,
            self.measured.show_limit(self.limit),
            self.measured.show(over),
            self.source
        )?;
        if self.total && self.limit < PLATFORM_LIMIT {
            write!(
                formatter,
                ". The platform itself takes up to {}.",
                units::limit(PLATFORM_LIMIT)
            )?;
        }
        Ok(())
    }
}

/// `512.6 MB ± 2.1 MB`, or without interval when every byte was compressed, or all but.
#[must_use]
pub fn measured(compressed: &Compressed) -> String {
    let half = history::half_width(compressed);
    if compressed.exact || half.saturating_mul(500) < compressed.bytes {
        units::size(compressed.bytes)
    } else {
        format!("{} ± {}", units::size(compressed.bytes), units::size(half))
    }
}
