//! What keeps a file that could go.

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

/// A file or folder of packages, by entry number of the tree, and where the app's own code names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub number: usize,
    pub path: String,
    /// 1-based.
    pub line: u32,
}

impl From<&Named> for Because {
    fn from(named: &Named) -> Self {
        Self::File {
            path: named.path.clone(),
            line: named.line,
        }
    }
}
