//! What did we install, as CycloneDX, where the lifecycle looks for it?
//!
//! Packages in the app's folders are named by `launch.sbom.cdx.json`, those in a launch
//! layer of ours by a file beside that layer (buildpack spec, "Bill-of-Materials"). What an
//! earlier buildpack installed is its own to name.

use crate::facts::beneath::own;
use libcnb::build::BuildContext;
use libcnb::data::sbom::SbomFormat;
use libcnb::sbom::Sbom;

use super::{Slugsmith, buildpack_error};
use crate::cache;
use crate::cache::store::Store;
use crate::error::{Problem, io};
use crate::facts::installed;
use crate::facts::tree::Tree;
use crate::print::{cyclonedx, safe};
use crate::report::Report;

/// The bill of the app's folders; `None` where nothing was installed into them.
pub(super) fn of_app(report: &Report, store: &Store) -> Option<Sbom> {
    let mut packages = report.installed.clone();
    packages.extend(cache::pinned(store, &report.caches));
    (!packages.is_empty()).then(|| {
        let text = cyclonedx::document(&packages);
        Sbom::from_bytes(SbomFormat::CycloneDxJson, text)
    })
}

/// Writes the bill of each launch layer that a cache is.
pub(super) fn write_layers(
    context: &BuildContext<Slugsmith>,
    store: &Store,
) -> libcnb::Result<(), Problem> {
    for (name, kept) in store.used() {
        let folder = store.folder(&name);
        let Some(layer) = folder.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        let packages = installed::read(&Tree::read(&folder), &[String::new()]);
        if !kept.launch || packages.is_empty() {
            continue;
        }
        let path = context.layers_dir.join(format!("{layer}.sbom.cdx.json"));
        own::write(&path, &*safe::document(&cyclonedx::document(&packages)))
            .map_err(|error| buildpack_error(io("writing", &path, &error)))?;
    }
    Ok(())
}
