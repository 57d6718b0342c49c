//! Which packages are in compiled programs, where nothing in the app tells it any more?

use super::{Outcome, lockfile, store};
use slugsmith_facts::installed::InstalledPackage;

/// What the lockfiles of Go and Cargo pin, as they were when the program was built.
#[must_use]
pub fn pinned(store: &store::Store, outcomes: &[Outcome]) -> Vec<InstalledPackage> {
    let ours = outcomes.iter().filter(|outcome| outcome.is_ours());
    let compiled = ours.filter_map(|outcome| {
        let name = outcome.decision.name.as_str();
        let kind = match name.rsplit('/').next()? {
            "go" => "golang",
            "cargo" => "cargo",
            _ => return None,
        };
        Some((kind, lockfile::kept(&store.folder(name))?))
    });
    compiled
        .flat_map(|(kind, packages)| {
            let versions = packages.into_iter().flat_map(|(name, versions)| {
                versions
                    .into_iter()
                    .map(move |version| (name.clone(), version))
            });
            versions.map(move |(name, version)| InstalledPackage {
                kind,
                name,
                version,
                licence: None,
                is_pinned_only: true,
            })
        })
        .collect()
}
