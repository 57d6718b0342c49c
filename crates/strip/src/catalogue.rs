//! What is worth removing, and what would stop it?
//!
//! An [`Entry`] says why files of a kind are not needed at run time, on what evidence,
//! and which guards must find nothing before they go. Entries are data, one module per
//! ecosystem; `classify` of that module says which entry a file falls under.

pub mod app;
pub mod caches;
pub mod node;
pub mod other;
pub mod python;
pub mod runtime;

/// Which references keep a file, from the weakest claim to the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Guard {
    /// Kept only when a package.json or a literal names this very file.
    Named,
    /// Kept, too, when something computed can reach its folder.
    Reachable,
    /// No reference counts: other evidence decides (another platform's binary).
    Never,
}

/// One kind of files that are not needed at run time.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// Kebab-case, for manifests.
    pub id: &'static str,
    /// As the log says it.
    pub reason: &'static str,
    pub guard: Guard,
    /// Why these files are not needed, and where that is known from.
    pub evidence: &'static str,
    /// Whether a file that a guard keeps is worth a line in the log.
    pub tell_kept: bool,
}

/// Named by the user's own list.
pub static LISTED: Entry = Entry {
    id: "listed",
    reason: "listed under remove in project.toml",
    guard: Guard::Never,
    evidence: "[com.slugsmith.strip] remove names it.",
    tell_kept: false,
};
