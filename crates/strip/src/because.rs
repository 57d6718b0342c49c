//! What keeps a file that could go.

use super::served::Named;

/// What keeps a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    /// A package.json names it.
    Manifest(String),
    /// A command that runs on a dyno names it.
    Command(String),
    /// A link leads to it.
    Link(String),
    /// A kept file refers to it: path and 1-based line.
    File { path: String, line: u32 },
    /// Nothing proves that no process reads it, for this reason.
    Doubt(String),
}

impl From<&Named> for Because {
    fn from(named: &Named) -> Self {
        Self::File {
            path: named.path.clone(),
            line: named.line,
        }
    }
}
