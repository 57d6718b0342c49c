//! Swift: the Swift Package Manager compiles programs. Recognised only.

use super::graph::unread;
use super::model::{
    Buildpack, Ecosystem, Lockfile, Manifest, Service, Tree, no_package, nothing_wanted,
};
use super::names;

/// What is known of it.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    id: "swift",
    language: "Swift",
    purl: "swift",
    manifests: &[Manifest::new("Package.swift", "swift").lock_with("swift package resolve")],
    lockfiles: &[Lockfile {
        name: "Package.resolved",
        manager: "swift",
        tool: "swift",
        manifest: "Package.swift",
        lock_with: "swift package resolve",
        service: Service::Recognised,
        read: unread,
    }],
    version_files: &[".swift-version"],
    servers: &[],
    workers: &[],
    programs: &["swift"],
    is_compiled: true,
    caches: &[],
    buildpacks: &[Buildpack::classic("vapor/vapor")],
    trees: &[
        Tree::program(".swift-bin", "vapor/vapor"),
        Tree::program(".build/release", "swift"),
    ],
    normalize: names::exact,
    wanted: nothing_wanted,
    needs_lockfile: false,
    package_of: no_package,
    leftovers: &[],
};
