//! The verdict on the size of what is shipped; the budget gives it, others ask for it.

/// Whether a slug or an image is within its budget.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Verdict {
    #[default]
    Within,
    Warn,
    Over,
    /// The interval straddles the limit within half a per cent: the build goes on.
    TooClose,
    /// Something could not be read, so no verdict is honest.
    Unknown,
    /// The sources are within; their dependencies are not here to be weighed.
    SourcesOnly,
}

impl Verdict {
    /// The word that reports and image labels use.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Within => "within",
            Self::Warn => "warn",
            Self::Over => "over",
            Self::TooClose => "too-close",
            Self::Unknown => "unknown",
            Self::SourcesOnly => "sources-only",
        }
    }
}
