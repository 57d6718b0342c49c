//! Every entry of the catalogue, those of users' lists among them, and their page.

pub mod page;

use super::catalogue::{self, Entry, LISTED};
use super::{dev, go, legacy, shrink};

/// Every entry, for documentation and tests.
pub static ENTRIES: &[&Entry] = &[
    &catalogue::node::SOURCE_MAPS,
    &catalogue::node::DECLARATIONS,
    &catalogue::node::TYPESCRIPT,
    &catalogue::node::TESTS,
    &catalogue::node::DOCS,
    &catalogue::node::NATIVE_SOURCES,
    &catalogue::node::PREBUILDS,
    &catalogue::node::OTHER_BUILDS,
    &catalogue::node::TOOLING,
    &catalogue::node::UNREACHED,
    &catalogue::app::VERSION_CONTROL,
    &catalogue::app::LITTER,
    &catalogue::app::CI,
    &catalogue::app::COVERAGE,
    &catalogue::app::TESTS,
    &catalogue::app::DOCS,
    &catalogue::app::EXPORT_IGNORED,
    &catalogue::caches::CACHES,
    &catalogue::python::INSTALLERS,
    &catalogue::python::STUBS,
    &catalogue::python::TESTS,
    &catalogue::python::SOURCES,
    &catalogue::other::GEM_ARCHIVES,
    &catalogue::other::GEM_TESTS,
    &catalogue::other::GEM_SOURCES,
    &catalogue::other::COMPOSER_TESTS,
    &catalogue::other::BUILD_LEFTOVERS,
    &catalogue::other::PROGRAM_DATABASES,
    &go::SOURCES,
    &catalogue::runtime::RUNTIMES,
    &shrink::SYMBOLS,
    &dev::DEVELOPMENT,
    &dev::FRONT_ENDS,
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

/// Whether a list of the app's authors names the file, so that no reference keeps it.
pub(super) fn is_listed(entry: &Entry) -> bool {
    LISTS.iter().any(|list| list.id == entry.id)
}

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
