//! What does each exit code mean?
//!
//! The command line uses these four. The Cloud Native and classic APIs have their own
//! rules on top: detect says "no" with 100 (Cloud Native, spec buildpack.md "Detection")
//! or 1 (classic), and any other non-zero code of build or compile fails the build.

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything is fine.
    Fine,
    /// Findings at or above `fail_on`, or over budget.
    Findings,
    /// Wrong use: unknown verb, option or value.
    Usage,
    /// It could not be done.
    Failed,
    /// Cloud Native detect says no.
    DetectNo,
}

impl Exit {
    /// The process's exit code.
    #[must_use]
    pub fn code(self) -> i32 {
        match self {
            Self::Fine => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Failed => 3,
            Self::DetectNo => 100,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn codes_are_frozen() {
        let codes = [
            Exit::Fine,
            Exit::Findings,
            Exit::Usage,
            Exit::Failed,
            Exit::DetectNo,
        ]
        .map(Exit::code);
        assert_eq!(codes, [0, 1, 2, 3, 100]);
    }
}
