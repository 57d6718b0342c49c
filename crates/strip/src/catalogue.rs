//! What is worth removing, and what would stop it?
//!
//! An [`Entry`] says why files of a kind are not needed at run time, on what evidence,
//! and which guards must find nothing before they go. Entries are data, one module per
//! ecosystem; `classify` of that module says which entry a file falls under.

pub mod app;
pub mod caches;
pub mod node;
pub mod other;
pub mod page;
pub mod python;
pub mod runtime;

use super::legacy;

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

impl Entry {
    /// Whether a list of the app's authors names the file, so that no reference keeps it.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        LISTS.iter().any(|list| list.id == self.id)
    }
}

/// Every entry, for documentation and tests.
pub static ENTRIES: &[&Entry] = &[
    &node::SOURCE_MAPS,
    &node::DECLARATIONS,
    &node::TYPESCRIPT,
    &node::TESTS,
    &node::DOCS,
    &node::NATIVE_SOURCES,
    &node::PREBUILDS,
    &node::OTHER_BUILDS,
    &node::TOOLING,
    &node::UNREACHED,
    &app::VERSION_CONTROL,
    &app::LITTER,
    &app::CI,
    &app::COVERAGE,
    &app::TESTS,
    &app::DOCS,
    &app::EXPORT_IGNORED,
    &caches::CACHES,
    &python::INSTALLERS,
    &python::STUBS,
    &python::TESTS,
    &python::SOURCES,
    &other::GEM_ARCHIVES,
    &other::GEM_TESTS,
    &other::GEM_SOURCES,
    &other::COMPOSER_TESTS,
    &other::BUILD_LEFTOVERS,
    &other::PROGRAM_DATABASES,
    &super::go::SOURCES,
    &runtime::RUNTIMES,
    &super::shrink::SYMBOLS,
    &super::dev::DEVELOPMENT,
    &LISTED,
    &legacy::SLUGCLEANUP,
    &legacy::POST_CLEAN,
    &legacy::SLUGREMOVE,
    &legacy::EXCLUDED,
    &legacy::NOT_INCLUDED,
];

static LISTS: &[&Entry] = &[
    &LISTED,
    &legacy::SLUGCLEANUP,
    &legacy::POST_CLEAN,
    &legacy::SLUGREMOVE,
    &legacy::EXCLUDED,
    &legacy::NOT_INCLUDED,
];

/// Named by the user's own list.
pub static LISTED: Entry = Entry {
    id: "listed",
    reason: "listed under remove in project.toml",
    guard: Guard::Never,
    evidence: "[com.slugsmith.strip] remove names it.",
    tell_kept: false,
};

#[cfg(test)]
mod tests {
    use super::ENTRIES;

    #[test]
    fn entries_are_complete_and_unique() {
        for entry in ENTRIES {
            assert!(entry.evidence.ends_with('.'), "{}", entry.id);
            assert!(!entry.reason.is_empty(), "{}", entry.id);
            let same = ENTRIES.iter().filter(|other| other.id == entry.id).count();
            assert_eq!(same, 1, "{}", entry.id);
        }
    }
}
